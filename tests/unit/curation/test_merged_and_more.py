"""Units merged in Phy before or after a restore, settling, another policy or a copy."""

import shutil

import numpy as np

import tiny
from goodunits.base import tsv
from goodunits.phy import restore_labels, settle_labels
from goodunits.session_folder import file_names


def test_merging_after_settling_and_other_spikes(sort, results):
    """Doubles removed, settled as ours, then merged: a copy is no decision."""
    tiny.run(sort, results, least=60)
    for name in ("spike_times.npy", "spike_templates.npy", "spike_clusters.npy"):
        np.save(sort / name, np.delete(np.load(sort / name), [3, 4]))
    settle_labels.settle(sort, "ours")
    phy = tiny.Phy(sort)
    phy.merge(5, 6)
    phy.save()
    assert tiny.decided(sort) == {}


def test_merged_under_overwrite_with_a_hidden_decision(sort, results):
    """`overwrite` does not show the decision, so the merge copies ours."""
    tiny.save_in_phy(sort, u1="noise")
    tiny.run(sort, results, policy="overwrite")
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 2)
    phy.save()
    assert tiny.decided(sort).get(merged) is None
    assert tiny.decided(sort)[1] == "noise"


def test_restore_last_after_a_merge(sort, results):
    """Labels of before the last write, under the clusters of now, are ours."""
    tiny.run(sort, results, least=35)
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    restore_labels.restore(sort, "last")
    assert tiny.decided(sort) == {}
    tiny.save_in_phy(sort)
    assert tiny.decided(sort) == {}
    tiny.run(sort, results, least=60)
    assert tiny.decided(sort) == {}


def test_merged_after_restore_last(sort, results):
    """Copies of labels that a restore put there are ours."""
    tiny.run(sort, results, least=35)
    tiny.run(sort, results, least=60)
    restore_labels.restore(sort, "last")
    phy = tiny.Phy(sort)
    phy.merge(1, 3)
    phy.save()
    assert tiny.decided(sort) == {}


def test_merged_in_a_copy_of_other_criteria_and_brought_back_whole(sort, results, tmp_path):
    """A copy with its store, curated elsewhere, and copied back with it."""
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
    assert tiny.decided(sort) == {merged: "noise"}
    assert tsv.parse_labels((sort / file_names.GROUP_FILE).read_bytes(), "").labels[0] == "good"


def test_settled_as_theirs_then_given_back(sort, results):
    """`unsorted` takes a label back that was settled as a person's."""
    tiny.run(sort, results)
    settle_labels.settle(sort, "theirs")
    tiny.save_in_phy(sort, u1="unsorted")
    tiny.run(sort, results, least=1000)
    assert tiny.groups(sort)[1] == "mua" and 1 not in tiny.decided(sort)
    assert tiny.groups(sort)[3] == "good"


def test_policies_in_turn_with_labels_between(sort, results):
    """`keep`, `overwrite`, `fill`, `keep`; labels given, changed and taken back between."""
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
    assert tiny.decided(sort) == {0: "mua"}
