"""Paths of Windows inside WSL, and names as macOS writes them."""

import unicodedata

import pytest

from goodunits.dataset import given_paths, mounts
from goodunits.dataset.session_search import find_sessions, session_id

WSL2 = """\
none /mnt/wsl tmpfs rw,relatime 0 0
C:\\134 /mnt/c 9p rw,noatime,aname=drvfs;path=C:\\;uid=1000 0 0
D:\\134 /win\\040dows/d 9p rw,noatime,aname=drvfs;path=D:\\;uid=1000 0 0
"""
WSL1 = "C: /mnt/c drvfs rw,noatime 0 0\n"
LINUX = "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /mnt/d fuseblk rw 0 0\n"
NFC, NFD = (unicodedata.normalize(form, "Möuse é") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("text", "mounted", "expected"),
    [
        (r"C:\data\mouse7", WSL2, "/mnt/c/data/mouse7"),
        ("c:/data/mouse 7", WSL1, "/mnt/c/data/mouse 7"),
        (r"D:\data\day1\kilosort4", WSL2, "/win dows/d/data/day1/kilosort4"),
        (r"\\wsl.localhost\Ubuntu-24.04\home\ann\sorts", WSL2, "/home/ann/sorts"),
        (r"\\wsl$\Ubuntu\home\ann", WSL1, "/home/ann"),
        (r"day1\kilosort4", WSL2, "day1/kilosort4"),
        # A drive that is not there, and a system that is no WSL: the text is left for the message.
        (r"E:\data", WSL2, r"E:\data"),
        (r"D:\data", LINUX, r"D:\data"),
        ("/data/mouse7", WSL2, "/data/mouse7"),
    ],
)
def test_paths_of_windows(text, mounted, expected):
    assert given_paths.as_here(text, mounted) == expected


def test_a_name_with_a_backslash_that_exists_is_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / r"C:\data").mkdir()
    assert given_paths.as_here(r"C:\data", WSL2) == r"C:\data"


def make_session(folder):
    """A folder that is taken for a session."""
    folder.mkdir(parents=True)
    (folder / "spike_times.npy").touch()
    return folder


def test_sheet_and_dataset_in_wsl(tmp_path, monkeypatch):
    table = f"D:\\134 {tmp_path} 9p rw,aname=drvfs;path=D:\\ 0 0\n"
    monkeypatch.setattr(mounts, "read_mounts", table.__str__)
    folder = make_session(tmp_path / "data" / "day1")
    (tmp_path / "s.tsv").write_text("session\tpath\na\tD:\\data\\day1\n")
    (a,) = find_sessions(r"D:\s.tsv", [tmp_path / "elsewhere"])
    assert (a.folder, a.problem) == (folder, None)
    (b,) = find_sessions(r"D:\data", [])
    assert b.folder == folder


@pytest.mark.parametrize(("on_disk", "given"), [(NFC, NFD), (NFD, NFC)])
def test_accents_in_either_form_find_the_folder(tmp_path, on_disk, given):
    folder = make_session(tmp_path / on_disk / "ks4")
    (tmp_path / "s.tsv").write_text(f"session\tpath\na\t{given}/ks4\n", encoding="utf-8")
    (entry,) = find_sessions(str(tmp_path / "s.tsv"), [])
    assert (entry.folder, entry.problem) == (folder, None)
    assert find_sessions(given, [tmp_path])[0].folder == folder


def test_an_id_is_the_same_on_macos():
    assert session_id(f"{NFC}/ks4") == session_id(f"{NFD}/ks4")


def test_two_folders_that_differ_in_the_form_only_are_two_sessions(tmp_path):
    folders = {make_session(tmp_path / name) for name in (NFC, NFD)}
    entries = find_sessions(str(tmp_path), [])
    assert {entry.folder for entry in entries} == folders
    assert len({entry.id for entry in entries}) == 2


def test_files_that_macos_adds_are_no_sessions(tmp_path):
    folder = make_session(tmp_path / "day1")
    for name in ("._spike_times.npy", ".DS_Store", "._cluster_group.tsv"):
        (folder / name).write_bytes(b"\0\5\26\7\0\2\0\0Mac OS X")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "._spike_times.npy").write_bytes(b"\0\5\26\7")
    (tmp_path / ".Trashes" / "day2").mkdir(parents=True)
    (tmp_path / ".Trashes" / "day2" / "spike_times.npy").touch()
    assert [entry.folder for entry in find_sessions(str(tmp_path), [])] == [folder]
