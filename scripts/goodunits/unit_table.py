"""The table units.tsv: every unit of every labelled session. Standard library only."""

from pathlib import Path
from types import MappingProxyType

from goodunits import labels_file, tsv

FIRST = ("session", *labels_file.FIXED_COLUMNS)
NO_COLUMNS = MappingProxyType({})


def units_tsv(sessions, sheet=NO_COLUMNS):
    """Content of units.tsv.

    Parameters
    ----------
    sessions : list of tuple of str
        Id and results folder of each labelled session.
    sheet : mapping of str to dict of str to str
        Columns of the user's own in the session sheet, by session.

    Returns
    -------
    data : bytes
        Session, columns of the sheet, labels and metrics of each unit, the cells copied as they
        are. Blank where a session was measured when other metrics were chosen; only a header
        without sessions.
    """
    sessions = sorted(sessions)
    header = dict.fromkeys(with_own(FIRST, sheet))
    for _, results in sessions:
        header |= dict.fromkeys(tsv.read_header(Path(results, "metrics.tsv")))
    units = (
        {**unit, **sheet.get(session[0], {})}
        for session in sessions
        for unit in _session_units(*session)
    )
    return tsv.format_results(header, ([unit.get(name, "") for name in header] for unit in units))


def with_own(columns, sheet):
    """Columns of a table with those of the user's own in the session sheet after the first."""
    own = dict.fromkeys(name for values in sheet.values() for name in values)
    return (columns[0], *own, *columns[1:])


def _session_units(session, results):
    """Yield each unit of one session as a dict."""
    _, labels = tsv.read_table(Path(results, "labels.tsv"))
    _, metrics = tsv.read_table(Path(results, "metrics.tsv"))
    measured = {row["cluster_id"]: row for row in metrics}
    for row in labels:
        yield {**row, **measured.get(row["cluster_id"], {}), "session": session}
