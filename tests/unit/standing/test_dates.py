"""Dates that would mislead Snakemake."""

import json
import os
import time

import numpy as np
import pytest

import tiny
from goodunits.base import files
from goodunits.standing import dates

DAY_S = 86400


@pytest.fixture
def measured(tmp_path):
    """A session folder and its results, as after a measurement."""
    folder, results = tmp_path / "sort", tmp_path / "results"
    folder.mkdir()
    results.mkdir()
    for name in ("spike_times.npy", "spike_clusters.npy"):
        (folder / name).write_bytes(name.encode())
    read = {
        path.name: {"sha256": files.sha256_file(path), "signature": files.signature(path)}
        for path in folder.iterdir()
    }
    (results / "measured.json").write_text(json.dumps({"files": read}))
    for name in ("metrics.tsv", "backup.json", "found.json"):
        (results / name).write_text("x")
    return folder, results


def ages(results, now_s):
    """Which results are dated long ago."""
    return {path.name for path in results.iterdir() if path.stat().st_mtime < now_s - 99 * DAY_S}


def set_straight(folder, results):
    seen = dates.Seen(results.parent / "seen.json")
    dates.set_straight("s", folder, results, seen)
    seen.keep()
    return ages(results, time.time()) if results.exists() else set()


def swap(path, data):
    """Other content under an older date and the same size."""
    then = path.stat().st_mtime - DAY_S
    path.write_bytes(data)
    os.utime(path, (then, then))


def test_nothing_changed(measured):
    assert set_straight(*measured) == set()


@pytest.mark.parametrize("days", [-30, 30])
def test_other_dates_alone_change_nothing(measured, days):
    folder, results = measured
    for path in folder.iterdir():
        then = path.stat().st_mtime + days * DAY_S
        os.utime(path, (then, then))
    assert set_straight(folder, results) == set()
    assert (results / "found.json").exists()


def test_other_clusters_are_measured_again(measured):
    swap(measured[0] / "spike_clusters.npy", b"spike_clusters.xyz")
    assert set_straight(*measured) == {"metrics.tsv", "measured.json"}


def test_other_clusters_under_the_same_labels_have_whose_they_are_looked_up_again(sort, results):
    """A program gives the id of a decision to other spikes, and changes no label file."""
    tiny.save_in_phy(sort, u5="noise")
    tiny.run(sort, results)
    (results / "measured.json").write_text(json.dumps(tiny.measured(sort)))
    _, renumbered = np.unique(np.load(sort / "spike_clusters.npy"), return_inverse=True)
    np.save(sort / "spike_clusters.npy", renumbered.astype(np.int32))  # 5 is 4 now, and 6 is 5
    set_straight(sort, results)
    tiny.run(sort, results)
    assert tiny.groups(sort)[5] == "mua"


def test_another_sort_is_backed_up_and_looked_at_again(measured):
    swap(measured[0] / "spike_times.npy", b"spike_times.xyz")
    assert set_straight(*measured) == {"metrics.tsv", "measured.json", "backup.json"}
    assert not (measured[1] / "found.json").exists()
    # Until it is measured, every look says the same.
    assert set_straight(*measured) == {"metrics.tsv", "measured.json", "backup.json"}


def test_content_is_hashed_once_for_new_dates(measured, monkeypatch):
    folder, results = measured
    os.utime(folder / "spike_times.npy", (0, DAY_S))
    assert set_straight(folder, results) == set()
    (folder / "spike_times.npy").chmod(0)
    monkeypatch.setattr(files, "sha256_file", None)
    assert set_straight(folder, results) == set()


def test_results_ahead_are_dated_now_in_their_order(tmp_path):
    now_s = time.time()
    for place, name in enumerate(("a", "b", "c", "old")):
        (tmp_path / name).write_text(name)
        then = now_s + (place + 1) * DAY_S if name != "old" else now_s - DAY_S
        os.utime(tmp_path / name, (then, then))
    dates.date_now(tmp_path, now_s)
    made = {path.name: path.stat().st_mtime for path in tmp_path.iterdir()}
    assert made["a"] < made["b"] < made["c"] <= now_s
    assert made["old"] == pytest.approx(now_s - DAY_S)


def test_no_results_yet(tmp_path):
    dates.date_now(tmp_path / "none", time.time())
    assert set_straight(tmp_path, tmp_path / "none") == set()
