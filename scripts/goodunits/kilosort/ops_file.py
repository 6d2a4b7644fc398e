"""Reading of ops.npy, Kilosort4's settings, without running anything that the file asks for.

The file is a pickle, and a pickle is a little program. Here the names that it may ask for are a
short fixed list, and each of them is replaced by a stand-in of this module: no function of numpy,
torch, or any other package is called while the file is read. Arrays are built afterwards from the
collected shapes and bytes. Paths of either operating system become pure paths.
"""

import re
from io import BytesIO
from math import prod
from pathlib import Path, PurePosixPath, PureWindowsPath

from goodunits.base import errors, guarded, npy_header
from goodunits.base.errors import SessionError
from goodunits.kilosort import pickle_machine
from goodunits.kilosort.pickle_machine import checked_keys

MAX_BYTES = 500_000_000
_PLAIN_DTYPE = re.compile(r"[biufcSU][0-9]{1,6}")


class UnsafePickleError(SessionError):
    """The file asks for something that settings never need; it was not run."""


def read_ops(path):
    """Read the dictionary that Kilosort4 saved as ``ops.npy``.

    Parameters
    ----------
    path : path-like
        The file; at most 500 MB.

    Returns
    -------
    dict
        The settings. NumPy arrays are arrays, NumPy scalars are Python numbers, paths are
        PurePosixPath or PureWindowsPath, data types and torch devices are text.

    Raises
    ------
    UnsafePickleError
        If the file asks for any class or function but the few that settings need. Nothing is run.
    SessionError
        If the file is too large, damaged, or does not hold one dictionary.
    """
    file, n_bytes = _open_payload(Path(path))
    try:
        saved = _to_plain(pickle_machine.load(file, n_bytes, _find_name, _call, _change), {})
        if isinstance(saved, list) and len(saved) == 1:  # the array that np.save puts around it
            saved = saved[0]
    except UnsafePickleError as error:
        raise UnsafePickleError(f"{path}: {error}") from error
    except Exception as error:  # a damaged pickle may raise anything
        raise SessionError(
            f"{path}: damaged, or not written by Kilosort ({type(error).__name__}: "
            f"{str(error)[:200]})",
            code=errors.DAMAGED,
        ) from error
    if not isinstance(saved, dict):
        raise SessionError(
            f"{path}: holds a {type(saved).__name__}, expected Kilosort's dictionary of settings"
        )
    return saved


def _open_payload(path):
    """The file in memory, at the pickle inside it, and its size."""
    try:
        data = guarded.read(path, MAX_BYTES)
    except OSError as error:
        raise SessionError(f"{path}: cannot be read ({error.strerror})") from error
    file = BytesIO(data)
    kind = npy_header.header_fields(file, path)["descr"]
    if kind not in ("|O", "O"):
        raise SessionError(
            f"{path}: holds an array of type {str(kind):.60}, expected Kilosort's dictionary of "
            "settings"
        )
    return file, len(data)


class _Array:
    """What a pickle says of a NumPy array: shape, type, order and bytes (or a list of objects)."""

    def __init__(self, shape=None, dtype=None, is_fortran=False, content=None, is_scalar=False):
        self.shape, self.dtype, self.is_fortran = shape, dtype, is_fortran
        self.content, self.is_scalar = content, is_scalar

    def __setstate__(self, state):
        self.shape, self.dtype, self.is_fortran, self.content = state[-4:]
        if not isinstance(self.dtype, _Dtype) or not isinstance(self.shape, tuple):
            raise ValueError("an array without its type or shape")


class _Dtype:
    """What a pickle says of a NumPy data type; structured types are refused."""

    def __init__(self, code, *_):
        self.code, self.byte_order = code, "|"

    def __setstate__(self, state):
        _, self.byte_order, *structure = state[:5]
        if structure != [None, None, None]:
            raise UnsafePickleError("refused, structured arrays are not part of Kilosort's ops")

    def text(self):
        """Type as NumPy writes it, for example '<f4'; raises for all but plain numbers and text."""
        if not isinstance(self.code, str) or self.byte_order not in ("<", ">", "|", "="):
            raise UnsafePickleError("refused, a data type without a name or an order of bytes")
        if not _PLAIN_DTYPE.fullmatch(self.code):
            raise UnsafePickleError(f"refused, unknown data type {self.byte_order}{self.code:.40}")
        return self.byte_order + self.code


class _Maker:
    """A function that the pickle may call but not change."""

    def __init__(self, make):
        self.make = make


def _make_array(*_):
    """Stand-in of numpy's _reconstruct: an array to be filled by the state that follows."""
    return _Array()


def _make_array_from_buffer(buffer, dtype, shape, order, *_):
    """Stand-in of numpy's _frombuffer (pickle protocol 5)."""
    return _Array(shape, dtype, order == "F", buffer)


def _make_scalar(dtype, content):
    """Stand-in of numpy's scalar."""
    return _Array((), dtype, False, content, is_scalar=True)


def _make_bytes(text, encoding):
    """Stand-in of _codecs.encode, by which protocol 2 writes bytes."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise UnsafePickleError("refused, _codecs.encode is only used for bytes as Latin-1")
    return text.encode("latin-1")


def _make_empty_bytes():
    """Stand-in of bytes, which protocol 2 only uses for no bytes at all."""
    return b""


def _make_bytearray(content=b"", encoding="latin-1"):
    """Stand-in of bytearray that cannot be asked for an amount of memory."""
    return bytearray(content if isinstance(content, bytes) else _make_bytes(content, encoding))


def _make_device(kind, index=None):
    """Stand-in of torch.device: its text."""
    if not isinstance(kind, str) or not isinstance(index, (int, type(None))):
        raise ValueError("a device without a name")
    return kind if index is None else f"{kind}:{index}"


def _make_dict(items=()):
    """Stand-in of OrderedDict."""
    pairs = [(key, value) for key, value in items]
    return dict(
        zip(checked_keys(key for key, _ in pairs), (value for _, value in pairs), strict=True)
    )


def _make_set(items=()):
    """Stand-in of set."""
    return set(checked_keys(items))


def _make_frozenset(items=()):
    """Stand-in of frozenset."""
    return frozenset(checked_keys(items))


def _allowed_names():
    """Everything that a pickle may ask for, and what it gets: a text or a _Maker."""
    allowed = {
        ("numpy", "ndarray"): "numpy.ndarray",
        ("numpy", "dtype"): _Maker(_Dtype),
        ("collections", "OrderedDict"): _Maker(_make_dict),
        ("_codecs", "encode"): _Maker(_make_bytes),
        ("torch", "device"): _Maker(_make_device),
        ("torch", "Size"): _Maker(tuple),
    }
    for core in ("numpy.core", "numpy._core"):  # NumPy 1 and NumPy 2
        allowed[f"{core}.multiarray", "_reconstruct"] = _Maker(_make_array)
        allowed[f"{core}.multiarray", "scalar"] = _Maker(_make_scalar)
        allowed[f"{core}.numeric", "_frombuffer"] = _Maker(_make_array_from_buffer)
    for module in ("pathlib", "pathlib._local"):  # the second is Python 3.13
        for name in ("PosixPath", "PurePosixPath", "Path", "PurePath"):
            allowed[module, name] = _Maker(PurePosixPath)
        for name in ("WindowsPath", "PureWindowsPath"):
            allowed[module, name] = _Maker(PureWindowsPath)
    for module in ("builtins", "__builtin__"):  # the second is protocol 2 and below
        allowed[module, "set"] = _Maker(_make_set)
        allowed[module, "frozenset"] = _Maker(_make_frozenset)
        allowed[module, "slice"] = _Maker(slice)
        allowed[module, "complex"] = _Maker(complex)
        allowed[module, "bytes"] = _Maker(_make_empty_bytes)
        allowed[module, "bytearray"] = _Maker(_make_bytearray)
    sizes = ("8", "16", "32", "64")
    numbers = [kind + size for kind in ("int", "uint", "float") for size in sizes]
    others = ("bool", "bool_", "str_", "bytes_", "bfloat16", "complex64", "complex128")
    for name in (*numbers, *others):
        allowed["numpy", name] = f"numpy.{name}"
        allowed["torch", name] = f"torch.{name}"
    return allowed


_ALLOWED = _allowed_names()


def _find_name(module, name):
    """What a name in the pickle stands for: one of _ALLOWED, nothing else."""
    if module == "numpy.dtypes" and name.isidentifier():
        return f"numpy.dtypes.{name:.60}"
    if (module, name) not in _ALLOWED:
        raise UnsafePickleError(
            f"refused, it asks for {module:.60}.{name:.60}, which Kilosort's ops do not need; "
            "nothing was run"
        )
    return _ALLOWED[module, name]


def _call(function, arguments):
    """Call one of the stand-ins."""
    if not isinstance(function, _Maker):
        raise UnsafePickleError("refused, it calls something that is no function")
    return function.make(*arguments)


def _change(value, state):
    """Fill an array or a data type with what the pickle says of it."""
    if isinstance(value, _Maker):
        raise UnsafePickleError("refused, it tries to change one of the functions it may use")
    if not isinstance(value, (_Array, _Dtype)) or not isinstance(state, tuple):
        raise ValueError("a state for something that has none")
    value.__setstate__(state)


def _to_plain(value, done):
    """Replace the stand-ins by arrays and numbers; each object once (ops may hold itself)."""
    if id(value) in done:
        return done[id(value)]
    if isinstance(value, dict):
        plain = done[id(value)] = {}
        plain.update((_to_plain(key, done), _to_plain(item, done)) for key, item in value.items())
    elif isinstance(value, list):
        plain = done[id(value)] = []
        plain.extend(_to_plain(item, done) for item in value)
    elif isinstance(value, (tuple, set, frozenset)):
        plain = type(value)(_to_plain(item, done) for item in value)
    elif isinstance(value, slice):
        plain = slice(*(_to_plain(end, done) for end in (value.start, value.stop, value.step)))
    elif isinstance(value, _Array):
        plain = _plain_array(value, done)
    elif isinstance(value, _Dtype):
        plain = value.text()
    elif isinstance(value, _Maker):
        raise UnsafePickleError("refused, it holds a function instead of a value")
    else:
        plain = value
    done[id(value)] = plain
    return plain


def _plain_array(array, done):
    """NumPy array or Python number of a stand-in; sizes are checked against the bytes."""
    # Objects, not bytes: np.save puts such an array around the dictionary.
    if array.dtype.code in ("O", "O8"):
        return _object_list(array, done)
    if not isinstance(array.content, (bytes, bytearray)):
        raise ValueError("an array of numbers without its bytes")
    import numpy as np  # here, so that the module is light to import

    if not all(type(length) is int and length >= 0 for length in array.shape):
        raise ValueError("bad shape of an array")
    dtype = np.dtype(array.dtype.text())
    if prod(array.shape) * dtype.itemsize != len(array.content):
        raise ValueError("shape and size of an array differ")
    order = "F" if array.is_fortran else "C"
    plain = np.ndarray(array.shape, dtype, bytes(array.content), order=order).copy(order)
    return plain.item() if array.is_scalar else plain


def _object_list(array, done):
    """Items of an array of objects, as a flat list."""
    if not isinstance(array.content, list):
        raise ValueError("an array of objects without its objects")
    return _to_plain(array.content, done)
