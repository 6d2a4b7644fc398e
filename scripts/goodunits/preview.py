"""Which labels a write would change, compared with what the session folders hold now. Reads only."""

from collections import Counter
from pathlib import Path

from goodunits import decisions, store, tsv

COLUMNS = ("session", "cluster_id", "label_now", "label", "source", "reason")
SHOWN = 10


def labels_now(session):
    """Labels that Phy shows now: the group where there is one, else Kilosort's label.

    Parameters
    ----------
    session : path-like

    Returns
    -------
    labels : dict of int to str
    """
    shown = {}
    for name, column in ((store.KS_FILE, "KSLabel"), (store.GROUP_FILE, "group")):
        data = store.read_label_file(session, name)
        if data is None:
            continue
        table = tsv.parse_labels(data, name, column)
        if table.column == column:
            labels = table.labels.items()
            shown |= {i: text for i, text in labels if text.lower() not in decisions.UNDECIDED}
    return shown


def changes(session_id, session, labels_path):
    """Rows of the units whose label a write would change.

    Parameters
    ----------
    session_id : str
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


def text(rows, sessions):
    """Summary for the terminal.

    Parameters
    ----------
    rows : list of list
        Changes of all sessions.
    sessions : list of str
        All session ids.

    Returns
    -------
    text : str
    """
    per_session = Counter(row[0] for row in rows)
    lines = [
        f"{len(rows)} label(s) would change in {len(per_session)} of {len(sessions)} session(s):"
    ]
    for session in sessions:
        moves = Counter(f"{row[2] or 'none'} -> {row[3]}" for row in rows if row[0] == session)
        said = ", ".join(f"{move}: {count}" for move, count in sorted(moves.items()))
        lines.append(f"  {session}: {said or 'no change'}")
    for row in rows[:SHOWN]:
        lines.append(
            f"    {row[0]} unit {row[1]}: {row[2] or 'none'} -> {row[3]} ({row[4]}; {row[5]})"
        )
    if len(rows) > SHOWN:
        lines.append(f"    ... and {len(rows) - SHOWN} more")
    return "\n".join(lines)


def table(rows):
    """Content of preview.tsv."""
    return tsv.format_table(COLUMNS, rows)


def labels_path(results):
    """Where the labels of a session lie."""
    return Path(results, "labels.tsv")
