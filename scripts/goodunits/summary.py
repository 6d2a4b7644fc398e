"""Tables over all sessions: one row per session, one row per unit."""

from pathlib import Path
from types import MappingProxyType

from goodunits import criteria_counts, logs, own_columns, store, tsv, unit_table
from goodunits.errors import in_words, one_line

MAX_NOTES = 10
SESSION_COLUMNS = (
    "session",
    "status",
    "reason",
    "n_units",
    "n_good",
    "n_good_before",
    "n_manual",
    "n_changed",
    "kilosort_version",
    "recording_duration_s",
    "criteria",
    "folder",
)


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
        `status` is "labelled", "failed" or "not finished"; the counts are blank unless labelled.
    """
    row = dict.fromkeys(SESSION_COLUMNS, "")
    row.update(session=session_id, folder=str(folder))
    failure = logs.read_failure(results)
    receipt = store.read_receipt(Path(results, "written.json"))
    if failure:
        row.update(status="failed", reason=f"{failure['rule']}: {failure['reason']}")
    elif receipt is None:
        row.update(status="not finished", reason="its labels are not written yet; see logs/")
    else:
        row.update(status="labelled", **_counts(Path(results, "labels.tsv")))
        row.update(
            kilosort_version=receipt["measured"]["kilosort_version"],
            recording_duration_s=receipt["measured"]["recording_duration_s"],
            criteria=receipt["settings"]["criteria"],
            reason="; ".join(receipt["notes"]),
        )
    return row


def _row_or_problem(session_id, folder, results):
    """Row of one session; whatever is wrong with its results, the others have theirs."""
    try:
        return session_row(session_id, folder, results)
    except Exception as error:
        row = dict.fromkeys(SESSION_COLUMNS, "")
        row.update(session=session_id, folder=str(folder))
        row.update(status="failed", reason=f"summarize: {in_words(error)}; see {results}")
        return row


def _counts(labels_path):
    """Numbers of units for the row of a session."""
    _, rows = tsv.read_table(labels_path)
    return {
        "n_units": len(rows),
        "n_good": sum(row["label"] == "good" for row in rows),
        "n_good_before": sum(row["label_before"] == "good" for row in rows),
        "n_manual": sum(row["source"] == "manual" for row in rows),
        "n_changed": sum(row["label"] != row["label_before"] for row in rows),
    }


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
    rows = [{**row, **own.get(row["session"], {})} for row in rows]
    header = own_columns.header(SESSION_COLUMNS, own, [row["session"] for row in rows])
    body = [[row.get(name, "") for name in header] for row in rows]
    return tsv.format_results(header, body), rows


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
        Session id and results folder.
    """
    done = {row["session"] for row in rows if row["status"] == "labelled"}
    return [(session, results) for session, _, results in sessions if session in done]


def tables(sessions, own=MappingProxyType({})):
    """Contents of both tables over all sessions.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder.
    own : mapping of str to dict of str to str
        Columns of the user's own in the session sheet, by session.

    Returns
    -------
    sessions_tsv, units_tsv : bytes
        A row per session, and a row per unit of the labelled ones.
    rows : list of dict
        Rows of sessions.tsv.
    """
    data, rows = sessions_table(sessions, own)
    return data, unit_table.units_tsv(labelled(rows, sessions), own), rows


def criteria_tsv(rows, sessions):
    """Content of summary.tsv: what each criterion costs in the labelled sessions.

    Parameters
    ----------
    rows : list of dict
        Rows of sessions.tsv.
    sessions : list of tuple
        Session id, Kilosort folder, results folder.

    Returns
    -------
    data : bytes
    """
    done = [results for _, results in labelled(rows, sessions)]
    receipts = [store.read_receipt(Path(results, "written.json")) for results in done]
    settings = [receipt["settings"] for receipt in receipts]
    return criteria_counts.table(zip(done, settings, strict=True))


def success_text(rows):
    """Summary of a run without errors, for the terminal."""
    done = [row for row in rows if row["status"] == "labelled"]
    units, good, changed = (
        sum(row[name] for row in done) for name in ("n_units", "n_good", "n_changed")
    )
    lines = [
        f"goodunits: {len(done)} session(s) labelled, {good} of {units} units good, "
        f"{changed} label(s) differ from the original ones; see results/sessions.tsv"
    ]
    lines += [f"  {row['session']}: {row['reason']}" for row in done if row["reason"]][:MAX_NOTES]
    return "\n".join(one_line(line) for line in lines)


def failures_text(rows):
    """Table of the sessions that are not labelled, for the terminal."""
    failed = [row for row in rows if row["status"] != "labelled"]
    width = max((len(row["session"]) for row in failed), default=0)
    lines = [f"goodunits: {len(failed)} of {len(rows)} session(s) without new labels:"]
    lines += [f"  {row['session']:<{width}}  {row['reason']}" for row in failed]
    return "\n".join(one_line(line) for line in lines)
