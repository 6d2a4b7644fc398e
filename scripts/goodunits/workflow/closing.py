"""The end of a run: tables that agree with the folders, and what is said of the sessions."""

from goodunits.standing import session_standing
from goodunits.tables import sessions_tsv

NOT_REACHED = "not reached before the run ended; its folder holds the labels of {written}"
OTHER_SETTINGS = "holds the labels of {written}, by other criteria than these; run again"


def without_errors(rows, expected):
    """What to say after a run without errors.

    Parameters
    ----------
    rows : list of dict
        Rows of sessions.tsv, of the sessions of this run.
    expected : dict of str to dict
        Settings that each of them should be labelled by.

    Returns
    -------
    text : str
    is_done : bool
        Whether every session is labelled as configured.
    """
    done = [row for row in rows if row["status"] == session_standing.LABELLED]
    late = [row["session"] for row in done if row["settings"] != expected[row["session"]]]
    rows = [_instead(row, late, OTHER_SETTINGS) for row in rows]
    text = sessions_tsv.success_text(rows)
    if all(row["status"] == session_standing.LABELLED for row in rows):
        return text, True
    return f"{text}\n{sessions_tsv.failures_text(rows)}", False


def with_errors(rows, unfinished):
    """What to say after a run with errors, or one that was stopped.

    Parameters
    ----------
    rows : list of dict
        Rows of sessions.tsv, of the sessions of this run.
    unfinished : collection of str
        Sessions with jobs that this run was to do and did not.

    Returns
    -------
    text : str
    """
    return sessions_tsv.failures_text([_instead(row, unfinished, NOT_REACHED) for row in rows])


def _instead(row, sessions, reason):
    """The row of a session; where its labels are of an earlier run, it says so instead."""
    if row["session"] not in sessions or row["status"] != session_standing.LABELLED:
        return row
    return row | {"status": session_standing.NOT_LABELLED, "reason": reason.format(**row)}
