"""Gather everything that is known of one unit, from results and folder. Reads only."""

from pathlib import Path
from typing import NamedTuple

from goodunits.answers import explain_text, preview_labels
from goodunits.base import files, json_record, tsv
from goodunits.base.errors import ConfigError, GoodunitsError, SessionError, in_words, nearest
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict
from goodunits.phy import history
from goodunits.result_files import failed_json, labels_tsv, metrics_tsv
from goodunits.scorecards import card, explained, quantities


class Session(NamedTuple):
    """What a run left of one session.

    Attributes
    ----------
    id : str
    folder : path-like
        Kilosort folder.
    labels : dict of int to dict
        Rows of labels.tsv by cluster id.
    criteria : list of str
        Criteria by which they were made.
    metrics : dict of int to dict
        Metrics by cluster id.
    undefined : dict of int to dict of str to str
        Why a metric has no value.
    rules : LabelRules or None
        The label rules; None if they are not known any more.
    preview : str
        What a preview since the last write went by, in words; empty where the write made these.
    receipt : dict
        Of the last write; empty before the first.
    found : dict
        What the run found of people and of Kilosort.
    events : list of dict
        History of the present sort, oldest first.
    shown : Shown
        What Phy shows now.
    notes : list of str
    scores : dict of int to Explained
        Scores of each unit, with the points that they come from.
    """

    id: str
    folder: Path
    labels: dict
    criteria: list
    metrics: dict
    undefined: dict
    rules: label_rules.LabelRules | None
    preview: str
    receipt: dict
    found: dict
    events: list
    shown: preview_labels.Shown
    notes: list
    scores: dict


def answers(sessions, session, unit):
    """Everything about the units that are asked for; a session that is damaged stops no other.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder, file with the label rules in force.
    session, unit : str, int, list or None
        As configured; of a dataset with one session it need not be said.

    Returns
    -------
    texts : list of str
        One for each unit that could be found.
    problems : list of str
        What could not be answered, a line each, with the nearest where there is no such unit.

    Raises
    ------
    GoodunitsError
        In one line, if a session or a unit has to be named, or there is no such session.
    """
    known = {session_id: (session_id, *places) for session_id, *places in sessions}
    if session is None and len(known) == 1:
        session = list(known)
    names = _asked(session, "session", "session=mouse1 unit=37")
    rows = {name: _find(name, known) for name in names}
    words = _asked(unit, "unit", "unit=37")
    texts, problems = [], []
    for name, row in rows.items():
        try:
            loaded = load(*row)
        except Exception as error:  # whatever it is, the other sessions are answered
            problems.append(_problem(name, error))
            continue
        for word in words:
            try:
                texts.append(explain_text.text(loaded, _cluster_id(word, loaded)))
            except Exception as error:
                problems.append(_problem(name, error))
    return texts, problems


def _problem(session, error):
    """What is wrong with a session, by its name."""
    said = in_words(error)
    return said if f"session '{session}'" in said else f"session '{session}': {said}"


def _asked(value, key, example):
    """Words of a configuration key that may be one thing, several with commas, or a list."""
    said = "" if value is None else str(value)
    items = value if isinstance(value, list | tuple) else said.split(",")
    words = [str(item).strip() for item in items if str(item).strip()]
    if not words:
        raise GoodunitsError(f"{key}: say which, such as --config {example}")
    return words


def _find(session, known):
    """Row of a session, or an error with the nearest."""
    if session not in known:
        hint = nearest(session, known) if len(known) < 10 else _nearest_of_many(session, known)
        raise GoodunitsError(f"session '{session}' is not in the dataset{hint}")
    return known[session]


def _nearest_of_many(session, known):
    """The nearest of many sessions, or how many there are."""
    hint = nearest(session, known)
    return hint if "did you mean" in hint else f" of {len(known)} sessions"


def load(session_id, folder, results, labels_settings):
    """Read what a run left of a session.

    Parameters
    ----------
    session_id : str
        Its id.
    folder, results : path-like
        Kilosort folder and results folder.
    labels_settings : path-like
        File with the label rules in force now.

    Returns
    -------
    session : Session

    Raises
    ------
    SessionError
        If the session was not labelled yet.
    """
    paths = [Path(results, name) for name in ("labels.tsv", "metrics.tsv")]
    failure = failed_json.read_failure(results)
    if not all(path.exists() for path in paths):
        why = failure["reason"] if failure else "run snakemake, or snakemake preview, first"
        raise SessionError(f"session '{session_id}': no labels yet; {why}")
    header, rows = tsv.read_table(paths[0])
    names = labels_tsv.criteria_in(header)
    metrics, undefined = metrics_tsv.read_metrics(paths[1])
    receipt = json_record.read_record(Path(results, "written.json")) or {}
    now = json_record.read_record(labels_settings) or {}
    labels = {int(row["cluster_id"]): row for row in rows}
    by_unit = {row["cluster_id"]: row for row in metrics if row["cluster_id"] in labels}
    cards = card.of_settings(now)
    scores = {
        unit: explained.of_unit(labels[unit], values, undefined.get(unit, {}), cards)
        for unit, values in by_unit.items()
    }
    found = json_record.read_record(Path(results, "found.json")) or {}
    values = {unit: values | scores[unit].values for unit, values in by_unit.items()}
    written = receipt.get("settings", {})
    is_written = receipt.get("made_from", {}).get("labels.tsv") == files.sha256_file(paths[0])
    choices = [written, now] if is_written or "made_from" not in receipt else [now, written]
    kinds = all_metrics.kinds() | quantities.kinds(cards)
    rules, used = _rules(names, labels, values, undefined, choices, kinds)
    return Session(
        session_id,
        folder,
        labels,
        names,
        values,
        undefined,
        rules,
        "" if is_written else _preview(used, written),
        receipt,
        found,
        _events(folder, receipt),
        preview_labels.shown_now(folder, receipt),
        _notes(results, receipt, found.get("doubts", []), failure),
        scores,
    )


def _rules(names, labels, values, undefined, choices, kinds):
    """The settings that made these labels, as their rules make them again; and these rules."""
    for used in choices:
        try:
            rules = label_rules.parse_labels(used.get("labels"), kinds, all_metrics.units())
            made = {
                unit: unit_verdict.label_unit(rules, of_unit, undefined.get(unit, {})).label
                for unit, of_unit in values.items()
            }
        except (ConfigError, SessionError):  # of an older version, with metrics of other names
            continue
        is_same = all(labels[unit]["label_criteria"] == label for unit, label in made.items())
        if is_same and [criterion.text for criterion in rules.criteria] == names:
            return rules, used
    return None, {}


def _preview(used, written):
    """Say by what other settings than those of the last write the labels were made."""
    said = ""
    if used.get("labels") != written.get("labels"):
        said = "; the criteria below are others, of a preview since"
    if (policy := used.get("manual_curation")) and policy != written.get("manual_curation"):
        said += f"; the label is of a preview since, with manual_curation {policy}"
    return said


def _events(folder, receipt):
    """Events of the present sort; cluster ids of earlier ones were other units."""
    events = history.read_history(folder)
    sort = receipt.get("sort_id") or (events[-1]["sort_id"] if events else None)
    return [event for event in events if event["sort_id"] == sort]


def _notes(results, receipt, doubts, failure):
    """Notes of the write and the measurement, whose labels are in doubt, and what failed since."""
    measured = json_record.read_record(Path(results, "measured.json")) or {}
    notes = [*receipt.get("notes", []), *measured.get("notes", []), *doubts]
    if failure:
        notes.append(f"{failure['rule']} failed: {failure['reason']}")
    return list(dict.fromkeys(map(str, notes)))


def _cluster_id(word, session):
    """Cluster id that a word means, or an error with the nearest."""
    known = sorted(session.labels)
    if not word.isdecimal():
        raise GoodunitsError(f"unit '{word}': expected a cluster id, such as unit=37")
    number = int(word)
    if number not in session.labels:
        near = sorted(i for _, i in sorted((abs(i - number), i) for i in known)[:3])
        hint = f"; nearest: {', '.join(map(str, near))}" if near else ""
        raise GoodunitsError(
            f"unit {number}: not among the {len(known)} units of session '{session.id}'{hint}"
        )
    return number
