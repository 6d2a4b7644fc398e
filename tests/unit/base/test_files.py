"""Replacing files: all old or all new, nothing left over."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from goodunits.base import files
from goodunits.base.errors import SessionError

LIBRARY = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3] / "scripts")}


def test_replace_together_writes_removes_and_leaves_nothing(tmp_path):
    a, b, c = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    a.write_bytes(b"old")
    b.write_bytes(b"old")
    files.replace_together({a: b"new", b: None, c: b"c"}, {a: b"old", b: b"old", c: None})
    assert a.read_bytes() == b"new" and c.read_bytes() == b"c"
    assert sorted(os.listdir(tmp_path)) == ["a", "c"]


def test_replace_together_undoes_all_if_one_fails(tmp_path):
    a, folder = tmp_path / "a", tmp_path / "folder"
    a.write_bytes(b"old")
    b = folder / "b"  # cannot be made: no such folder
    with pytest.raises(OSError):
        files.replace_together({a: b"new", b: b"new"}, {a: b"old", b: None})
    assert a.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_removed_file_comes_back_if_a_later_step_fails(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"old")
    b.mkdir()  # a folder cannot be replaced by a file
    with pytest.raises(OSError):
        files.replace_together({a: None, b: b"new"}, {a: b"old"})
    assert a.read_bytes() == b"old" and sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_modes_survive_and_can_be_given(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o604)
    files.write_atomically(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o604
    files.write_atomically(tmp_path / "b", b"new", mode=0o444)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o444


def test_write_if_changed_leaves_equal_content_alone(tmp_path):
    path = tmp_path / "sub" / "a"
    assert files.write_if_changed(path, b"one")
    before = path.stat().st_ino
    assert not files.write_if_changed(path, b"one")
    assert path.stat().st_ino == before
    assert files.write_if_changed(path, b"two") and path.read_bytes() == b"two"


def test_a_table_of_any_size_is_written_anew(tmp_path):
    """A dataset of 200,000 units has a units.tsv of 200 MB."""
    path = tmp_path / "units.tsv"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    assert files.write_if_changed(path, b"now") and path.read_bytes() == b"now"


def test_write_if_changed_replaces_no_pipe(tmp_path):
    os.mkfifo(tmp_path / "a")
    with pytest.raises(SessionError, match="expected a file"):
        files.write_if_changed(tmp_path / "a", b"one")


def test_write_that_fails_names_the_file(tmp_path):
    """An open file knows no path: a full disk would be one without a name."""
    path = tmp_path / "a"
    code = f"""
import resource, signal
from goodunits.base import files
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    files.write_atomically({str(path)!r}, b"x" * 1000)
except OSError as error:
    print(error.filename)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=LIBRARY)
    assert said.stdout == f"{path}\n", said.stderr
    assert os.listdir(tmp_path) == []


def test_leftovers_are_found_by_name(tmp_path):
    names = [form.format(name="a[1]", pid=7) for form in (files.TEMPORARY, files.KEPT)]
    for name in [*names, ".a.tmp", "a"]:
        (tmp_path / name).touch()
    assert sorted(path.name for path in files.leftovers(tmp_path, "a[1]")) == sorted(names)
    assert files.leftovers(tmp_path, "a") == []
    assert len(files.leftovers(tmp_path)) == 2


def test_moments_are_in_order_whatever_the_time_zone(monkeypatch):
    stamps = ["2026-03-01T09:00:00+0900", "2026-03-01T00:00:01+0000", "2026-02-28T19:00:02-0500"]
    assert sorted(reversed(stamps), key=files.moment) == stamps
    assert files.moment("2026-03-01T09:00:00+0900") == files.moment("2026-03-01T00:00:00Z")
    for damaged in ("", "None", "2026-13-01T00:00:00+0000", "9" * 9999, "0001-01-01T00:00:00"):
        assert files.moment(damaged) < files.moment(stamps[0])
