"""Which labels a write would change, compared with what the session folders hold. Reads only."""

from collections import Counter, defaultdict
from pathlib import Path

from goodunits import decisions, files, label_tables, logs, store, tsv
from goodunits.errors import SessionError, in_words

COLUMNS = ("session", "cluster_id", "label_now", "label", "source", "reason")
SHOWN = 10


def labels_now(session):
    """Labels that Phy shows now: the group where there is one, else Kilosort's label.

    Parameters
    ----------
    session : path-like
        Kilosort folder.

    Returns
    -------
    labels : dict of int to str
    """
    shown = {}
    for name, column in ((store.KS_FILE, "KSLabel"), (store.GROUP_FILE, "group")):
        data = store.read_label_file(session, name)
        table = label_tables.read_table(session, name, data, column)
        if table is not None and table.column == column:
            labels = table.labels.items()
            shown |= {i: text for i, text in labels if text.lower() not in decisions.UNDECIDED}
    return shown


def changes(session_id, session, labels_path):
    """Rows of the units whose label a write would change.

    Parameters
    ----------
    session_id : str
        For the first column.
    session : path-like
        Kilosort folder.
    labels_path : path-like
        The session's labels.tsv.

    Returns
    -------
    rows : list of list
        In the order of COLUMNS.
    """
    now = labels_now(session)
    _, rows = tsv.read_table(labels_path)
    return [
        [session_id, row["cluster_id"], before, row["label"], row["source"], row["reason"]]
        for row in rows
        if (before := now.get(int(row["cluster_id"]), "")) != row["label"]
    ]


def compare(sessions, table_path):
    """Compare all sessions: write the table of changes and give a summary for the terminal.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder.
    table_path : path-like
        Where the table goes.

    Returns
    -------
    text : str
        Sessions without labels, or that cannot be read, are named with the reason.
    """
    rows, problems = [], {}
    for session_id, session, results in sessions:
        try:
            rows += changes(session_id, session, _labels_path(results))
        except Exception as error:  # whatever it is, the other sessions go on
            problems[session_id] = in_words(error)
    files.write_if_changed(table_path, tsv.format_results(COLUMNS, rows))
    return (
        f"{text(rows, [session[0] for session in sessions], problems)}\nAll of them: {table_path}"
    )


def _labels_path(results):
    """Where the labels of a session lie; an error if they are not those of its present metrics."""
    labels = Path(results, "labels.tsv")
    if not (labels.exists() and Path(results, "metrics.tsv").exists()):
        failure = logs.read_failure(results)
        raise SessionError(failure["reason"] if failure else "no labels yet")
    return labels


def text(rows, sessions, problems):
    """Summary for the terminal.

    Parameters
    ----------
    rows : list of list
        Changes of all sessions.
    sessions : list of str
        All session ids.
    problems : dict of str to str
        Why a session could not be compared.

    Returns
    -------
    text : str
    """
    moves = defaultdict(Counter)
    for row in rows:
        moves[row[0]][f"{row[2] or 'none'} -> {row[3]}"] += 1
    lines = [f"{len(rows)} label(s) would change in {len(moves)} of {len(sessions)} session(s):"]
    for session in sessions:
        said = ", ".join(f"{move}: {count}" for move, count in sorted(moves[session].items()))
        if session in problems:
            said = f"not compared: {problems[session]}"
        lines.append(f"  {session}: {said or 'no change'}")
    for row in rows[:SHOWN]:
        lines.append(
            f"    {row[0]} unit {row[1]}: {row[2] or 'none'} -> {row[3]} ({row[4]}; {row[5]})"
        )
    if len(rows) > SHOWN:
        lines.append(f"    ... and {len(rows) - SHOWN} more")
    return "\n".join(lines)
