"""Writing into a session folder, and taking it back."""

import json
import os
import shutil

import numpy as np
import pytest

import tiny
from goodunits.base import files
from goodunits.base.errors import SessionError
from goodunits.curation import curation_record, label_units, whose_labels
from goodunits.phy import restore_labels, write_labels
from goodunits.result_files import labels_tsv
from goodunits.session_folder import file_names, sort_id
from goodunits.standing import found_json
from goodunits.store import lock


def plan_for(sort, least=35):
    labels = tiny.by_criteria(sort, least)
    return write_labels.Plan(labels, labels, tiny.measured(sort))


def test_every_present_cluster_ascending_with_the_right_headers(sort, results):
    tiny.Phy(sort).save()
    phy = tiny.Phy(sort)
    phy.merge(1, 2)
    phy.save()
    tiny.run(sort, results)
    ids = sorted(np.unique(np.load(sort / "spike_clusters.npy")).tolist())
    for name, header in ((file_names.KS_FILE, "KSLabel"), (file_names.GROUP_FILE, "group")):
        lines = (sort / name).read_bytes().decode().split("\n")
        assert lines[0] == f"cluster_id\t{header}" and lines[-1] == ""
        assert [int(line.split("\t")[0]) for line in lines[1:-1]] == ids


def test_second_run_changes_nothing(sort, results):
    tiny.run(sort, results)
    before = {path: path.stat().st_mtime_ns for path in sort.glob("cluster_*")}
    content = tiny.tree(sort)
    tiny.run(sort, results)
    assert tiny.tree(sort) == content
    assert {path: path.stat().st_mtime_ns for path in sort.glob("cluster_*")} == before


def test_classes_unknown_to_phy_get_a_column_of_their_own(sort, results):
    tiny.run(sort, results, good="axon")
    assert set(tiny.groups(sort).values()) == {"unsorted", "mua"}
    own = (sort / "cluster_gu_label.tsv").read_text()
    assert own.startswith("cluster_id\tgu_label\n") and "axon" in own
    tiny.run(sort, results)
    assert not (sort / "cluster_gu_label.tsv").exists()
    assert set(tiny.groups(sort).values()) == {"good", "mua"}


def test_modes_are_kept(sort, results):
    (sort / file_names.GROUP_FILE).chmod(0o640)
    tiny.run(sort, results)
    assert (sort / file_names.GROUP_FILE).stat().st_mode & 0o777 == 0o640


def test_linked_files_are_written_where_they_are(sort, results, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "other.txt").write_text("mine")
    for name in (file_names.GROUP_FILE, file_names.INFO_FILE):
        (elsewhere / name).write_bytes(b"cluster_id\tgroup\n99\tnoise\n")
        (sort / name).unlink(missing_ok=True)
        (sort / name).symlink_to(elsewhere / name)
    tiny.run(sort, results)
    assert (sort / file_names.GROUP_FILE).is_symlink()
    assert tiny.groups(elsewhere) == tiny.by_criteria(sort, 35)
    assert not (sort / file_names.INFO_FILE).is_symlink(), "the stale table is set aside"
    assert (elsewhere / file_names.INFO_FILE).exists(), "what it pointed to is not ours to remove"
    assert sorted(os.listdir(elsewhere)) == [
        file_names.GROUP_FILE,
        file_names.INFO_FILE,
        "other.txt",
    ]
    restore_labels.restore(sort)
    assert (elsewhere / file_names.GROUP_FILE).read_bytes() == b"cluster_id\tgroup\n99\tnoise\n"


def test_cluster_info_never_contradicts(sort, results):
    phy = tiny.Phy(sort)
    phy.label(0, "noise")
    phy.save()
    original = (sort / file_names.INFO_FILE).read_bytes()
    tiny.run(sort, results)
    lines = (sort / file_names.INFO_FILE).read_text().splitlines()
    shown = {int(line.split("\t")[0]): line.split("\t")[2] for line in lines[1:]}
    assert shown == tiny.groups(sort)
    restore_labels.restore(sort, "last")
    assert (sort / file_names.INFO_FILE).read_bytes() == original


@pytest.mark.parametrize("text", [b"id\tgroup\n1\tgood\n", b"\xff\xfe", b"cluster_id\n\n7\n", b""])
def test_a_strange_cluster_info_is_set_aside(sort, results, text):
    (sort / file_names.INFO_FILE).write_bytes(text)
    tiny.run(sort, results)
    assert not (sort / file_names.INFO_FILE).exists()
    restore_labels.restore(sort)
    assert (sort / file_names.INFO_FILE).read_bytes() == text


def test_backup_file_of_the_tutorial_is_named_and_left_alone(sort, results):
    backup = sort / "cluster_KSLabel_backup.tsv"
    backup.write_bytes((sort / file_names.KS_FILE).read_bytes())
    written = tiny.run(sort, results)
    assert any("tutorial" in note for note in written["notes"])
    assert backup.exists()


def test_spikes_that_changed_since_they_were_measured(sort):
    plan = plan_for(sort)
    phy = tiny.Phy(sort)
    phy.merge(1, 2)
    phy.save()
    before = tiny.read(sort)
    with pytest.raises(SessionError, match="spike_clusters.npy: changed since"):
        write_labels.write_label_files(sort, plan)
    assert tiny.read(sort) == before


def test_a_label_given_after_labelling_is_not_overwritten(sort):
    write_labels.write_label_files(sort, plan_for(sort))
    plan = plan_for(sort)
    phy = tiny.Phy(sort)
    phy.label(0, "noise")
    phy.save()
    with pytest.raises(SessionError, match="cluster 0 has another label than in labels.tsv"):
        write_labels.write_label_files(sort, plan)
    assert tiny.groups(sort)[0] == "noise"


@pytest.mark.parametrize("label", ["=axon", "'=axon", "'-1", "''@"])
def test_a_label_that_looks_like_a_formula_is_written_as_it_was_given(sort, results, label):
    tiny.save_in_phy(sort, u0=label)
    seen = curation_record.Curation(tiny.decided(sort), {}, {}, {}, [])
    rows = [{"cluster_id": i, "firing_rate": 2.0} for i in tiny.SIZES]
    block = {"good": {"all": ["firing_rate >= 1"]}, "mua": "rest"}
    results.mkdir()
    (results / "labels.tsv").write_bytes(label_units.label_units(rows, {}, block, "keep", seen))
    labels, by_criteria = labels_tsv.read_labels(results / "labels.tsv")
    plan = write_labels.Plan(labels, by_criteria, tiny.measured(sort))
    write_labels.write_label_files(sort, plan)
    assert tiny.groups(sort)[0] == label


def test_a_save_during_the_write_wins(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"Phy saved meanwhile")
    with pytest.raises(files.ChangedMeanwhileError):
        files.replace_together({path: b"ours"}, {path: b"what we saw"})
    assert path.read_bytes() == b"Phy saved meanwhile"
    assert os.listdir(tmp_path) == ["a"]


def test_switching_policies_forgets_nothing(sort, results):
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.label(0, "noise")
    phy.save()
    for policy, label in (("keep", "noise"), ("overwrite", "good"), ("fill", "noise")):
        tiny.run(sort, results, policy=policy)
        assert tiny.groups(sort)[0] == label
        assert tiny.decided(sort) == {0: "noise"}


def test_merge_under_overwrite_is_no_decision(sort, results):
    phy = tiny.Phy(sort)
    phy.label(1, "noise")
    phy.save()
    tiny.run(sort, results, policy="overwrite")
    phy = tiny.Phy(sort)
    new = phy.merge(1, 2)
    phy.save()
    assert new not in tiny.decided(sort)


def test_inherited_once_decided_later(sort, results):
    """A label that equals the one inherited long ago is a decision all the same."""
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    new = phy.merge(1, 2)
    phy.save()
    tiny.run(sort, results, least=200)
    assert tiny.groups(sort)[new] == "mua"
    phy = tiny.Phy(sort)
    phy.label(new, "good")
    phy.save()
    tiny.run(sort, results, least=200)
    assert tiny.decided(sort) == {new: "good"}


def test_phy_log_tells_a_label_given_from_one_copied(sort, results):
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    new = phy.merge(1, 2)
    phy.save()
    (sort / "phy.log").write_text(f"x Change metadata_group for clusters {new} to good.\n")
    assert tiny.decided(sort) == {new: "good"}


def test_restore_both_ways_and_twice(sort, results):
    originals = tiny.read(sort)
    tiny.run(sort, results)
    first = tiny.read(sort)
    tiny.run(sort, results, least=60)
    for _ in range(2):
        restore_labels.restore(sort, "last")
        assert tiny.read(sort) == first
    for _ in range(2):
        restore_labels.restore(sort)
        assert tiny.read(sort) == originals
    tiny.run(sort, results)
    assert tiny.read(sort) == first


def test_restore_then_phy(sort, results):
    """After a restore the old labels are the measure: what Phy changes then is a decision."""
    tiny.run(sort, results)
    restore_labels.restore(sort)
    phy = tiny.Phy(sort)
    phy.label(1, "good")
    phy.save()
    tiny.run(sort, results, least=200)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 200) | {1: "good"}


def test_restore_where_nothing_was_written(sort):
    with pytest.raises(SessionError, match="nothing to restore"):
        restore_labels.restore(sort)
    assert not (sort / file_names.STORE).exists()


def test_restore_after_a_new_sort_touches_nothing(sort, results):
    tiny.run(sort, results)
    tiny.make_sort(sort, seed=1)
    before = tiny.read(sort)
    with pytest.raises(SessionError, match="no backup of the present sort"):
        restore_labels.restore(sort)
    assert tiny.read(sort) == before


def test_originals_by_hand_with_cp(sort, results):
    """What the docs say: copying the originals back by hand is as good as a restore."""
    originals = tiny.read(sort)
    tiny.run(sort, results)
    kept = file_names.store_folder(sort) / sort_id.sort_id(sort) / "original"
    for path in kept.glob("cluster_*.tsv"):
        shutil.copy(path, sort / path.name)
    assert tiny.read(sort) == originals
    assert tiny.decided(sort) == {}


def test_found_is_left_alone_by_our_own_write(sort, results):
    tiny.run(sort, results)
    path = results / "found.json"
    before = path.stat().st_mtime_ns, path.read_bytes()
    found_json.refresh(sort, path, results / "written.json")
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before
    restore_labels.restore(sort)
    found_json.refresh(sort, path, results / "written.json")
    assert path.read_bytes() != before[1]


def test_a_problem_that_was_mended_is_forgotten(sort, results):
    tiny.run(sort, results)
    path = results / "found.json"
    good = path.read_bytes()
    path.write_text('{"problem": "the disk was away"}')
    found_json.refresh(sort, path, results / "written.json")
    assert json.loads(path.read_text())["ks_labels"] == json.loads(good)["ks_labels"]


def test_spike_files_are_not_read_while_the_receipt_matches(sort, results):
    tiny.run(sort, results)
    for name in ("spike_times.npy", "spike_templates.npy", "spike_clusters.npy"):
        (sort / name).unlink()
    found_json.refresh(sort, results / "found.json", results / "written.json")


def test_damaged_spike_clusters_do_not_stop_the_others(sort, results):
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(1, 2)
    phy.save()
    (sort / "spike_clusters.npy").write_bytes(b"\x93NUMPY\x01\x00")
    found_json.refresh(sort, results / "found.json", results / "written.json")
    assert json.loads((results / "found.json").read_text())["decisions"] is not None


@pytest.mark.parametrize(
    "data", [b"\xff", b"x\n", b"cluster_id\n1\n", b"cluster_id\tgroup\nx\t1\n"]
)
def test_damaged_label_file_is_one_clear_error(sort, data):
    (sort / file_names.GROUP_FILE).write_bytes(data)
    with pytest.raises(SessionError, match=file_names.GROUP_FILE) as error:
        whose_labels.read_curation(sort)
    assert "\n" not in str(error.value) and "remove it" in str(error.value)


def test_lock_is_waited_for_and_names_its_holder(tmp_path):
    path = tmp_path / "lock"
    held = pytest.raises(SessionError, match=f"process {os.getpid()}")
    with lock.hold(path), held, lock.hold(path, 0.3):
        pass
    with lock.hold(path, 0):
        assert json.loads(path.read_text())["pid"] == os.getpid()


@pytest.mark.parametrize(("said_after_s", "n_lines"), [(0.1, 1), (30, 0)])
def test_a_long_wait_for_a_lock_is_said_once(tmp_path, monkeypatch, capfd, said_after_s, n_lines):
    monkeypatch.setattr(lock, "SAID_AFTER_S", said_after_s)
    path = tmp_path / "lock"
    with lock.hold(path), pytest.raises(SessionError), lock.hold(path, 1):
        pass
    said = capfd.readouterr().err.splitlines()
    assert len(said) == n_lines
    assert all(f"goodunits: waiting for {path}, held by " in line for line in said)


def test_lock_of_a_dead_holder_is_free(tmp_path):
    path = tmp_path / "lock"
    child = os.fork()
    if child == 0:
        with lock.hold(path):
            os._exit(9)
    os.waitpid(child, 0)
    with lock.hold(path, 0):
        assert path.exists()
