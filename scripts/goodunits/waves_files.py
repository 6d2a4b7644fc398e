"""Optional files of a sort, and the templates that each unit is made of."""

from dataclasses import dataclass

import numpy as np

from goodunits.errors import SessionError
from goodunits.session import load_array
from goodunits.spikes import Column


@dataclass(frozen=True)
class Loaded:
    """What became of an optional file.

    Attributes
    ----------
    array : numpy.ndarray or None
        Its content, None if it cannot be used.
    reason : str
        "" or why there is no array: "file_missing" or "file_unusable".
    notes : tuple of str
        What is wrong with an unusable file, one line each.
    """

    array: np.ndarray | None
    reason: str = ""
    notes: tuple[str, ...] = ()


def load(session, name, n_dims, *, per_spike=False, mmap=False, min_columns=0):
    """Read an optional array of numbers; a fault in it never stops the session.

    Parameters
    ----------
    session : Session
        The session.
    name : str
        Name of the file.
    n_dims : int
        Number of dimensions that the array must have; a last dimension of 1 is dropped.
    per_spike : bool
        Demand one row per spike.
    mmap : bool
        Map the file instead of reading it.
    min_columns : int
        Least length of the last dimension.

    Returns
    -------
    Loaded
    """
    try:
        array = load_array(session, name, mmap=mmap, per_spike=per_spike)
    except SessionError as error:
        return Loaded(None, "file_unusable", (f"{error}; its metrics are left out",))
    if array is None:
        return Loaded(None, "file_missing")
    if array.ndim == n_dims + 1 and array.shape[-1] == 1:  # Kilosort 2.5 and 3
        array = array[..., 0]
    if array.ndim != n_dims or array.shape[-1] < min_columns or array.dtype.kind not in "iuf":
        return unusable(name, f"shape {array.shape} of {array.dtype}, expected another array")
    return Loaded(array)


def unusable(name, fault):
    """Loaded for a file with a fault."""
    return Loaded(None, "file_unusable", (f"{name}: {fault}; its metrics are left out",))


def parents(spikes, spike_templates):
    """Templates that the spikes of each unit were found with.

    After a merge or split in Phy a unit has a new id and its spikes tell where it came from; the
    id itself is no index into the arrays that Kilosort wrote.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    spike_templates : integer array (n_spikes,) or None
        Id that Kilosort gave each spike, in the order of the files. Without it a unit is its own
        parent: Phy never gives an id to another cluster again.

    Returns
    -------
    list of (int64 array, int64 array)
        Per unit its templates, ascending, and how many of its spikes each has.
    """
    if spike_templates is None:
        pairs = zip(spikes.unit_ids, spikes.counts(), strict=True)
        return [(np.array([unit_id]), np.array([count])) for unit_id, count in pairs]
    found = []
    for row in range(spikes.n_units):
        own = spike_templates[spikes.places(row)]
        if own.min() == own.max():
            found.append((own[:1].astype(np.int64), np.array([len(own)])))
        else:
            ids, counts = np.unique(own, return_counts=True)
            found.append((ids.astype(np.int64), counts))
    return found


def within(family, n_templates):
    """Drop the parents of a unit that an array of `n_templates` rows does not have."""
    ids, counts = family
    known = ids < n_templates
    return ids[known], counts[known]


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
