"""All that is settled before the first job: settings, sessions, and what each rule depends on."""

import contextlib
import dataclasses
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from goodunits.base import files
from goodunits.base.errors import ConfigError, SessionError, one_line
from goodunits.catalogue import all_metrics, field_names
from goodunits.config import scorecard_files, settings, user_config, yaml_file
from goodunits.criteria import label_rules, sense, thresholds_file
from goodunits.dataset import copies, demo, mounts, selection, session_search
from goodunits.result_files import dataset_json, own_columns
from goodunits.scorecards import card, quantities
from goodunits.spiketrains import loops
from goodunits.standing import dates, found_json
from goodunits.tables import sessions_tsv
from goodunits.workflow import as_left, software_versions

KEPT = ".run"  # in results/: what the rules depend on beside data, as files
SHOWN = 10
OTHERS = "not in this dataset, but in the tables of the last run"


@dataclass(frozen=True)
class Run:
    """One run of the workflow over a dataset.

    Attributes
    ----------
    sessions : dict of str to SessionEntry
        Those to treat, by session id.
    dataset : dict of str to SessionEntry
        All of them, also those that `only` leaves out.
    settings : Settings
    results : Path
        Folder of all results.
    write : bool
        Whether this process may write; false in a job of a running workflow.
    criteria_metrics : tuple of str
        Metrics that any criterion, scorecard or column for Phy names.
    cards : dict of str to Scorecard
        The configured scorecards by name, in order.
    label_texts, phy_texts : dict of str to str
        Text of all that labels, or the files in a session folder, depend on: once for each set of
        criteria and way with manual curation, which many sessions share.
    opening : list of str
        Lines to begin with on the terminal: which dataset, and what was left out of it.
    hashes : dict of tuple to str
        Of the files of the project that were read, by path and signature.
    left : Left
        What was found as Snakemake left it, before anything was brought up to date.
    """

    sessions: dict
    dataset: dict
    settings: settings.Settings
    results: Path
    write: bool
    criteria_metrics: tuple
    cards: dict
    label_texts: dict
    phy_texts: dict
    opening: list
    hashes: dict = field(default_factory=dict)
    left: as_left.Left = as_left.Left()

    def metric_names(self):
        """Metrics to compute: the cheap ones, and those of the groups that are used."""
        return all_metrics.names_wanted(self.settings.metric_groups, self.criteria_metrics)

    def metrics_text(self):
        """Text of all that the metrics depend on: which to compute, and their parameters."""
        names = self.metric_names()
        return settings.metrics_text(self.settings, names, all_metrics.parameter_blocks(names))

    def labels_text(self, session_id):
        """Text of all that the labels of a session depend on."""
        return self.label_texts[self._set_of(session_id)]

    def labels_file_text(self, session_id):
        """The same with the scorecards themselves, which are too long for a command line."""
        text = self.labels_text(session_id)
        if not self.cards:
            return text
        cards = {name: card.as_plain(item) for name, item in self.cards.items()}
        return json.dumps({**json.loads(text), "cards": cards})

    def phy_text(self, session_id):
        """Text of all that the files in a session folder depend on."""
        return self.phy_texts[self._set_of(session_id)]

    def metrics_file(self):
        """File with the text of the metrics."""
        return str(self.results / KEPT / "metrics.json")

    def labels_file(self, session_id):
        """File with the text of the labels of a session."""
        return str(self.results / KEPT / f"labels-{self._set_of(session_id)}.json")

    def phy_file(self, session_id):
        """File with the text of what stands in a session folder."""
        return str(self.results / KEPT / f"phy-{self._set_of(session_id)}.json")

    def awaited_files(self, session_id):
        """Files that other rules of a larger pipeline make for a session."""
        return [name.replace("{session}", session_id) for name in self.settings.wait_for]

    def found_file(self, session_id):
        """File with what the session folder holds of people and of Kilosort."""
        return str(self.results / session_id / "found.json")

    def session_file(self, session_id):
        """File with what the dataset says of a session, as far as its metrics depend on it."""
        return str(self.results / session_id / "session.json")

    def dataset_file(self):
        """File with all sessions and where they lie."""
        return str(dataset_json.path(self.results))

    def archive_file(self):
        """File with what the owner says for archives."""
        return str(self.results / KEPT / "archive.json")

    def places(self, entries):
        """Session id, Kilosort folder and results folder of each session, as jobs get them."""
        return [(e.id, folder_text(e), str(self.results / e.id)) for e in entries.values()]

    def library_file(self, rule, paths):
        """File with the hash of every file of the project that a rule runs, brought up to date."""
        kept = self.results / KEPT / f"library-{rule}.json"
        if self.write:
            hashes = {"/".join(Path(path).parts[-2:]): self._hash_once(path) for path in paths}
            files.write_if_changed(kept, json.dumps(hashes, indent=1).encode())
        return str(kept)

    def _hash_once(self, path):
        """Hash of a file of the project; many rules run the same ones."""
        key = (path, *files.signature(path))
        if key not in self.hashes:
            self.hashes[key] = files.sha256_file(path)
        return self.hashes[key]

    def bring_up_to_date(self):
        """Rewrite the files of this run whose content is another one now.

        To be called before Snakemake looks for any of them: it lists a folder once.
        """
        kept, standings = {self.metrics_file(): self.metrics_text()}, {}
        seen = self._dates_set_straight()
        for session, entry in self.sessions.items():
            kept[self.labels_file(session)] = self.labels_file_text(session)
            kept[self.phy_file(session)] = self.phy_text(session)
            said = {"folder": str(entry.folder), "duration_s": entry.recording_duration_s}
            said |= {"refused": entry.refused} if entry.refused else {}
            kept[self.session_file(session)] = json.dumps(said)
            found_file = Path(self.found_file(session))
            receipt = found_file.with_name("written.json")
            standings[session] = _refresh(entry, found_file, receipt)
        seen.keep()
        own_columns.keep(self.results, self.dataset.values())
        dataset_json.keep(self.results, self.places(self.dataset))
        kept[self.archive_file()] = json.dumps(self.settings.archive, sort_keys=True)
        for path, text in kept.items():
            files.write_if_changed(path, text.encode())
        self._keep_tables_true(standings)

    def _keep_tables_true(self, standings):
        """Have the tables of an earlier run say how the sessions stand now."""
        folders = {name: entry.folder for name, entry in self.dataset.items()}
        others = sorted(sessions_tsv.keep_true(self.results, folders, standings))
        if others:
            named = ", ".join([*others[:SHOWN], *_more(len(others) - SHOWN)])
            self.opening.append(f"{OTHERS}: {named}")

    def tables_are_of_it_alone(self):
        """Whether the tables of the last run hold no session that is not in this dataset."""
        return not any(line.startswith(OTHERS) for line in self.opening)

    def _dates_set_straight(self):
        """Results dated so that Snakemake does what their content asks for; what was seen."""
        seen, now_s = dates.Seen(self.results / KEPT / "seen.json"), time.time()
        for folder in (self.results, self.results / KEPT):
            dates.date_now(folder, now_s)
        for session, entry in self.sessions.items():
            dates.date_now(self.results / session, now_s)
            if not entry.problem:
                with contextlib.suppress(Exception):  # what is wrong is said by the session's job
                    dates.set_straight(session, entry.folder, self.results / session, seen)
        return seen

    def _set_of(self, session_id):
        return _set_name(self.settings, self.sessions[session_id])


def folder_text(entry):
    """Folder of a session as jobs get it; one whose name is no text has one that can be printed."""
    return one_line(str(entry.folder)) if entry.problem else str(entry.folder)


def _set_name(checked, entry):
    """Name of the criteria of a session and of its way with manual curation."""
    return f"{entry.criteria or 'labels'}-{entry.manual_curation or checked.manual_curation}"


def _label_texts(checked, entries, cards):
    """Texts of labels and of the files in a session folder, by the name of `_set_name`."""
    labels, phy = {}, {}
    scored_by = {"scorecards": [_told(*item) for item in cards.items()]} if cards else {}
    for name, entry in {_set_name(checked, entry): entry for entry in entries}.items():
        block = {
            "criteria": entry.criteria or "labels",
            "labels": json.loads(settings.labels_text(checked, entry.criteria)),
            "manual_curation": entry.manual_curation or checked.manual_curation,
            **scored_by,
        }
        labels[name] = json.dumps(block, sort_keys=True)
        columns = list(checked.phy_columns)
        phy[name] = json.dumps({**block, "phy_columns": columns}, sort_keys=True)
    return labels, phy


def _told(name, scorecard):
    """What receipts say of a scorecard."""
    return {
        "name": name,
        "scorecard": scorecard.name,
        "version": scorecard.version,
        "sha256": card.sha256(scorecard),
        "n_metrics": len(scorecard.metrics),
    }


def _refresh(entry, path, receipt):
    """Bring found.json up to date; what is wrong with a session is said by its own job."""
    try:
        if entry.problem or entry.refused:
            raise SessionError(entry.problem or entry.refused)
        return found_json.refresh(entry.folder, path, receipt)
    except Exception as error:  # whatever it is, the other sessions go on
        return found_json.keep_problem(error, entry.folder, path)


def _opening(place, entries, chosen, notes):
    """Lines to begin with: which dataset, how many sessions, what was left out."""
    count = f"{len(entries)} session(s)"
    if len(chosen) < len(entries):
        count = f"{len(chosen)} of {count}, chosen by 'only'"
    return [f"goodunits: dataset {place}: {count}", *notes[:SHOWN], *_more(len(notes) - SHOWN)]


def _more(count):
    """How many more there are, if any."""
    return [f"and {count} more"] if count > 0 else []


def prepare(
    config,
    config_files,
    config_words,
    defaults_file,
    schema_file,
    base_folders,
    project,
    results,
    write,
    is_module=False,
    project_file=None,
    circumstances=None,
):
    """Check the configuration and find the sessions.

    Parameters
    ----------
    config : dict
        What the user gave, put over the project's config.yaml.
    config_files : list of path-like
        Files that it was read from, the one that wins last; to find keys that are there twice,
        and to part what Snakemake mixed.
    config_words : dict
        Values of `--config`, which win over all files.
    defaults_file : path-like
        The project's config.yaml.
    schema_file : path-like
        The schema of the configuration.
    base_folders : list of Path
        Where a relative dataset is looked up: first of all the working folder.
    project : path-like
        Folder of the Snakefile, for its version.
    results : path-like
        Folder of all results.
    write : bool
        Whether this process may write; false in a job of a running workflow.
    is_module : bool
        Whether the workflow is part of a larger pipeline.
    project_file : callable, optional
        Gives the path of a file of this project, which may be remote.
    circumstances : list, optional
        What a plan depends on beside files and settings; without it all is planned.

    Returns
    -------
    run : Run

    Raises
    ------
    ConfigError
        With all problems.
    """
    config, config_files, notes = user_config.complete(
        config, config_files, project, base_folders[0], is_module
    )
    demo.unpack(config.get("dataset"), project, write)
    blocks = {"labels", "criteria_sets", "scorecards"}
    if write or len(config_files) > 1 or not blocks.isdisjoint(config_words):
        layers = [yaml_file.load_yaml(path) for path in config_files]
        config = settings.whole_blocks(config, [*layers, config_words])
    checked = settings.load_settings(
        thresholds_file.expand(config, base_folders),
        defaults_file,
        schema_file,
        all_metrics.kinds() | quantities.kinds(_names_of_cards(config)),
        all_metrics.GROUPS,
        all_metrics.json_schema(),
    )
    folders = [*(Path(path).parent for path in reversed(config_files)), *base_folders]
    find = project_file or Path(project).joinpath
    cards = scorecard_files.read_configured(checked.scorecards, list(dict.fromkeys(folders)), find)
    metrics = _check_labels(checked, cards)
    entries = session_search.find_sessions(checked.dataset, base_folders, notes)
    entries = copies.refuse(entries, results, Path(results, KEPT), write)
    settings.check_criteria_names(checked, entries)
    everything = {entry.id: entry for entry in entries}
    only = selection.as_text(checked.only, list(everything))
    chosen = {entry.id: entry for entry in session_search.select(entries, only)}
    if write:
        said = (
            mounts.note(_folders(chosen), mounts.read_mounts()),
            loops.note_for_folders(_folders(chosen)),
        )
        notes += filter(None, said)
    texts = _label_texts(checked, entries, cards)
    opening = _opening(session_search.locate(checked.dataset, base_folders), entries, chosen, notes)
    run = Run(chosen, everything, checked, Path(results), write, metrics, cards, *texts, opening)
    if write:
        version = json.dumps(software_versions.project_version(project))
        files.write_if_changed(run.results / KEPT / "project.json", version.encode())
        run = dataclasses.replace(run, left=as_left.compare(run, project, circumstances))
        run.opening.extend(filter(None, [as_left.note(run.left, run.sessions)]))
        if not run.left.is_all:
            run.bring_up_to_date()
    return run


def _folders(entries):
    """Session folders."""
    return [entry.folder for entry in entries.values()]


def _names_of_cards(config):
    """Names of the scorecards of a configuration that is not checked yet."""
    configured = config.get("scorecards")
    return configured if isinstance(configured, dict) else ()


def _check_labels(checked, cards):
    """Read every label block once, so that all its problems are said together; metrics used."""
    problems, metrics = [], list(checked.phy_columns)
    kinds = all_metrics.kinds() | quantities.kinds(cards)
    records = all_metrics.METRICS | quantities.records(cards)
    for where, block in settings.label_blocks(checked).items():
        try:
            rules = label_rules.parse_labels(block, kinds, all_metrics.units(), where)
            metrics += rules.metrics
            problems += field_names.pasted(block, where)
            problems += sense.problems(rules, records, where)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    metrics += [metric for item in cards.values() for metric in item.metrics]
    return tuple(dict.fromkeys(name for name in metrics if name in all_metrics.METRICS))
