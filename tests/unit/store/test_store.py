"""The label store: made once, never overwritten, damage named."""

import json
import os
import shutil

import pytest

import tiny
from goodunits.base import files
from goodunits.base.errors import SessionError
from goodunits.phy import history, restore_labels
from goodunits.session_folder import file_names, sort_id
from goodunits.standing import found_json
from goodunits.store import backup, generations, label_store, ledger_file, original_files, state


def generation(sort):
    return file_names.store_folder(sort) / sort_id.sort_id(sort)


def test_originals_are_kept_read_only_and_never_made_again(sort, results):
    originals = tiny.read(sort)
    tiny.run(sort, results)
    tiny.run(sort, results, least=60)
    for name in (file_names.KS_FILE, file_names.GROUP_FILE):
        kept = generation(sort) / "original" / name
        assert kept.read_bytes() == originals[name]
        assert kept.stat().st_mode & 0o777 == 0o444


def test_an_empty_original_that_an_earlier_version_kept_stops_nothing(sort, results):
    with label_store.locked(sort) as base:
        manifest = backup.back_up(sort, base) / "manifest.json"
    told = json.loads(manifest.read_text())
    told["files"] = dict.fromkeys(file_names.SORTER_FILES, files.sha256_bytes(b""))
    tiny.replace(manifest, json.dumps(told).encode())
    for name in file_names.SORTER_FILES:
        tiny.replace(manifest.parent / "original" / name, b"")
        (sort / name).unlink()
    tiny.run(sort, results)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 35)
    restore_labels.restore(sort)
    assert {(sort / name).read_bytes() for name in file_names.SORTER_FILES} == {b""}


def test_ledger_holds_only_what_we_wrote(sort, results):
    phy = tiny.Phy(sort)
    phy.label(1, "noise")
    phy.save()
    theirs = {files.sha256_bytes(data) for data in tiny.read(sort).values()}
    tiny.run(sort, results)
    restore_labels.restore(sort)
    assert not theirs & ledger_file.read_ledger(file_names.store_folder(sort))


def test_store_gone_but_labels_ours(sort, results):
    tiny.run(sort, results)
    shutil.rmtree(file_names.store_folder(sort))
    before = tiny.tree(sort)
    with pytest.raises(SessionError, match="put the store back"):
        tiny.run(sort, results)
    with pytest.raises(SessionError, match="put the store back"):
        found_json.refresh(sort, results / "found.json", results / "written.json")
    assert tiny.tree(sort) == before


def test_generation_gone_but_ledger_there(sort, results):
    tiny.run(sort, results)
    shutil.rmtree(generation(sort))
    shutil.rmtree(results)
    with pytest.raises(SessionError, match="written by goodunits"):
        tiny.run(sort, results)
    assert tiny.decided(sort) == {}


def test_fresh_sort_over_a_lost_store_is_no_alarm(sort, results):
    originals = tiny.read(sort)
    tiny.run(sort, results)
    shutil.rmtree(file_names.store_folder(sort))
    for name in (file_names.KS_FILE, file_names.GROUP_FILE):
        tiny.replace(sort / name, originals[name])
    tiny.run(sort, results)
    assert (generation(sort) / "original" / file_names.KS_FILE).read_bytes() == originals[
        file_names.KS_FILE
    ]


@pytest.mark.parametrize("name", ["original/cluster_group.tsv", "manifest.json", "state.json"])
def test_damage_is_named_and_stops(sort, results, name):
    tiny.run(sort, results)
    before = tiny.read(sort)
    path = generation(sort) / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9] + b"damaged\n")
    with pytest.raises(SessionError, match=path.name):
        tiny.run(sort, results, least=60)
    assert tiny.read(sort) == before


def test_lost_state_is_built_again(sort, results):
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.label(0, "noise")
    phy.save()
    tiny.run(sort, results)
    (generation(sort) / "state.json").unlink()
    assert tiny.decided(sort) == {0: "noise"}
    phy = tiny.Phy(sort)
    phy.label(1, "mua")
    phy.save()
    shutil.rmtree(results)
    tiny.run(sort, results, least=60)
    assert tiny.decided(sort) == {0: "noise", 1: "mua"}
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60) | {0: "noise", 1: "mua"}


def test_state_and_history_lost_our_labels_are_still_ours(sort, results):
    tiny.run(sort, results)
    for name in ("state.json", "history.jsonl"):
        (generation(sort) / name).unlink()
    shutil.rmtree(results)
    tiny.run(sort, results, least=60)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60)


def test_what_an_earlier_sort_left_is_no_original(sort, results):
    tiny.run(sort, results, good="axon")
    assert (sort / "cluster_gu_label.tsv").exists()
    tiny.make_sort(sort, seed=1)
    tiny.run(sort, results)
    assert "cluster_gu_label.tsv" not in original_files.read_manifest(generation(sort))["files"]
    assert not (sort / "cluster_gu_label.tsv").exists()


def test_a_backup_cut_short_keeps_both_versions(sort):
    early = tiny.read(sort)[file_names.GROUP_FILE]
    with label_store.locked(sort) as base:
        files.make_folder(base / sort_id.sort_id(sort))
        original_files.put_once(generation(sort) / "original" / file_names.GROUP_FILE, early)
    phy = tiny.Phy(sort)
    phy.label(1, "noise")
    phy.save()
    now = tiny.read(sort)
    with label_store.locked(sort) as base:
        backup.back_up(sort, base)
    assert (generation(sort) / "original" / file_names.GROUP_FILE).read_bytes() == now[
        file_names.GROUP_FILE
    ]
    assert early in tiny.tree(generation(sort) / "superseded").values()


def test_put_once_never_overwrites(tmp_path):
    original_files.put_once(tmp_path / "a" / "b", b"one")
    with pytest.raises(SessionError, match="never replaced"):
        original_files.put_once(tmp_path / "a" / "b", b"two")
    assert (tmp_path / "a" / "b").read_bytes() == b"one"


def test_torn_last_line_of_a_ledger(tmp_path):
    path = tmp_path / "ledger.txt"
    path.write_text("0" * 64 + " a\n" + "1" * 30)
    ledger_file.add_to_ledger(tmp_path, {"b": "2" * 64})
    assert ledger_file.read_ledger(tmp_path) == {"0" * 64, "2" * 64}


def test_linked_session_has_its_store_where_the_data_are(sort, results, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(sort)
    tiny.run(link, results)
    assert (sort / file_names.STORE).is_dir() and not (tmp_path / file_names.STORE).exists()
    assert link.is_symlink()


def test_annexed_label_files_are_refused(sort, results):
    annex = sort.parent / ".git" / "annex" / "objects"
    annex.mkdir(parents=True)
    shutil.move(sort / file_names.GROUP_FILE, annex / "key")
    (sort / file_names.GROUP_FILE).symlink_to(annex / "key")
    before = (annex / "key").read_bytes()
    with pytest.raises(SessionError, match="git annex unlock"):
        tiny.run(sort, results)
    assert (annex / "key").read_bytes() == before
    (annex / "key").unlink()
    with pytest.raises(SessionError, match="git annex get"):
        tiny.run(sort, results)


def test_two_links_to_one_file_are_refused(sort, results):
    shutil.move(sort / file_names.KS_FILE, sort.parent / "both.tsv")
    (sort / file_names.GROUP_FILE).unlink()
    for name in (file_names.KS_FILE, file_names.GROUP_FILE):
        (sort / name).symlink_to(sort.parent / "both.tsv")
    with pytest.raises(SessionError, match="same file"):
        tiny.run(sort, results)


def test_group_of_a_lab_shares_the_store(sort, results):
    sort.chmod(0o2775)
    old = os.umask(0o022)
    try:
        tiny.run(sort, results)
    finally:
        os.umask(old)
    for path in (file_names.store_folder(sort), generation(sort), generation(sort) / "original"):
        assert path.stat().st_mode & 0o070 == 0o070
    for path in (
        file_names.store_folder(sort) / "lock",
        file_names.store_folder(sort) / "ledger.txt",
    ):
        assert path.stat().st_mode & 0o060 == 0o060


def test_a_sort_replaced_during_the_backup_is_noticed(sort, monkeypatch):
    """Kilosort writes while the first label file is put into the store."""
    put_once = original_files.put_once

    def sorting_meanwhile(path, data):
        put_once(path, data)
        tiny.make_sort(sort, seed=1)

    monkeypatch.setattr(original_files, "put_once", sorting_meanwhile)
    with (
        label_store.locked(sort) as base,
        pytest.raises(SessionError, match="changed during the backup"),
    ):
        backup.back_up(sort, base)
    assert generations.current_generation(sort) is None


def test_history_survives_a_torn_line(sort, results):
    tiny.run(sort, results)
    with open(generation(sort) / "history.jsonl", "ab") as file:
        file.write(b'{"decisions": {"1"')
    assert [event["event"] for event in history.read_history(sort)] == ["backup", "write"]
    tiny.run(sort, results, least=60)
    assert [e["event"] for e in history.read_history(sort)] == ["backup", "write", "write"]
    assert len(state.read_history(generation(sort))) == 2


def test_history_counts_labels_by_hand_of_units_that_are_there(sort, results):
    """A unit with a decision was merged away: a write does not count it."""
    tiny.save_in_phy(sort, u5="noise")
    tiny.run(sort, results)
    assert "decided by hand" in history.describe(history.read_history(sort)[-1])
    phy = tiny.Phy(sort)
    phy.merge(5, 1)  # the larger is ours
    phy.save()
    tiny.run(sort, results)
    assert "decided by hand" not in history.describe(history.read_history(sort)[-1])


def test_restore_where_the_backup_is_gone_does_not_speak_of_earlier_sorts(sort, results):
    with label_store.locked(sort):
        pass
    with pytest.raises(restore_labels.NothingToRestoreError):
        restore_labels.restore(sort)
    tiny.run(sort, results)
    shutil.rmtree(generation(sort))
    with pytest.raises(SessionError, match="the backup is gone"):
        restore_labels.restore(sort)
