"""What a run finds as it was left: any change of a file counts, and what is in doubt is planned."""

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import tiny
from goodunits.workflow import as_left, seen_files
from prepared import PROJECT, prepare

SESSIONS = ("a", "b")
SETTLED_S = 0.3  # longer than two changes that may get one date


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Two labelled sorts, for which Snakemake found nothing to do."""
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate(SESSIONS):
        sort = tiny.make_sort(tmp_path / "sorts" / name, seed)
        tiny.run(sort, tmp_path / "results" / name)
    Path("results", "units.tsv").write_text("session\tcluster_id\n")
    left()  # brings all up to date
    time.sleep(SETTLED_S)
    as_left.keep("results", left(), (), is_nothing_to_do=True)
    assert left() == left()
    assert left().unchanged == set(SESSIONS) and left().is_all
    return tmp_path


def left(*texts, **config):
    """What a run finds that starts now."""
    texts = list(texts) or ["the same"]
    return prepare({"dataset": "sorts", **config}, Path.cwd(), circumstances=texts).left


def in_place(path):
    """Change a file of which size, date and inode stay."""
    before, data = os.stat(path), path.read_bytes()
    path.chmod(0o644)
    with open(path, "r+b") as file:
        file.write(bytes([data[0] ^ 1]) if data else b"")
    path.chmod(before.st_mode & 0o7777)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_every_file_of_a_session_counts(place, monkeypatch):
    """Of its folder, of the store and of the results; but not the lock, which is only taken."""
    monkeypatch.setattr(seen_files, "FINE_NS", 0)  # or each file would need a pause
    texts = ["looked at only"]
    run = prepare({"dataset": "sorts"}, place)
    paths = [*Path("sorts", "a").rglob("*"), *Path("results", "a").rglob("*")]
    paths = [path for path in paths if path.is_file() and path.name != "lock"]
    assert {"cluster_group.tsv", "manifest.json", "spike_times.npy"} <= {p.name for p in paths}
    for path in paths:
        before = as_left.compare(run, PROJECT, texts).state
        time.sleep(0.02)
        in_place(path)
        after = as_left.compare(run, PROJECT, texts).state
        assert after.sessions["a"] != before.sessions["a"], path
        assert after.sessions["b"] == before.sessions["b"]
        assert (after.common, after.dataset) == (before.common, before.dataset)


def test_a_lock_that_was_taken_is_no_change(place):
    for path in Path("sorts").rglob("lock"):
        path.write_text("somebody")
    assert left().is_all


def test_what_changes_after_the_look_is_planned_next(place):
    """However long Snakemake weighs: what it saw later is not what is kept."""
    Path("results", ".run", as_left.KEPT).unlink()
    seen = left()
    Path("sorts", "a", "cluster_group.tsv").unlink()
    as_left.keep("results", seen, (), is_nothing_to_do=True)
    assert left().unchanged == {"b"}


def test_what_was_changed_just_now_is_not_kept(place, monkeypatch):
    """A second change would get the same date where the clock of the file system is coarse."""
    kept = Path("results", ".run", as_left.KEPT).read_bytes()
    with open("sorts/a/params.py", "a") as file:
        file.write("\n")
    monkeypatch.setattr(seen_files, "FINE_NS", 10**12)  # all of the test is just now
    assert left().state is None
    as_left.keep("results", left(), (), is_nothing_to_do=True)
    assert Path("results", ".run", as_left.KEPT).read_bytes() == kept
    assert left().unchanged == {"b"}


def test_a_session_with_jobs_is_weighed_again(place):
    seen = left()._replace(is_all=False)
    as_left.keep("results", seen, {"b", None}, is_nothing_to_do=False)
    assert left().unchanged == {"a"}
    assert not left().is_all


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"version": 1, "common": 3, "dataset": null, "sessions": 5}',
        None,
    ],
)
def test_a_record_that_cannot_be_used_plans_all(place, record):
    path = Path("results", ".run", as_left.KEPT)
    if record is None:
        record = json.dumps({**json.loads(path.read_text()), "version": as_left.VERSION + 1})
        record = record.encode()
    path.write_bytes(record)
    assert left().unchanged == frozenset()
    assert not left().is_all


def test_other_circumstances_plan_all(place):
    assert left("another Snakemake").unchanged == frozenset()
    assert left(manual_curation="fill").unchanged == frozenset()
    assert prepare({"dataset": "sorts"}, place).left == as_left.Left()


def test_files_that_other_rules_make_are_left_to_snakemake(place):
    assert left(wait_for=["sorts/{session}/params.py"]) == as_left.Left()


def test_a_session_that_is_left_out_counts_for_the_tables(place):
    """Tables tell of all sessions, also in a run over some."""
    as_left.keep("results", left(only=["b"]), (), is_nothing_to_do=True)
    assert left(only=["b"]).is_all
    tiny.replace(Path("sorts", "a", "cluster_group.tsv"), b"cluster_id\tgroup\n0\tnoise\n")
    assert not left(only=["b"]).is_all


def test_few_sessions_are_named_and_many_are_not():
    names = [f"s.{place}" for place in range(1000)]
    known = as_left.Left(None, frozenset(names[2:]))
    assert as_left.to_plan(known, names) == names[:2]
    assert as_left.any_of(names[:2]) == r"s\.0|s\.1"
    assert as_left.to_plan(as_left.Left(None, frozenset(names[:9])), names) is None
    assert as_left.to_plan(as_left.Left(), names[:2]) is None
    assert as_left.to_plan(as_left.Left(None, frozenset(names)), names) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--cores", "2"], True),
        (["-c4", "-n", "--config", "dataset=x"], True),
        (["-np", "--cores=4", "--quiet", "all", "-s", "Snakefile", "-d", "w"], True),
        (["--configfile", "my.yaml", "--keep-going", "--dry-run"], True),
        (["--cores", "2", "-F"], False),
        (["-nF"], False),
        (["-c", "2", "-R", "write_phy"], False),
        (["--forcerun", "write_phy"], False),
        (["--report", "x.html"], False),
        (["--touch", "-c1"], False),
        (["--sdm", "conda", "-c1"], False),
        (["--rerun-triggers", "mtime"], False),
        (["--profile", "mine"], False),
        (["--until", "apply_thresholds"], False),
        (["--omit-from", "write_phy"], False),
        (["--batch", "all=1/2"], False),
        (["--summary"], False),
        (["--list-input-changes"], False),
        (["--dag"], False),
        (["--rulegraph"], False),
        (["--lint"], False),
        (["--unlock"], False),
        (["--delete-all-output"], False),
        (["--archive", "x.tar.gz"], False),
        (["--ignore-incomplete"], False),
        (["--force"], False),
        (["--debug-dag"], False),
    ],
)
def test_which_commands_are_plain(words, expected):
    assert as_left.is_plain(words) is expected


@pytest.fixture
def circumstances(place):
    """What is said of a command line, by its words."""
    workflow = SimpleNamespace(
        workdir_init=str(place),
        main_snakefile=str(PROJECT / "Snakefile"),
        deployment_settings=SimpleNamespace(deployment_method=None),
    )

    def said(*words, program="/usr/bin/snakemake"):
        return as_left.circumstances(workflow, str(PROJECT), [program, "-c2", *words])

    return said


def test_profiles_of_the_project_are_known(circumstances):
    named = [
        circumstances("--workflow-profile", "slurm"),
        circumstances("--workflow-profile=slurm"),
    ]
    assert named[0] == named[1] != circumstances()
    assert circumstances() == circumstances("--workflow-profile", "default", "-n")


@pytest.mark.parametrize("name", ["none", "mine", "./slurm", "/etc", "", "../profiles/slurm"])
def test_other_profiles_are_left_to_snakemake(circumstances, name):
    assert circumstances("--workflow-profile", name) is None
    assert circumstances(f"--workflow-profile={name}") is None


@pytest.mark.parametrize("folder", ["profiles/default", "default"])
def test_a_profile_beside_the_run_is_left_to_snakemake(circumstances, place, folder):
    assert circumstances()
    (place / folder).mkdir(parents=True)
    assert circumstances() is None
    assert circumstances("--workflow-profile", "slurm")


def test_other_programs_are_left_to_snakemake(circumstances, monkeypatch):
    assert circumstances(program="pipeline.py") is None
    monkeypatch.setenv("SNAKEMAKE_PROFILE", "mine")
    assert circumstances() is None
