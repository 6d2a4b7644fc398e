"""Tables over all sessions: one row per session, one row per unit, and what is said of them.

They tell what was written into the session folders and is there still, never what a preview or a
run for other sessions would write.
"""

from collections import Counter
from pathlib import Path
from types import MappingProxyType

from goodunits.base import files, tsv
from goodunits.base.errors import in_words, one_line
from goodunits.criteria import undecided
from goodunits.curation import decisions
from goodunits.phy import write_labels
from goodunits.result_files import own_columns
from goodunits.standing import session_standing
from goodunits.tables import summary_tsv, units_tsv

MAX_NOTES = 10
MAX_FAILED = 20
NAMED_SESSIONS = 3
LINE_LENGTH = 200
SESSIONS, UNITS, CRITERIA = "sessions.tsv", "units.tsv", "summary.tsv"
BEFORE_CLASSES = ("session", "status", "reason", "n_units", "n_good", "n_good_before")
AFTER_CLASSES = (
    "n_manual",
    "n_changed",
    "kilosort_version",
    "recording_duration_s",
    "criteria",
    "criteria_hash",
    "written",
    "notes",
    "folder",
)
# Names that no column of a user may have.
SESSION_COLUMNS = (*BEFORE_CLASSES, *AFTER_CLASSES)


def session_row(session_id, folder, results):
    """Row of one session for sessions.tsv.

    Parameters
    ----------
    session_id : str
        For the first column.
    folder : path-like
        The Kilosort folder.
    results : path-like
        Folder of the session's results.

    Returns
    -------
    row : dict
        `status` as in `standing`. Beside the columns it has `labels`, the labels counted, and
        `settings`, what the session was labelled by; these are empty unless it is "labelled".
    """
    stands = session_standing.of_session(folder, results)
    row = _row_without_labels(session_id, folder, stands.status, stands.reason)
    if stands.status != session_standing.LABELLED:
        return row
    receipt = stands.receipt
    problem = damaged_tables(results, receipt)
    if problem:
        return row | {"status": session_standing.NOT_LABELLED, "reason": problem}
    settings, measured = receipt["settings"], receipt["measured"]
    _, units = tsv.read_table(Path(results, session_standing.WRITTEN, "labels.tsv"))
    scorecards = settings.get("scorecards", ())
    told = undecided.notes(units, settings["labels"], scorecards)
    notes = [*receipt["notes"], *measured["notes"], *told]
    return row | {
        **_counts(units),
        "kilosort_version": measured["kilosort_version"],
        "recording_duration_s": measured["recording_duration_s"],
        "criteria": settings["criteria"],
        "criteria_hash": criteria_hash(settings),
        "written": receipt["time"],
        "notes": " | ".join(notes),
        "all_notes": notes,
        "settings": settings,
    }


def _row_without_labels(session_id, folder, status, reason):
    """Row of a session whose units are not counted."""
    told = {"session": session_id, "status": status, "reason": reason, "folder": str(folder)}
    return {**told, "labels": Counter(), "settings": None, "all_notes": []}


def _row_or_problem(session_id, folder, results):
    """Row of one session; whatever is wrong with its results, the others have theirs."""
    try:
        return session_row(session_id, folder, results)
    except Exception as error:
        reason = f"summarize: {in_words(error)}; see {results}"
        return _row_without_labels(session_id, folder, session_standing.FAILED, reason)


def damaged_tables(results, receipt):
    """What is wrong with the tables that the labels were written from; None if they are sound."""
    if "made_from" not in receipt:
        return "labelled by an earlier version of goodunits; a run labels it anew"
    for name, sha in receipt["made_from"].items():
        path = Path(results, session_standing.WRITTEN, name)
        if files.sha256_optional(files.read_optional(path)) != sha:
            return f"{path}: gone or changed since the labels were written; remove it and run again"
    return None


def criteria_hash(settings):
    """Short text that is the same for the same criteria, whatever their name."""
    return files.sha256_bytes(str(settings["labels"]).encode())[:8]


def _counts(rows):
    """Numbers of units for the row of a session."""
    return {
        "labels": Counter(row["label"] for row in rows),
        "n_units": len(rows),
        "n_good_before": sum(row["label_before"] == "good" for row in rows),
        "n_manual": sum(row["source"] == decisions.MANUAL for row in rows),
        "n_changed": sum(row["label"] != row["label_before"] for row in rows),
    }


def classes_of(rows):
    """Labels in use beside good: those of Phy first, then the others by name."""
    seen = {label for row in rows for label in row["labels"]} - {"good"}
    phy = [label for label in write_labels.PHY_GROUPS if label in seen]
    return [*phy, *sorted(seen - set(phy))]


def sessions_table(sessions, own=MappingProxyType({})):
    """Content of sessions.tsv.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder.
    own : mapping of str to dict of str to str
        Columns of the user's own in the session sheet, by session.

    Returns
    -------
    data : bytes
    rows : list of dict
    """
    rows = [_row_or_problem(*session) for session in sorted(sessions)]
    theirs = [own.get(row["session"], {}) for row in rows]
    classes = _class_columns(classes_of(rows), {name for columns in theirs for name in columns})
    for row in rows:
        if row["labels"]:
            row["n_good"] = row["labels"]["good"]
            row |= {column: row["labels"][label] for column, label in classes.items()}
    columns = (*BEFORE_CLASSES, *classes, *AFTER_CLASSES)
    header = own_columns.header(columns, own, [row["session"] for row in rows])
    # Beside what it tells, a row holds words of our own, which may be names in the sheet too.
    told = [{**row, **others} for row, others in zip(rows, theirs, strict=True)]
    body = [[row.get(name, "") for name in header] for row in told]
    return tsv.format_results(header, body), rows


def _class_columns(labels, theirs):
    """Label of each column that counts units of one, by a name that no other column has."""
    columns, taken = {}, {*SESSION_COLUMNS, *theirs}
    for label in labels:
        column = f"n_{label}"
        while column in taken:
            column = f"n_label_{column.removeprefix('n_')}"
        taken.add(column)
        columns[column] = label
    return columns


def labelled(rows, sessions):
    """Sessions whose labels are written.

    Parameters
    ----------
    rows : list of dict
        Rows of sessions.tsv.
    sessions : list of tuple
        Session id, Kilosort folder, results folder.

    Returns
    -------
    sessions : list of tuple
        Session id and folder with the tables that were written.
    """
    done = {row["session"] for row in rows if row["status"] == session_standing.LABELLED}
    return [
        (session, Path(results, session_standing.WRITTEN))
        for session, _, results in sessions
        if session in done
    ]


def write_tables(sessions, folder):
    """Write the tables over all sessions: a row per session, per unit, and per criterion.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder.
    folder : path-like
        Folder of all results.

    Returns
    -------
    rows : list of dict
        Rows of sessions.tsv.
    """
    own = own_columns.read(folder)
    data, rows = sessions_table(sessions, own)
    done = labelled(rows, sessions)
    settings = {row["session"]: row["settings"] for row in rows}
    counted = [(written, settings[session]) for session, written in done]
    files.write_if_changed(Path(folder, UNITS), units_tsv.units_tsv(done, own))
    files.write_if_changed(Path(folder, CRITERIA), summary_tsv.table(counted))
    files.write_if_changed(Path(folder, SESSIONS), data)
    return rows


def keep_true(folder, folders, standings=None):
    """Rewrite the tables of an earlier run where they say what no longer holds.

    The sessions stay those of the table: this may be a run over another dataset.

    Parameters
    ----------
    folder : path-like
        Folder of all results.
    folders : dict of str to path-like
        Kilosort folder of each session of the dataset now.
    standings : dict of str to Standing, optional
        How sessions stand, as far as it is known already.

    Returns
    -------
    others : list of str
        Sessions of the table that the dataset does not have.
    """
    try:
        _, rows = tsv.read_table(Path(folder, SESSIONS))
        told = {row["session"]: row for row in rows}
    except (OSError, ValueError, KeyError):
        return []
    sessions = [
        (name, str(folders.get(name, row["folder"])), str(Path(folder, name)))
        for name, row in told.items()
    ]
    for name, place, results in sessions:
        stands = (standings or {}).get(name) or session_standing.of_session(place, results)
        if _told(told[name]) != _should_tell(place, stands):
            write_tables(sessions, folder)
            break
    return [name for name in told if name not in folders]


def _told(row):
    """What a row of sessions.tsv says, as far as it can be compared at little cost."""
    return [row.get(name) for name in ("status", "reason", "written", "folder")]


def _should_tell(folder, stands):
    """What a row of sessions.tsv should say, as far as it can be compared at little cost."""
    written = stands.receipt["time"] if stands.status == session_standing.LABELLED else ""
    return [stands.status, stands.reason, written, folder]


def success_text(rows):
    """Summary of a run without errors, for the terminal."""
    done = [row for row in rows if row["status"] == session_standing.LABELLED]
    counts = sum((row["labels"] for row in done), Counter())
    changed = sum(row["n_changed"] for row in done)
    classes = [f"{counts['good']} of {counts.total()} units good"]
    classes += [f"{counts[name]} {name}" for name in classes_of(done)]
    lines = [
        f"goodunits: {len(done)} session(s) labelled, {', '.join(classes)}, "
        f"{changed} label(s) differ from the original ones; see results/{SESSIONS}"
    ]
    return "\n".join(lines + notes_lines(done))


def notes_lines(rows):
    """What should be known of sessions: one line for each note, with the sessions that have it."""
    sessions = {}
    for row in rows:
        for note in row["all_notes"]:
            sessions.setdefault(note, []).append(row["session"])
    lines = [_shortened(f"  {_names(names)}: {note}") for note, names in sessions.items()]
    if len(lines) > MAX_NOTES:
        more = f"  and {len(lines) - MAX_NOTES} notes more: column notes of results/{SESSIONS}"
        lines[MAX_NOTES:] = [more]
    return lines


def _names(names):
    """A few names and how many more there are."""
    more = len(names) - NAMED_SESSIONS
    return ", ".join(names[:NAMED_SESSIONS]) + (f" and {more} more" if more > 0 else "")


def _shortened(line):
    """A line that fits the terminal, harmless whatever stands in it."""
    line = one_line(line)
    return line if len(line) <= LINE_LENGTH else f"{line[: LINE_LENGTH - 3]}..."


def failures_text(rows):
    """Table of the sessions that are not labelled, for the terminal."""
    failed = [row for row in rows if row["status"] != session_standing.LABELLED]
    width = max((len(row["session"]) for row in failed), default=0)
    lines = [f"goodunits: {len(failed)} of {len(rows)} session(s) without new labels:"]
    told = [f"  {row['session']:<{width}}  {row['reason']}" for row in failed[:MAX_FAILED]]
    lines += [one_line(line) for line in told]
    if len(failed) > MAX_FAILED:
        lines.append(f"  and {len(failed) - MAX_FAILED} more: column reason of results/{SESSIONS}")
    return "\n".join(lines)
