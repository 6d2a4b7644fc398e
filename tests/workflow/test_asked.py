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
