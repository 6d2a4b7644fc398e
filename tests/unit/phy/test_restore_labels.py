"""Restore: where nothing was ever written, and what becomes of decisions."""

import pytest

import tiny
from goodunits.answers import verify_folders
from goodunits.phy import restore_labels, settle_labels
from goodunits.session_folder import file_names
from goodunits.standing import session_standing
from goodunits.store import backup, label_store


def saved_as_kilosort_has_them(sort):
    """Save Kilosort's labels as groups in Phy."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.save_in_phy(sort, **{f"u{unit}": label for unit, label in ks_labels.items()})


@pytest.mark.parametrize("to", restore_labels.STATES)
def test_a_folder_that_was_only_backed_up_is_left_alone(sort, to):
    """The first run failed after the backup, and somebody has labelled in Phy since."""
    with label_store.locked(sort) as base:
        backup.back_up(sort, base)
    tiny.save_in_phy(sort, u0="noise", u3="noise")
    before = tiny.tree(sort)
    with pytest.raises(restore_labels.NothingToRestoreError, match="never wrote"):
        restore_labels.restore(sort, to)
    assert tiny.tree(sort) == before


def test_a_folder_that_was_only_settled_is_left_alone(sort):
    """Settled before the first run, then labelled in Phy."""
    saved_as_kilosort_has_them(sort)
    settle_labels.settle(sort, "theirs")
    tiny.save_in_phy(sort, u0="noise")
    before = tiny.read(sort)
    with pytest.raises(restore_labels.NothingToRestoreError, match="never wrote"):
        restore_labels.restore(sort)
    assert tiny.read(sort) == before


def test_originals_come_back_where_all_that_the_store_knew_of_the_write_is_lost(sort, results):
    """Neither state.json nor the history is there, but the labels are in the ledger."""
    original = tiny.read(sort)
    tiny.run(sort, results)
    for name in ("state.json", "history.jsonl"):
        (next(sort.glob("goodunits_store/*/manifest.json")).parent / name).unlink()
    restore_labels.restore(sort)
    assert tiny.read(sort) == original


def test_originals_of_a_sort_whose_labels_were_carried_over_come_back(sort, results):
    """Other spikes under our labels, settled as ours: the originals are those of before."""
    original = tiny.read(sort)
    tiny.run(sort, results)
    labels = tiny.read(sort)
    tiny.make_sort(sort, seed=1)
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, labels[name])
    settle_labels.settle(sort, "ours")
    restore_labels.restore(sort)
    assert tiny.read(sort) == original


def test_verify_says_the_same_after_settling(sort, results):
    """Settling changes no label file, so the folder is as before the last write."""
    tiny.run(sort, results, least=35)
    tiny.run(sort, results, least=60)
    restore_labels.restore(sort, "last")
    for _ in range(2):
        assert verify_folders.check(sort, results).word == session_standing.EARLIER
        settle_labels.settle(sort, "theirs")


def test_a_decision_after_a_restore_stays_through_the_next(sort, results):
    """It is in the store, and comes with the next run."""
    tiny.run(sort, results)
    restore_labels.restore(sort)
    tiny.save_in_phy(sort, u0="noise")
    restore_labels.restore(sort)
    tiny.run(sort, results)
    assert tiny.decided(sort) == {0: "noise"} and tiny.groups(sort)[0] == "noise"


def test_a_restore_says_what_is_in_doubt(sort, results):
    """Labels that were put back and saved become decisions then, as in a run."""
    saved_as_kilosort_has_them(sort)
    original = tiny.read(sort)
    tiny.run(sort, results, least=60)
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, original[name])
    tiny.save_in_phy(sort, u2="noise")
    (doubt,) = restore_labels.restore(sort)["doubts"]
    assert "not as goodunits left it" in doubt


def test_a_decision_is_taken_back_in_a_restored_folder(sort, results):
    """`unsorted` counts also where the row was white."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results)
    restore_labels.restore(sort)
    tiny.save_in_phy(sort, u3="unsorted")
    tiny.run(sort, results)
    assert tiny.decided(sort) == {0: "noise"}


def test_a_file_of_our_name_made_by_somebody_is_kept_and_comes_back(sort, results):
    """The one found first is an original; the one that came later is set aside."""
    path = sort / file_names.CLASS_FILE
    path.write_text("cluster_id\tgu_label\n0\tsoma\n")
    tiny.run(sort, results)
    path.write_text("cluster_id\tgu_label\n0\taxon\n")
    tiny.run(sort, results)
    kept = [kept.read_bytes() for kept in sort.glob("goodunits_store/*/superseded/*")]
    assert b"cluster_id\tgu_label\n0\taxon\n" in kept
    restore_labels.restore(sort)
    assert path.read_text() == "cluster_id\tgu_label\n0\tsoma\n"
