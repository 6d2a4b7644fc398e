"""Reading and checking a session folder."""

import os
import pickle
import shutil

import numpy as np
import pytest
from small_sorts import PARAMS, fails

from goodunits.base.errors import SessionError
from goodunits.kilosort.sort_files import load_array, read_sort

REAL = ["dev_a", "dev_b", "dev_c", "dev_a_curated"]


# Real sorts


@pytest.mark.parametrize("name", REAL)
def test_real_sorts(sort_folder, oracle, name):
    folder = sort_folder(name)
    session = read_sort(folder)
    assert session.folder == folder
    assert session.spike_samples.dtype == np.int64
    assert np.array_equal(session.spike_samples, np.load(folder / "spike_times.npy"))
    assert np.array_equal(session.spike_clusters, np.load(folder / "spike_clusters.npy"))
    assert np.array_equal(session.spike_templates, np.load(folder / "spike_templates.npy"))
    units, n_spikes = np.unique(session.spike_clusters, return_counts=True)
    expected = {int(unit): facts["n"] for unit, facts in oracle(name)["units"].items()}
    assert dict(zip(units.tolist(), n_spikes.tolist(), strict=True)) == expected
    assert session.sampling_frequency_hz == 30000.0
    assert session.recording_duration_s == 600.0
    assert session.recording_duration_source == "kilosort4.log"
    assert session.kilosort_version == "4.1.7"
    assert session.acg_threshold == 0.2
    assert session.duplicate_spike_bins == 7
    assert type(session.duplicate_spike_bins) is int
    assert session.notes == ()
    assert set(session.files_read) == {
        "spike_times.npy",
        "spike_clusters.npy",
        "spike_templates.npy",
        "params.py",
        "ops.npy",
        "kilosort4.log",
    }


@pytest.mark.parametrize("name", REAL)
def test_duration_of_real_sorts_from_each_source(sort_folder, name):
    folder = sort_folder(name)
    (folder / "kilosort4.log").unlink()
    from_ops = read_sort(folder)
    assert from_ops.recording_duration_source == "ops.npy"
    assert from_ops.recording_duration_s == 600.0
    assert from_ops.kilosort_version == "unknown"

    (folder / "ops.npy").unlink()
    from_spikes = read_sort(folder)
    assert from_spikes.recording_duration_source == "last spike"
    assert 599.9 < from_spikes.recording_duration_s < 600.0
    assert from_spikes.recording_duration_s * 30000 == from_spikes.spike_samples.max() + 1
    assert from_spikes.acg_threshold is None
    assert from_spikes.duplicate_spike_bins is None
    assert "last spike" in from_spikes.notes[0]

    given = read_sort(folder, recording_duration_s=601)
    assert (given.recording_duration_s, given.recording_duration_source) == (601.0, "session sheet")
    assert given.notes == ()


def test_reading_changes_nothing(sort_folder):
    folder = sort_folder("dev_a")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    read_sort(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_read_only_folder(sort_folder):
    folder = sort_folder("dev_a")
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert read_sort(folder).recording_duration_s == 600.0
    finally:
        folder.chmod(0o755)


# Forms of the spike files


@pytest.mark.parametrize("dtype", ["i4", "u4", "i8", "u8", ">i8", "f8", "f4", "i2", "u2"])
@pytest.mark.parametrize("column", [False, True])
def test_types_and_shapes_of_other_sorters_give_the_same(folder, dtype, column):
    times, clusters = np.array([5, 30_000, 12]), np.array([4, 2, 4])
    if column:
        times, clusters = times[:, None], clusters[:, None]
    session = read_sort(folder(times.astype(dtype), clusters.astype(dtype)))
    assert session.spike_samples.tolist() == [5, 30_000, 12]
    assert session.spike_clusters.tolist() == [4, 2, 4]
    assert (session.spike_samples.dtype, session.spike_clusters.dtype) == (np.int64, np.int32)


def test_large_ids_and_times_keep_their_value(folder):
    session = read_sort(folder(times=[0, 2**37, 2**37 + 1], clusters=[0, 2**31, 2**31 - 1]))
    assert session.spike_samples.tolist() == [0, 2**37, 2**37 + 1]
    assert session.spike_clusters.tolist() == [0, 2**31, 2**31 - 1]


def test_one_spike_at_zero_has_a_length_above_zero(folder):
    assert read_sort(folder([0], [0])).recording_duration_s > 0


def test_no_spike_clusters_falls_back(folder):
    session = read_sort(folder(clusters=None, templates=[1, 0, 1]))
    assert session.spike_clusters.tolist() == [1, 0, 1]
    assert any("spike_clusters.npy: missing" in note for note in session.notes)


def test_templates_are_optional_and_kept_apart(folder):
    path = folder()
    assert read_sort(path).spike_templates is None
    np.save(path / "spike_templates.npy", [7, 7, 7])
    session = read_sort(path)
    assert session.spike_clusters.tolist() == [4, 2, 4]
    assert session.spike_templates.tolist() == [7, 7, 7]


# Bad folders and files


def test_bad_folders(tmp_path, folder):
    fails(tmp_path / "missing", "no such folder")
    (tmp_path / "empty").mkdir()
    fails(tmp_path / "empty", "empty")
    (tmp_path / "file").write_text("")
    fails(tmp_path / "file", "is a file")
    fails(tmp_path, "spike_times.npy", "no such file")
    path = folder()
    fails(path.parent, "the subfolder 'session' has one")


def test_missing_ids(folder):
    fails(folder(clusters=None), "spike_clusters.npy", "spike_templates.npy")


@pytest.mark.parametrize("name", ["clusters", "templates"])
def test_lengths_differ(folder, name):
    path = folder(**{name: [1, 2]})
    fails(path, "spike_times.npy has 3", f"spike_{name}.npy has 2")


@pytest.mark.parametrize(
    ("times", "part"),
    [
        ([], "no spikes"),
        (np.zeros((0, 1), "i8"), "no spikes"),
        ([1, -2, 3], "negative time (-2)"),
        ([1.0, np.nan, 3.0], "NaN"),
        ([1.0, np.inf, 3.0], "infinity"),
        ([0.0, -np.inf, 3.0], "infinity"),
        ([1.0, 2.5, 3.0], "fractions"),
        ([1.0, 2.0, 1e300], "2**53"),
        (np.array([1, 2, 2**63], "u8"), "too large"),
        ([[1, 2, 3]], "(1, 3), expected (n_spikes,) or (n_spikes, 1)"),
        ([[1, 2], [3, 4], [5, 6]], "(3, 2)"),
        ([[[1]], [[2]], [[3]]], "(3, 1, 1)"),
        (5, "shape ()"),
        (["1", "2", "3"], "type <U1"),
        ([True, False, True], "type bool"),
        ([1j, 2j, 3j], "type complex128"),
    ],
)
def test_bad_times(folder, times, part):
    fails(folder(times=times), "spike_times.npy", part)


@pytest.mark.parametrize(
    ("ids", "part"),
    [([1, -1, 2], "negative cluster id (-1)"), ([1.5, 1, 1], "fractions"), ([], "has 0")],
)
@pytest.mark.parametrize("name", ["clusters", "templates"])
def test_bad_ids(folder, name, ids, part):
    fails(folder(**{name: ids}), f"spike_{name}.npy", part)


@pytest.mark.parametrize("name", ["spike_times.npy", "spike_clusters.npy", "spike_templates.npy"])
@pytest.mark.parametrize("n_bytes", [0, 4, 60, 127, 128, 1000, -1])
def test_file_cut_short(sort_folder, name, n_bytes):
    folder = sort_folder("dev_a")
    size = (folder / name).stat().st_size
    os.truncate(folder / name, n_bytes if n_bytes >= 0 else size - 1)
    fails(folder, name, "copy it again")


def test_cut_short_file_says_how_much_is_there(sort_folder):
    folder = sort_folder("dev_a")
    size = (folder / "spike_times.npy").stat().st_size
    os.truncate(folder / "spike_times.npy", 1000)
    fails(folder, f"1000 bytes of {size}")


def test_a_header_that_lies_takes_no_memory(folder):
    path = folder()
    header = {"descr": "<i8", "fortran_order": False, "shape": (10**15,)}
    with open(path / "spike_times.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
    fails(path, "cut short")


@pytest.mark.parametrize(
    "content", [b"version https://git-lfs.github.com/spec/v1", b"PK\x03\x04", b"\x80\x04N."]
)
def test_other_files_under_the_name(folder, content):
    path = folder()
    (path / "spike_clusters.npy").write_bytes(content)
    fails(path, "spike_clusters.npy", "not a NumPy .npy file")


def test_a_folder_under_the_name(folder):
    path = folder(clusters=None)
    (path / "spike_clusters.npy").mkdir()
    fails(path, "spike_clusters.npy", "a folder, expected a file")


class Touch:
    """Object whose pickle makes a file."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.system, (f"touch {self.target}",)


@pytest.mark.parametrize("name", ["spike_times.npy", "spike_clusters.npy"])
def test_hostile_spike_files_are_not_run(folder, tmp_path, name):
    path, target = folder(), tmp_path / "made_by_file"
    np.save(path / name, np.array([Touch(target)] * 3, dtype=object))
    fails(path, name, "Python objects")
    (path / name).write_bytes(pickle.dumps(Touch(target)))
    fails(path, name, "not a NumPy .npy file")
    assert not target.exists()


def test_structured_arrays_are_refused(folder):
    fails(folder(times=np.zeros(3, dtype=[("t", "i8")])), "spike_times.npy", "records")


# Settings


def test_sample_rate_falls_back_to_ops(folder):
    session = read_sort(folder(params=None, ops={"fs": np.float64(25000.0)}))
    assert session.sampling_frequency_hz == 25000.0
    assert any("fs of ops.npy" in note for note in session.notes)
    assert "params.py" not in session.files_read


def test_sample_rate_that_is_no_literal_falls_back_to_ops(folder):
    path = folder(params="sample_rate = np.float64(25000.0)", ops={"settings": {"fs": 25000}})
    session = read_sort(path)
    assert session.sampling_frequency_hz == 25000.0
    assert any("line 1" in note for note in session.notes)


def test_params_win_over_ops_and_the_difference_is_said(folder):
    session = read_sort(folder(ops={"fs": 30000.25}))
    assert session.sampling_frequency_hz == 30000.0
    assert any("30000.25" in note and "30000.0" in note for note in session.notes)


@pytest.mark.parametrize("rate", [30.0, 3000, 25000.0, 32000])
def test_two_sample_rates_stop_the_session(folder, rate):
    path = folder(params=f"sample_rate = {rate}", ops={"fs": 30000.0})
    fails(path, f"params.py: sample_rate is {rate} Hz, but fs of ops.npy 30000.0 Hz")


def test_a_long_text_for_a_number_is_cut(folder):
    with pytest.raises(SessionError, match="sample_rate is") as caught:
        read_sort(folder(params=f"sample_rate = '{'x' * 100_000}'"))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("params", [None, "", "offset = 0\n", "sample_rate = 3 * 10000\n"])
def test_no_sample_rate(folder, params):
    fails(folder(params=params), "no sample rate")


@pytest.mark.parametrize("rate", ["0", "-30000", "'30000'", "True", "None", "1e999", "[30000]"])
def test_bad_sample_rate(folder, rate):
    fails(folder(params=f"sample_rate = {rate}"), "params.py", "sample_rate is")


def test_broken_params(folder):
    fails(folder(params="sample_rate = = 1"), "params.py, line 1")


def test_hostile_params_is_not_run_and_the_session_loads(folder, tmp_path):
    target = tmp_path / "made_by_params"
    hostile = f"import os\nos.system('touch {target}')\nx = open({str(target)!r}, 'w')\n"
    session = read_sort(folder(params=hostile + PARAMS))
    assert not target.exists()
    assert session.sampling_frequency_hz == 30000.0
    assert len([note for note in session.notes if "skipped, not run" in note]) == 3


def test_hostile_ops_is_not_run_and_the_session_loads(folder, tmp_path):
    target = tmp_path / "made_by_ops"
    inner = np.array([None, Touch(target)], dtype=object)
    session = read_sort(folder(ops={"fs": 30000.0, "acg_threshold": 0.1, "deep": [inner]}))
    assert not target.exists()
    assert session.acg_threshold is None
    assert "ops.npy" not in session.files_read
    assert any("ops.npy: refused" in note and ".system" in note for note in session.notes)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x93NUMPY\x01\x00"])
def test_damaged_ops_is_a_note(folder, content):
    path = folder()
    (path / "ops.npy").write_bytes(content)
    session = read_sort(path)
    note = next(note for note in session.notes if note.startswith("ops.npy: "))
    assert note.endswith("; ignored")
    assert "\n" not in note


def test_thresholds_under_settings_as_in_older_versions(folder):
    settings = {"acg_threshold": 0.1, "duplicate_spike_bins": np.int64(15)}
    session = read_sort(folder(ops={"settings": settings}))
    assert (session.acg_threshold, session.duplicate_spike_bins) == (0.1, 15)


@pytest.mark.parametrize("value", [None, "0.2", float("nan"), True, [0.2], np.zeros(2)])
def test_thresholds_that_are_no_numbers_are_unknown(folder, value):
    session = read_sort(folder(ops={"acg_threshold": value, "duplicate_spike_bins": value}))
    assert (session.acg_threshold, session.duplicate_spike_bins) == (None, None)


# Further arrays


def test_load_array(sort_folder):
    folder = sort_folder("dev_c")
    session = read_sort(folder)
    assert load_array(session, "pc_features.npy") is None
    assert load_array(session, "templates.npy").shape[1:] == (61, 16)
    mapped = load_array(session, "amplitudes.npy", mmap=True, per_spike=True)
    assert isinstance(mapped, np.memmap)
    assert not mapped.flags.writeable
    assert np.array_equal(mapped, np.load(folder / "amplitudes.npy"))
    with pytest.raises(SessionError, match=r"templates\.npy: shape .*different sorts"):
        load_array(session, "templates.npy", per_spike=True)


def test_load_array_refuses_what_spike_files_refuse(folder, tmp_path):
    path, target = folder(), tmp_path / "made_by_file"
    session = read_sort(path)
    np.save(path / "amplitudes.npy", np.array([Touch(target)] * 3, dtype=object))
    for mmap in (False, True):
        with pytest.raises(SessionError, match=r"amplitudes\.npy: holds Python objects"):
            load_array(session, "amplitudes.npy", mmap=mmap)
    assert not target.exists()
    shutil.copy(path / "spike_times.npy", path / "amplitudes.npy")
    os.truncate(path / "amplitudes.npy", 140)
    with pytest.raises(SessionError, match=r"amplitudes\.npy: cut short"):
        load_array(session, "amplitudes.npy", mmap=True)
