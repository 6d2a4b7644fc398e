"""What the target `learn` found out last, as the page shows it."""

from pathlib import Path

from goodunits.base import tsv
from goodunits.result_files import learned_tables

MOST_NEXT = 100


def read(folder):
    """Read what was learned from labels of people.

    Parameters
    ----------
    folder : path-like
        Folder of all results.

    Returns
    -------
    learned : dict or None
        `agreement`: rows of agreement.tsv over all sessions; `next`: first rows of label_next.tsv.
        None where nothing was learned yet.
    """
    rows = _rows(Path(folder, learned_tables.AGREEMENT))
    over_all = [row for row in rows if row.get("session") == learned_tables.ALL_SESSIONS]
    if not over_all:
        return None
    following = _rows(Path(folder, learned_tables.LABEL_NEXT))
    return {"agreement": over_all, "next": following[:MOST_NEXT]}


def _rows(path):
    """Rows of a table; none where it is not there or cannot be read."""
    try:
        return tsv.read_table(path)[1]
    except (OSError, ValueError):
        return []
