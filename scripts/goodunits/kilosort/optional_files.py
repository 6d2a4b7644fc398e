"""Optional files of a sort, and the templates that each unit is made of."""

from dataclasses import dataclass

import numpy as np

from goodunits.base.errors import SessionError
from goodunits.kilosort.sort_files import load_array


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


def load(sort, name, n_dims, *, per_spike=False, mmap=False, min_columns=0):
    """Read an optional array of numbers; a fault in it never stops the session.

    Parameters
    ----------
    sort : Sort
        The sort.
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
        array = load_array(sort, name, mmap=mmap, per_spike=per_spike)
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
