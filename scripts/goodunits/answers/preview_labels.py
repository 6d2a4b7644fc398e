"""Which labels a write would change, compared with what the session folders hold. Reads only."""

from pathlib import Path
from typing import NamedTuple

from goodunits.answers import preview_text
from goodunits.base import files, json_record, tsv
from goodunits.base.errors import SessionError, in_words
from goodunits.criteria import label_classes
from goodunits.curation import decisions
from goodunits.phy import write_labels
from goodunits.result_files import failed_json, preview_tables
from goodunits.session_folder import file_names, label_files, label_tables

SESSION_COLUMNS = (
    "session",
    "n_units",
    "n_good_now",
    "n_good",
    "n_changes",
    "n_overturned",
    "n_white",
    "doubts",
    "not_compared",
)


class Change(NamedTuple):
    """A unit whose label would change: a row of preview.tsv, as docs/outputs.md describes it."""

    session: str
    cluster_id: str
    label_now: str
    label: str
    source: str
    reason: str
    group_now: str
    folder: str
    overturns: str


class Shown(NamedTuple):
    """What Phy shows of each unit: its group (none: a white row) and its label.

    Attributes
    ----------
    groups : dict of int to str
        Only of units that have one; `unsorted` is one.
    labels : dict of int to str
        The group where there is one, else Kilosort's label.
    """

    groups: dict
    labels: dict


class Compared(NamedTuple):
    """One session: its changes, counts, and doubts."""

    rows: list
    n_units: int = 0
    n_good_now: int = 0
    n_good: int = 0
    n_white: int = 0
    doubts: tuple = ()

    @property
    def overturned(self):
        """Rows that take a person's label away."""
        return [row for row in self.rows if row.overturns]


def shown_now(folder, receipt=decisions.NONE):
    """What Phy shows of the units now.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    receipt : mapping
        Of the last write; empty before the first.

    Returns
    -------
    shown : Shown
    """
    groups = _labels(folder, file_names.GROUP_FILE, "group")
    labels = {**_labels(folder, file_names.KS_FILE, "KSLabel"), **groups}
    # A class of ours that Phy does not know is unsorted there, or what the class says, and has its
    # name in a file of ours. A person's word is the group itself, so it is gone with that.
    settings = receipt.get("settings", {})
    shown_as = label_classes.shown_as(settings.get("labels", []))
    is_kept = settings.get("manual_curation") != "overwrite"
    words = receipt.get("decisions", {}) if is_kept else {}
    hidden = {
        i: text
        for i, text in _our_classes(folder).items()
        if text not in write_labels.PHY_GROUPS and words.get(str(i)) != text
    }
    labels |= {
        i: text
        for i, text in hidden.items()
        if _is_white(groups.get(i, "")) or groups[i] == shown_as.get(text)
    }
    return Shown(groups, labels)


def _labels(folder, name, column):
    """Labels of one file, none where it is missing or has another column."""
    data = label_files.read_label_file(folder, name)
    table = label_tables.read_table(folder, name, data, column)
    return dict(table.labels) if table is not None and table.column == column else {}


def _our_classes(folder):
    """Labels of our own file for classes that Phy does not know; none without the file."""
    data = label_files.read_label_file(folder, file_names.CLASS_FILE)
    try:
        return tsv.parse_columns(data or b"", file_names.CLASS_FILE, ["gu_label"])["gu_label"]
    except SessionError:  # missing, or somebody else's: Phy's own files are what counts
        return {}


def _is_white(group):
    """Whether Phy shows a row of this group without colour."""
    return group.lower() in decisions.UNDECIDED


def compare_session(session_id, folder, labels_path, settings=None):
    """Compare the labels of a session with what Phy shows.

    Parameters
    ----------
    session_id : str
        For the first column.
    folder : path-like
        Kilosort folder.
    labels_path : path-like
        The session's labels.tsv.
    settings : path-like, optional
        File with the label rules in force, which may say as what Phy is to show a class.

    Returns
    -------
    compared : Compared
    """
    results = Path(labels_path).parent
    receipt = json_record.read_record(results / "written.json") or {}
    shown = shown_now(folder, receipt)
    seen = json_record.read_record(results / "found.json") or {}
    decided = seen.get("decisions", {})
    _, units = tsv.read_table(labels_path)
    rows, now = [], [shown.labels.get(int(unit["cluster_id"]), "") for unit in units]
    groups = [shown.groups.get(int(unit["cluster_id"]), "") for unit in units]
    rules = (json_record.read_record(settings) or {}) if settings else {}
    shown_as = label_classes.shown_as(rules.get("labels", []))
    coloured = {label: label for label in write_labels.PHY_GROUPS} | shown_as
    for unit, label, group in zip(units, now, groups, strict=True):
        theirs = decided.get(unit["cluster_id"], "")
        if label != unit["label"]:
            said = [unit[name] for name in ("label", "source", "reason")]
            overturns = theirs if theirs != unit["label"] else ""
            place = (group, str(folder), overturns)
            rows.append(Change(session_id, unit["cluster_id"], label, *said, *place))
    return Compared(
        rows,
        len(units),
        now.count("good"),
        sum(unit["label"] == "good" for unit in units),
        sum(
            _is_white(group) and not _is_white(coloured.get(unit["label"], ""))
            for unit, group in zip(units, groups, strict=True)
        ),
        tuple(seen.get("doubts", ())),
    )


def compare(sessions, table_path, unfinished=()):
    """Compare all sessions: write the tables of changes and give a summary for the terminal.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder, and the file of the label rules in force.
    table_path : path-like
        Where the table of units goes; that of sessions lies beside it.
    unfinished : collection of str
        Ids of sessions whose labels this run was to make and did not: those that lie there are old.

    Returns
    -------
    text : str
        Sessions without labels, or that cannot be read, are named with the reason.
    """
    compared, problems = {}, {}
    for session_id, session, results, *settings in sessions:
        try:
            if session_id in unfinished:
                raise SessionError(_why_unfinished(session, results))
            labels = _labels_path(results)
            compared[session_id] = compare_session(session_id, session, labels, *settings)
        except Exception as error:  # whatever it is, the other sessions go on
            problems[session_id] = in_words(error)
    rows = [row for session in compared.values() for row in session.rows]
    files.write_if_changed(table_path, tsv.format_results(Change._fields, rows))
    by_session = [_session_row(i, compared.get(i), problems.get(i, "")) for i, *_ in sessions]
    sessions_path = Path(table_path).with_name(preview_tables.SESSIONS)
    files.write_if_changed(sessions_path, tsv.format_results(SESSION_COLUMNS, by_session))
    return f"{preview_text.text(compared, problems)}\nAll of them: {table_path}"


def _session_row(session_id, folder, problem):
    """Row of a session; without counts where it could not be compared."""
    if folder is None:
        return [session_id, *[""] * (len(SESSION_COLUMNS) - 2), problem]
    n_units, *n_good = folder.n_units, folder.n_good_now, folder.n_good
    counts = (n_units, *n_good, len(folder.rows), len(folder.overturned), folder.n_white)
    return [session_id, *counts, " | ".join(folder.doubts), ""]


def _why_unfinished(folder, results):
    """Why a session was not judged in this run."""
    failure = failed_json.read_failure(results, folder)
    return failure["reason"] if failure else "the run was stopped before"


def _labels_path(results):
    """Where the labels of a session lie; an error if they are not those of its present metrics."""
    labels = Path(results, "labels.tsv")
    if not (labels.exists() and Path(results, "metrics.tsv").exists()):
        failure = failed_json.read_failure(results)
        raise SessionError(failure["reason"] if failure else "no labels yet")
    return labels
