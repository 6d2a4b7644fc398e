"""A run that finds all as the last one left it plans nothing; whatever changes is seen."""

import json
import os

import pytest
from helpers import Work, copy_project, write_session

from goodunits.workflow import as_left


@pytest.fixture
def work(tmp_path):
    """A project of its own, so that its code can be touched, and two sorts that are labelled."""
    for name in ("a", "b"):
        trains = {0: [k * 3000 + ord(name) for k in range(1, 400)], 5: [9000, 70000 + ord(name)]}
        write_session(tmp_path / "sorts" / name, trains)
    (tmp_path / "work").mkdir()
    work = Work(tmp_path / "work", tmp_path / "sorts", project=copy_project(tmp_path / "project"))
    work = Work(work.folder, work.dataset, work.project, work.project / "config.yaml")
    work.succeed()
    return work


def kept(work):
    """What is known of the state that the last whole run left."""
    path = work.folder / "results" / ".run" / "as_left.json"
    return json.loads(path.read_text()) if path.exists() else None


def test_nothing_is_planned_and_every_change_is_seen(work):
    known = kept(work)
    assert known
    assert work.plan() == set()
    assert "Nothing to be done" in work.succeed()
    assert kept(work) == known
    # Whatever is gone or changed is seen, though nothing was planned before.
    (work.folder / "results" / "a" / "labels.tsv").unlink()
    assert ("apply_thresholds", "a") in work.plan()
    work.succeed()
    assert kept(work) != known
    group = work.dataset / "b" / "cluster_group.tsv"
    group.write_text(group.read_text().replace("mua", "good"))
    assert {job[1] for job in work.plan() if job[1]} == {"b"}
    work.succeed()
    assert ("write_phy", "a") in work.plan(config=["manual_curation=fill"])
    (work.folder / "results" / "units.tsv").unlink()
    assert work.plan() == {("summarize", None)}


def test_forced_and_special_runs_are_snakemakes(work):
    forced = {rule for rule, _ in work.plan(options=["--forceall"])}
    assert forced >= {"backup_labels", "compute_metrics", "apply_thresholds", "write_phy"}
    assert ("write_phy", "a") in work.plan(options=["--forcerun", "write_phy"])
    listed = work.succeed(options=["--summary"])
    assert "results/a/written.json" in listed


def test_a_touched_project_is_planned_once_more(work):
    known = kept(work)
    os.utime(work.project / "scripts" / "write_phy.py")
    assert "Nothing to be done" in work.succeed()
    assert kept(work) not in (None, known)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--cores", "2"], True),
        (["-c4", "-n", "--config", "dataset=x"], True),
        (["-np", "--cores=4"], True),
        (["--cores", "2", "-F"], False),
        (["--report", "x.html"], False),
        (["--touch", "-c1"], False),
        (["--sdm", "conda", "-c1"], False),
        (["--rerun-triggers", "mtime"], False),
    ],
)
def test_which_commands_are_plain(words, expected):
    assert as_left.is_plain(words) is expected
