"""How long a recording was, by the sources that a session folder has."""

import numpy as np
import pytest
from small_sorts import fails

from goodunits.base.errors import SessionError
from goodunits.kilosort.sort_files import read_sort


def write_log(folder, n_samples):
    """Write a log of one run."""
    (folder / "kilosort4.log").write_text(f"Kilosort version 4.1.7\nN samples: {n_samples}\n")


def test_log_is_exact_where_ops_counts_batches(folder):
    path = folder(ops={"Nbatches": 2, "batch_size": 60000})
    assert read_sort(path).recording_duration_s == 4.0
    write_log(path, 99_000)
    session = read_sort(path)
    assert (session.recording_duration_s, session.recording_duration_source) == (
        3.3,
        "kilosort4.log",
    )
    assert session.notes == ()


def test_batch_downsampling_counts(folder):
    ops = {"Nbatches": 5, "batch_size": 60000, "batch_downsampling": 3}
    assert read_sort(folder(ops=ops)).recording_duration_s == 30.0


def test_log_of_another_run_is_not_believed(folder):
    path = folder(ops={"Nbatches": 2, "batch_size": 60000})
    write_log(path, 3_000_000)
    session = read_sort(path)
    assert (session.recording_duration_s, session.recording_duration_source) == (4.0, "ops.npy")
    assert any("another run" in note for note in session.notes)


def test_length_shorter_than_the_spikes_is_not_believed(folder):
    path = folder()
    write_log(path, 59_999)
    session = read_sort(path)
    assert session.recording_duration_source == "last spike"
    assert any("kilosort4.log: 2.000 s" in note for note in session.notes)


def test_sort_of_a_part_of_the_file(folder):
    # From tmin on: the log has the length of the part, the times start at the file's beginning.
    path = folder(times=[3_000_000, 3_015_000, 3_050_000])
    write_log(path, 60_000)
    session = read_sort(path)
    assert (session.recording_duration_s, session.recording_duration_source) == (
        2.0,
        "kilosort4.log",
    )


def test_given_length_wins_even_if_a_little_too_short_but_it_is_said(folder):
    path = folder()
    write_log(path, 300_000)
    session = read_sort(path, recording_duration_s=1.98)
    assert (session.recording_duration_s, session.recording_duration_source) == (
        1.98,
        "session sheet",
    )
    assert any("1.98 s in the session sheet" in note for note in session.notes)
    with pytest.raises(SessionError, match=r"1\.5 s in the session sheet, .* span 2\.000 s"):
        read_sort(path, recording_duration_s=1.5)


def test_a_length_that_the_spikes_contradict_stops_the_session(folder):
    path = folder([0, 600 * 30_000], [0, 0])
    write_log(path, 300_000)
    fails(path, "kilosort4.log: 10.000 s, but the spikes span 600.000 s")
    (path / "kilosort4.log").unlink()
    np.save(path / "spike_times.npy", [0, 2**55])
    fails(path, "days by last spike")


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "600", True])
def test_bad_given_length(folder, value):
    with pytest.raises(SessionError, match="recording_duration_s"):
        read_sort(folder(), recording_duration_s=value)
