"""The table of sessions and what is said at the end of a run."""

import pytest

import made_results
from goodunits.base import tsv
from goodunits.tables import sessions_tsv, units_tsv


@pytest.fixture
def session(tmp_path):
    """Function making a session, labelled unless told otherwise; id, folder, results folder."""

    def make(name, is_labelled=True, **more):
        folder, results = tmp_path / "data" / name, tmp_path / "results" / name
        folder.mkdir(parents=True)
        if is_labelled:
            made_results.label(folder, results, **more)
        return name, str(folder), results

    return make


def table(sessions):
    """Rows of sessions.tsv as they are read."""
    data, rows = sessions_tsv.sessions_table(sessions)
    header, *lines = [line.split("\t") for line in data.decode().splitlines()]
    assert len(lines) == len(rows)
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_labelled_session(session):
    row = table([session("one", notes=["left; alone"], measured_notes=["ops.npy: damaged"])])[0]
    assert (row["status"], row["reason"]) == ("labelled", "")
    names = ("units", "good", "good_before", "mua", "manual", "changed")
    assert [row[f"n_{name}"] for name in names] == ["3", "2", "2", "1", "1", "2"]
    assert (row["criteria"], row["written"]) == ("labels", made_results.TIME)
    assert row["notes"] == "left; alone | ops.npy: damaged"


def test_table_has_a_row_per_session_in_order(session):
    sessions = [session("b", is_labelled=False), session("a"), session("c")]
    made_results.fail(sessions[2][2], "broken")
    rows = table(sessions)
    assert [row["session"] for row in rows] == ["a", "b", "c"]
    assert [row["status"] for row in rows] == ["labelled", "not labelled", "failed"]
    assert [row["reason"] for row in rows] == ["", "never labelled", "compute_metrics: broken"]
    assert [row["n_units"] for row in rows] == ["3", "", ""], "no counts of a failed session"


def test_columns_of_the_sheet_are_carried_for_every_session(session):
    sheet = {"a": {"mouse": "m1"}, "b": {"mouse": "m2"}}
    sessions = [session("b", is_labelled=False), session("a")]
    data, _ = sessions_tsv.sessions_table(sessions, sheet)
    _, *rows = [line.split("\t") for line in data.decode().splitlines()]
    assert [row[:3] for row in rows] == [["a", "m1", "labelled"], ["b", "m2", "not labelled"]]


def test_classes_of_ones_own_are_counted(session):
    axons = [(1, "axon", "mua", "criteria"), (2, "noise", "mua", "criteria")]
    rows = table([session("a"), session("b", units=axons)])
    counts = [[row[f"n_{name}"] for name in ("good", "mua", "noise", "axon")] for row in rows]
    assert counts == [["2", "1", "0", "0"], ["0", "0", "1", "1"]]
    text = sessions_tsv.success_text(sessions_tsv.sessions_table([("b", *_of(rows[1], "b"))])[1])
    assert "0 of 2 units good, 1 noise, 1 axon" in text


def _of(row, name):
    """Folder and results folder of a session by its row."""
    folder = made_results.Path(row["folder"])
    return str(folder), folder.parents[1] / "results" / name


COUNTS = {"n_units": "4", "n_good_before": "2", "n_manual": "2", "n_changed": "3"}


@pytest.mark.parametrize("word", ["units", "manual", "changed", "good_before"])
def test_a_label_named_like_a_count_has_another_column(session, word):
    units = [*made_results.UNITS, (11, word, "mua", "manual")]
    data, rows = sessions_tsv.sessions_table([session("a", units=units), session("b")])
    header, *lines = [line.split("\t") for line in data.decode().splitlines()]
    assert len(set(header)) == len(header)
    row = dict(zip(header, lines[0], strict=True))
    assert {name: row[name] for name in COUNTS} == COUNTS
    assert row[f"n_label_{word}"] == "1"
    assert "5 label(s) differ" in sessions_tsv.success_text(rows)


def test_every_label_has_a_column_of_its_own(session):
    units = [(1, "units", "", ""), (2, "label_units", "", ""), (3, "label_units", "", "")]
    row = table([session("a", units=units)])[0]
    assert (row["n_units"], row["n_label_units"], row["n_label_label_units"]) == ("3", "2", "1")


def test_a_column_of_the_sheet_named_like_a_count_stays_as_it_is(session):
    own = {"a": {"n_noise": "77", "labels": "many", "all_notes": "none"}}
    units = [(0, "noise", "mua", "manual")]
    data, _ = sessions_tsv.sessions_table([session("a", units=units)], own)
    header, line = [line.split("\t") for line in data.decode().splitlines()]
    assert len(set(header)) == len(header)
    row = dict(zip(header, line, strict=True))
    assert {name: row[name] for name in own["a"]} == own["a"]
    assert row["n_label_noise"] == "1"


def test_what_a_preview_left_does_not_count(session):
    name, folder, results = session("a")
    fixed = units_tsv.FIRST[1:]
    other = tsv.format_table(fixed, [[0, "mua", "good", "criteria", "", "mua"]])
    (results / "labels.tsv").write_bytes(other)
    (results / "metrics.tsv").write_text("cluster_id\trate\n0\t99\n")
    row = table([(name, folder, results)])[0]
    assert (row["n_units"], row["n_good"]) == ("3", "2")
    sessions_tsv.write_tables([(name, folder, results)], results.parent)
    _, units = tsv.read_table(results.parent / "units.tsv")
    assert [(unit["label"], unit["rate"]) for unit in units] == [
        ("good", "0.0"),
        ("mua", "1.0"),
        ("good", "4.5"),
    ]


def test_tables_that_are_not_those_of_the_write_are_not_believed(session):
    name, folder, results = session("a")
    (results / "written" / "labels.tsv").write_text("cluster_id\tlabel\n")
    row = table([(name, folder, results)])[0]
    assert row["status"] == "not labelled"
    assert str(results / "written" / "labels.tsv") in row["reason"]


def test_tables_are_kept_true(session):
    """Of the sessions that they list: the other ones belong to another run."""
    one, two = session("one"), session("two")
    place = one[2].parent
    sessions_tsv.write_tables([one, two], place)
    folders = {"one": one[1], "two": two[1], "three": "/x"}
    before = (place / "sessions.tsv").stat().st_ino
    assert sessions_tsv.keep_true(place, folders) == []
    assert (place / "sessions.tsv").stat().st_ino == before, "nothing to change"
    made_results.write_labels(two[1], [(0, "noise")])
    assert sessions_tsv.keep_true(place, {"one": one[1]}) == ["two"]
    _, rows = tsv.read_table(place / "sessions.tsv")
    assert [row["status"] for row in rows] == ["labelled", "changed"]
    _, units = tsv.read_table(place / "units.tsv")
    assert {unit["session"] for unit in units} == {"one"}


def test_folder_that_the_sheet_names_anew_is_not_labelled(session, tmp_path):
    name, folder, results = session("one")
    sessions_tsv.write_tables([(name, folder, results)], results.parent)
    other = tmp_path / "other"
    other.mkdir()
    sessions_tsv.keep_true(results.parent, {"one": other})
    _, rows = tsv.read_table(results.parent / "sessions.tsv")
    assert (rows[0]["status"], rows[0]["folder"]) == ("not labelled", str(other))
    assert f"the results are those of {folder}" in rows[0]["reason"]
    assert tsv.read_table(results.parent / "units.tsv")[1] == []


def test_no_tables_are_kept_true_before_there_are_any(tmp_path):
    assert sessions_tsv.keep_true(tmp_path, {"one": "/x"}) == []
    assert list(tmp_path.iterdir()) == []


def test_failures_are_one_line_each(session):
    sessions = [session("a"), session("bb", is_labelled=False), session("c", is_labelled=False)]
    made_results.fail(sessions[1][2], "broken")
    head, *lines = sessions_tsv.failures_text(sessions_tsv.sessions_table(sessions)[1]).splitlines()
    assert "2 of 3 session(s)" in head
    assert [line.split()[0] for line in lines] == ["bb", "c"]
    assert lines[0].endswith("compute_metrics: broken")


def test_many_failures_do_not_fill_the_screen(session):
    sessions = [session(f"s{i:02}", is_labelled=False) for i in range(30)]
    lines = sessions_tsv.failures_text(sessions_tsv.sessions_table(sessions)[1]).splitlines()
    assert len(lines) < 25
    assert "and 10 more" in lines[-1]


def test_success_counts_units_of_labelled_sessions(session):
    rows = sessions_tsv.sessions_table([session("a"), session("b", is_labelled=False)])[1]
    text = sessions_tsv.success_text(rows)
    assert "1 session(s) labelled, 2 of 3 units good, 1 mua, 2 label(s) differ" in text
    assert len(text.splitlines()) == 1


def test_notes_are_said_once_with_the_sessions_that_have_them(session):
    same = "recording length: unknown, taken to end at the last spike"
    sessions = [session(f"s{i}", measured_notes=[same], notes=[f"own {i}"]) for i in range(5)]
    text = sessions_tsv.success_text(sessions_tsv.sessions_table(sessions)[1])
    assert f"  s0, s1, s2 and 2 more: {same}" in text.splitlines()
    assert "  s4: own 4" in text.splitlines()


def test_notes_are_bounded(session):
    sessions = [session(f"s{i:02}", notes=[f"{i} {'x' * 500}"]) for i in range(30)]
    lines = sessions_tsv.success_text(sessions_tsv.sessions_table(sessions)[1]).splitlines()
    assert len(lines) == 2 + sessions_tsv.MAX_NOTES
    assert "and 20 notes more" in lines[-1]
    assert max(map(len, lines)) <= sessions_tsv.LINE_LENGTH


def test_classes_that_tell_nothing_are_among_the_notes(session):
    units = [(number, "mua", "good", "criteria") for number in range(12)]
    row = sessions_tsv.session_row(*session("one", units=units))
    assert "by the criteria every unit is mua" in row["notes"]
