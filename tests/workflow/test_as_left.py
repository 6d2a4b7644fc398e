"""What is as it was left is not planned again, and no change is ever missed.

Each change is planned with what is known of the last plan and without: the jobs must be the same.
"""

import os
import shutil

import numpy as np
import pytest
import small_world
from changes import OFTEN, SELDOM, label_in_phy
from helpers import PROJECT, copy_project, write_session
from small_world import SESSIONS

from goodunits.workflow import as_left


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """The world after a run, and a copy of it."""
    base = tmp_path_factory.mktemp("left") / "base"
    world = small_world.make(base)
    return world, shutil.copytree(base, base.with_name("kept"), symlinks=True)


@pytest.fixture
def world(labelled):
    """The labelled world, put back, with nothing to do and known to be so."""
    world, kept = labelled
    base = world.folder.parent
    shutil.rmtree(base)
    shutil.copytree(kept, base, symlinks=True)
    assert "unchanged" not in world.succeed(options=["-n"])
    assert world.known() == (set(SESSIONS), True)
    assert "3 of 3 session(s) unchanged" in world.succeed()
    return world


def same_plan(world, **more):
    """The plan with what is known, which must be the plan without it."""
    quick = world.plan(**more)
    world.record.unlink(missing_ok=True)
    assert quick == world.plan(**more)
    return quick


def called(change, place):
    """Name of a change."""
    name = change.__name__
    return name if name != "change" else f"{change.__qualname__.split('.')[0]}-{place}"


def as_cases(changes, marks=()):
    """Cases of a test, each under the name of its change."""
    return [
        pytest.param(change, is_work, id=called(change, place), marks=marks)
        for place, (change, is_work) in enumerate(changes)
    ]


@pytest.mark.parametrize(
    ("change", "is_work"), [*as_cases(OFTEN), *as_cases(SELDOM, pytest.mark.hazards)]
)
def test_no_change_is_missed(world, change, is_work):
    change(world)
    jobs = same_plan(world)
    assert jobs or not is_work


def test_only_what_changed_is_planned(world):
    """The jobs over the dataset see all sessions, and the run tells of all of them."""
    before = {name: world.results(name, "written.json").read_bytes() for name in SESSIONS}
    label_in_phy(world)
    said = world.succeed(options=["-n"])
    assert "2 of 3 session(s) unchanged" in said
    assert "1 of 3 session(s) would run" in said
    assert "changed, as Phy does when it saves: 1 session (a)" in said
    said = world.succeed()
    assert "3 session(s) labelled" in said
    assert {row["session"] for row in world.table("units.tsv")} == set(SESSIONS)
    groups = {row["cluster_id"]: row["label"] for row in world.table("a/labels.tsv")}
    assert groups["0"] == "noise"
    for name in ("b", "c"):
        assert world.results(name, "written.json").read_bytes() == before[name]
    # The others are known still, the labelled one is weighed once more.
    assert world.known() == ({"b", "c"}, False)
    assert same_plan(world) == set()
    assert world.known() == (set(SESSIONS), True)
    assert "3 session(s)" in world.succeed("verify")


ASKED = [
    ([], ["-R", "write_phy"], True),
    (["results/a/labels.tsv"], [], False),
]
ASKED_SELDOM = [
    ([], ["--forceall", "--until", "apply_thresholds"], True),
    (["preview"], [], True),
    ([], ["--forceall"], True),
    ([], ["--forcerun", "summarize"], True),
    ([], ["--force"], False),  # the target only, which has no result
    ([], ["--forceall", "--omit-from", "write_phy"], True),
    ([], ["--rerun-triggers", "mtime"], False),
    ([], ["--workflow-profile", "none"], False),
    (["results/a/labels.tsv"], ["--force"], True),
]


@pytest.mark.parametrize(
    ("targets", "options", "is_work"),
    [*ASKED, *(pytest.param(*case, marks=pytest.mark.hazards) for case in ASKED_SELDOM)],
)
def test_what_is_asked_for_specially_is_planned(world, targets, options, is_work):
    jobs = world.plan(*targets, options=options)
    world.record.unlink()
    assert jobs == world.plan(*targets, options=options)
    assert bool(jobs) is is_work


@pytest.mark.hazards
def test_a_profile_that_forces_jobs_forces_them(world):
    profile = world.folder.parent / "profile"
    profile.mkdir()
    (profile / "config.yaml").write_text("forcerun: [write_phy]\n")
    forced = world.plan(env={**os.environ, "SNAKEMAKE_PROFILE": str(profile)})
    assert {("write_phy", name) for name in SESSIONS} <= forced
    # And the project's own.
    with open(world.project / "profiles" / "default" / "config.yaml", "a") as file:
        file.write("forcerun: [write_phy]\n")
    assert same_plan(world) == forced
    assert world.plan() == forced


@pytest.mark.hazards
def test_the_commands_that_list_still_list(world):
    assert "results/a/written.json" in world.succeed(options=["--summary"])
    assert "write_phy" in world.succeed(options=["--rulegraph"])
    assert world.plan() == set()


@pytest.mark.hazards
def test_a_run_over_many_sessions_leaves_only_what_failed_to_weigh(tmp_path):
    world = small_world.World(tmp_path)
    names = [f"s{place:03}" for place in range(as_left.MANY + 2)]
    for place, name in enumerate(names):
        write_session(world.sort(name), {0: np.arange(3000 + place, 900_000, 9000)})
    world.write_sheet([[name, f"sorts/{name}", "", "m1"] for name in names])
    copy_project(world.project)
    world.folder.mkdir()
    bad, *good = names
    world.sort(bad).joinpath("spike_times.npy").write_bytes(b"no array")
    done = world.run(configfile=PROJECT / "config.yaml")
    assert done.returncode == 1
    assert f"noting what is done in {len(names)} sessions" in done.stdout
    assert world.known() == (set(good), False)
    done = world.run(configfile=PROJECT / "config.yaml")
    assert f"{len(good)} of {len(names)} session(s) unchanged" in done.stdout
    assert "noting" not in done.stdout
    assert bad in done.stdout


@pytest.mark.hazards
def test_results_of_a_run_are_those_of_a_run_that_weighs_all(world, labelled):
    """After a label in Phy every table and document is the same, planned either way."""
    kept = labelled[1]
    label_in_phy(world)
    world.succeed()
    quick = tables(world)
    base = world.folder.parent
    shutil.rmtree(base)
    shutil.copytree(kept, base, symlinks=True)
    label_in_phy(world)
    world.record.unlink()
    world.succeed()
    assert tables(world) == quick


def tables(world):
    """What the tables over all sessions and the labels say, without dates."""
    found = {name: world.table(f"{name}/labels.tsv") for name in SESSIONS}
    found |= {name: world.table(name) for name in ("units.tsv", "sessions.tsv", "summary.tsv")}
    for row in found["sessions.tsv"]:
        del row["written"]
    return found
