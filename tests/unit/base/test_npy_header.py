"""Headers of `.npy` files are read without trust: a damaged one is one line, whatever it says."""

import os

import numpy as np
import pytest

from goodunits.base import npy_array, npy_header
from goodunits.base.errors import SessionError
from goodunits.session_folder import npy_items

ARRAYS = {
    "one column": np.arange(7),
    "two columns": np.arange(12).reshape(6, 2),
    "of MATLAB": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "big-endian": np.arange(5, dtype=">u4"),
    "empty": np.empty((0, 3), np.float32),
    "text": np.array(["a", "bcd"]),
    "bool": np.array([True, False]),
    "one number": np.array(3.5),
}


def with_header(path, text, data=b"\0" * 80):
    """Write a file of version 1.0 with any text as its header."""
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data)
    return path


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("mmap", [False, True])
def test_as_numpy_reads_it(tmp_path, name, mmap):
    path = tmp_path / "array.npy"
    np.save(path, ARRAYS[name])
    found, expected = npy_array.read(path, mmap), np.load(path)
    assert np.array_equal(found, expected)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert found.flags.f_contiguous == expected.flags.f_contiguous


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version(tmp_path, version):
    path = tmp_path / "array.npy"
    with open(path, "wb") as file:
        np.lib.format.write_array(file, np.arange(3), version)
    assert npy_array.read(path).tolist() == [0, 1, 2]
    assert npy_items.read_items(path, [2, 0]) == [2, 0]


def test_numbers_of_python_2(tmp_path):
    text = b"{'descr': '<i8', 'fortran_order': False, 'shape': (10L,), }"
    assert npy_array.read(with_header(tmp_path / "a.npy", text)).shape == (10,)


@pytest.mark.parametrize(
    "text",
    [
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (10,), ",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (10,,), }",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (-10,), }",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (1e1,), }",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (True,), }",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': 10, }",
        b"{'descr': '<i8', 'fortran_order': 0, 'shape': (10,), }",
        b"{'descr': '<i8', 'fortran_order': False}",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (10,), [1]: 2}",
        b"{'descr': ['<i8'], 'fortran_order': False, 'shape': (10,), }",
        b"{'descr': '<O8', 'fortran_order': False, 'shape': (10,), }",
        b"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (10,), }",
        b"{'descr': '<q9', 'fortran_order': False, 'shape': (10,), }",
        b"{'descr': '<i7', 'fortran_order': False, 'shape': (10,), }",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (" + b"9" * 5000 + b",), }",
        b"{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000000,), }",
        b"(" * 5000,
        b"'''",
        b"{**1}",
        b"\0",
        b"",
        b"x" * 20_000,
    ],
)
def test_whatever_a_header_says_is_one_line(tmp_path, text):
    path = with_header(tmp_path / "spike_clusters.npy", text)
    for mmap in (False, True):
        with pytest.raises(SessionError, match=r"spike_clusters\.npy") as error:
            npy_array.read(path, mmap)
        assert "\n" not in str(error.value) and len(str(error.value)) < 300
    assert npy_items.read_items(path, [0]) is None


def test_every_flipped_byte_of_a_header(tmp_path):
    path = tmp_path / "spike_clusters.npy"
    np.save(path, np.arange(1000))
    good = path.read_bytes()
    for place in range(128):
        for flip in (1, 0x20, 0x80, 0xFF):
            path.write_bytes(good[:place] + bytes([good[place] ^ flip]) + good[place + 1 :])
            try:
                array = npy_array.read(path)
            except SessionError as error:
                assert "\n" not in str(error)
            else:
                assert array.nbytes <= 8000
            npy_items.read_items(path, [0, 1])


def test_longer_than_the_header_says(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(1000))
    data = path.read_bytes()
    path.write_bytes(data.replace(b"(1000,)", b"(100,) "))
    with pytest.raises(SessionError, match=r"a\.npy: 8128 bytes, but its header tells of 928"):
        npy_array.read(path)
    path.write_bytes(data)
    os.truncate(path, 10**12)
    with pytest.raises(SessionError, match="header tells of 8128"):
        npy_array.read(path, mmap=True)


def test_cut_short(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(1000))
    whole = path.read_bytes()
    for length in (0, 3, 7, 9, 60, 127, 128, 500, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(SessionError, match=r"a\.npy"), npy_header.opened(path):
            pass
