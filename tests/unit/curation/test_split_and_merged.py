"""Copies that Phy made in one step or several: which are decisions of people."""

import numpy as np
import pytest

import tiny
from goodunits.phy import restore_labels, settle_labels, write_labels
from goodunits.session_folder import file_names
from goodunits.store import generations


def test_a_lasso_over_two_clusters_makes_no_decision(sort, results):
    """The rest of the smaller cluster copies the label of the larger one, too."""
    tiny.run(sort, results, least=60)  # 1 (70 spikes) is good, 3 (55) is mua
    phy = tiny.Phy(sort)
    chosen = np.flatnonzero(np.isin(phy.clusters, [1, 3]))[::2]
    phy.lasso(chosen)
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {} and not seen.doubts


def test_a_lasso_over_a_decision_keeps_the_decision(sort, results):
    """The larger was labelled by hand: all copies are decisions, the other's rest, too."""
    tiny.save_in_phy(sort, u1="good")
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    chosen = np.flatnonzero(np.isin(phy.clusters, [1, 3]))[::2]
    new = phy.lasso(chosen)
    phy.save()
    assert tiny.decided(sort).items() >= dict.fromkeys(new, "good").items()


def test_a_lasso_over_a_smaller_decision(sort, results):
    """The smaller cluster was labelled by hand; all copy ours, which nobody gave to them."""
    tiny.run(sort, results, least=60)
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    chosen = np.flatnonzero(np.isin(phy.clusters, [1, 3]))[::2]
    phy.lasso(chosen)
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {3: "noise"} and not seen.doubts


@pytest.mark.parametrize("ids", [(1, 8), (3, 32)])
def test_a_merge_of_equally_large_clusters(tmp_path, results, ids):
    """Phy takes the label of the lower id."""
    small, large = ids
    sort = tiny.make_sort(tmp_path / "sort", sizes={small: 50, large: 50, 40: 90})
    tiny.run(sort, results)
    # Two criteria labels, by something else than the number of spikes.
    criteria = {small: "mua", large: "good", 40: "good"}
    plan = write_labels.Plan(criteria, criteria, tiny.measured(sort))
    write_labels.write_label_files(sort, plan)
    phy = tiny.Phy(sort)
    phy.merge(small, large)
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {} and not seen.doubts


def test_phys_copy_of_a_white_parent(sort, results):
    """Phy copies the only label that there is among the parents, also of a smaller one."""
    tiny.run(sort, results)
    restore_labels.restore(sort)
    tiny.save_in_phy(sort, u5="noise")
    phy = tiny.Phy(sort)
    merged = phy.merge(5, 1)
    phy.fields["group"][merged] = "noise"
    phy.save()
    assert tiny.decided(sort).get(merged) == "noise"


def test_a_small_piece_split_off_beside_another_merge(tmp_path, results):
    """A cluster with all its spikes remembered is no parent of a piece that has none of them."""
    sort = tiny.make_sort(tmp_path / "sort", sizes={0: 2000, 1: 3000, 2: 20, 3: 10})
    tiny.run(sort, results)
    phy = tiny.Phy(sort, keeps_log=True)
    phy.merge(2, 3)  # both mua
    spikes = np.flatnonzero(phy.clusters == 1)  # good
    phy.lasso(spikes[10:15])
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {}, seen.doubts


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_merge_after_an_undone_one(sort, results, keeps_log):
    """Phy gives the next id after an undone merge: still one step, and a copy."""
    tiny.run(sort, results, least=60)  # 1 good, 3 mua
    phy = tiny.Phy(sort, keeps_log)
    phy.next_id += 1  # one merge, undone
    phy.merge(1, 3)
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {}, seen.doubts


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_merge_after_a_chain_of_others(sort, results, keeps_log):
    """Two units merged once, after three others were merged in two steps: a copy."""
    tiny.run(sort, results, least=60)  # 1 good, 3 mua
    phy = tiny.Phy(sort, keeps_log)
    phy.merge(phy.merge(0, 2), 5)  # all mua
    last = phy.merge(1, 3)
    phy.save()
    seen = tiny.seen(sort)
    assert last not in seen.decisions, seen.doubts


@pytest.mark.parametrize("log", ["none", "whole", "begun anew"])
def test_a_decision_merged_in_two_steps(sort, results, log):
    """The store knows the decision, also where Phy's log knows the merges and not the label."""
    phy = tiny.Phy(sort, keeps_log=log != "none")
    phy.label(1, "noise")
    phy.save()
    tiny.run(sort, results)
    if log == "begun anew":
        (sort / "phy.log").unlink()
    phy = tiny.Phy(sort, keeps_log=log != "none")
    last = phy.merge(phy.merge(1, 2), 3)
    phy.save()
    tiny.run(sort, results)
    assert tiny.decided(sort).get(last) == "noise"
    assert tiny.groups(sort)[last] == "noise"


@pytest.mark.parametrize("log", ["whole", "begun anew"])
def test_a_decision_split_and_its_piece_merged(sort, results, log):
    """No log tells the ids of a split; the store knows the decision."""
    phy = tiny.Phy(sort, keeps_log=True)
    phy.label(1, "noise")
    phy.save()
    tiny.run(sort, results)
    if log == "begun anew":
        (sort / "phy.log").unlink()
    phy = tiny.Phy(sort, keeps_log=True)
    _, piece = phy.split(1)  # 35 spikes
    last = phy.merge(piece, 5)  # 20
    phy.save()
    assert tiny.decided(sort).get(last) == "noise"


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_label_given_then_split_and_its_piece_merged(sort, results, keeps_log):
    """In one sitting: the label of the result is the person's, copied twice."""
    tiny.run(sort, results)  # 1 (70 spikes) good, 5 (20) mua
    phy = tiny.Phy(sort, keeps_log)
    phy.label(1, "mua")
    _, piece = phy.split(1)  # 35 spikes each, mua by hand
    last = phy.merge(piece, 5)
    phy.save()
    assert tiny.decided(sort).get(last) == "mua"


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_piece_labelled_by_hand_then_merged(sort, results, keeps_log):
    """Split, one piece labelled by hand, and merged with a smaller unit."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort, keeps_log)
    _, piece = phy.split(1)
    phy.label(piece, "mua")
    last = phy.merge(piece, 5)
    phy.save()
    assert tiny.decided(sort).get(last) == "mua"


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_merged_unit_labelled_by_hand_then_split(sort, results, keeps_log):
    """Both pieces have the person's label."""
    tiny.run(sort, results)  # 1 good, 5 mua
    phy = tiny.Phy(sort, keeps_log)
    merged = phy.merge(1, 5)
    phy.label(merged, "mua")
    pieces = phy.split(merged)
    phy.save()
    assert tiny.decided(sort).items() >= dict.fromkeys(pieces, "mua").items()


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_decision_merged_then_undone_and_merged_again(sort, results, keeps_log):
    """The person's label of the larger parent is copied, an undone step between."""
    tiny.save_in_phy(sort, u1="noise")
    tiny.run(sort, results)
    phy = tiny.Phy(sort, keeps_log)
    phy.next_id += 1  # one merge, undone
    last = phy.merge(1, 5)
    phy.save()
    assert tiny.decided(sort).get(last) == "noise"


def test_a_copy_of_a_class_shown_as_a_group_of_phy(sort, results):
    """`axon` is shown as `mua`: `fill` keeps the class, which Phy copies beside."""
    labels = {i: "axon" if i in (1, 3) else "good" for i in tiny.SIZES}
    results.mkdir()
    with_class = write_labels.Plan(
        labels, labels, tiny.measured(sort), "fill", shown_as={"axon": "mua"}
    )
    write_labels.write_label_files(sort, with_class)
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    assert phy.fields["gu_label"][merged] == "axon"
    phy.save()
    assert tiny.seen(sort).inherited == {merged: "axon"}


def test_a_merge_whose_row_is_lost(sort, results):
    """The merged cluster has a row in `cluster_info.tsv` only: a copy all the same."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    phy.save()
    rows = (sort / file_names.GROUP_FILE).read_bytes().splitlines(keepends=True)
    kept = [row for row in rows if not row.startswith(b"%d\t" % merged)]
    tiny.replace(sort / file_names.GROUP_FILE, b"".join(kept))
    assert tiny.decided(sort) == {}


def test_a_merge_after_the_state_was_lost(sort, results):
    """Which was the larger is lost too: what may be a copy is kept, and said; else it is none."""
    tiny.run(sort, results, least=60)  # 1 good; 0, 3 mua
    (generations.current_generation(sort) / "state.json").unlink()
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    phy.save()
    seen = tiny.seen(sort)
    assert seen.decisions == {merged: "good"}
    assert len(seen.doubts) == 1 and "cannot be told which label they copied" in seen.doubts[0]


def test_a_copy_that_was_settled_as_a_persons(sort, results):
    """It stays a decision, though no run has measured the merged unit yet."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    phy.save()
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort)[merged] == "good"
    tiny.save_in_phy(sort)
    assert tiny.decided(sort)[merged] == "good"
