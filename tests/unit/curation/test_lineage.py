"""Parents of clusters that Phy made, known again by a few spikes."""

from pathlib import Path

import numpy as np
import pytest

from goodunits.curation import lineage
from goodunits.session_folder import npy_items, phy_log

UNITS = {
    1: {"n_spikes": 60, "spikes": [0, 2, 4]},
    2: {"n_spikes": 30, "spikes": [1, 3]},
    3: {"n_spikes": 10, "spikes": [5]},
}
BASE = {1: "good", 2: "mua", 3: "mua"}


@pytest.fixture
def clusters_file(tmp_path):
    """Function that saves the cluster of each spike."""

    def save(values, dtype=np.int32):
        np.save(tmp_path / "c.npy", np.array(values, dtype))
        return tmp_path / "c.npy"

    return save


@pytest.mark.parametrize("dtype", ["<i4", "<i8", "<u4", ">i4", "<u2", "<u8"])
@pytest.mark.parametrize("column", [False, True])
def test_items_are_read_as_numpy_does(clusters_file, dtype, column):
    values = np.array([3, 60000, 7, 0])
    path = clusters_file(values[:, None] if column else values, dtype)
    assert npy_items.read_items(path, [3, 1]) == [0, 60000]
    assert npy_items.read_items(path, [4]) is None


@pytest.mark.parametrize(
    "data", [b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00\x05\x00{'a'}", b"text" * 40]
)
def test_a_damaged_file_is_none(tmp_path, data):
    (tmp_path / "c.npy").write_bytes(data)
    assert npy_items.read_items(tmp_path / "c.npy", [0]) is None
    assert npy_items.read_items(tmp_path / "missing.npy", [0]) is None


def copies(path, labels, decided=None, said=None, merges=None, bases=(BASE,)):
    """Copies and unclear ids for some groups now."""
    seen = lineage.Seen(UNITS, bases, decided or {}, labels, path)
    return lineage.copied_labels(seen, said or {}, merges or {})


def test_a_merge_copies_the_largest_parents_label(clusters_file):
    path = clusters_file([4, 4, 4, 4, 4, 3])
    assert copies(path, {4: "good"}) == ({4: "good"}, [])
    assert copies(path, {4: "noise"}) == ({4: "good"}, [])
    assert copies(path, {}) == ({4: "good"}, [])  # its row was lost
    assert copies(path, {4: "good"}, said={4: "good"}) == ({}, [])


def test_a_copy_of_a_decision_is_not_ours(clusters_file):
    path = clusters_file([5, 2, 5, 2, 4, 3])
    assert copies(path, {4: "good", 5: "good"}, {1: "good"}) == ({}, [])
    assert copies(path, {4: "good", 5: "good"}, {1: "noise"}) == ({4: "good", 5: "good"}, [])


def test_of_two_bases_both_must_agree(clusters_file):
    path = clusters_file([4, 4, 4, 4, 4, 3])
    other = {1: "mua", 2: "mua", 3: "mua"}
    assert copies(path, {4: "good"}, bases=(BASE, other)) == ({}, [4])
    assert copies(path, {4: "good"}, bases=(BASE, {**BASE, 2: "good"})) == ({4: "good"}, [])


def test_after_a_step_between_only_the_log_can_tell(clusters_file):
    """The id 4 is skipped: a cluster that is no more, which may have had another label."""
    path = clusters_file([5, 5, 5, 5, 5, 5])
    assert copies(path, {5: "good"}) == ({}, [5])
    assert copies(path, {5: "noise"}) == ({}, [])
    merges = {4: (1, 2), 5: (4, 3)}
    assert copies(path, {5: "good"}, merges=merges) == ({5: "good"}, [])
    assert copies(path, {5: "good"}, said={4: "good"}, merges=merges) == ({}, [])
    assert copies(path, {5: "good"}, said={4: "mua"}, merges=merges) == ({5: "good"}, [])
    same = {1: "mua", 2: "mua", 3: "mua"}
    assert copies(path, {5: "mua"}, bases=(same,)) == ({5: "mua"}, [])


def test_a_program_may_give_a_cluster_any_number(clusters_file):
    number = 10**15
    path = clusters_file([number, number, number, number, number, 3], np.int64)
    assert copies(path, {number: "good"}) == ({}, [number])
    logged = {"said": {number - 1: "good"}, "merges": {number: (1, 2)}}
    assert copies(path, {number: "good"}, **logged) == ({}, [])


def test_a_decision_of_a_parent_is_one_though_the_log_does_not_tell_it(clusters_file):
    path = clusters_file([5, 5, 5, 5, 5, 5])
    merges, decided = {4: (1, 2), 5: (4, 3)}, {1: "good"}
    assert copies(path, {5: "good"}, decided, merges=merges) == ({}, [])
    both = {1: "good", 2: "good", 3: "mua"}  # of 1 it is a person's, of 2 ours
    assert copies(path, {5: "good"}, decided, merges=merges, bases=(both,)) == ({}, [5])


def test_one_skipped_id_leaves_no_room_for_a_step_between(clusters_file):
    """A merge of two, or a split in two: a cluster in between would be of other spikes, too."""
    assert copies(clusters_file([5, 5, 5, 5, 5, 3]), {5: "good"}) == ({5: "good"}, [])
    split = clusters_file([5, 2, 6, 2, 6, 3])
    assert copies(split, {5: "good", 6: "good"}) == ({5: "good", 6: "good"}, [])
    assert copies(clusters_file([6, 6, 6, 6, 6, 3]), {6: "good"}) == ({}, [6])


def test_a_lasso_over_two_clusters_copies_one_label_to_all(clusters_file):
    """Of the larger cluster, or the only label that there is, or of the lower id of equals."""
    path = clusters_file([4, 4, 5, 6, 5, 3])
    assert copies(path, {4: "good", 5: "good", 6: "good"}) == (dict.fromkeys((4, 5, 6), "good"), [])
    white = {2: "mua", 3: "mua"}
    assert copies(path, {6: "mua"}, bases=(white,)) == (dict.fromkeys((4, 5, 6), "mua"), [])


def test_clusters_that_were_put_back_copied_nothing(clusters_file):
    """Their id is lower than that of the cluster that had their spikes."""
    assert copies(clusters_file([1, 2, 1, 0, 1, 3]), {0: "mua"}) == ({}, [])


def test_a_piece_without_a_remembered_spike_is_of_the_cluster_that_is_gone(clusters_file):
    path = clusters_file([4, 2, 4, 2, 4, 3])
    assert copies(path, {4: "good", 5: "good"}) == ({4: "good", 5: "good"}, [])


def test_an_id_given_again_is_of_other_spikes(clusters_file):
    assert lineage.given_again(UNITS, UNITS, clusters_file([2, 1, 2, 3, 2, 3])) == {1, 2}
    assert lineage.given_again(UNITS, UNITS, clusters_file([9, 2, 1, 2, 9, 3])) == set()
    assert lineage.given_again(UNITS, UNITS, clusters_file([9, 2, 9, 2, 9, 3])) == set()
    assert lineage.given_again(UNITS, UNITS, Path("none.npy")) == set()


def test_a_small_cluster_with_an_id_given_again(clusters_file):
    """None of its spikes is remembered; that others were put back, a lower id says."""
    assert lineage.given_again(UNITS, UNITS, clusters_file([1, 2, 1, 2, 1, 0, 3])) == {3}
    assert lineage.given_again(UNITS, UNITS, clusters_file([1, 2, 1, 2, 1, 9, 3])) == set()


def test_one_spike_of_each_cluster_tells_that_nothing_was_merged_or_split(clusters_file):
    assert lineage.are_as_left(UNITS, clusters_file([1, 2, 1, 2, 1, 3]))
    assert not lineage.are_as_left(UNITS, clusters_file([1, 4, 1, 4, 1, 4]))
    assert not lineage.are_as_left(UNITS, Path("none.npy"))


def test_survivors(clusters_file):
    path = clusters_file([9, 2, 9, 9, 9, 3])
    assert lineage.survivors(UNITS, [1, 2, 3], path) == {2, 3}


def test_the_last_word_of_the_log_counts(tmp_path):
    (tmp_path / "phy.log").write_text(
        "\x1b[36m10:11:12 [D] Change metadata_group for clusters 4, 7 to good.\x1b[0m\n"
        "10:11:13 [D] Change metadata_group for cluster 7 to noise.\n"
    )
    assert phy_log.labelled_in_phy(tmp_path) == {4: "good", 7: "noise"}
    assert phy_log.labelled_in_phy(tmp_path / "none") == {}


def test_an_id_given_anew_by_a_merge_has_no_past(tmp_path):
    """Phy gives an id twice where a session was left unsaved: the first cluster was another."""
    (tmp_path / "phy.log").write_text(
        "10:11:11 [I] Merge clusters 5, 23 to 26.\n"
        "10:11:12 [I] Change metadata_group for clusters 26 to good.\x1b[0m\n"
        "11:00:00 [I] Merge clusters 4, 12 to 26.\x1b[0m\n"
        "11:00:01 [I] Change metadata_group for clusters 3 to my own word.\x1b[0m\n"
    )
    assert phy_log.labelled_in_phy(tmp_path) == {3: "my own word"}
