"""Attacks: merges, splits and ids given again, as people make them in Phy."""

import shutil

import numpy as np
import pytest

import tiny
from goodunits.base import tsv
from goodunits.curation import whose_labels
from goodunits.phy import restore_labels, settle_labels, write_labels
from goodunits.session_folder import file_names
from goodunits.store import generations


def look(folder):
    return whose_labels.read_curation(folder, generations.current_generation(folder))


def split_several(phy, spikes):
    """Split spikes off from several clusters at once, as Phy's lasso does (key K).

    Phy's `Clustering.assign` gives the chosen spikes one new id and the rest of each touched
    cluster another; `ClusterMeta.set_from_descendants` (phy/cluster/_utils.py) then gives ALL of
    them one value: the common one of the old clusters, else that of the largest.
    """
    touched = sorted(set(phy.clusters[spikes].tolist()))
    counts = np.bincount(phy.clusters)
    largest = max(touched, key=lambda i: counts[i])
    new = [phy.next_id]
    rest = {i: np.setdiff1d(np.flatnonzero(phy.clusters == i), spikes) for i in touched}
    phy.clusters = phy.clusters.copy()
    phy.clusters[spikes] = phy.next_id
    for place in rest.values():
        if len(place):
            new.append(new[-1] + 1)
            phy.clusters[place] = new[-1]
    phy.next_id = new[-1] + 1
    for values in phy.fields.values():
        if values.get(largest) is not None:
            values.update(dict.fromkeys(new, values[largest]))
    return new


def start_over(sort):
    """Put the clusters back as Kilosort left them, as people do who curate anew."""
    np.save(sort / "spike_clusters.npy", np.load(sort / "spike_templates.npy"))


def test_a_lasso_over_two_clusters_makes_no_decision(sort, results):
    """Nobody labelled; two clusters were shown together and some spikes of both split off (K).

    Phy gives the rest of the smaller cluster the label of the larger, too. safety.md: "A merged or
    split cluster copies the label of its largest parent. Such a copy is a decision if the parent's
    label was one"; guarantee 5. Instead the rest of the smaller one counts as labelled by hand, and
    nothing is said.
    """
    tiny.run(sort, results, least=60)  # 1 (70 spikes) is good, 3 (55) is mua
    phy = tiny.Phy(sort)
    chosen = np.flatnonzero(np.isin(phy.clusters, [1, 3]))[::2]
    split_several(phy, chosen)
    phy.save()
    seen = look(sort)
    assert seen.decisions == {} or seen.doubts


def test_a_lasso_over_a_decision_keeps_the_decision(sort, results):
    """The larger cluster was labelled by hand: all its copies are decisions, in the rest too."""
    tiny.save_in_phy(sort, u1="good")
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    chosen = np.flatnonzero(np.isin(phy.clusters, [1, 3]))[::2]
    new = split_several(phy, chosen)
    phy.save()
    assert look(sort).decisions.items() >= dict.fromkeys(new, "good").items()


def test_a_lasso_over_a_smaller_decision(sort, results):
    """The smaller cluster was labelled by hand; its rest copies ours from the larger one.

    Phy shows our label there. It is no decision: nobody gave it.
    """
    tiny.run(sort, results, least=60)
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    chosen = np.flatnonzero(np.isin(phy.clusters, [1, 3]))[::2]
    new = split_several(phy, chosen)
    phy.save()
    seen = look(sort)
    assert not set(new) & set(seen.decisions) or seen.doubts


@pytest.mark.parametrize("ids", [(1, 8), (3, 32)])
def test_a_merge_of_equally_large_clusters(tmp_path, results, ids):
    """Phy takes the smaller id of two that are equally large (`np.bincount(...).argmax()`)."""
    small, large = ids
    sort = tiny.make_sort(tmp_path / "sort", sizes={small: 50, large: 50, 40: 90})
    tiny.run(sort, results)
    # Two criteria labels, by something else than the number of spikes.
    criteria = {small: "mua", large: "good", 40: "good"}
    plan = write_labels.Plan(criteria, criteria, tiny.measured(sort))
    write_labels.write_label_files(sort, plan)
    phy = tiny.Phy(sort)
    phy.merge(small, large)  # the stand-in copies the first of equals
    phy.save()
    seen = look(sort)
    assert seen.decisions == {} or seen.doubts


def test_an_id_given_again_without_a_decision(sort, results):
    """Merged, run, started over in Phy, merged others: the same id. Nobody ever labelled.

    Guarantee 5. Instead the copied label of the new merge is compared with ours for other spikes
    of the same id, and becomes a decision; nothing is said.
    """
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.save()
    tiny.run(sort, results)
    start_over(sort)
    tiny.save_in_phy(sort)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first
    phy.save()
    seen = look(sort)
    assert seen.decisions == {} or seen.doubts


def test_an_id_given_again_inherits_nothing_of_before(sort, results):
    """With `fill`: what the earlier cluster of this id inherited is no label of the new one.

    outputs.md: "`inherited`: from a merge or split in Phy"; "every label can be explained". The
    new cluster 7 is of 1 and 3 (good), but gets the label of 5 and 6.
    """
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
    """Started over thoroughly: `restore`, the clusters put back, then others merged in Phy.

    safety.md: "A decision belongs to the spikes of its cluster: if somebody puts
    spike_clusters.npy back and Phy gives an id again to others, it does not go over to them".
    The new cluster is white (no group), and gets the other cluster's `noise`, as by hand.
    """
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
    assert look(sort).decisions.get(first) is None


def test_a_decision_on_a_merged_unit_that_no_run_saw_before_starting_over(sort, results):
    """Merged and labelled; no run; `restore` and the clusters put back; others merged."""
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
    assert look(sort).decisions.get(first) == "good"


def test_a_restore_between_the_label_and_starting_over(sort, results):
    """The same, but the new cluster is left white."""
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
    assert look(sort).decisions.get(first) is None


def test_started_over_before_the_first_run(sort, results):
    """Merged and labelled; the clusters put back; then the first run; then others merged.

    The group file still has the row of the merged cluster, which is not there: its label goes
    over to the next cluster that gets this id, as a person's.
    """
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
    assert look(sort).decisions.get(first) is None
    assert tiny.groups(sort)[first] == "good"


def test_an_id_given_again_to_a_small_piece(tmp_path, results):
    """The piece has none of the 32 remembered spikes of its cluster."""
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
    assert split_several(phy, chosen)[0] == first
    phy.save()
    tiny.run(sort, results)
    assert look(sort).decisions.get(first) is None


def test_a_decision_is_there_again_with_its_cluster(sort, results):
    """Started over by mistake, and the curated clusters put back from a backup.

    Guarantee 2: "it stays in force until somebody takes it back in Phy (`unsorted`) or changes
    it". The decision is dropped when the id is given to others, and does not come back.
    """
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    first = phy.merge(5, 6)
    phy.label(first, "noise")
    phy.save()
    tiny.run(sort, results)
    curated = (sort / "spike_clusters.npy").read_bytes()
    start_over(sort)
    tiny.save_in_phy(sort)
    phy = tiny.Phy(sort)
    assert phy.merge(1, 3) == first
    phy.save()
    tiny.run(sort, results)
    (sort / "spike_clusters.npy").write_bytes(curated)
    tiny.save_in_phy(sort)
    tiny.run(sort, results)
    assert look(sort).decisions.get(first) == "noise"


def test_a_copy_of_a_class_shown_as_a_group_of_phy(sort, results):
    """A class `axon` that is shown as `mua`; `fill` keeps copies, and the class is in gu_label."""
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
    assert look(sort).inherited == {merged: "axon"}


def test_a_merge_after_the_state_was_lost(sort, results):
    """safety.md: "If `state.json` is lost ...; only `restore_last` has to wait"."""
    tiny.run(sort, results, least=60)  # 1 good, 3 mua
    (generations.current_generation(sort) / "state.json").unlink()
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    seen = look(sort)
    assert seen.decisions == {}, seen.doubts


def test_a_script_that_numbers_clusters_anew_keeps_decisions(sort, results):
    """A script makes the ids consecutive (6 becomes 4): labels are not of other spikes, or said."""
    tiny.save_in_phy(sort, u5="noise")
    tiny.run(sort, results)
    clusters = np.load(sort / "spike_clusters.npy")
    _, new = np.unique(clusters, return_inverse=True)
    np.save(sort / "spike_clusters.npy", new.astype(np.int32))
    seen = look(sort)
    assert seen.decisions.get(5) is None  # it is what was 6


def test_phys_copy_of_a_white_parent(sort, results):
    """Real Phy copies the one label there is among parents, also of a smaller one: a decision."""
    tiny.run(sort, results)
    restore_labels.restore(sort)
    tiny.save_in_phy(sort, u5="noise")
    phy = tiny.Phy(sort)
    merged = phy.merge(5, 1)
    phy.fields["group"][merged] = "noise"
    phy.save()
    assert look(sort).decisions.get(merged) == "noise"


def test_merging_after_settling_and_other_spikes(sort, results):
    """Doubles removed, settled as ours, then merged: no decision of a copy."""
    tiny.run(sort, results, least=60)
    for name in ("spike_times.npy", "spike_templates.npy", "spike_clusters.npy"):
        np.save(sort / name, np.delete(np.load(sort / name), [3, 4]))
    settle_labels.settle(sort, "ours")
    phy = tiny.Phy(sort)
    phy.merge(5, 6)
    phy.save()
    assert look(sort).decisions == {}


def test_merged_under_overwrite_with_a_hidden_decision(sort, results):
    """The decision is not shown under `overwrite`; the merge copies ours."""
    tiny.save_in_phy(sort, u1="noise")
    tiny.run(sort, results, policy="overwrite")
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 2)
    phy.save()
    assert look(sort).decisions.get(merged) is None
    assert look(sort).decisions[1] == "noise"


def test_restore_last_after_a_merge(sort, results):
    """Labels of before the last write under clusters of now."""
    tiny.run(sort, results, least=35)
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    restore_labels.restore(sort, "last")
    assert look(sort).decisions == {}
    tiny.save_in_phy(sort)
    assert look(sort).decisions == {}
    tiny.run(sort, results, least=60)
    assert look(sort).decisions == {}


def test_merged_after_restore_last(sort, results):
    """Copies of labels that a restore put there are ours."""
    tiny.run(sort, results, least=35)
    tiny.run(sort, results, least=60)
    restore_labels.restore(sort, "last")
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    assert look(sort).decisions == {}


def test_merged_in_a_copy_of_other_criteria_and_brought_back_whole(sort, results, tmp_path):
    """The copy with its store, curated elsewhere and copied back with it."""
    tiny.run(sort, results)
    copy = shutil.copytree(sort, tmp_path / "laptop")
    tiny.run(copy, tmp_path / "others", least=60)
    phy = tiny.Phy(copy)
    merged = phy.merge(1, 3)
    phy.label(merged, "noise")
    phy.save()
    tiny.run(copy, tmp_path / "others", least=60)
    shutil.rmtree(sort)
    shutil.copytree(copy, sort)
    tiny.run(sort, results)
    assert look(sort).decisions == {merged: "noise"}
    assert tsv.parse_labels((sort / file_names.GROUP_FILE).read_bytes(), "").labels[0] == "good"


def test_a_white_cluster_inherits_nothing_of_an_earlier_one_of_its_id(sort, results):
    """With `fill`: merged, run, `restore`, started over; others merged, which had no label.

    outputs.md: `source` "`inherited`: from a merge or split in Phy". It inherited nothing.
    """
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
    assert look(sort).inherited.get(first) is None


def test_a_small_piece_split_off_beside_another_merge(tmp_path, results):
    """A few spikes split off a large unit (outliers), and two others merged: each one step.

    safety.md takes copies for decisions only where "a cluster was merged or split more than once";
    guarantee 5. Instead the piece, with none of the remembered spikes, counts as labelled by hand,
    and the run says that it "was merged or split more than once", which is not true.
    """
    sort = tiny.make_sort(tmp_path / "sort", sizes={0: 2000, 1: 3000, 2: 20, 3: 10})
    tiny.run(sort, results)
    phy = tiny.Phy(sort, keeps_log=True)
    phy.merge(2, 3)  # both mua
    spikes = np.flatnonzero(phy.clusters == 1)  # good
    split_several(phy, spikes[10:15])
    phy.save()
    seen = look(sort)
    assert seen.decisions == {}, seen.doubts


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_merge_after_an_undone_one(sort, results, keeps_log):
    """Merged, undone, merged again in one sitting: Phy gives the next id, one step was made.

    Phy: "This new id strictly increases after an undo + new action". The label is a copy of ours,
    but counts as given by hand, and the run says "merged or split more than once".
    """
    tiny.run(sort, results, least=60)  # 1 good, 3 mua
    phy = tiny.Phy(sort, keeps_log)
    phy.next_id += 1  # one merge, undone
    phy.merge(1, 3)
    phy.save()
    seen = look(sort)
    assert seen.decisions == {}, seen.doubts


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_merge_after_a_chain_of_others(sort, results, keeps_log):
    """Two units merged once, after three others were merged in two steps.

    The run says of the former too that it was "merged or split more than once".
    """
    tiny.run(sort, results, least=60)  # 1 good, 3 mua
    phy = tiny.Phy(sort, keeps_log)
    phy.merge(phy.merge(0, 2), 5)  # all mua
    last = phy.merge(1, 3)
    phy.save()
    seen = look(sort)
    assert last not in seen.decisions, seen.doubts


@pytest.mark.parametrize("log", ["none", "whole", "begun anew"])
def test_a_decision_merged_in_two_steps(sort, results, log):
    """Labelled by hand and run; later merged in two steps. Phy's log may have been removed between.

    safety.md: "Such a copy is a decision if the parent's label was one"; guarantee 2. The store has
    the decision on the largest parent, and no other cluster ever was `noise`. Yet where the log was
    begun anew (tidied away, another computer), so that it tells the merges and not the label, the
    label counts as ours, the next run replaces it, and nothing is said.
    """
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
    assert look(sort).decisions.get(last) == "noise"
    assert tiny.groups(sort)[last] == "noise"


@pytest.mark.parametrize("log", ["whole", "begun anew"])
def test_a_decision_split_and_its_piece_merged(sort, results, log):
    """The same by a split, whose ids no log tells, and a merge of a piece."""
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
    assert look(sort).decisions.get(last) == "noise"


def test_a_merge_whose_row_is_lost(sort, results):
    """The merged cluster has a row in cluster_info.tsv only: a copy all the same."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    phy.save()
    rows = (sort / file_names.GROUP_FILE).read_bytes().splitlines(keepends=True)
    kept = [row for row in rows if not row.startswith(b"%d\t" % merged)]
    tiny.replace(sort / file_names.GROUP_FILE, b"".join(kept))
    assert look(sort).decisions == {}


def test_settled_as_theirs_then_given_back(sort, results):
    """`unsorted` takes a label back that was settled as a person's."""
    tiny.run(sort, results)
    settle_labels.settle(sort, "theirs")
    tiny.save_in_phy(sort, u1="unsorted")
    tiny.run(sort, results, least=1000)
    assert tiny.groups(sort)[1] == "mua" and 1 not in look(sort).decisions
    assert tiny.groups(sort)[3] == "good"


def test_policies_in_turn_with_labels_between(sort, results):
    """keep, overwrite, fill, keep; labels given, changed and taken back between."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results, policy="keep")
    tiny.run(sort, results, policy="overwrite", least=15)
    tiny.save_in_phy(sort, u2="noise")
    phy = tiny.Phy(sort)
    merged = phy.merge(5, 6)  # good, mua
    phy.save()
    tiny.run(sort, results, policy="fill", least=15)
    assert tiny.groups(sort) == {0: "noise", 1: "good", 2: "noise", 3: "good", merged: "good"}
    tiny.save_in_phy(sort, u2="unsorted", u0="mua")
    tiny.run(sort, results, policy="keep", least=35)
    assert tiny.groups(sort) == {0: "mua", 1: "good", 2: "mua", 3: "good", merged: "mua"}
    assert look(sort).decisions == {0: "mua"}


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_label_given_then_split_and_its_piece_merged(sort, results, keeps_log):
    """In one sitting: labelled by hand, split, a piece merged with a smaller unit; a whole log.

    The label of the result is the person's, copied twice. Without a log it is kept; with the log,
    which tells no ids of splits, it counts as ours, is replaced, and nothing is said.
    """
    tiny.run(sort, results)  # 1 (70 spikes) good, 5 (20) mua
    phy = tiny.Phy(sort, keeps_log)
    phy.label(1, "mua")
    _, piece = phy.split(1)  # 35 spikes each, mua by hand
    last = phy.merge(piece, 5)
    phy.save()
    assert look(sort).decisions.get(last) == "mua"


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_piece_labelled_by_hand_then_merged(sort, results, keeps_log):
    """Split, one piece labelled by hand, and merged with a smaller unit."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort, keeps_log)
    _, piece = phy.split(1)
    phy.label(piece, "mua")
    last = phy.merge(piece, 5)
    phy.save()
    assert look(sort).decisions.get(last) == "mua"


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_merged_unit_labelled_by_hand_then_split(sort, results, keeps_log):
    """Merged, the new unit labelled by hand, and split: both pieces have the person's label."""
    tiny.run(sort, results)  # 1 good, 5 mua
    phy = tiny.Phy(sort, keeps_log)
    merged = phy.merge(1, 5)
    phy.label(merged, "mua")
    pieces = phy.split(merged)
    phy.save()
    assert look(sort).decisions.items() >= dict.fromkeys(pieces, "mua").items()


@pytest.mark.parametrize("keeps_log", [False, True])
def test_a_decision_merged_then_undone_and_merged_again(sort, results, keeps_log):
    """The person's label of the larger parent is copied, an undone step between."""
    tiny.save_in_phy(sort, u1="noise")
    tiny.run(sort, results)
    phy = tiny.Phy(sort, keeps_log)
    phy.next_id += 1  # one merge, undone
    last = phy.merge(1, 5)
    phy.save()
    assert look(sort).decisions.get(last) == "noise"


@pytest.mark.parametrize("run_between", [False, True])
def test_a_label_given_to_a_cluster_that_came_back(sort, results, run_between):
    """Merged, run; started over, so that 1 and 2 are there again, white; 1 is labelled `good`.

    phy.md: "Every `good`, `mua` or `noise` that you give and save in Phy is a decision". It was
    white, so nobody but the person gave it a label; yet it counts as a copy of what we gave to the
    merged cluster, is lost with the next run, and nothing is said.
    """
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
    seen = look(sort)
    assert seen.decisions == {1: "good"} or seen.doubts


def test_labels_of_clusters_that_came_back_by_restore(sort, results):
    """The same with `restore`, which leaves a white folder: the label is a decision."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(1, 2)
    phy.save()
    tiny.run(sort, results)
    restore_labels.restore(sort)
    start_over(sort)
    tiny.save_in_phy(sort, u1="good")
    assert look(sort).decisions == {1: "good"}
