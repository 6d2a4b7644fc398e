"""Real Snakemake on copies of real sorts: hazards of daily life, then the run that mends them."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest
from world import PROJECT, SETTLED, World, labels

import tiny
from goodunits.session_folder import file_names

RULES = ("backup_labels", "compute_metrics", "apply_thresholds", "write_phy", "summarize", "report")
STRICTER = "{labels: {good: {all: ['firing_rate >= 4']}, mua: rest}}"


@pytest.fixture
def world(tmp_path, sort_folder):
    """Two real sorts, one of them curated in Phy, and a working directory."""
    return World(tmp_path, [sort_folder("dev_a_curated"), sort_folder("dev_b")])


def rule_runs(said, rule):
    """How many jobs of a rule a run planned, from Snakemake's own table."""
    counts = re.findall(rf"^{rule} +(\d+)$", said, re.MULTILINE)
    return int(counts[0]) if counts else 0


@pytest.mark.hazards
def test_forced_runs_and_deleted_outputs(world):
    """The commands that cost other layouts the originals, one after the other."""
    world.mended()
    for words in (
        ["-F"],
        ["--delete-all-output"],
        ["--touch"],
        ["-F", "--touch"],
        *(["-R", rule] for rule in RULES),
    ):
        world.run(*words)
        world.nothing_lost()
        world.mended()
    world.restored()


@pytest.mark.hazards
@pytest.mark.parametrize("gone", [["results"], [".snakemake"], ["results", ".snakemake"]])
def test_removed_results(world, gone):
    world.mended()
    for name in gone:
        shutil.rmtree(world.work / name)
    world.mended()
    world.run("-F")
    world.mended()
    world.restored()


@pytest.mark.hazards
def test_phy_edit_between_runs(world):
    """Labels, a merge and one taken back in Phy; thresholds change; then the originals return."""
    world.mended()
    sort = world.sorts[1]
    phy = tiny.Phy(sort)
    phy.label(0, "noise")
    phy.label(3, "unsorted" if phy.fields["group"][3] == "noise" else "noise")
    phy.label(phy.merge(1, 2), "non-soma")
    phy.save()
    world.decisions[sort] = {0: "noise", 3: "noise", 23: "non-soma"}
    world.nothing_lost()
    world.mended()
    said = world.run("restore")
    assert "cluster_group.tsv restored" in said
    assert labels(sort)[file_names.GROUP_FILE] == world.originals[sort][file_names.GROUP_FILE]
    world.nothing_lost()
    world.mended()
    phy = tiny.Phy(sort)
    phy.label(3, "unsorted")
    phy.save()
    del world.decisions[sort][3]
    world.mended()
    assert "decided by hand" in world.run("history")


@pytest.mark.hazards
def test_saved_unchanged_in_phy(world):
    """Phy writes other bytes for the same labels: no decision, and nothing else changes."""
    world.mended()
    before = tiny.groups(world.sorts[1])
    tiny.Phy(world.sorts[1]).save()
    world.mended()
    assert tiny.groups(world.sorts[1]) == before


@pytest.mark.hazards
def test_sorted_again(world, sort_folder):
    """Kilosort overwrites the folder: a second backup, no decision carried over."""
    world.mended()
    old, sort = world.originals[world.sorts[1]], world.sorts[1]
    new = sort_folder("dev_c", world.place / "new")
    for path in new.iterdir():
        shutil.copy(path, sort / path.name)
    world.originals[sort] = labels(sort)
    world.mended()
    everything = set(tiny.tree(sort / file_names.STORE).values())
    assert set(old.values()) <= everything
    world.restored()


@pytest.mark.hazards
def test_copied_and_old_times(world):
    """New times without new contents change nothing; a clock set back hides nothing."""
    world.mended()
    for sort in world.sorts:
        for path in sort.glob("*.*"):
            os.utime(path)
    assert rule_runs(world.run("-p"), "compute_metrics") == 0
    world.mended()
    sort = world.sorts[1]
    phy = tiny.Phy(sort)
    phy.label(0, "noise")
    phy.save()
    for path in sort.glob("*.*"):
        os.utime(path, (10**9, 10**9))
    world.decisions[sort] = {0: "noise"}
    world.mended()


@pytest.mark.hazards
def test_thresholds_change(world):
    """Other criteria reach every undecided unit and no decided one."""
    world.mended()
    world.config.write_text(f"dataset: {world.place / 'sorts'}\nlabels: {STRICTER[9:-1]}\n")
    said = world.run("-p")
    assert rule_runs(said, "compute_metrics") == 0 and rule_runs(said, "write_phy") == 2
    world.mended()
    assert "manual" in {row["source"] for row in world.table(world.sorts[0]).values()}
    world.run("restore_last")
    world.nothing_lost()
    world.mended()
    world.restored()


@pytest.mark.hazards
def test_read_only_folder(world):
    """One clear line; the other session is done; nothing is touched."""
    sort = world.sorts[1]
    before = labels(sort)
    undo = read_only(sort)
    try:
        said = world.run(ok=False)
    finally:
        undo()
    lines = [line for line in said.splitlines() if line.startswith("goodunits: backup_labels")]
    assert lines and str(sort) in lines[0] and "writable" in lines[0]
    assert labels(sort) == before
    assert (world.work / "results" / world.sorts[0].name / "written.json").exists()
    world.mended()


def read_only(folder):
    """Make a folder read-only, for root too; give back what undoes it."""
    if os.getuid():
        folder.chmod(0o555)
        return lambda: folder.chmod(0o755)
    bind = ["mount", "--bind", str(folder), str(folder)]
    if subprocess.run(bind, capture_output=True).returncode:
        pytest.skip("root, and mounting is not allowed here")
    subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
    return lambda: subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.hazards
def test_full_disk(world):
    """A disk that fills up during the write: an error, old files whole, the next run completes."""
    sort = world.sorts[1]
    disk = world.place / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs root and mount")
    try:
        shutil.copytree(sort, disk / "sort")
        shutil.rmtree(sort)
        sort.symlink_to(disk / "sort")
        filler = disk / "filler"
        for spare in (0, 4096, 12288, 20480, 28672, 45056):
            fill(filler, spare)
            before = labels(sort)
            world.run("-F", ok=None)
            filler.unlink()
            world.nothing_lost()
            assert labels(sort) == before or tiny.groups(sort)
        world.mended()
        world.restored()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(path, spare):
    """Fill a disk but for some bytes."""
    filled = os.statvfs(path.parent)
    with open(path, "wb") as file:
        file.write(b"x" * max(0, filled.f_bavail * filled.f_bsize - spare))


@pytest.mark.hazards
def test_two_working_directories_at_once(world):
    """Two projects on the same sorts take turns, again and again."""
    other = world.place / "other"
    other.mkdir()
    for _ in range(3):
        processes = [world.start("-F"), world.start("-F", work=other)]
        for process in processes:
            said, _ = process.communicate(timeout=300)
            assert process.returncode == 0 or "run again" in said, said[-3000:]
        world.nothing_lost()
    world.mended()


@pytest.mark.hazards
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_snakemake_ended_by_a_signal(world, number):
    """Snakemake and its jobs get a signal while a write hangs in its middle."""
    mark = world.place / "inside"
    process = world.start(fault=f"wait {mark}")
    while not mark.exists():
        assert process.poll() is None, process.communicate()[0][-3000:]
        time.sleep(0.05)
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    world.nothing_lost()
    world.run("--unlock")
    world.mended()
    world.restored()


@pytest.mark.hazards
@pytest.mark.parametrize("kind", ["kill", "raise"])
def test_job_struck_at_every_step(world, kind):
    """The real job of write_phy is struck at one call after the other."""
    world.mended()
    strict = False
    for step in range(0, 200, 9):
        mark = world.place / f"{kind}-{step}"
        strict = not strict
        extra = f"labels: {STRICTER[9:-1]}\n" if strict else ""
        world.config.write_text(f"dataset: {world.place / 'sorts'}\n{extra}")
        world.run(fault=f"{kind} {mark} {step}", ok=None)
        world.nothing_lost()
        world.run()
        world.nothing_lost()
        if not mark.exists():
            break
    assert step > 40
    world.mended()
    world.restored()


@pytest.mark.hazards
def test_library_edited(world, tmp_path):
    """An edit of the store's code runs it again on what it wrote, which changes nothing."""
    project = tmp_path / "project"
    ignored = shutil.ignore_patterns("tests", "results", "sorts", ".git", ".snakemake", "logs")
    shutil.copytree(PROJECT, project, ignore=ignored)
    world.run(project=project)
    before = [labels(sort) for sort in world.sorts]
    library = project / "scripts" / "goodunits" / "phy" / "write_labels.py"
    library.write_text(library.read_text() + "\nEDITED = True\n")
    said = world.run("-p", project=project)
    assert rule_runs(said, "write_phy") == 2 and rule_runs(said, "compute_metrics") == 0
    assert [labels(sort) for sort in world.sorts] == before
    assert SETTLED in world.run(project=project)
    world.nothing_lost()


@pytest.mark.hazards
def test_store_removed(world):
    """Our own labels are never taken for originals or decisions; the session stops."""
    world.mended()
    sort = world.sorts[1]
    shutil.move(sort / file_names.STORE, world.place / "kept")
    before = labels(sort)
    for words in ([], ["-F"]):
        said = world.run(*words, ok=False)
        assert "put the store back" in said
        assert labels(sort) == before
        assert not (sort / file_names.STORE / "ledger.txt").exists()
    shutil.rmtree(sort / file_names.STORE, ignore_errors=True)
    shutil.move(world.place / "kept", sort / file_names.STORE)
    world.mended()


@pytest.mark.hazards
def test_receipts_say_what_was_done(world):
    """The receipt names the decisions; labels.tsv says whose each label is."""
    world.mended()
    sort = world.sorts[0]
    receipt = json.loads((world.work / "results" / sort.name / "written.json").read_text())
    assert {int(i): label for i, label in receipt["decisions"].items()} == world.decisions[sort]
    manual = {u for u, row in world.table(sort).items() if row["source"] == "manual"}
    assert manual == world.decisions[sort].keys() & world.table(sort).keys()
