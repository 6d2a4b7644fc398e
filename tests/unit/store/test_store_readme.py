"""Commands in the README of the store bring the originals back; modes let a lab share the store."""

import os
import re
import stat
import subprocess

import pytest

import tiny
from goodunits.phy import restore_labels
from goodunits.session_folder import file_names
from goodunits.store import generations


def recover(sort, which=-1):
    """Do by hand what the README says for one of the sorts."""
    text = (file_names.store_folder(sort) / "README.txt").read_text()
    blocks = re.findall(r"^Sort [^\n]*:\n\n((?:    .*\n)+)", text, re.MULTILINE)
    subprocess.run(["sh", "-euc", blocks[which]], cwd=sort, check=True)
    return blocks


def label_files(sort):
    return {path.name: path.read_bytes() for path in sort.glob("cluster_*.tsv")}


def as_kilosort_leaves_it(sort):
    pass


def without_groups(sort):
    (sort / file_names.GROUP_FILE).unlink()


def without_any(sort):
    (sort / file_names.GROUP_FILE).unlink()
    (sort / file_names.KS_FILE).unlink()


def curated(sort):
    phy = tiny.Phy(sort)
    phy.label(1, "noise")
    phy.save()


def odd_column(sort):
    (sort / "cluster_gu_$(touch harm) 'x'.tsv").write_bytes(b"cluster_id\tx\n1\t2\n")


@pytest.mark.parametrize(
    "make", [as_kilosort_leaves_it, without_groups, without_any, curated, odd_column]
)
def test_commands_of_the_readme_bring_the_originals_back(quick_path, make):
    sort = tiny.make_sort(quick_path / "sort")
    make(sort)
    originals = label_files(sort)
    tiny.run(sort, quick_path / "results", columns={"n": dict.fromkeys(tiny.SIZES, "7")})
    tiny.run(sort, quick_path / "results", least=60)
    assert label_files(sort) != originals
    recover(sort)
    assert label_files(sort) == originals and not (sort / "harm").exists()
    assert all(os.stat(sort / name).st_mode & stat.S_IWUSR for name in originals)


def test_every_sort_has_its_lines_the_newest_last(quick_path):
    sort = tiny.make_sort(quick_path / "sort")
    originals = label_files(sort)
    tiny.run(sort, quick_path / "results")
    tiny.make_sort(sort, seed=1)
    (sort / file_names.GROUP_FILE).unlink()
    newer = label_files(sort)
    tiny.run(sort, quick_path / "results")
    assert len(recover(sort)) == 2
    assert label_files(sort) == newer
    recover(sort, 0)
    assert label_files(sort) == originals


def test_the_newest_sort_is_last_over_a_change_of_the_time_zone(quick_path, time_zone):
    time_zone("Asia/Tokyo")
    sort = tiny.make_sort(quick_path / "sort")
    tiny.run(sort, quick_path / "results")
    time_zone("UTC")
    tiny.make_sort(sort, seed=1)
    tiny.run(sort, quick_path / "results")
    assert generations.current_generation(sort).name in recover(sort)[-1]


def test_a_readme_of_an_older_version_is_refreshed(quick_path):
    sort = tiny.make_sort(quick_path / "sort")
    tiny.run(sort, quick_path / "results")
    path = file_names.store_folder(sort) / "README.txt"
    present = path.read_bytes()
    path.write_bytes(b"cp <sort id>/original/cluster_*.tsv ..\n")
    restore_labels.restore(sort)
    assert path.read_bytes() == present
    inode = path.stat().st_ino
    restore_labels.restore(sort)
    assert path.stat().st_ino == inode


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o000])
@pytest.mark.parametrize("mode", [0o2770, 0o755, 0o700])
def test_files_of_the_store_are_shared_as_the_folder_is(quick_path, umask, mode):
    sort = tiny.make_sort(quick_path / "sort")
    if os.getuid() == 0:
        os.chown(sort, -1, 12345)  # a group that is not the one of this process
    sort.chmod(mode)
    old = os.umask(umask)
    try:
        tiny.run(sort, quick_path / "results")
        curated(sort)
        tiny.run(sort, quick_path / "results", least=60)
    finally:
        os.umask(old)
    base = file_names.store_folder(sort)
    assert len(list((generations.current_generation(sort) / "superseded").iterdir())) >= 1
    for path in (base, *base.rglob("*")):
        status = path.stat()
        assert status.st_gid == sort.stat().st_gid, path
        read_only = path.parent.name in ("original", "superseded") or path.name == "manifest.json"
        full = 0o7777 if path.is_dir() else 0o444 if read_only else 0o666
        assert status.st_mode & 0o7777 == mode & full, path
