"""What the history of a session says, of this version and of older ones."""

import json

import pytest

import tiny
from goodunits.phy import history, restore_labels, write_labels
from goodunits.session_folder import file_names
from goodunits.store import state


@pytest.fixture
def sort(tmp_path):
    """A tiny sort that was labelled once, by criteria with a name."""
    folder = tiny.make_sort(tmp_path / "sort")
    write(folder)
    return folder


def write(folder, **about):
    """Label a sort by the number of spikes."""
    labels = tiny.by_criteria(folder, 35)
    plan = write_labels.Plan(labels, labels, tiny.measured(folder), about=about or ABOUT)
    return write_labels.write_label_files(folder, plan)


ABOUT = {"criteria": "striatum", "working_folder": "/home/me/work"}


def generation(sort):
    """Folder of the store for the present sort."""
    return next(file_names.store_folder(sort).glob("*/manifest.json")).parent


def test_a_write_tells_criteria_counts_and_working_folder(sort):
    event = history.read_history(sort)[-1]
    assert event["about"] == {**ABOUT, "counts": {"good": 3, "mua": 3}, "by_hand": 0}
    said = history.describe(event)
    assert said.endswith("3 good, 3 mua  criteria 'striatum' from /home/me/work")


def test_events_are_in_order_over_a_change_of_the_time_zone(tmp_path, time_zone):
    folder = tiny.make_sort(tmp_path / "travelled")
    time_zone("Asia/Tokyo")
    write(folder)
    time_zone("UTC")
    restore_labels.restore(folder)
    events = [event["event"] for event in history.read_history(folder)]
    assert events == ["backup", "write", "restore"]


def test_a_restore_tells_its_working_folder(sort, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    restore_labels.restore(sort)
    event = history.read_history(sort)[-1]
    assert event["event"] == "restore"
    assert history.describe(event).endswith(f"from {tmp_path}")


def test_lines_of_older_versions_are_read(sort):
    path = generation(sort) / "history.jsonl"
    *before, last = path.read_text().splitlines()
    old = json.loads(last)
    del old["about"]
    path.write_text("\n".join([*before, json.dumps(old)]) + "\n")
    said = history.describe(history.read_history(sort)[-1])
    assert said.endswith("3 good, 3 mua"), "counted from the groups that were left"
    assert state.read_state(generation(sort)).last.group


def last_write(folder):
    """The last write of a session, and what is said of it."""
    (*_, last) = [event for event in history.read_history(folder) if event["event"] == "write"]
    return last, history.describe(last)


def test_only_units_that_are_there_count_as_decided(tmp_path):
    folder, results = tiny.make_sort(tmp_path / "merged"), tmp_path / "results"
    tiny.save_in_phy(folder, u1="noise", u2="noise", u3="noise", u5="noise", u6="noise")
    tiny.run(folder, results)
    phy = tiny.Phy(folder)
    phy.merge(1, 3, 5, 6)
    phy.save()
    tiny.run(folder, results)
    event, said = last_write(folder)
    assert "1 good, 2 noise, 2 decided by hand" in said
    del event["about"]["by_hand"]
    assert "2 decided by hand" in history.describe(event), "lines of older versions"


@pytest.mark.parametrize("label", ["noise", "good"])
def test_labels_of_the_criteria_do_not_count_as_decided(tmp_path, label):
    folder = tiny.make_sort(tmp_path / "overwritten")
    tiny.save_in_phy(folder, u1=label)
    tiny.run(folder, tmp_path / "results", policy="overwrite")
    assert tiny.groups(folder)[1] == "good"
    assert "decided by hand" not in last_write(folder)[1]


@pytest.mark.parametrize("about", ["text", ["list"], {"criteria": 5, "counts": "many"}])
def test_lines_of_newer_versions_are_read(sort, about):
    path = generation(sort) / "history.jsonl"
    event = json.loads(path.read_text().splitlines()[-1])
    state.add_history(generation(sort), **{**event, "about": about, "more": {"of": "it"}})
    assert "3 good, 3 mua" in history.describe(history.read_history(sort)[-1])


def test_a_label_of_a_stranger_does_not_steer_the_terminal(sort):
    decided = {"0": "good\x1b[2J"}
    state.add_history(generation(sort), event="decisions", decisions=decided, inherited={})
    said = history.describe(history.read_history(sort)[-1])
    assert said.isprintable() and "0 good?[2J" in said
