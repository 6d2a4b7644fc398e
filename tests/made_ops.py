"""ops.npy files of our own making."""

import collections
import math
import pathlib
import pickle

import numpy as np

HEADER = {"descr": "|O", "fortran_order": False, "shape": ()}


def write_npy(path, payload, header=HEADER):
    """Write a .npy file with a pickle of our own making inside."""
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(payload)
    return path


def write_pickle(path, ops, protocol=4):
    """Write ops as np.save does, with a chosen pickle protocol."""
    array = np.empty((), dtype=object)
    array[()] = ops
    return write_npy(path, pickle.dumps(array, protocol=protocol))


def same(found, expected):
    """Whether a value equals what NumPy's own (trusting) reader gives."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in found)
    if isinstance(expected, np.ndarray):
        equal = np.array_equal(found, expected)
        return found.dtype == expected.dtype and found.shape == expected.shape and equal
    if isinstance(expected, (float, np.floating)) and math.isnan(expected):
        return math.isnan(found)
    return found == expected


def every_kind():
    """Ops with every kind of value that a settings file may hold."""
    return {
        "array": np.arange(12, dtype=">i2").reshape(3, 4),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "empty": np.zeros((0, 3), dtype="f4"),
        "zero_d": np.array(2.5),
        "flags": np.array([True, False]),
        "text": np.array(["a", "µm"]),
        "number": np.float32(0.5),
        "count": np.int64(-7),
        "flag": np.bool_(True),
        "name": np.str_("abc"),
        "path": pathlib.PurePosixPath("/data/a b"),
        "windows": pathlib.PureWindowsPath("D:/x"),
        "ordered": collections.OrderedDict(a=1, b=[None, (2, 3)]),
        "set": {1, 2},
        "frozen": frozenset("ab"),
        "slice": slice(1, None, 2),
        "complex": 1 + 2j,
        "bytes": bytearray(b"\x00\xff"),
        "objects": np.array([{"a": np.float64(1.5)}, None], dtype=object),
    }
