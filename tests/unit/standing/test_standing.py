"""How a session stands after all that a run, a person or a restore may do."""

import os
import shutil

import pytest

import made_results
import tiny
from goodunits.base import files, json_record
from goodunits.phy import restore_labels
from goodunits.session_folder import file_names
from goodunits.standing import session_standing


@pytest.fixture
def made(tmp_path):
    """A session folder and its results, labelled."""
    folder, results = tmp_path / "sort", tmp_path / "results"
    made_results.label(folder, results)
    return folder, results


@pytest.fixture
def written(tmp_path):
    """A tiny sort, labelled twice through the store, and its receipt."""
    folder = tiny.make_sort(tmp_path / "sort")
    tiny.run(folder, tmp_path / "results")
    tiny.run(folder, tmp_path / "results", least=60)
    return folder, json_record.read_record(tmp_path / "results" / "written.json")


def test_labelled(made):
    stands = session_standing.of_session(*made)
    assert (stands.status, stands.reason, stands.is_settled) == ("labelled", "", True)


def test_missing_results_leave_something_to_do(made):
    (made[1] / "metrics.tsv").unlink()
    stands = session_standing.of_session(*made)
    assert (stands.status, stands.missing) == ("labelled", ("metrics.tsv",))
    assert not stands.is_settled


def test_failure_wins_over_an_old_receipt(made):
    made_results.fail(made[1], "no such folder", folder=str(made[0]))
    stands = session_standing.of_session(*made)
    assert (stands.status, stands.reason) == ("failed", "compute_metrics: no such folder")


def test_failure_of_another_folder_is_none(made):
    made_results.fail(made[1], "no such folder", folder="/elsewhere")
    assert session_standing.of_session(*made).status == "labelled"


@pytest.mark.parametrize("damage", ["{}", "[]", '{"rule": 1, "reason": "x", "time": "x"}', "{"])
def test_a_note_that_is_damaged_says_nothing(made, damage):
    made_results.fail(made[1], "no such folder", folder=str(made[0]))
    (note,) = made[1].glob("failed-*.json")
    note.write_text(damage)
    assert session_standing.of_session(*made).status == "labelled"


def test_never_labelled(tmp_path):
    folder = tiny.make_sort(tmp_path / "sort")
    stands = session_standing.of_session(folder, tmp_path / "results")
    assert (stands.status, stands.reason) == ("not labelled", "never labelled")


def test_files_dated_ahead_say_why_nothing_is_labelled(tmp_path):
    folder = tiny.make_sort(tmp_path / "sort")
    os.utime(folder / "spike_times.npy", (4e9, 4e9))
    stands = session_standing.of_session(folder, tmp_path / "results")
    assert stands.status == "not labelled"
    assert "1 file(s) dated in the future, such as spike_times.npy" in stands.reason
    assert "touch" in stands.reason


def test_files_dated_ahead_do_not_matter_where_all_is_labelled(made):
    os.utime(made[0] / "cluster_group.tsv", (4e9, 4e9))
    assert session_standing.of_session(*made).reason == ""


def test_other_folder_is_not_labelled_though_it_looks_the_same(made, tmp_path):
    other = shutil.copytree(made[0], tmp_path / "other")
    stands = session_standing.of_session(other, made[1])
    assert stands.status == "not labelled"
    assert f"the results are those of {made[0]}" in stands.reason
    (tmp_path / "link").symlink_to(made[0])
    assert session_standing.of_session(tmp_path / "link", made[1]).status == "labelled"


def test_folder_that_is_gone_is_said_to_be(made):
    shutil.rmtree(made[0])
    stands = session_standing.of_session(*made)
    assert stands.status == "not labelled"
    assert f"{made[0]}: no such folder" in stands.reason


def test_changed(written):
    folder, receipt = written
    (folder / file_names.GROUP_FILE).write_text("cluster_id\tgroup\n0\tnoise\n")
    (folder / file_names.KS_FILE).unlink()
    stands = session_standing.of_folder(folder, receipt)
    assert stands.status == "changed"
    assert "cluster_KSLabel.tsv is gone, cluster_group.tsv was changed" in stands.reason


OTHER_LABEL, OTHER_CLUSTER = (b"noise", b"good"), (b"\n0\t", b"\n99\t")
OTHER_HEADER = (b"cluster_id", b"id")


@pytest.mark.parametrize("change", [OTHER_LABEL, OTHER_CLUSTER, OTHER_HEADER])
def test_a_cluster_info_that_came_back_must_say_the_same(tmp_path, change):
    folder, results = tiny.make_sort(tmp_path / "sort"), tmp_path / "results"
    tiny.save_in_phy(folder, u0="noise")
    (folder / file_names.INFO_FILE).unlink()
    tiny.run(folder, results)
    tiny.save_in_phy(folder)
    assert session_standing.of_session(folder, results).status == "labelled"
    info = folder / file_names.INFO_FILE
    tiny.replace(info, info.read_bytes().replace(*change))
    stands = session_standing.of_session(folder, results)
    assert (stands.status, stands.is_settled) == ("changed", False)
    assert "cluster_info.tsv says other labels" in stands.reason
    tiny.run(folder, results)
    assert session_standing.of_session(folder, results).status == "labelled"
    assert info.exists() == (change == OTHER_LABEL), "refreshed, or set aside as stale"


def test_phy_saves_our_labels_where_a_stale_info_file_was_set_aside(sort, results):
    """The new `cluster_info.tsv` says what was written, so nothing changed; then it does not."""
    (sort / file_names.INFO_FILE).write_text("cluster_id\tgroup\tn_spikes\n77\tgood\t5\n")
    receipt = tiny.run(sort, results)
    assert not (sort / file_names.INFO_FILE).exists()
    tiny.save_in_phy(sort)
    stands = session_standing.of_folder(sort, receipt)
    assert stands.status == session_standing.LABELLED, stands.reason
    info = sort / file_names.INFO_FILE
    tiny.replace(info, info.read_bytes().replace(b"\tgood\t", b"\tnoise\t", 1))
    stands = session_standing.of_folder(sort, receipt)
    assert stands.reason == session_standing.INFO_DIFFERS


@pytest.mark.parametrize(
    ("to", "word"), [("originals", "as originally found"), ("last", "as before the last write")]
)
def test_restored(written, to, word):
    folder, receipt = written
    restore_labels.restore(folder, to)
    stands = session_standing.of_folder(folder, receipt)
    assert stands.status == "restored"
    assert stands.reason.startswith(f"{word}; restored on 2")
    without_results = session_standing.of_folder(folder, None)
    assert (without_results.status, without_results.reason) == ("restored", stands.reason)


def test_originals_put_back_by_hand_are_known_too(written):
    folder, receipt = written
    for path in folder.glob(f"{file_names.STORE}/*/original/*"):
        shutil.copy(path, folder)
    stands = session_standing.of_folder(folder, receipt)
    assert stands.reason.startswith("as originally found; a plain run")


def test_label_after_a_restore_is_a_change(written):
    folder, receipt = written
    restore_labels.restore(folder)
    (folder / file_names.GROUP_FILE).write_text("cluster_id\tgroup\n0\tnoise\n")
    assert session_standing.of_folder(folder, receipt).status == "changed"


def test_labels_without_results_are_not_taken_for_the_sorters(written):
    stands = session_standing.of_folder(written[0], None)
    assert stands.status == "not labelled"
    assert "results are elsewhere or deleted" in stands.reason


def test_reads_only(written):
    folder, receipt = written
    before = {path: files.signature(path) for path in folder.rglob("*")}
    session_standing.of_folder(folder, receipt)
    assert {path: files.signature(path) for path in folder.rglob("*")} == before
