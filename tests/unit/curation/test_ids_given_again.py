"""Clusters that somebody put back, and ids that Phy then gives again: whose their labels are."""

import numpy as np
import pytest

import tiny
from goodunits.phy import restore_labels


def start_over(sort):
    """Put the clusters back as Kilosort left them, as people do who curate anew."""
    np.save(sort / "spike_clusters.npy", np.load(sort / "spike_templates.npy"))


def merged_again(sort, results):
    """Phy after a merge, a run, a new start, and a merge of others under the same id; the id."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.save()
    tiny.run(sort, results)
    start_over(sort)
    tiny.save_in_phy(sort)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first
    return phy, first


def test_an_id_given_again_without_a_decision(sort, results):
    """Merged, run, started over, others merged: nobody ever labelled, so there is no decision."""
    phy, _ = merged_again(sort, results)
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {} and not seen.doubts


def test_an_id_given_again_inherits_nothing_of_before(sort, results):
    """With `fill`: what the earlier cluster of this id inherited is no label of the new one."""
    tiny.run(sort, results, policy="fill")
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)  # both mua
    phy.save()
    tiny.run(sort, results, policy="fill")
    start_over(sort)
    tiny.save_in_phy(sort)
    tiny.run(sort, results, policy="fill")
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first  # both good
    phy.save()
    tiny.run(sort, results, policy="fill", least=1000)
    assert tiny.groups(sort)[first] == "good"


def test_a_white_cluster_of_an_id_given_again(sort, results):
    """Restored, started over, others merged: the new cluster has no label of the earlier one."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.label(first, "noise")
    phy.save()
    tiny.run(sort, results)
    restore_labels.restore(sort)
    start_over(sort)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first
    phy.save()
    assert tiny.decided(sort).get(first) is None


def test_a_label_of_an_id_given_again_that_no_run_saw(sort, results):
    """The label that was given last is the decision."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.label(first, "noise")
    phy.save()
    restore_labels.restore(sort)
    start_over(sort)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first
    phy.label(first, "good")
    phy.save()
    tiny.run(sort, results)
    assert tiny.decided(sort).get(first) == "good"


def test_a_restore_between_the_label_and_starting_over(sort, results):
    """A restore remembers some spikes of a unit that was made and labelled since the last run."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.label(first, "noise")
    phy.save()
    restore_labels.restore(sort)
    start_over(sort)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first
    phy.save()
    assert tiny.decided(sort).get(first) is None


def test_started_over_before_the_first_run(sort, results):
    """A row of a cluster that is not there: the next of this id shows a copy, not that."""
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.label(first, "noise")
    phy.save()
    start_over(sort)
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first
    phy.save()
    tiny.run(sort, results)
    assert tiny.decided(sort).get(first) is None
    assert tiny.groups(sort)[first] == "good"


def test_an_id_given_again_to_a_small_piece(tmp_path, results):
    """The piece has none of the remembered spikes; clusters that were put back say it."""
    sort = tiny.make_sort(tmp_path / "sort", sizes={0: 2000, 1: 3000, 2: 40, 3: 50})
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(2, 3)
    phy.label(first, "noise")
    phy.save()
    tiny.run(sort, results)
    start_over(sort)
    tiny.save_in_phy(sort)
    phy = tiny.Phy(sort)
    spikes = np.flatnonzero(phy.clusters == 1)
    chosen = spikes[10:15]
    assert phy.lasso(chosen)[0] == first
    phy.save()
    tiny.run(sort, results)
    assert tiny.decided(sort).get(first) is None


def test_a_white_cluster_inherits_nothing_of_an_earlier_one_of_its_id(sort, results):
    """With `fill`: merged, run, restored, started over; others merged, which had no label."""
    tiny.run(sort, results, policy="fill")
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)  # both mua
    phy.save()
    tiny.run(sort, results, policy="fill")
    restore_labels.restore(sort)
    start_over(sort)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first  # white
    phy.save()
    assert tiny.seen(sort).inherited.get(first) is None


def test_a_script_that_numbers_clusters_anew(sort, results):
    """A decision does not go over to the cluster that has the id now."""
    tiny.save_in_phy(sort, u5="noise")
    tiny.run(sort, results)
    clusters = np.load(sort / "spike_clusters.npy")
    _, new = np.unique(clusters, return_inverse=True)
    np.save(sort / "spike_clusters.npy", new.astype(np.int32))
    seen = tiny.seen(sort)
    assert seen.decisions.get(5) is None  # it is what was 6


@pytest.mark.parametrize("run_between", [False, True])
def test_a_label_given_to_a_cluster_that_came_back(sort, results, run_between):
    """Merged, run, started over: the unit is there again, white, and its label is a person's."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(1, 2)  # good by the criteria
    phy.save()
    tiny.run(sort, results)
    start_over(sort)
    tiny.save_in_phy(sort)
    assert 1 not in tiny.groups(sort)
    if run_between:
        tiny.run(sort, results)
        tiny.save_in_phy(sort, u1="mua")  # it is good by the criteria now, which pins nothing
        tiny.run(sort, results)
    tiny.save_in_phy(sort, u1="good")
    seen = tiny.seen(sort)
    assert seen.decisions == {1: "good"} and not seen.doubts


def test_a_label_given_to_a_cluster_that_came_back_after_a_restore(sort, results):
    """A restore leaves a white folder: the label is a person's."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(1, 2)
    phy.save()
    tiny.run(sort, results)
    restore_labels.restore(sort)
    start_over(sort)
    tiny.save_in_phy(sort, u1="good")
    assert tiny.decided(sort) == {1: "good"}


def test_a_label_of_an_id_given_again_is_kept_over_a_restore(sort, results):
    """No run has measured the new cluster: the restore remembers some of its spikes."""
    phy, first = merged_again(sort, results)
    phy.label(first, "noise")
    phy.save()
    restore_labels.restore(sort, "last")
    assert tiny.decided(sort) == {first: "noise"}
    tiny.run(sort, results)
    assert tiny.groups(sort)[first] == "noise"


def test_a_merge_with_a_cluster_that_came_back(sort, results):
    """The only label among its parents is copied, since what came back is white."""
    tiny.run(sort, results, least=25)  # 5, 6 are mua, the others good
    phy = tiny.Phy(sort)
    phy.merge(1, 6)
    phy.save()
    tiny.run(sort, results, least=25)
    start_over(sort)
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 5)  # 1 (70 spikes) is white, 5 (20) mua
    phy.save()
    seen = tiny.seen(sort)
    assert tiny.groups(sort)[merged] == "mua"
    assert seen.decisions == {} and seen.inherited[merged] == "mua"


def test_a_merge_after_the_row_of_the_largest_parent_was_lost(sort, results):
    """A merge, put back, lost the row of 1: Phy copies the label of 5, or somebody gave it."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    start_over(sort)
    tiny.save_in_phy(sort)
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 5)  # 1 (70 spikes) was good, 5 (20) is mua
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {merged: "mua"} and seen.doubted[merged] == "mua"
    assert any(f"cluster(s) {merged} were merged" in doubt for doubt in seen.doubts)
