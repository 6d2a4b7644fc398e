"""Settling that is killed, or a run killed before it, and done again: as if nothing had been."""

import itertools
import shutil

import faults
import pytest

import tiny
from goodunits.phy import settle_labels
from goodunits.store import generations, state


def as_kilosort_says(folder):
    """All labels but one are those of Kilosort, saved in Phy: in doubt."""
    ks_labels = tiny.Phy(folder).fields["KSLabel"]
    tiny.save_in_phy(folder, **{f"u{i}": x for i, x in ks_labels.items()} | {"u0": "noise"})


def first_visit(place):
    """No run has been there."""
    folder = tiny.make_sort(place / "sort")
    as_kilosort_says(folder)
    return folder


def after_a_run(place):
    """The run has replaced the labels in doubt."""
    folder = first_visit(place)
    tiny.run(folder, place / "results", least=60, policy="overwrite")
    return folder


@pytest.mark.parametrize("labels_are", ["ours", "theirs"])
@pytest.mark.parametrize("make", [first_visit, after_a_run])
def test_settling_killed_and_done_again(quick_path, make, labels_are):
    for k in itertools.count():
        folder = make(quick_path / str(k))
        given = {0: "noise", **{i: "good" for i in (1, 3, 5)}, **{i: "mua" for i in (2, 6)}}
        outcome = faults.in_child(
            lambda f=folder: settle_labels.settle(f, labels_are), faults.Faults(at=k, kill=True)
        )
        settle_labels.settle(folder, labels_are)
        expected = {0: "noise"} if labels_are == "ours" else given
        where = outcome["calls"][k : k + 1]
        assert tiny.decided(folder) == expected, where
        (generations.current_generation(folder) / "state.json").unlink(missing_ok=True)
        assert tiny.decided(folder) == expected, where
        shutil.rmtree(quick_path / str(k))
        if not outcome["killed"]:
            break
    assert k > 5


def test_a_first_run_killed_does_not_end_a_doubt(quick_path):
    """Where only its decisions were noted, the next run sees the folder for the first time.

    The run that completes it says the doubt, but where the write was noted as whole.
    """
    for k in itertools.count():
        place = quick_path / str(k)
        folder = first_visit(place)
        outcome = faults.in_child(
            lambda f=folder, r=place / "results": tiny.run(f, r, least=60),
            faults.Faults(at=k, kill=True),
        )
        generation = generations.current_generation(folder)
        known = generation and state.read_state(generation)
        was_whole = known and not known.pending and not known.is_rebuilt
        notes = tiny.run(folder, place / "results", least=60)["notes"]
        assert was_whole or any("settle" in note for note in notes)
        settle_labels.settle(folder, "ours")
        assert tiny.decided(folder) == {0: "noise"}, outcome["calls"][k : k + 1]
        shutil.rmtree(place)
        if not outcome["killed"]:
            break
    assert k > 20
