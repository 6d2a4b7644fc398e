"""What settle does with labels that a run was in doubt of, before it and after it."""

import shutil
import time

import numpy as np
import pytest

import tiny
from goodunits.base import tsv
from goodunits.base.errors import SessionError
from goodunits.phy import restore_labels, settle_labels
from goodunits.session_folder import file_names
from goodunits.store import generations

SPIKE_FILES = ("spike_times.npy", "spike_templates.npy", "spike_clusters.npy")


def as_kilosort_says(folder, **others):
    """A group for every unit, saved in Phy: those of Kilosort but for some."""
    ks_labels = tiny.Phy(folder).fields["KSLabel"]
    tiny.save_in_phy(folder, **{f"u{unit}": label for unit, label in ks_labels.items()} | others)
    return ks_labels


def edit(path, change):
    """Change the lines of a text file."""
    tiny.replace(path, b"".join(change(path.read_bytes().splitlines(keepends=True))))


def remove_doubles(folder, places=(3, 4)):
    """Other spikes under the same labels."""
    for name in SPIKE_FILES:
        np.save(folder / name, np.delete(np.load(folder / name), places))


def test_settle_theirs_after_the_run_that_names_it(sort, results):
    """The run has replaced the person's labels by then, and the command means those, not ours."""
    given = as_kilosort_says(sort)
    notes = tiny.run(sort, results)["notes"]
    assert any("labels_are=theirs" in note for note in notes)
    tiny.save_in_phy(sort, u2="noise")
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == {**given, 2: "noise"}


def test_what_stops_for_other_spikes_and_is_settled_as_it_says(sort, results):
    """Decisions are carried over to the new spikes, also those that no run has seen yet."""
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise")
    remove_doubles(sort)
    with pytest.raises(SessionError, match="carry the backup and the decisions over"):
        tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


@pytest.mark.parametrize("other_spikes", [False, True])
def test_settled_as_ours_under_overwrite(sort, results, other_spikes):
    """Under `overwrite` the file never shows a decision, which stands all the same."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results, policy="overwrite")
    assert tiny.decided(sort) == {0: "noise"}
    if other_spikes:
        remove_doubles(sort)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


def test_settled_as_ours_after_a_restore(sort, results):
    """The originals that a restore left do not show the decisions, which stand all the same."""
    tiny.save_in_phy(sort, u0="mua", u1="mua")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    restore_labels.restore(sort)
    assert tiny.decided(sort) == {0: "noise", 1: "mua"}
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise", 1: "mua"}


def test_settled_as_ours_takes_back_only_what_was_in_doubt(sort, results):
    """A decision given since the run that named the command was never in doubt."""
    as_kilosort_says(sort, u0="noise")
    notes = tiny.run(sort, results)["notes"]
    assert any("labels_are=ours" in note for note in notes)
    tiny.save_in_phy(sort, u2="noise")
    assert tiny.decided(sort)[2] == "noise"
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise", 2: "noise"}


def test_settle_theirs_after_the_run_that_missed_rows(sort, results):
    """Decisions are the rows that were left, not the labels that the run gave to the rest."""
    tiny.run(sort, results)
    edit(sort / file_names.GROUP_FILE, lambda lines: lines[:3])
    left = tiny.groups(sort)
    notes = tiny.run(sort, results, least=15)["notes"]
    assert any("labels_are=theirs" in note for note in notes)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort).items() <= left.items()


def test_settle_ours_after_the_run_that_names_it(sort, results):
    """The run took the labels for a person's; the command takes those back."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    changed = tsv.format_labels("KSLabel", {**ks_labels, 0: "noise"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    notes = tiny.run(sort, results)["notes"]
    assert any("labels_are=ours" in note for note in notes)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {}


def test_a_merge_after_settling_before_the_first_run(sort):
    """Labels settled as a program's stay so in the copies that a merge makes."""
    tiny.save_in_phy(sort, **{f"u{unit}": "good" for unit in tiny.SIZES})
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {}
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    assert tiny.decided(sort) == {}


def test_the_sort_whose_labels_these_are_is_carried_over(sort, results, tmp_path):
    """Of two earlier sorts it is the one whose groups are there, not the newest."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    first = generations.current_generation(sort)
    shutil.copytree(sort, tmp_path / "left")
    time.sleep(1.1)  # times of backups are told by the second
    remove_doubles(sort, [0, 1, 2, 5])  # Kilosort sorts again, with fresh label files
    for name in ("cluster_KSLabel.tsv", "cluster_group.tsv"):
        (sort / name).unlink()
        shutil.copyfile(first / "original" / "cluster_KSLabel.tsv", sort / name)
    tiny.run(sort, results, least=1000, good="axon")
    for name in (*SPIKE_FILES, "cluster_KSLabel.tsv", "cluster_group.tsv"):
        shutil.copyfile(tmp_path / "left" / name, sort / name)
    remove_doubles(sort)  # the first sort is back, without doubles
    assert first.name in settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


def test_settled_as_ours_before_the_first_run_takes_back_only_what_is_in_doubt(sort):
    """A label that differs from Kilosort's is no program's, though most others are equal."""
    as_kilosort_says(sort, u0="noise")
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}
