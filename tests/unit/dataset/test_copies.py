"""The same sort twice in a dataset: the second is left alone, and the line names the first."""

import json
import os
import shutil

import numpy as np
import pytest

import tiny
from goodunits.dataset import copies
from goodunits.dataset.session_entry import SessionEntry
from goodunits.dataset.session_search import find_sessions
from goodunits.session_folder import file_names, sort_id


@pytest.fixture
def day1(tmp_path):
    """One sort in a folder that is searched."""
    return tiny.make_sort(tmp_path / "data" / "day1")


def refused(entries, tmp_path, write=True):
    """Sessions that are left alone, with the reason."""
    entries = copies.refuse(entries, tmp_path / "results", tmp_path / "results" / ".run", write)
    return {entry.id: entry.refused for entry in entries if entry.refused}


def search(tmp_path, write=True):
    """The same for a folder that is searched."""
    return refused(find_sessions(str(tmp_path / "data"), []), tmp_path, write)


def test_a_backup_copy_beside_a_sort_is_left_alone(day1, tmp_path):
    shutil.copytree(day1, day1.with_name("a_backup_of_day1"))
    tiny.make_sort(day1.with_name("day2"), seed=1)
    found = search(tmp_path)
    assert list(found) == ["a_backup_of_day1"], "the copy is younger, though its name comes first"
    assert f"the same sort as session 'day1' ({day1})" in found["a_backup_of_day1"]
    assert "\n" not in found["a_backup_of_day1"]


def test_a_copy_that_was_curated_is_a_copy(day1, tmp_path):
    copy = shutil.copytree(day1, day1.with_name("day1_curated"))
    phy = tiny.Phy(copy)
    phy.merge(0, 1)
    phy.save()
    assert list(search(tmp_path)) == ["day1_curated"]


def test_the_one_that_was_labelled_before_goes_first(day1, tmp_path):
    copy = shutil.copytree(day1, day1.with_name("day1_backup"))
    receipt = tmp_path / "results" / "day1_backup" / "written.json"
    receipt.parent.mkdir(parents=True)
    receipt.write_text(json.dumps({"folder": str(copy)}))
    assert list(search(tmp_path)) == ["day1"]


@pytest.mark.parametrize("marked", [("yes", ""), ("", "yes"), ("yes", "yes"), ("", "no")])
def test_a_sheet_may_list_both_on_purpose(day1, tmp_path, marked):
    shutil.copytree(day1, day1.with_name("day1_backup"))
    sheet = tmp_path / "sessions.csv"
    sheet.write_text(
        f"session,path,allow_copy\none,data/day1,{marked[0]}\ntwo,data/day1_backup,{marked[1]}\n"
    )
    found = refused(find_sessions(str(sheet), []), tmp_path)
    assert list(found) == ([] if "yes" in marked else ["two"])


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_label_files_that_are_one_file_are_never_allowed(day1, tmp_path, link):
    day2 = tiny.make_sort(day1.with_name("day2"), seed=1)
    (day2 / file_names.GROUP_FILE).unlink()
    link(day1 / file_names.GROUP_FILE, day2 / file_names.GROUP_FILE)
    entries = [
        SessionEntry("one", day1, allow_copy=True),
        SessionEntry("two", day2, allow_copy=True),
    ]
    found = refused(entries, tmp_path)
    assert list(found) == ["two"]
    assert f"its {file_names.GROUP_FILE} is one file with that of session 'one'" in found["two"]


def test_other_spikes_after_the_same_first_ones_are_another_sort(day1, tmp_path):
    other = shutil.copytree(day1, day1.with_name("day2"))
    times = np.load(other / "spike_times.npy")
    times[-1] += 1
    np.save(other / "spike_times.npy", times)
    assert search(tmp_path) == {}


def test_whole_files_are_read_once_only(day1, tmp_path, monkeypatch):
    shutil.copytree(day1, day1.with_name("day1_backup"))
    found = search(tmp_path)
    monkeypatch.setattr(sort_id, "sort_id", None)
    assert search(tmp_path) == found
    assert search(tmp_path, write=False) == found, "a job takes what the run has found"


def test_after_the_copy_is_gone_nothing_is_refused(day1, tmp_path):
    copy = shutil.copytree(day1, day1.with_name("day1_backup"))
    assert search(tmp_path)
    shutil.rmtree(copy)
    assert search(tmp_path) == {}
    assert search(tmp_path, write=False) == {}


@pytest.mark.parametrize("fault", ["missing", "empty", "text"])
def test_spikes_that_cannot_be_read_are_left_to_the_measurement(day1, tmp_path, fault):
    for name in ("day2", "day3"):
        other = tiny.make_sort(day1.with_name(name))
        (other / "spike_times.npy").write_bytes(b"nothing" if fault == "text" else b"")
        if fault == "missing":
            (other / "spike_times.npy").unlink()
    assert search(tmp_path) == {}
