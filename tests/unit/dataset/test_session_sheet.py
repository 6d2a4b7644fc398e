"""How the sheet of sessions is read, as spreadsheets save it, and what is said of a wrong one."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.dataset import session_entry, session_sheet
from goodunits.dataset.session_entry import SessionEntry
from goodunits.dataset.session_search import find_sessions
from goodunits.tables import sessions_tsv
from imports import loaded_by

PROJECT = Path(__file__).resolve().parents[3]


def make_session(folder):
    """Make a folder that counts as a session."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spike_times.npy").touch()
    return folder


def write_sheet(folder, *lines, end="\n", encoding="utf-8"):
    """Write a sheet of these lines and give its path."""
    sheet = folder / "sessions.tsv"
    sheet.write_bytes((end.join(lines) + end).encode(encoding))
    return sheet


def sheet_problems(sheet):
    """Problems that reading the sheet reports."""
    with pytest.raises(ConfigError) as caught:
        find_sessions(str(sheet), [])
    return caught.value.problems


def test_a_sheet_gives_its_sessions_in_order_with_their_options(tmp_path):
    make_session(tmp_path / "data" / "b")
    make_session(tmp_path / "data" / "a")
    sheet = write_sheet(
        tmp_path,
        "# recorded in spring",
        "session\tpath\tcriteria\trecording_duration_s\tmanual_curation",
        "",
        "second\tdata/b\tstriatum\t600.5\toverwrite",
        "first\tdata/a\t\t\t",
    )
    assert find_sessions(str(sheet), []) == [
        SessionEntry("second", tmp_path / "data" / "b", "striatum", 600.5, "overwrite"),
        SessionEntry("first", tmp_path / "data" / "a"),
    ]


def test_a_sheet_from_a_spreadsheet_program_is_read(tmp_path):
    make_session(tmp_path / "one, two")
    sheet = write_sheet(
        tmp_path, "session\tpath\t", 's1\t"one, two"\t', end="\r\n", encoding="utf-8-sig"
    )
    assert find_sessions(str(sheet), []) == [SessionEntry("s1", tmp_path / "one, two")]


def test_home_and_absolute_paths_in_a_sheet(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    make_session(tmp_path / "home" / "a")
    make_session(tmp_path / "b")
    sheet = write_sheet(tmp_path, "session\tpath", "a\t~/a", f"b\t{tmp_path / 'b'}")
    folders = [entry.folder for entry in find_sessions(str(sheet), [])]
    assert folders == [tmp_path / "home" / "a", tmp_path / "b"]


def test_a_missing_or_odd_path_stops_that_session_only(tmp_path):
    make_session(tmp_path / "a")
    make_session(tmp_path / "b{c}")
    (tmp_path / "file").touch()
    sheet = write_sheet(
        tmp_path, "session\tpath", "good\ta", "gone\tnowhere", "braces\tb{c}", "file\tfile"
    )
    problems = {entry.id: entry.problem for entry in find_sessions(str(sheet), [])}
    assert problems["good"] is None
    assert "not found" in problems["gone"] and str(tmp_path / "nowhere") in problems["gone"]
    assert "braces" in problems["braces"]
    assert "not a folder" in problems["file"]


def test_all_problems_of_a_sheet_are_listed_with_their_lines(tmp_path):
    make_session(tmp_path / "a")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    sheet = write_sheet(
        tmp_path,
        "session\tpath\trecording_duration_s\tmanual_curation",
        "m1\ta\t\t",
        "M1\tb\t\t",
        "m 3\tc\t\t",
        "m4\t\t\t",
        "m5\td\t0\t",
        "m6\te\t600,5\tkep",
        "m7\tlink\t\t",
        "report.html\tf\t\t",
        "m9\tg",
    )
    problems = sheet_problems(sheet)
    assert problems == sorted(problems, key=lambda text: int(text.split("line ")[1].split(":")[0]))
    expected = {
        3: "session 'M1' appears twice (line 2: 'm1'",
        4: "session 'm 3': expected letters, digits",
        5: "path is empty",
        6: "recording_duration_s '0': expected seconds",
        7: "recording_duration_s '600,5': expected seconds",
        8: "session 'm7' is the same folder as session 'm1' (line 2)",
        9: "session 'report.html': results/ has its own",
        10: "2 fields, expected 4",
    }
    for line, text in expected.items():
        assert any(f"{sheet}, line {line}: {text}" in problem for problem in problems), line
    assert any("line 7: manual_curation 'kep'" in p and "'keep'" in p for p in problems)
    assert len(problems) == len(expected) + 1


@pytest.mark.parametrize("duration", ["nan", "inf", "-1", "ten", "1 h"])
def test_a_duration_has_to_be_a_positive_finite_number(tmp_path, duration):
    sheet = write_sheet(tmp_path, "session\tpath\trecording_duration_s", f"a\tb\t{duration}")
    assert len(sheet_problems(sheet)) == 1


@pytest.mark.parametrize("separator", "\t,;")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("suffix", ["tsv", "csv", "TXT"])
def test_a_sheet_is_read_however_a_spreadsheet_saves_it(tmp_path, separator, encoding, suffix):
    make_session(tmp_path / "ä b")
    lines = ("Session;PATH;Recording duration s;Mouse", "one;ä b;60.5;M;", ";;;", "# a note;;;")
    text = "\r\n".join(lines).replace(";", separator)
    sheet = tmp_path / f"sessions.{suffix}"
    sheet.write_bytes(text.encode(encoding))
    found = find_sessions(str(sheet), [])
    expected = SessionEntry("one", tmp_path / "ä b", None, 60.5, columns={"Mouse": "M"})
    assert found == [expected]


def test_a_first_line_that_names_the_separator_for_excel_is_skipped(tmp_path):
    make_session(tmp_path / "a")
    sheet = write_sheet(tmp_path, "sep=;", "session;path;region, layer", "one;a;CA1, pyr")
    assert find_sessions(str(sheet), [])[0].columns == {"region, layer": "CA1, pyr"}


def test_a_field_may_hold_the_separator_in_quotes(tmp_path):
    make_session(tmp_path / "a, b")
    sheet = write_sheet(tmp_path, "session,path,mouse", 'one,"a, b","the ""big"" one"')
    assert find_sessions(str(sheet), [])[0].columns == {"mouse": 'the "big" one'}
    sheet = write_sheet(tmp_path, "session,path", "one,a, b")
    assert "line 2: 3 fields, expected 2" in sheet_problems(sheet)[0]
    assert "needs quotes around it" in sheet_problems(sheet)[0]


def test_columns_of_the_users_own_may_not_be_named_like_ours(tmp_path):
    taken = (*sessions_tsv.SESSION_COLUMNS[1:], "label", "reason", "cluster_id", "undefined")
    scores = ("score", "Score.mine", "score_undefined")
    for name in (*taken, *scores, "Label", next(iter(all_metrics.METRICS))):
        if name in session_sheet.COLUMNS:
            continue
        problems = sheet_problems(write_sheet(tmp_path, f"session\tpath\t{name}", "a\tb\tc"))
        assert len(problems) == 1
        assert f"line 1: column '{name}' is the name of a column in our tables" in problems[0]


def test_a_sheet_without_a_name_for_a_column_is_refused(tmp_path):
    sheet = write_sheet(tmp_path, "session,path,,mouse", "a,b,1,2")
    assert "line 1: a column has no name" in sheet_problems(sheet)[0]


def test_columns_like_ours_that_are_there_too_are_the_users_own(tmp_path):
    make_session(tmp_path / "a")
    sheet = write_sheet(tmp_path, "session\tsession_id\tpath\tdate", "one\t17\ta\t2024-01-02")
    assert find_sessions(str(sheet), [])[0].columns == {"session_id": "17", "date": "2024-01-02"}


def test_text_that_could_steer_a_terminal_is_refused_in_columns_of_the_users_own(tmp_path):
    sheet = write_sheet(tmp_path, "session\tpath\tmouse", "a\tb\t\x1b[2J")
    assert "line 2: column 'mouse' holds characters that are not text" in sheet_problems(sheet)[0]


@pytest.mark.parametrize(("word", "allowed"), [("yes", True), ("TRUE", True), ("No", False)])
def test_a_copy_is_allowed_by_a_word(tmp_path, word, allowed):
    make_session(tmp_path / "a")
    sheet = write_sheet(tmp_path, "session\tpath\tallow_copy", f"one\ta\t{word}")
    assert find_sessions(str(sheet), [])[0].allow_copy is allowed
    sheet = write_sheet(tmp_path, "session\tpath\tallow_copy", "one\ta\tmaybe")
    assert "line 2: allow_copy 'maybe': expected yes, no or nothing" in sheet_problems(sheet)[0]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty"),
        (b"\n# only a comment\n", "is empty"),
        (b"session\tpath\n", "no session"),
        ("session\tpath\na\tä\n".encode("latin-1"), "not UTF-8"),
        ("session\tpath\na\tb\n".encode("utf-16")[:-1], "not UTF-8"),
        (b'session\tpath\na\t"b\n', "line 2: quotes do not match"),
        (b"session\tpath\tcritera\n", "unknown column 'critera', did you mean 'criteria'?"),
        (b"session\tpath\tpath\n", "line 1: column 'path' appears twice"),
    ],
)
def test_a_sheet_that_cannot_be_used_says_why(tmp_path, content, text):
    sheet = tmp_path / "sessions.tsv"
    sheet.write_bytes(content)
    problems = sheet_problems(sheet)
    assert len(problems) == 1
    assert str(sheet) in problems[0] and text in problems[0]


def test_the_schema_of_the_sheet_says_the_same_as_the_code(tmp_path):
    schema = yaml.safe_load((PROJECT / "schemas" / "sessions.schema.yaml").read_text())
    Draft202012Validator.check_schema(schema)
    columns = schema["properties"]
    assert tuple(columns) == session_sheet.COLUMNS
    assert tuple(schema["required"]) == session_sheet.REQUIRED_COLUMNS
    assert columns["session"]["pattern"] == f"^{session_entry.SESSION_ID.pattern}$"
    assert columns["session"]["maxLength"] == session_entry.MAX_ID_LENGTH
    assert tuple(columns["manual_curation"]["enum"]) == session_sheet.MANUAL_CURATION
    assert all(column["description"] for column in columns.values())


def test_the_module_loads_the_standard_library_only():
    loaded = loaded_by("goodunits.dataset.session_sheet")
    assert not {"numpy", "pandas", "yaml", "jsonschema"} & loaded


def test_a_path_of_windows_is_said_to_be_one(tmp_path):
    sheet = write_sheet(tmp_path, "session\tpath", "s1\tC:\\data\\s1", "s2\tdata/s2")
    windows, missing = find_sessions(str(sheet), [])
    assert "/mnt/c/" in windows.problem and "folder not found" in windows.problem
    assert missing.problem.endswith("is the path right and the disk mounted?")
