"""Labels of clusters that somebody merged and split in Phy: whose they are."""

import numpy as np
import pytest

import tiny
from goodunits.base import tsv
from goodunits.phy import settle_labels
from goodunits.session_folder import file_names
from goodunits.store import generations, transaction


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_label_given_between_two_merges(sort, results, keeps_log):
    """The largest parent of the second merge is the merged unit, which is labelled by hand."""
    tiny.run(sort, results, least=45)  # 0 (40 spikes) and 2 (30) are mua, 3 (55) is good
    phy = tiny.Phy(sort, keeps_log)
    merged = phy.merge(0, 2)
    phy.label(merged, "good")
    last = phy.merge(merged, 3)  # 70 and 55 spikes, both good now: one by hand, and the larger
    phy.save()
    assert tiny.decided(sort) == {last: "good"}


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_label_given_then_merged_with_a_piece_of_a_larger_unit(sort, results, keeps_log):
    """The copy is of unit 3 (55 spikes), labelled by hand, not of what is left of unit 1."""
    tiny.run(sort, results, least=60)  # 1 (70 spikes) is good, 3 (55) is mua
    phy = tiny.Phy(sort, keeps_log)
    phy.label(3, "good")
    _, piece = phy.split(1)  # 35 spikes each
    merged = phy.merge(piece, 3)
    phy.save()
    assert tiny.decided(sort) == {merged: "good"}


def test_a_label_given_to_a_merged_unit_after_a_kill(sort, results, monkeypatch):
    """A copy is judged by the file that Phy read, not by one that was about to be written."""

    class KilledError(BaseException):
        pass

    def kill(*_):
        raise KilledError

    tiny.run(sort, results, least=100)
    with monkeypatch.context() as patch:
        patch.setattr(transaction, "_replace", kill)
        with pytest.raises(KilledError):
            tiny.run(sort, results, least=60)  # was about to make unit 1 good
    assert tiny.groups(sort)[1] == "mua"
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 2)
    phy.label(merged, "good")
    phy.save()
    assert tiny.decided(sort).get(merged) == "good"


def test_a_small_piece_of_a_split(tmp_path, results):
    """A piece with none of the 32 remembered spikes copies its label like any other."""
    sort = tiny.make_sort(tmp_path / "sort", sizes={0: 2000, 1: 3000})
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    spikes = np.flatnonzero(phy.clusters == 1)
    phy.clusters = phy.clusters.copy()
    phy.clusters[spikes], phy.clusters[spikes[10:15]] = 2, 3
    for values in phy.fields.values():
        values[2] = values[3] = values[1]
    phy.save()
    assert tiny.decided(sort) == {}


@pytest.mark.parametrize("run_between", [False, True])
def test_an_id_that_phy_gives_again(sort, results, run_between):
    """Who starts over in Phy, from spike_templates.npy, gets an id again for other spikes."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.label(first, "noise")
    phy.save()
    tiny.run(sort, results)
    np.save(sort / "spike_clusters.npy", np.load(sort / "spike_templates.npy"))
    tiny.save_in_phy(sort)
    if run_between:
        tiny.run(sort, results)
    phy = tiny.Phy(sort)
    again = phy.merge(1, 3)
    phy.save()
    tiny.run(sort, results)
    assert first == again
    assert tiny.decided(sort).get(again) is None


def test_a_merge_and_a_lost_state(sort, results):
    """A state built again from the history still knows a copy from a decision."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    assert tiny.decided(sort) == {}
    (generations.current_generation(sort) / "state.json").unlink()
    assert tiny.decided(sort) == {}


@pytest.mark.parametrize("at_once", [False, True])
def test_a_copied_label_given_back_to_the_criteria(sort, results, at_once):
    """`unsorted` gives a merged unit back, also under `fill`, which keeps copies."""
    tiny.run(sort, results, policy="fill")
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    if at_once:
        phy.label(merged, "unsorted")
    phy.save()
    tiny.run(sort, results, policy="fill")
    if not at_once:
        tiny.save_in_phy(sort, **{f"u{merged}": "unsorted"})
    tiny.run(sort, results, policy="fill", least=1000)
    assert tiny.groups(sort)[merged] == "mua"


def test_a_copy_of_a_class_that_phy_does_not_know(sort, results):
    """The class is in gu_label.tsv, and Phy copies it there."""
    tiny.run(sort, results, policy="fill", good="axon")
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    assert phy.fields["gu_label"][merged] == "axon"
    phy.save()
    tiny.run(sort, results, policy="fill", good="axon")
    data = (sort / file_names.CLASS_FILE).read_bytes()
    assert tsv.parse_labels(data, "").labels[merged] == "axon"


@pytest.mark.parametrize("keeps_log", [False, True])
@pytest.mark.parametrize("how", ["two merges", "a split and a merge"])
def test_nobody_labelled_but_there_were_two_steps(sort, results, how, keeps_log):
    """Only Phy's log knows then if a label is a copy; without it the run names the ways on."""
    tiny.run(sort, results, least=45 if how == "two merges" else 60)
    phy = tiny.Phy(sort, keeps_log)
    # 70 spikes mua and 55 good, or 35 good and 55 mua: the copy is mua.
    first = phy.merge(0, 2) if how == "two merges" else phy.split(1)[1]
    last = phy.merge(first, 3)
    phy.save()
    if keeps_log:
        assert tiny.decided(sort) == {}
        return
    notes = tiny.run(sort, results)["notes"]
    assert tiny.decided(sort) == {last: "mua"}
    assert any(f"cluster(s) {last} were merged or split since" in note for note in notes)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {}
