"""params.py is parsed, never executed."""

import warnings

import pytest

from goodunits.base.errors import SessionError
from goodunits.kilosort.params_file import read_params


@pytest.fixture
def params(tmp_path):
    """Function that writes a params.py (text or bytes) and reads it."""

    def write_and_read(content):
        path = tmp_path / "params.py"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_params(path)

    return write_and_read


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dev_a", "/data/recordings/dev_a/rec.ap.bin"),
        ("dev_b", "D:/recordings/dev_b/rec.ap.bin"),
        ("dev_c", "/data/recordings/dev_c/rec.ap.bin"),
    ],
)
def test_real_files(sort_folder, name, path):
    values, notes = read_params(sort_folder(name) / "params.py")
    assert values == {
        "n_channels_dat": 16,
        "offset": 0,
        "sample_rate": 30000.0,
        "dtype": "int16",
        "hp_filtered": False,
        "dat_path": [path],
    }
    assert notes == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1", -1),
        ("3e4", 30000.0),
        ("None", None),
        ("True", True),
        ("'a' 'b'", "ab"),
        ("('a', -2.5, [None])", ("a", -2.5, [None])),
        ("r'D:\\data\\rec.bin'", "D:\\data\\rec.bin"),
        ("'no_path.bin'  # '/data/rec.bin'", "no_path.bin"),
        ("{'gain': 2}", {"gain": 2}),
    ],
)
def test_literals(params, text, value):
    assert params(f"x = {text}\n") == ({"x": value}, ())


def test_shapes_of_assignments(params):
    values, notes = params('"""Settings."""\na = b = 1\nsample_rate: float = 2.5\na = 3')
    assert values == {"a": 3, "b": 1, "sample_rate": 2.5}
    assert notes == ()


def test_bom_and_crlf(params):
    values, notes = params(b"\xef\xbb\xbfsample_rate = 30000.\r\noffset = 0\r\n")
    assert values == {"sample_rate": 30000.0, "offset": 0}
    assert notes == ()


def test_windows_code_page(params):
    values, notes = params("dat_path = 'D:/Müller/rec.bin'\nsample_rate = 30000.0".encode("cp1252"))
    assert values == {"dat_path": "D:/Müller/rec.bin", "sample_rate": 30000.0}
    assert "not UTF-8" in notes[0]


def test_single_backslashes_are_no_warning(params):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values, _ = params(r"dat_path = 'D:\data\_rec.bin'")
    assert values["dat_path"] == r"D:\data\_rec.bin"


@pytest.mark.parametrize(
    "statement",
    [
        "open({target!r}, 'w').close()",
        "sample_rate = open({target!r}, 'w').close()",
        "sample_rate = [open({target!r}, 'w')]",
        "sample_rate: open({target!r}, 'w') = open({target!r}, 'w')",
        "import pathlib; pathlib.Path({target!r}).touch()",
        "class A:\n    open({target!r}, 'w')",
        "for i in [1]:\n    open({target!r}, 'w')",
        "sample_rate = f\"{{open({target!r}, 'w')}}\"",
    ],
)
def test_hostile_file_is_not_run(params, tmp_path, statement):
    target = tmp_path / "made_by_params"
    values, notes = params(statement.format(target=str(target)) + "\noffset = 7\n")
    assert not target.exists()
    assert values == {"offset": 7}
    assert len(notes) >= 1
    assert all("skipped, not run" in note for note in notes)


def test_skipped_value_does_not_leave_an_older_one(params):
    values, notes = params("sample_rate = 30000.0\nsample_rate = np.float64(25000.0)")
    assert values == {}
    assert notes == (
        "params.py, line 2: the value of sample_rate is not a plain value; skipped, not run",
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a = 1\nsample_rate = = 3", "params.py, line 2: not valid Python"),
        (r"dat_path = 'C:\Users\me\rec.bin'", "doubled backslashes"),
        (b"a = 1\x00", "not valid Python"),
        ("a = " + "(" * 5000, "not valid Python"),
        ("a = " + "-" * 100_000 + "1", "not valid Python"),
        (b"a = 1 #" + b"x" * 1_000_001, "larger than"),
    ],
)
def test_one_clear_line_for_a_broken_file(params, content, expected):
    with pytest.raises(SessionError) as caught:
        params(content)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(SessionError, match=r"params\.py: cannot be read \(No such file"):
        read_params(tmp_path / "params.py")


def test_empty_file(params):
    assert params("") == ({}, ())
