"""The table units.tsv: every unit of every labelled session. Standard library only."""

from pathlib import Path
from types import MappingProxyType

from goodunits.base import tsv
from goodunits.result_files import labels_tsv, own_columns

FIRST = ("session", *labels_tsv.FIXED_COLUMNS)


def units_tsv(sessions, own=MappingProxyType({})):
    """Content of units.tsv.

    Parameters
    ----------
    sessions : list of tuple of str
        Id and results folder of each labelled session.
    own : mapping of str to dict of str to str
        Columns of the user's own in the session sheet, by session.

    Returns
    -------
    data : bytes
        Session, columns of the sheet, labels, scores and metrics of each unit, the cells copied as
        they are. Blank where a session was measured when other metrics were chosen; only a header
        without sessions.
    """
    sessions = sorted(sessions)
    header = dict.fromkeys(own_columns.header(FIRST, own, [session for session, _ in sessions]))
    for _, results in sessions:
        labels_header = tsv.read_header(Path(results, "labels.tsv"))
        header |= dict.fromkeys(labels_tsv.scores_in(labels_header))
    for _, results in sessions:
        header |= dict.fromkeys(tsv.read_header(Path(results, "metrics.tsv")))
    units = (
        {**unit, **own.get(session, {})}
        for session, results in sessions
        for unit in _session_units(session, results)
    )
    return tsv.format_results(header, ([unit.get(name, "") for name in header] for unit in units))


def _session_units(session, results):
    """Yield each unit of one session as a dict."""
    _, labels = tsv.read_table(Path(results, "labels.tsv"))
    _, metrics = tsv.read_table(Path(results, "metrics.tsv"))
    measured = {row["cluster_id"]: row for row in metrics}
    for row in labels:
        yield {**row, **measured.get(row["cluster_id"], {}), "session": session}
