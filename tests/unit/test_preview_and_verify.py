"""What would change and what was changed: both only read the session folders."""

import json

import pytest

from goodunits import files, labels_file, preview, tsv, verify

REASON = "firing_rate 0.5 Hz, needs >= 1"


@pytest.fixture
def folders(tmp_path):
    """A session folder with Phy's files and the results folder of the same session."""
    session, results = tmp_path / "sort", tmp_path / "results"
    session.mkdir()
    results.mkdir()
    (session / "spike_times.npy").write_bytes(b"")
    (session / "cluster_KSLabel.tsv").write_text("cluster_id\tKSLabel\n0\tgood\n3\tmua\n7\tgood\n")
    (session / "cluster_group.tsv").write_text("cluster_id\tgroup\n3\tgood\n7\tunsorted\n")
    (results / "metrics.tsv").write_text("cluster_id\n")
    rows = [[i, label, "", "criteria", REASON, label] for i, label in ((0, "mua"), (3, "good"))]
    table = tsv.format_table(labels_file.FIXED_COLUMNS, [*rows, [7, "noise", "", "", REASON, ""]])
    (results / "labels.tsv").write_bytes(table)
    return session, results


def test_labels_now_are_what_phy_shows(folders):
    assert preview.labels_now(folders[0]) == {0: "good", 3: "good", 7: "good"}


def test_group_file_of_kilosort_is_no_group(folders):
    (folders[0] / "cluster_group.tsv").write_text("cluster_id\tKSLabel\n0\tmua\n")
    assert preview.labels_now(folders[0]) == {0: "good", 3: "mua", 7: "good"}


def test_compare_lists_the_changes_only(folders, tmp_path):
    session, results = folders
    text = preview.compare([("s1", session, results)], tmp_path / "preview.tsv")
    _, rows = tsv.read_table(tmp_path / "preview.tsv")
    changes = [(row["cluster_id"], row["label_now"], row["label"]) for row in rows]
    assert changes == [("0", "good", "mua"), ("7", "good", "noise")]
    assert "2 label(s) would change in 1 of 1 session(s)" in text
    assert f"s1 unit 0: good -> mua (criteria; {REASON})" in text


@pytest.mark.parametrize("missing", ["metrics.tsv", "labels.tsv"])
def test_session_without_fresh_labels_is_named_and_the_others_shown(folders, tmp_path, missing):
    session, results = folders
    other = tmp_path / "other"
    other.mkdir()
    for name in ("metrics.tsv", "labels.tsv"):
        if name != missing:
            (other / name).write_bytes((results / name).read_bytes())
    note = {"rule": "compute_metrics", "reason": "broken beyond words", "time": ""}
    (other / "failed-compute_metrics.json").write_text(json.dumps(note))
    sessions = [("s1", session, results), ("s2", session, other)]
    text = preview.compare(sessions, tmp_path / "preview.tsv")
    assert "s2: not compared: broken beyond words" in text
    assert {row["session"] for row in tsv.read_table(tmp_path / "preview.tsv")[1]} == {"s1"}


def test_unreadable_label_file_is_named(folders, tmp_path):
    session, results = folders
    (session / "cluster_group.tsv").write_bytes(b"\xff\xff\n")
    text = preview.compare([("s1", session, results)], tmp_path / "preview.tsv")
    assert f"s1: not compared: {session}/cluster_group.tsv" in text


def test_long_lists_are_cut(folders, tmp_path):
    session, results = folders
    rows = [[i, "mua", "", "criteria", "", "mua"] for i in range(100, 140)]
    (results / "labels.tsv").write_bytes(tsv.format_table(labels_file.FIXED_COLUMNS, rows))
    text = preview.compare([("s1", session, results)], tmp_path / "preview.tsv")
    assert f"... and {40 - preview.SHOWN} more" in text
    assert len(tsv.read_table(tmp_path / "preview.tsv")[1]) == 40


@pytest.fixture
def written(folders):
    """The same folders, with a receipt of what the session folder holds now."""
    session, results = folders
    names = ("cluster_KSLabel.tsv", "cluster_group.tsv")
    hashes = {name: files.sha256_file(session / name) for name in names}
    receipt = {"written": {**hashes, "cluster_info.tsv": None}}
    (results / "written.json").write_text(json.dumps(receipt))
    return folders


def test_verify_is_content_with_what_was_written(written):
    assert verify.check(*written) == []


def test_verify_names_changed_files_and_units(written):
    session, results = written
    (session / "cluster_group.tsv").write_text("cluster_id\tgroup\n3\tnoise\n7\tnoise\n")
    problems = verify.check(session, results)
    assert problems[0] == "cluster_group.tsv was changed"
    assert "unit 3: good written, noise now" in problems[1]
    assert "unit 7" not in problems[1]


def test_verify_names_files_that_are_gone_or_new(written):
    session, results = written
    (session / "cluster_KSLabel.tsv").unlink()
    (session / "cluster_info.tsv").write_text("cluster_id\tgroup\n3\tgood\n")
    problems = verify.check(session, results)
    assert "cluster_KSLabel.tsv is gone" in problems
    assert "cluster_info.tsv was changed" in problems


def test_verify_without_a_receipt(folders):
    assert verify.check(*folders) == ["labels were never written"]
