"""Columns of the user's own on their way from the sheet into the tables."""

from pathlib import Path

from goodunits.dataset.session_entry import SessionEntry
from goodunits.result_files import own_columns


def entry(name, **columns):
    """A session with columns of the user's own."""
    return SessionEntry(name, Path(name), columns=columns)


def test_they_come_back_and_the_file_is_left_alone_while_they_are_the_same(tmp_path):
    for _ in range(2):
        own_columns.keep(tmp_path, [entry("a", mouse="m1"), entry("b", mouse="")])
        before = own_columns.path(tmp_path).stat().st_mtime_ns
    assert own_columns.read(tmp_path) == {"a": {"mouse": "m1"}, "b": {"mouse": ""}}
    own_columns.keep(tmp_path, [entry("a", mouse="m1"), entry("b", mouse="")])
    assert own_columns.path(tmp_path).stat().st_mtime_ns == before


def test_a_run_over_another_dataset_forgets_nothing(tmp_path):
    own_columns.keep(tmp_path, [entry("a", mouse="m1")])
    own_columns.keep(tmp_path, [entry("b", region="CA1")])
    known = own_columns.read(tmp_path)
    assert known == {"a": {"mouse": "m1"}, "b": {"region": "CA1"}}
    assert own_columns.header(("session", "x"), known, ["b"]) == ("session", "region", "x")
    own_columns.keep(tmp_path, [entry("a")])
    assert own_columns.read(tmp_path) == {"b": {"region": "CA1"}}


def test_without_a_file_there_are_none(tmp_path):
    assert own_columns.read(tmp_path) == {}
