"""Labels of clusters that somebody merged and split in Phy: whose they are."""

import numpy as np
import pytest

import tiny
from goodunits.base import tsv
from goodunits.phy import settle_labels, write_labels
from goodunits.store import generations, transaction


# "A decision made by hand is never lost." / "Such a copy is a decision if the parent's label was
# one." The largest parent of the second merge is the merged unit, not the largest unit of before.
@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_label_given_between_two_merges(sort, results, keeps_log):
    tiny.run(sort, results, least=45)  # 0 (40 spikes) and 2 (30) are mua, 3 (55) is good
    phy = tiny.Phy(sort, keeps_log)
    merged = phy.merge(0, 2)
    phy.label(merged, "good")
    last = phy.merge(merged, 3)  # 70 and 55 spikes, both good now: one by hand, and the larger
    phy.save()
    assert tiny.decided(sort) == {last: "good"}


# As above: the copy is of unit 3 (55 spikes), labelled by hand, and not of what is left of unit 1.
@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_label_given_then_merged_with_a_piece_of_a_larger_unit(sort, results, keeps_log):
    tiny.run(sort, results, least=60)  # 1 (70 spikes) is good, 3 (55) is mua
    phy = tiny.Phy(sort, keeps_log)
    phy.label(3, "good")
    _, piece = phy.split(1)  # 35 spikes each
    merged = phy.merge(piece, 3)
    phy.save()
    assert tiny.decided(sort) == {merged: "good"}


# "If a run was killed in the middle and Phy saved before the next run, labels that differ between
# the old and the new file are kept as decisions: one too many rather than one lost." The base of a
# copy is the file that was never written, so a label equal to it is lost.
def test_a_label_given_to_a_merged_unit_after_a_kill(sort, results, monkeypatch):
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


# "A merged or split cluster copies the label of its largest parent. Such a copy is a decision if
# the parent's label was one." A piece with none of the 32 remembered spikes counts as labelled by
# hand, whatever the criteria say of it ever after.
def test_a_small_piece_of_a_split(tmp_path, results):
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


# "A decision made by hand [...] stays in force until somebody takes it back": of that unit. Whoever
# starts over in Phy (spike_clusters.npy from spike_templates.npy, without Phy's cache) gets the id
# again for other spikes, and the decision of the unit that is gone is applied to them.
@pytest.mark.parametrize("run_between", [False, True])
def test_an_id_that_phy_gives_again(sort, results, run_between):
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


# "If `state.json` is lost, it is built again [...]; only `restore_last` has to wait": the copies
# of a merge count as given by hand then.
def test_a_merge_and_a_lost_state(sort, results):
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    assert tiny.decided(sort) == {}
    (generations.current_generation(sort) / "state.json").unlink()
    assert tiny.decided(sort) == {}


# "`unsorted` takes [it] back" / docs/phy.md: "To give a unit back to the criteria, set it to
# `unsorted` (Alt+U), save, and run again." Under `fill` a copied label never goes away again.
@pytest.mark.parametrize("at_once", [False, True])
def test_a_copied_label_given_back_to_the_criteria(sort, results, at_once):
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


# "`fill` keeps the other copies too": of a parent of a class that Phy does not know the copy is
# taken to be 'unsorted', which is no label; column gu_label, which Phy copied rightly, is spoiled.
def test_a_copy_of_a_class_that_phy_does_not_know(sort, results):
    tiny.run(sort, results, policy="fill", good="axon")
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    assert phy.fields["gu_label"][merged] == "axon"
    phy.save()
    tiny.run(sort, results, policy="fill", good="axon")
    data = (sort / write_labels.LABEL_FILE).read_bytes()
    assert tsv.parse_labels(data, "").labels[merged] == "axon"


# After more than one step only Phy's log knows whether a label is a copy. Without it the label
# stays as it is, and that is said, with the ways on.
@pytest.mark.parametrize("keeps_log", [False, True])
@pytest.mark.parametrize("how", ["two merges", "a split and a merge"])
def test_nobody_labelled_but_there_were_two_steps(sort, results, how, keeps_log):
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
    assert any(f"cluster(s) {last} were merged or split more than once" in note for note in notes)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {}
