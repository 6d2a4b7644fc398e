"""Read the array of a `.npy` file of plain values; nothing is ever unpickled."""

import math

import numpy as np

from goodunits.base import errors, npy_header
from goodunits.base.errors import SessionError


def read(path, mmap=False):
    """Array of plain values in a `.npy` file.

    Parameters
    ----------
    path : path-like
        The file.
    mmap : bool
        Map the file (read-only) instead of reading it into memory.

    Returns
    -------
    numpy.ndarray
        As stored.

    Raises
    ------
    SessionError
        If the file cannot be read, is damaged or cut short, or holds objects or records.
    """
    try:
        with npy_header.opened(path) as (file, header):
            dtype, order = np.dtype(header.dtype), "F" if header.is_fortran else "C"
            count = math.prod(header.shape)
            if mmap and count and dtype.itemsize:
                return np.memmap(file, dtype, "r", header.data_at, header.shape, order)
            values = np.fromfile(file, dtype, count) if count else np.empty(0, dtype)
            return values.reshape(header.shape, order=order)
    except (MemoryError, OverflowError):
        raise SessionError(f"{path}: too large for the memory of this machine") from None
    except (ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else "damaged"
        raise SessionError(
            f"{path}: cannot be read ({reason}); copy it again", code=errors.DAMAGED
        ) from error
