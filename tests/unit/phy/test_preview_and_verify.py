"""What would change and what was changed: both only read the session folders."""

import json

import pytest

import made_results
import tiny
from goodunits.answers import preview_labels, preview_text, verify_folders
from goodunits.base import tsv
from goodunits.phy import restore_labels
from goodunits.result_files import labels_tsv

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
    table = tsv.format_table(labels_tsv.FIXED_COLUMNS, [*rows, [7, "noise", "", "", REASON, ""]])
    (results / "labels.tsv").write_bytes(table)
    return session, results


def test_labels_now_are_what_phy_shows(folders):
    shown = preview_labels.shown_now(folders[0])
    assert shown.labels == {0: "good", 3: "good", 7: "unsorted"}
    assert shown.groups == {3: "good", 7: "unsorted"}


def test_group_file_of_kilosort_is_no_group(folders):
    (folders[0] / "cluster_group.tsv").write_text("cluster_id\tKSLabel\n0\tmua\n")
    shown = preview_labels.shown_now(folders[0])
    assert shown.labels == {0: "good", 3: "mua", 7: "good"}
    assert shown.groups == {}


def test_a_class_of_ours_that_phy_does_not_know_is_no_unsorted(folders):
    session, results = folders
    (session / "cluster_group.tsv").write_text("cluster_id\tgroup\n0\tunsorted\n3\tgood\n")
    (session / "cluster_gu_label.tsv").write_text("cluster_id\tgu_label\n0\tsua\n3\tgood\n")
    rows = [[i, label, "", "criteria", REASON, label] for i, label in ((0, "sua"), (3, "good"))]
    table = tsv.format_table(labels_tsv.FIXED_COLUMNS, rows)
    (results / "labels.tsv").write_bytes(table)
    compared = preview_labels.compare_session("s1", session, results / "labels.tsv")
    assert (compared.rows, compared.n_white) == ([], 0)


def test_a_class_that_phy_shows_as_another_gets_a_colour(folders, tmp_path):
    session, results = folders
    rows = [[i, label, "", "criteria", REASON, label] for i, label in ((0, "sua"), (7, "piece"))]
    table = tsv.format_table(labels_tsv.FIXED_COLUMNS, rows)
    (results / "labels.tsv").write_bytes(table)
    classes = {"sua": {"phy": "good", "all": ["n_spikes > 1"]}, "piece": "rest"}
    settings = tmp_path / "labels-labels-keep.json"
    settings.write_text(json.dumps({"labels": classes}))
    preview_labels.compare([("s1", session, results, settings)], tmp_path / "preview.tsv")
    _, rows = tsv.read_table(tmp_path / "preview_sessions.tsv")
    assert [row["n_white"] for row in rows] == ["1"], "unit 7 stays unsorted"


def test_good_ones_and_white_rows_are_counted(folders, tmp_path):
    session, results = folders
    compared = preview_labels.compare_session("s1", session, results / "labels.tsv")
    assert compared[1:5] == (3, 2, 1, 2), "unit 0 has no group, unit 7 is unsorted"
    text = preview_labels.compare([("s1", session, results)], tmp_path / "preview.tsv")
    assert "good now 2, after a run 1, of 3 unit(s)" in text
    assert "s1: good 2 -> 1 of 3; good -> mua: 1, unsorted -> noise: 1" in text
    assert "2 unit(s) in 1 session(s) are white in Phy" in text
    _, rows = tsv.read_table(tmp_path / "preview_sessions.tsv")
    assert [(row["n_good_now"], row["n_good"], row["n_white"]) for row in rows] == [("2", "1", "2")]
    _, rows = tsv.read_table(tmp_path / "preview.tsv")
    assert [row["group_now"] for row in rows] == ["", "unsorted"]


def test_labels_of_people_that_would_be_overturned_are_named(folders, tmp_path):
    session, results = folders
    (session / "cluster_group.tsv").write_text("cluster_id\tgroup\n0\tgood\n3\tgood\n")
    (results / "found.json").write_text(json.dumps({"decisions": {"0": "good", "3": "good"}}))
    text = preview_labels.compare([("s1", session, results)], tmp_path / "preview.tsv")
    assert "1 label(s) given by hand would be OVERTURNED" in text
    assert "s1 unit 0: good by hand -> mua" in text
    _, rows = tsv.read_table(tmp_path / "preview.tsv")
    assert {row["cluster_id"]: row["overturns"] for row in rows}["0"] == "good"


def test_doubts_are_said_and_old_labels_are_not_compared(folders, tmp_path):
    session, results = folders
    (results / "found.json").write_text(json.dumps({"decisions": {}, "doubts": ["whose is it?"]}))
    sessions = [("s1", session, results), ("s2", session, results)]
    text = preview_labels.compare(sessions, tmp_path / "preview.tsv", unfinished={"s2"})
    assert "s1: whose is it?" in text
    assert "s2: not compared: the run was stopped before" in text
    assert "in 1 of 1 session(s) compared, 1 not compared" in text
    rows = {row["session"]: row for row in tsv.read_table(tmp_path / "preview_sessions.tsv")[1]}
    assert rows["s1"]["doubts"] == "whose is it?"
    assert rows["s2"]["not_compared"] == "the run was stopped before"


@pytest.mark.parametrize("n_sessions", [3, 300])
def test_the_text_stays_under_a_screen(folders, tmp_path, n_sessions):
    session, results = folders
    rows = [[i, "mua", "", "criteria", f"{REASON}; " * 20, "mua"] for i in range(100, 140)]
    (results / "labels.tsv").write_bytes(tsv.format_table(labels_tsv.FIXED_COLUMNS, rows))
    decided = {str(i): "good" for i in range(100, 140)}
    doubts = ["whose labels these are is not known"] * 3
    (results / "found.json").write_text(json.dumps({"decisions": decided, "doubts": doubts}))
    sessions = [(f"s{i:03}", session, results) for i in range(n_sessions)]
    broken = [(f"b{i:03}", session, tmp_path / "none") for i in range(n_sessions)]
    text = preview_labels.compare(sessions + broken, tmp_path / "preview.tsv")
    assert len(text.splitlines()) < 24
    assert max(map(len, text.splitlines())) <= 160
    assert len(tsv.read_table(tmp_path / "preview_sessions.tsv")[1]) == 2 * n_sessions


def test_compare_lists_the_changes_only(folders, tmp_path):
    session, results = folders
    text = preview_labels.compare([("s1", session, results)], tmp_path / "preview.tsv")
    _, rows = tsv.read_table(tmp_path / "preview.tsv")
    changes = [(row["cluster_id"], row["label_now"], row["label"]) for row in rows]
    assert changes == [("0", "good", "mua"), ("7", "unsorted", "noise")]
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
    text = preview_labels.compare(sessions, tmp_path / "preview.tsv")
    assert "s2: not compared: broken beyond words" in text
    assert {row["session"] for row in tsv.read_table(tmp_path / "preview.tsv")[1]} == {"s1"}


def test_unreadable_label_file_is_named(folders, tmp_path):
    session, results = folders
    (session / "cluster_group.tsv").write_bytes(b"\xff\xff\n")
    text = preview_labels.compare([("s1", session, results)], tmp_path / "preview.tsv")
    assert f"s1: not compared: {session}/cluster_group.tsv" in text


def test_long_lists_are_cut(folders, tmp_path):
    session, results = folders
    rows = [[i, "mua", "", "criteria", "", "mua"] for i in range(100, 140)]
    (results / "labels.tsv").write_bytes(tsv.format_table(labels_tsv.FIXED_COLUMNS, rows))
    text = preview_labels.compare([("s1", session, results)], tmp_path / "preview.tsv")
    assert f"... and {41 - preview_text.UNITS} more" in text
    assert len(tsv.read_table(tmp_path / "preview.tsv")[1]) == 40


@pytest.fixture
def written(tmp_path):
    """A labelled session: its folder and its results."""
    session, results = tmp_path / "sort", tmp_path / "results"
    made_results.label(session, results)
    return session, results


def test_verify_is_content_with_what_was_written(written):
    verdict = verify_folders.check(*written)
    assert verdict == ("as written", "")
    assert verdict.is_fine


def test_verify_names_changed_files_and_units(written):
    session, results = written
    made_results.write_labels(session, [(0, "good"), (2, "noise"), (9, "good")])
    (results / "labels.tsv").write_text("cluster_id\tlabel\n")  # a preview since
    verdict = verify_folders.check(session, results)
    assert (verdict.word, verdict.is_fine) == ("differs", False)
    assert "cluster_group.tsv was changed" in verdict.detail
    assert verdict.detail.endswith("; unit 2: mua written, noise now")


@pytest.mark.parametrize(("left", "lost"), [(b"cluster_id\tgroup\n0\tgood\n", 2), (None, 3)])
def test_verify_tells_of_rows_that_are_lost(written, left, lost):
    group = written[0] / "cluster_group.tsv"
    group.unlink() if left is None else group.write_bytes(left)
    verdict = verify_folders.check(*written)
    assert verdict.word == "differs"
    assert verdict.detail.endswith(f"; {lost} unit(s) have no row in cluster_group.tsv now")


def test_verify_names_no_more_than_some_units(written):
    session, results = written
    units = [(i, "good", "good", "criteria") for i in range(40)]
    made_results.label(session, results, units)
    made_results.write_labels(session, [(i, "noise") for i in range(40)])
    detail = verify_folders.check(session, results).detail
    assert detail.count("good written, noise now") == verify_folders.SHOWN_UNITS
    assert detail.endswith("and 30 more")


def test_verify_of_a_session_that_was_never_labelled(folders):
    verdict = verify_folders.check(*folders)
    assert verdict == ("never labelled", "")
    assert not verdict.is_fine


def test_verify_after_a_restore(tmp_path):
    session = tiny.make_sort(tmp_path / "sort")
    tiny.run(session, tmp_path / "results")
    restore_labels.restore(session)
    verdict = verify_folders.check(session, tmp_path / "results")
    assert verdict.word == "as originally found"
    assert verdict.is_fine
    assert verdict.detail.startswith("restored on 2")


def test_restore_says_nothing_of_a_file_that_never_was(tmp_path):
    session = tiny.make_sort(tmp_path / "sort")
    tiny.run(session, tmp_path / "results")
    done = restore_labels.restore(session)["files"]
    assert done == {"cluster_KSLabel.tsv": "restored", "cluster_group.tsv": "restored"}
