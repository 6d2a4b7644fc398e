"""The targets preview, restore and verify, with the configuration as it is shipped."""

import re
import shutil

import pytest
from helpers import Work, contents, make_unlike, write_config

LOOSE = "labels: {good: {all: [firing_rate > 0]}, mua: rest}\n"
CHANGE = r"dev_a unit \d+: good -> mua \(criteria; \w+ [\d.]+( Hz)?, needs >= [\d.]+"


@pytest.fixture
def work(pristine_sorts, tmp_path):
    """A fresh sort and one that was curated, nothing run yet."""
    for name in ("dev_a", "dev_a_curated"):
        shutil.copytree(pristine_sorts / name, tmp_path / "sorts" / name)
    make_unlike(tmp_path / "sorts" / "dev_a_curated")
    (tmp_path / "work").mkdir()
    return Work(tmp_path / "work", tmp_path / "sorts")


def state(folder):
    """Content and modification time of everything below a folder."""
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    return contents(folder), times


def without_store(folder):
    """Content of everything below a folder but for the label stores."""
    return {path: sha for path, sha in contents(folder).items() if "goodunits_store" not in path}


def test_preview_run_verify_restore(work):
    before = state(work.dataset)
    said = work.succeed("preview")
    assert state(work.dataset) == before
    assert re.search(CHANGE, said)
    changes = work.table("preview.tsv")
    assert ("dev_a", "20", "good", "mua") in {tuple(row.values())[:4] for row in changes}

    said = work.succeed()
    assert "2 session(s) labelled" in said
    for row in changes:
        after = work.by_unit(row["session"], "labels.tsv")[int(row["cluster_id"])]
        assert (after["label_before"], after["label"]) == (row["label_now"], row["label"])
    written = state(work.dataset)
    assert "0 label(s) would change" in work.succeed("preview")
    work.succeed("verify")
    assert state(work.dataset) == written

    # With other criteria, twice; the originals stay the originals (the tutorial loses them here).
    loose = write_config(work.folder.parent / "loose.yaml", LOOSE)
    work.succeed(configfile=loose)
    assert contents(work.dataset) != written[0]
    work.succeed("restore", configfile=loose)
    assert without_store(work.dataset) == contents(work.dataset.parent / "sorts_before")


@pytest.fixture(autouse=True)
def originals(work):
    """Copy of the sorts as they were, beside them."""
    shutil.copytree(work.dataset, work.dataset.parent / "sorts_before")


def test_verify_names_a_folder_that_somebody_changed(work):
    said = work.run("verify")
    assert said.returncode != 0
    assert "dev_a: never labelled" in said.stdout
    work.succeed()
    group = work.dataset / "dev_a" / "cluster_group.tsv"
    group.write_text(group.read_text().replace("\tgood", "\tnoise", 1))
    changed = state(work.dataset)
    said = work.run("verify")
    assert said.returncode != 0
    assert str(group.parent) in said.stdout
    assert "cluster_group.tsv was changed" in said.stdout
    assert "Traceback" not in said.stdout
    verdicts = {row["session"]: row["verdict"] for row in work.table("verify.tsv")}
    assert verdicts == {"dev_a": "differs", "dev_a_curated": "as written"}
    assert state(work.dataset) == changed


def test_labels_come_back_after_a_restore(work):
    work.succeed()
    written = without_store(work.dataset)
    work.succeed("restore")
    rows = work.table("sessions.tsv")
    assert [row["status"] for row in rows] == ["restored"] * 2
    assert all(row["reason"].startswith("as originally found; restored on 2") for row in rows)
    assert work.table("units.tsv") == []
    said = work.succeed("verify")
    assert said.count("as originally found: ") == 2
    work.succeed()
    assert [row["status"] for row in work.table("sessions.tsv")] == ["labelled"] * 2
    assert without_store(work.dataset) == written
    work.succeed("restore_last")
    assert without_store(work.dataset) == contents(work.dataset.parent / "sorts_before")


def test_restore_before_any_run_says_so(work):
    said = work.succeed("restore")
    assert said.count("nothing to restore") == 2
    assert contents(work.dataset) == contents(work.dataset.parent / "sorts_before")


def test_preview_shows_the_others_where_one_session_is_broken(work):
    (work.dataset / "dev_a_curated" / "spike_times.npy").write_bytes(b"")
    before = state(work.dataset)
    said = work.run("preview")
    assert said.returncode != 0
    assert re.search(CHANGE, said.stdout)
    assert "dev_a_curated: not compared: " in said.stdout
    assert "Traceback" not in said.stdout
    assert {row["session"] for row in work.table("preview.tsv")} == {"dev_a"}
    assert state(work.dataset) == before


def test_one_file_as_target_is_made_and_no_labels_are_counted(work):
    said = work.succeed("results/dev_a/metrics.tsv")
    assert (work.folder / "results" / "dev_a" / "metrics.tsv").exists()
    assert "session(s) labelled" not in said
    assert "2 session(s) labelled" in work.succeed("all")
