"""The table of sessions and what is said at the end of a run."""

import json

import pytest

from goodunits import labels_file, summary, tsv


@pytest.fixture
def results(tmp_path):
    """Function making the results of a session: labelled, failed or neither."""

    def make(name, labels=None, failure=None):
        folder = tmp_path / name
        folder.mkdir()
        if labels is not None:
            rows = [[i, label, before, source, "", label] for i, label, before, source in labels]
            table = tsv.format_table(labels_file.FIXED_COLUMNS, rows)
            (folder / "labels.tsv").write_bytes(table)
            receipt = {
                "measured": {"kilosort_version": "4.1.7", "recording_duration_s": 600.0},
                "settings": {"criteria": "labels", "labels": [{"mua": "rest"}]},
                "notes": ["one", "two"],
            }
            (folder / "written.json").write_text(json.dumps(receipt))
        if failure:
            note = {"rule": "compute_metrics", "reason": failure, "time": ""}
            (folder / "failed-compute_metrics.json").write_text(json.dumps(note))
        return (name, f"/data/{name}", folder)

    return make


LABELS = [
    (0, "good", "good", "criteria"),
    (2, "mua", "good", "criteria"),
    (9, "good", "mua", "manual"),
]


def test_labelled_session(results):
    row = summary.session_row(*results("one", LABELS))
    assert (row["status"], row["reason"]) == ("labelled", "one; two")
    counts = [row[f"n_{name}"] for name in ("units", "good", "good_before", "manual", "changed")]
    assert counts == [3, 2, 2, 1, 2]


def test_table_has_a_row_per_session_in_order(results):
    sessions = [results("b"), results("a", LABELS), results("c", LABELS, failure="broken")]
    data, rows = summary.sessions_table(sessions)
    assert [row["session"] for row in rows] == ["a", "b", "c"]
    assert [row["status"] for row in rows] == ["labelled", "not finished", "failed"]
    header, *lines = data.decode().splitlines()
    assert header.split("\t") == list(summary.SESSION_COLUMNS)
    assert [line.split("\t")[0] for line in lines] == ["a", "b", "c"]


def test_columns_of_the_sheet_are_carried_for_every_session(results):
    sheet = {"a": {"mouse": "m1"}, "b": {"mouse": "m2"}}
    data, _ = summary.sessions_table([results("b"), results("a", LABELS)], sheet)
    header, *rows = [line.split("\t") for line in data.decode().splitlines()]
    assert header == ["session", "mouse", *summary.SESSION_COLUMNS[1:]]
    assert [row[:3] for row in rows] == [["a", "m1", "labelled"], ["b", "m2", "not finished"]]


def test_failure_wins_over_an_old_receipt(results):
    row = summary.session_row(*results("one", LABELS, failure="no such folder"))
    assert row["status"] == "failed"
    assert row["reason"] == "compute_metrics: no such folder"
    assert row["n_units"] == ""


def test_failures_are_one_line_each(results):
    sessions = [results("a", LABELS), results("bb", failure="broken"), results("c")]
    head, *lines = summary.failures_text(summary.sessions_table(sessions)[1]).splitlines()
    assert "2 of 3 session(s)" in head
    assert [line.split()[0] for line in lines] == ["bb", "c"]
    assert lines[0].endswith("compute_metrics: broken")


def test_success_counts_units_of_labelled_sessions(results):
    text = summary.success_text(summary.sessions_table([results("a", LABELS), results("b")])[1])
    assert "1 session(s) labelled, 2 of 3 units good, 2 label(s) differ" in text
    assert text.splitlines()[1:] == ["  a: one; two"], "what should be known of a session follows"


def test_classes_that_tell_nothing_are_among_the_notes(results):
    units = [(number, "mua", "good", "criteria") for number in range(12)]
    row = summary.session_row(*results("one", units))
    assert row["reason"] == "one; two; by the criteria every unit is mua"
