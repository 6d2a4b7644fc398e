"""ops.npy is read without running anything that it asks for."""

import io
import os
import pathlib

import numpy as np
import pytest

from goodunits.base.errors import SessionError
from goodunits.kilosort import ops_file
from goodunits.kilosort.ops_file import read_ops
from imports import loaded_by
from made_ops import every_kind, same, write_npy, write_pickle


@pytest.mark.parametrize("name", ["dev_a", "dev_c", "dev_a_curated"])
def test_real_files_as_numpy_reads_them(sort_folder, name):
    path = sort_folder(name) / "ops.npy"
    trusted = np.load(path, allow_pickle=True).item()
    ops = read_ops(path)
    assert len(ops) > 80
    assert same(ops, trusted)


def test_paths_of_windows(sort_folder):
    ops = read_ops(sort_folder("dev_b") / "ops.npy")
    assert isinstance(ops["filename"], pathlib.PureWindowsPath)
    assert (ops["filename"].drive, ops["filename"].name) == ("D:", "rec.ap.bin")
    assert (ops["fs"], ops["Nbatches"], ops["batch_size"]) == (30000.0, 300, 60000)
    assert ops["Wrot"].shape == (16, 16)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("numpy_core", [b"numpy.core", b"numpy._core"])
def test_every_kind_of_value_and_protocol(tmp_path, protocol, numpy_core):
    expected = every_kind()
    path = write_pickle(tmp_path / "ops.npy", expected, protocol)
    if protocol < 4:  # names are lines of text there, so the spelling of NumPy 1 can be put in
        content = path.read_bytes().replace(b"cnumpy._core", b"c" + numpy_core)
        path.write_bytes(content.replace(b"cnumpy.core", b"c" + numpy_core))
    ops = read_ops(path)
    assert ops.pop("objects") == [{"a": 1.5}, None]
    del expected["objects"]
    assert same(ops, expected)
    assert type(ops["count"]) is int
    assert ops["fortran"].flags.f_contiguous
    assert ops["array"].flags.writeable


def test_types_become_text(tmp_path):
    saved = {"dtype": np.dtype("<i2"), "kind": np.float32}
    assert read_ops(write_pickle(tmp_path / "ops.npy", saved)) == {
        "dtype": "<i2",
        "kind": "numpy.float32",
    }


def test_torch_values_without_torch(tmp_path):
    payload = (
        b"\x80\x02}(X\x06\x00\x00\x00devicectorch\ndevice\nX\x04\x00\x00\x00cudaK\x01\x86R"
        b"X\x05\x00\x00\x00dtypectorch\nfloat32\n"
        b"X\x05\x00\x00\x00shapectorch\nSize\n(K\x02K\x03t\x85Ru."
    )
    ops = read_ops(write_npy(tmp_path / "ops.npy", payload))
    assert ops == {"device": "cuda:1", "dtype": "torch.float32", "shape": (2, 3)}


def test_ops_that_hold_themselves(tmp_path):
    # Kilosort 4.0 put the settings into themselves.
    settings = {"fs": 25000.0}
    settings["settings"] = settings
    ops = read_ops(write_pickle(tmp_path / "ops.npy", settings))
    assert ops["settings"]["settings"]["fs"] == 25000.0


def test_files_that_are_not_ops(tmp_path):
    path = tmp_path / "ops.npy"
    np.save(path, np.arange(3))
    with pytest.raises(SessionError, match="array of type <i8, expected Kilosort's dictionary"):
        read_ops(path)
    for content in (b"", b"\x93NUMPY", b"version https://git-lfs", b"\x93NUMPY\x01\x00\x02\x00{}"):
        path.write_bytes(content)
        with pytest.raises(SessionError, match=r"ops\.npy: "):
            read_ops(path)
    with pytest.raises(SessionError, match="cannot be read"):
        read_ops(tmp_path / "missing.npy")
    with pytest.raises(SessionError, match="a folder, expected a file"):
        read_ops(tmp_path)


def test_too_large_a_file_is_not_read(tmp_path):
    path = write_pickle(tmp_path / "ops.npy", {"fs": 30000.0})
    os.truncate(path, ops_file.MAX_BYTES + 1)  # a hole: takes no space on the disk
    with pytest.raises(SessionError, match="larger than 500 MB"):
        read_ops(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.999])
def test_cut_short_file(sort_folder, share):
    path = sort_folder("dev_a") / "ops.npy"
    os.truncate(path, int(path.stat().st_size * share))
    with pytest.raises(SessionError, match=r"ops\.npy: "):
        read_ops(path)


def test_flipped_bytes_never_escape_as_other_errors(sort_folder):
    path = sort_folder("dev_c") / "ops.npy"
    original = path.read_bytes()
    random = np.random.default_rng(1)
    # The first 6 kB and the last 20 kB are nearly all structure, not numbers of arrays.
    places = np.r_[random.integers(0, 6000, 150), random.integers(-20_000, 0, 150)]
    for place, value in zip(places, random.integers(0, 256, places.size), strict=True):
        damaged = bytearray(original)
        damaged[place] = value
        path.write_bytes(damaged)
        try:
            assert isinstance(read_ops(path), dict)
        except SessionError as error:
            assert "ops.npy" in str(error)


def test_nothing_heavy_is_imported_by_the_module():
    loaded = loaded_by(
        "goodunits.kilosort.ops_file",
        "goodunits.kilosort.params_file",
        "goodunits.kilosort.kilosort_log",
    )
    assert "numpy" not in loaded


def test_numpy_and_np_save_agree_on_the_container(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, {"fs": 30000.0})
    (tmp_path / "ops.npy").write_bytes(buffer.getvalue())
    assert read_ops(tmp_path / "ops.npy") == {"fs": 30000.0}
