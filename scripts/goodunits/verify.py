"""Check that session folders still carry what was written. Reads only."""

from pathlib import Path

from goodunits import found, preview, store, tsv
from goodunits.errors import SessionError

COLUMNS = ("session", "folder", "verdict", "detail")


def check(session, results):
    """Compare the label files of a session with the receipt of the last write.

    Parameters
    ----------
    session : path-like
        Kilosort folder.
    results : path-like
        Folder of the session's results.

    Returns
    -------
    problems : list of str
        Empty if every file is as written.

    Raises
    ------
    SessionError
        If a label file cannot be read.
    """
    receipt = found.read_receipt(Path(results, "written.json"))
    if receipt is None:
        return ["labels were never written"]
    store.check_folder(session)
    problems = []
    for name in found.changed_files(session, receipt):
        data = store.read_label_file(session, name)
        problems.append(f"{name} is gone" if data is None else f"{name} was changed")
    if problems:
        problems.append(_units(session, results))
    return problems


def _units(session, results):
    """Name the units whose label differs now."""
    try:
        rows = preview.changes("", session, Path(results, "labels.tsv"))
    except (SessionError, OSError) as error:
        return f"labels cannot be compared ({error})"
    units = [f"unit {row[1]}: {row[3]} written, {row[2] or 'none'} now" for row in rows]
    return "; ".join(units[:10]) or "the labels themselves are as written"


def table(rows):
    """Content of verify.tsv."""
    return tsv.format_table(COLUMNS, rows)
