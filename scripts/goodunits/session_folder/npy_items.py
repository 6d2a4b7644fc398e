"""A few numbers of a `.npy` file, without loading it. Standard library only."""

import math
import struct

from goodunits.base import npy_header
from goodunits.base.errors import SessionError

INTEGERS = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}


def read_items(path, indices):
    """Read a few integers of a one-column `.npy` file without loading it.

    Parameters
    ----------
    path : path-like
        File of shape (n,) or (n, 1), integers.
    indices : list of int
        Which items.

    Returns
    -------
    values : list of int or None
        None if there is no such array or an index lies outside it.
    """
    try:
        with npy_header.opened(path) as (file, header):
            return _read_items(file, header, indices)
    except SessionError:
        return None  # missing or damaged: said when the session is measured


def _read_items(file, header, indices):
    """Read items by their place in an open file."""
    code, length = INTEGERS.get(header.dtype[-2:]), math.prod(header.shape)
    if code is None or len(header.shape) not in (1, 2) or header.shape[0] != length:
        return None
    if any(not 0 <= index < length for index in indices):
        return None
    code = (">" if header.dtype[0] == ">" else "<") + code
    values = []
    for index in indices:
        file.seek(header.data_at + index * header.item_bytes)
        values.append(struct.unpack(code, file.read(header.item_bytes))[0])
    return values
