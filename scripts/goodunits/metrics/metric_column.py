"""One metric of all units: values, and why some are undefined."""

from dataclasses import dataclass

import numpy as np


def as_columns(rows, int_names=()):
    """Turn the metrics of each unit into columns.

    Parameters
    ----------
    rows : list of dict of str to (float, int or str)
        Per unit its metrics by name; a text is the reason why a metric is undefined.
    int_names : collection of str
        Metrics that are whole numbers.

    Returns
    -------
    dict of str to Column
    """
    columns = {}
    for name in rows[0]:
        cells = [row[name] for row in rows]
        reasons = {place: cell for place, cell in enumerate(cells) if isinstance(cell, str)}
        if name in int_names:
            values = [None if isinstance(cell, str) else int(cell) for cell in cells]
        else:
            values = np.array([np.nan if isinstance(cell, str) else cell for cell in cells])
        columns[name] = Column(values, reasons)
    return columns


def all_undefined(names, reason, n_units, int_names=()):
    """Columns of metrics that no unit has, all for one reason."""
    return as_columns([dict.fromkeys(names, reason)] * n_units, int_names)


@dataclass(frozen=True)
class Column:
    """One metric of all units.

    Attributes
    ----------
    values : float64 array or list (n_units,)
        NaN (float metrics) or None (all other kinds) where the metric is undefined.
    reasons : dict of int to str
        Why it is undefined, by row.
    """

    values: np.ndarray | list
    reasons: dict


def undefined_column(n_units, reason):
    """Float column without any value, for one reason."""
    return Column(np.full(n_units, np.nan), dict.fromkeys(range(n_units), reason))
