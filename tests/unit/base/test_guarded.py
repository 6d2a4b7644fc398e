"""Only regular files of a plausible size are opened, and none is waited for."""

import os
import shutil
import socket

import pytest

from goodunits.base import guarded
from goodunits.base.errors import SessionError
from goodunits.curation import whose_labels
from goodunits.kilosort import sort_files
from goodunits.phy import write_labels
from goodunits.session_folder import phy_log
from goodunits.store import backup, label_store
from tiny import make_sort


def pipe(path):
    os.mkfifo(path)


def endless(path):
    path.symlink_to("/dev/zero")


def folder(path):
    path.mkdir()


def unix_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)  # the path of a socket must be short
    socket.socket(socket.AF_UNIX).bind(path.name)
    os.chdir(here)


TRAPS = [pipe, endless, folder, unix_socket]


@pytest.mark.parametrize("set_trap", TRAPS)
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, set_trap):
    path = tmp_path / "cluster_group.tsv"
    set_trap(path)
    with pytest.raises(SessionError, match=r"cluster_group\.tsv: a .*, expected a file"):
        guarded.read(path, guarded.LABEL_FILE_BYTES)


def test_a_link_to_a_regular_file_is_followed(tmp_path):
    (tmp_path / "raw").write_bytes(b"text")
    (tmp_path / "link").symlink_to(tmp_path / "raw")
    assert guarded.read(tmp_path / "link", 4) == b"text"


def test_more_than_is_plausible_is_refused_unread(tmp_path):
    path = tmp_path / "large"
    path.touch()
    os.truncate(path, 10**13)  # sparse
    with pytest.raises(SessionError, match=r"large: larger than 10 MB"):
        guarded.read(path, guarded.LABEL_FILE_BYTES)
    with pytest.raises(SessionError, match="larger"):
        guarded.read("/proc/self/status", 10)  # says that it holds 0 bytes


def test_a_missing_file(tmp_path):
    assert guarded.read_optional(tmp_path / "none", 10) is None
    with pytest.raises(FileNotFoundError):
        guarded.read(tmp_path / "none", 10)


def test_of_a_long_line_only_the_start_is_kept(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"one\r\n" + b"x" * 50_000 + b"\nthree \xff")
    one, two, three = guarded.lines(path, guarded.LOG_BYTES)
    assert (one, three) == ("one", "three \ufffd")
    assert set(two) == {"x"} and len(two) <= guarded.LINE_BYTES


@pytest.mark.parametrize("set_trap", TRAPS)
@pytest.mark.parametrize("name", ["cluster_group.tsv", "cluster_KSLabel.tsv"])
def test_label_files(tmp_path, set_trap, name):
    sort = make_sort(tmp_path / "sort")
    (sort / name).unlink()
    set_trap(sort / name)
    with pytest.raises(SessionError, match=name):
        whose_labels.read_curation(sort)
    with pytest.raises(SessionError, match=name), label_store.locked(sort) as base:
        backup.back_up(sort, base)


@pytest.mark.parametrize("set_trap", TRAPS)
@pytest.mark.parametrize(
    "name", ["spike_times.npy", "spike_clusters.npy", "spike_templates.npy", "params.py"]
)
def test_files_that_a_session_needs(sort_folder, set_trap, name):
    sort = sort_folder("dev_a")
    (sort / name).unlink()
    set_trap(sort / name)
    with pytest.raises(SessionError, match=name):
        sort_files.read_sort(sort)


@pytest.mark.parametrize("set_trap", TRAPS)
@pytest.mark.parametrize("name", ["ops.npy", "kilosort4.log"])
def test_files_that_a_session_can_do_without(sort_folder, set_trap, name):
    sort = sort_folder("dev_a")
    (sort / name).unlink(missing_ok=True)
    set_trap(sort / name)
    assert any(name in note for note in sort_files.read_sort(sort).notes)


@pytest.mark.parametrize("set_trap", TRAPS)
def test_other_tables_and_the_log_of_phy(tmp_path, set_trap):
    sort = make_sort(tmp_path / "sort")
    set_trap(sort / "cluster_other.csv")
    assert write_labels._competing(sort, {}) is not None
    set_trap(sort / "phy.log")
    with pytest.raises(SessionError, match=r"phy\.log"):
        phy_log.labelled_in_phy(sort)


def test_of_other_tables_only_the_first_line_is_read(tmp_path):
    path = tmp_path / "other.csv"
    path.write_bytes(b"cluster_id,group\n1,good\n")
    os.truncate(path, 10**12)  # sparse: nobody can read it whole
    (said,) = write_labels._competing(tmp_path, {})
    assert "has a column group too" in said


def test_raw_data_may_be_linked(sort_folder, tmp_path):
    sort = sort_folder("dev_a")
    shutil.move(sort / "spike_times.npy", tmp_path / "elsewhere.npy")
    (sort / "spike_times.npy").symlink_to(tmp_path / "elsewhere.npy")
    assert len(sort_files.read_sort(sort).spike_samples)
