"""Check that session folders still carry what was written. Reads only."""

from pathlib import Path

from goodunits import found, generations, preview, sort_id, state, store, tsv
from goodunits.errors import in_words

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
    receipt = store.read_receipt(Path(results, "written.json"))
    if receipt is None:
        return ["labels were never written"]
    sort_id.check_folder(session)
    problems = []
    for name in found.changed_files(session, receipt):
        data = store.read_label_file(session, name)
        problems.append(f"{name} is gone" if data is None else f"{name} was changed")
    if problems:
        problems = [*_restored(session), *problems, _units(session, results)]
    return problems


def _restored(session):
    """Say that the files were restored, if nobody wrote to them since."""
    generation = generations.current_generation(session)
    events = state.read_history(generation) if generation else []
    last = [event for event in events if "left" in event][-1:]
    return [
        f"restored on {event['time']}, a plain run writes the labels again"
        for event in last
        if event["event"] == "restore"
        and not found.changed_files(session, {"written": event["left"]["hashes"]})
    ]


def _units(session, results):
    """Name the units whose label differs now."""
    try:
        rows = preview.changes("", session, Path(results, "labels.tsv"))
    except Exception as error:  # the verdict stands without them
        return f"labels cannot be compared ({in_words(error)})"
    units = [f"unit {row[1]}: {row[3]} written, {row[2] or 'none'} now" for row in rows]
    return "; ".join(units[:10]) or "the labels themselves are as written"


def table(rows):
    """Content of verify.tsv."""
    return tsv.format_results(COLUMNS, rows)
