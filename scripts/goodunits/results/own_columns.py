"""Columns of the user's own in the session sheet, on their way into the tables.

They are kept in a file, so that a change starts the rule that makes the tables, and nothing else.
Standard library only.
"""

import json
from pathlib import Path

from goodunits.base import files



KEPT = ".run/own_columns.json"  # in results/


def path(results):
    """File with the columns of every session."""
    return Path(results, KEPT)


def keep(results, entries):
    """Bring the file up to date.

    Parameters
    ----------
    results : path-like
        Folder of all results.
    entries : iterable of SessionEntry
        All sessions of the dataset. What is known of sessions that it lacks is kept: tables of an
        earlier run may hold them.
    """
    known = read(results)
    columns = {**known, **{entry.id: dict(entry.columns) for entry in entries}}
    columns = {name: values for name, values in columns.items() if values}
    files.write_if_changed(path(results), json.dumps(columns, sort_keys=True).encode())


def read(results):
    """Columns of the user's own, by session.

    Parameters
    ----------
    results : path-like
        Folder of all results.

    Returns
    -------
    columns : dict of str to dict of str to str
        Only sessions that have any.
    """
    try:
        known = json.loads(path(results).read_bytes())
        return {name: dict(values) for name, values in known.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def header(columns, own, sessions):
    """Columns of a table with the user's own after the first.

    Parameters
    ----------
    columns : sequence of str
        Those of the table.
    own : mapping of str to dict of str to str
        As `read` gives it.
    sessions : iterable of str
        Sessions of the table.

    Returns
    -------
    header : tuple of str
    """
    names = dict.fromkeys(name for session in sessions for name in own.get(session, {}))
    return (columns[0], *names, *columns[1:])
