"""Read the header of a `.npy` file without trusting it. Standard library only."""

import contextlib
import math
import os
import re
import struct
import warnings
from typing import NamedTuple

from goodunits.base import errors, guarded
from goodunits.base.errors import SessionError

MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 10_000
PLAIN_TYPE = re.compile(r"[<>|=]?([biufcSU])([0-9]{1,6})")
KEYS = {"descr", "fortran_order", "shape"}


class NpyHeader(NamedTuple):
    """What a `.npy` file says that it holds.

    Attributes
    ----------
    dtype : str
        Type of the values as NumPy writes it, such as "<i8": plain numbers or text.
    shape : tuple of int
    is_fortran : bool
        Whether the first index changes fastest.
    data_at : int
        Where the values start, in bytes.
    item_bytes : int
        Size of one value.
    """

    dtype: str
    shape: tuple
    is_fortran: bool
    data_at: int
    item_bytes: int


@contextlib.contextmanager
def opened(path):
    """Open a `.npy` file of plain values that is just as long as its header says.

    Parameters
    ----------
    path : path-like
        The file.

    Yields
    ------
    file : binary file
        At the first value.
    header : NpyHeader

    Raises
    ------
    SessionError
        If the file cannot be read, is damaged or cut short, or holds objects or records.
    """
    try:
        with guarded.open_file(path) as file:
            yield file, _read_header(file, path)
    except OSError as error:
        raise SessionError(f"{path}: cannot be read ({error.strerror or error})") from error


def _read_header(file, path):
    """Header of an open file, checked against its size."""
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise SessionError(
            f"{path}: the file is empty (0 bytes); copy it again", code=errors.DAMAGED
        )
    saved = header_fields(file, path)
    plain = PLAIN_TYPE.fullmatch(saved["descr"]) if isinstance(saved["descr"], str) else None
    if plain is None:
        raise SessionError(
            f"{path}: holds Python objects or records ({saved['descr']!r:.60}), expected plain "
            "numbers; it was not loaded"
        )
    item_bytes = int(plain[2]) * (4 if plain[1] == "U" else 1)
    expected = file.tell() + math.prod(saved["shape"]) * item_bytes
    if size < expected:
        raise SessionError(
            f"{path}: cut short, {size} bytes of {expected}; copy it again", code=errors.DAMAGED
        )
    if size > expected:
        raise SessionError(
            f"{path}: {size} bytes, but its header tells of {expected}; copy it again",
            code=errors.DAMAGED,
        )
    return NpyHeader(
        saved["descr"], saved["shape"], saved["fortran_order"], file.tell(), item_bytes
    )


def header_fields(file, path):
    """Read the three fields of a `.npy` header.

    Parameters
    ----------
    file : binary file
        At its start; afterwards at the first byte behind the header.
    path : path-like
        For the message.

    Returns
    -------
    fields : dict
        `descr` as it stands there, `fortran_order` (bool) and `shape` (tuple of int).

    Raises
    ------
    SessionError
        If there is no such header.
    """
    start = file.read(8)
    if start[:6] != MAGIC or len(start) < 8:
        raise SessionError(f"{path}: not a NumPy .npy file; copy it again", code=errors.DAMAGED)
    try:
        if start[6] not in (1, 2, 3):
            raise ValueError("unknown version")
        n_bytes, kind = (2, "<H") if start[6] == 1 else (4, "<I")
        (length,) = struct.unpack(kind, file.read(n_bytes))
        text = file.read(length) if length <= MAX_HEADER_BYTES else b""
        if len(text) != length:
            raise ValueError("bad length")
        return _checked(_literal(text.decode("latin-1")))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError, struct.error):
        raise SessionError(
            f"{path}: damaged .npy header; copy it again", code=errors.DAMAGED
        ) from None


def _literal(text):
    """Value of a Python literal; Python 2 wrote an L behind its numbers."""
    import ast  # a tenth of a light step, which seldom reads an array

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(re.sub(r"(?<=[0-9])L\b", "", text).strip())


def _checked(fields):
    """The fields, as far as they are what they should be."""
    if not isinstance(fields, dict) or set(fields) != KEYS:
        raise ValueError("other fields")
    shape = fields["shape"]
    is_shape = isinstance(shape, tuple) and all(type(n) is int and 0 <= n < 2**62 for n in shape)
    if not is_shape or len(shape) > 32 or type(fields["fortran_order"]) is not bool:
        raise ValueError("bad shape or order")
    return fields
