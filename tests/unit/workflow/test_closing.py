"""What the end of a run says of sessions that were not reached, or that hold other labels."""

import time

import pytest

import made_results
from goodunits.tables import sessions_tsv
from goodunits.workflow import closing


@pytest.fixture
def rows(tmp_path):
    """Rows of sessions.tsv: two sessions labelled in an earlier run, and one that is not."""
    sessions = []
    for name in ("a", "b", "new"):
        folder, results = tmp_path / "data" / name, tmp_path / "results" / name
        folder.mkdir(parents=True)
        if name != "new":
            made_results.label(folder, results)
        sessions.append((name, str(folder), results))
    return sessions_tsv.sessions_table(sessions)[1]


def test_run_that_was_stopped_names_what_it_did_not_reach(rows):
    """The labels that are there are of an earlier run: not done is not done."""
    done, head, *lines = closing.with_errors(rows, {"b", "new"}).splitlines()
    assert "1 session(s) labelled" in done
    assert "2 of 3 session(s) without new labels" in head
    assert [line.split()[0] for line in lines] == ["b", "new"]
    assert "not reached before the run ended" in lines[0]
    assert made_results.TIME in lines[0]


def test_way_to_the_report_is_told_where_there_is_one(tmp_path):
    assert closing.way_to_report(f"{tmp_path}/", 0.0) == ""
    (tmp_path / "report.html").touch()
    assert closing.way_to_report(f"{tmp_path}/", 0.0).endswith(f"report: {tmp_path}/report.html")
    assert "earlier run" in closing.way_to_report(f"{tmp_path}/", time.time() + 9)


def test_success_is_none_while_a_session_is_not_labelled(rows):
    settings = rows[0]["settings"]
    said, is_done = closing.without_errors(rows, dict.fromkeys(["a", "b", "new"], settings))
    assert not is_done
    assert said.splitlines()[-1].split() == ["new", "never", "labelled"]
    said, is_done = closing.without_errors(rows[:2], dict.fromkeys(["a", "b"], settings))
    assert is_done
    assert "2 session(s) labelled" in said


def test_success_is_none_with_the_labels_of_other_criteria(rows):
    """As after `--touch`, which has Snakemake believe that all is new."""
    settings = rows[0]["settings"]
    other = {**settings, "labels": {"good": {"all": ["firing_rate >= 2"]}}}
    said, is_done = closing.without_errors(rows[:2], {"a": settings, "b": other})
    assert not is_done
    assert "1 session(s) labelled" in said
    assert "by other criteria than these" in said
