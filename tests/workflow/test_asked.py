"""What users ask for: any sheet, copies left alone, one unit explained, what costs units."""

import shutil

import pytest
from helpers import Work, contents, write_session
from test_errors import RATE_HZ, later, regular_train

TRAINS = {0: regular_train(4), 3: regular_train(0.5), 7: regular_train(2, 90)}


@pytest.fixture
def work(tmp_path):
    """Two small sorts and a working directory, nothing run yet."""
    for place, name in enumerate(("day1", "day2")):
        write_session(tmp_path / "sorts" / name, later(TRAINS, place), RATE_HZ)
    (tmp_path / "work").mkdir()
    return Work(tmp_path / "work", tmp_path / "sorts")


def with_sheet(work, text, name="sessions.csv", encoding="utf-8"):
    """The same working directory with a sheet as its dataset."""
    sheet = work.dataset / name
    sheet.write_bytes(text.encode(encoding))
    return Work(work.folder, sheet)


def test_columns_of_a_sheet_from_excel_reach_the_tables(work):
    text = "Session\tPath\tMouse\tDate\r\none\tday1\tm1\t2024-01-02\r\ntwo\tday2\tm2\t\r\n"
    work = with_sheet(work, text, "sessions.txt", "utf-16")
    work.succeed()
    for table in ("sessions.tsv", "units.tsv"):
        found = {(row["session"], row["Mouse"], row["Date"]) for row in work.table(table)}
        assert found == {("one", "m1", "2024-01-02"), ("two", "m2", "")}


def test_the_end_of_a_run_names_what_costs_most_units(work):
    said = work.succeed()
    assert "costliest criteria: ks_refractory fails in 4 (alone in 0); firing_rate >= 1 " in said
    rows = {row["criterion"]: row for row in work.table("summary.tsv")}
    assert rows["firing_rate >= 1"]["n_units"] == "6"
    assert rows["firing_rate >= 1"]["n_fail"] == "2"


@pytest.mark.hazards
def test_a_backup_copy_is_left_alone_and_no_unit_counts_twice(work):
    work.succeed()
    copy = shutil.copytree(work.dataset / "day1", work.dataset / "day1_backup")
    before = contents(copy)
    done = work.run()
    assert done.returncode != 0
    assert "the same sort as session 'day1'" in done.stdout
    assert contents(copy) == before
    rows = {row["session"]: row for row in work.table("sessions.tsv")}
    assert rows["day1"]["status"] == rows["day2"]["status"] == "labelled"
    assert "the same sort as session 'day1'" in rows["day1_backup"]["reason"]
    assert {row["session"] for row in work.table("units.tsv")} == {"day1", "day2"}

    text = "session,path,allow_copy\nday1,day1,\nday1_backup,day1_backup,yes\n"
    both = with_sheet(work, text)
    both.succeed()
    assert {row["session"] for row in both.table("units.tsv")} == {"day1", "day1_backup"}


def lines_of(said, head, name):
    """Lines of one part of what explain says of a unit."""
    unit = said[said.index(head) :].split("\n\n")[0].splitlines()
    start = next(i for i, line in enumerate(unit) if line.startswith(f"  {name}"))
    part = [unit[start], *unit[start + 1 :]]
    rest = [i for i, line in enumerate(part[1:], 1) if not line.startswith(" " * 11)]
    return [line[12:] for line in part[: rest[0] if rest else None]]


def test_explain_says_everything_of_a_unit(work):
    work.succeed()
    metrics = (work.folder / "results" / "day1" / "metrics.tsv").stat().st_mtime_ns
    group = work.dataset / "day1" / "cluster_group.tsv"
    group.write_text(group.read_text().replace("3\tmua", "3\tnoise"))
    work.succeed()
    before = contents(work.dataset)
    said = work.succeed("explain", config=["session=day1", "unit=3,7"])
    assert contents(work.dataset) == before
    assert (work.folder / "results" / "day1" / "metrics.tsv").stat().st_mtime_ns == metrics
    assert "rule compute_metrics" not in said and "Labelling" not in said

    head = f"day1 unit 3: {work.dataset / 'day1'}"
    assert lines_of(said, head, "label ") == ["noise, by a person"]
    assert lines_of(said, head, "labels") == [
        "before: good; Kilosort: good; criteria: mua",
        "in the folder now: noise (group: noise)",
    ]
    judged = lines_of(said, head, "criteria")
    assert judged[0].startswith("set 'labels', manual_curation keep, written 2")
    rate = next(line for line in judged if "firing_rate >= 1" in line)
    assert rate.startswith("fail") and "firing_rate 0.501 Hz (margin -0.499 Hz, -50%)" in rate
    assert len(judged) == 5
    assert "firing_rate 0.501 Hz, needs >= 1" in lines_of(said, head, "classes")[0]
    assert lines_of(said, head, "people") == ["noise, by hand"]
    history = lines_of(said, head, "history")
    assert [line.split("  ")[1] for line in history] == ["backup", "write", "decisions", "write"]
    assert f"group none -> mua  criteria 'labels' from {work.folder}" in history[1]
    assert "decided by hand: noise" in history[2]
    assert "group mua -> noise" in history[3]
    assert lines_of(said, "day1 unit 7:", "people") == ["no label by hand"]

    said = work.succeed("history")
    assert f"1 good, 2 mua  criteria 'labels' from {work.folder}" in said
    assert "1 good, 1 mua, 1 noise, 1 decided by hand" in said


def test_explain_names_a_wrong_unit_in_one_line(work):
    work.succeed()
    done = work.run("explain", config=["session=day1", "unit=6"])
    assert done.returncode != 0
    assert "unit 6: not among the 3 units of session 'day1'; nearest: 0, 3, 7" in done.stdout
    assert "Traceback" not in done.stdout
