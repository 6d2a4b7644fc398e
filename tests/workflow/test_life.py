"""What happens to folders in ordinary life: copies, wrong clocks, files saved again."""

import os
import shutil
import time

import numpy as np
import pytest
from helpers import Work, contents

import tiny

DAY_S = 86400


@pytest.fixture
def work(pristine_sorts, tmp_path):
    """A run over two sorts."""
    for name in ("dev_a", "dev_b"):
        shutil.copytree(pristine_sorts / name, tmp_path / "sorts" / name)
    (tmp_path / "work").mkdir()
    work = Work(tmp_path / "work", tmp_path / "sorts")
    work.succeed()
    return work


def manual(work, session="dev_b"):
    """Units with a label given by hand."""
    rows = work.by_unit(session, "labels.tsv")
    return {unit: row["label"] for unit, row in rows.items() if row["source"] == "manual"}


def label_in_phy(folder, unit, group):
    phy = tiny.Phy(folder)
    phy.label(unit, group)
    phy.save()


def copy_in(source, folder, names, days_back=0):
    """Copy files over others, dates kept, as `rsync -a` does."""
    for name in names:
        then = time.time() - days_back * DAY_S
        shutil.copy2(source / name, folder / name)
        if days_back:
            os.utime(folder / name, (then, then))


def test_a_sort_saved_again_keeps_its_past(work, pristine_sorts):
    folder = work.dataset / "dev_b"
    before = work.by_unit("dev_b", "labels.tsv")
    tiny.Phy(folder).save()
    np.save(folder / "spike_times.npy", np.load(folder / "spike_times.npy").astype("uint64"))
    work.succeed()
    assert work.by_unit("dev_b", "labels.tsv") == before
    work.succeed("restore")
    for name in ("cluster_group.tsv", "cluster_KSLabel.tsv"):
        assert (folder / name).read_bytes() == (pristine_sorts / "dev_b" / name).read_bytes()


def test_results_dated_ahead_hide_no_decision(work):
    ahead = time.time() + 300 * DAY_S
    for path in (work.folder / "results").rglob("*"):
        os.utime(path, (ahead, ahead))
    label_in_phy(work.dataset / "dev_b", 6, "noise")
    work.succeed()
    assert manual(work) == {6: "noise"}
    units = {(row["session"], row["cluster_id"]): row for row in work.table("units.tsv")}
    assert units["dev_b", "6"]["label"] == "noise"
    assert work.plan() == set()


@pytest.mark.hazards
def test_another_sort_copied_in_with_older_dates(work, pristine_sorts):
    folder, other = work.dataset / "dev_b", pristine_sorts / "dev_c"
    names = [path.name for path in other.iterdir() if path.is_file()]
    copy_in(other, folder, names, days_back=400)
    work.succeed("preview")
    shown = {row["cluster_id"] for row in work.table("preview.tsv") if row["session"] == "dev_b"}
    assert shown <= {str(unit) for unit in np.unique(np.load(other / "spike_clusters.npy"))}
    work.succeed()
    assert work.by_unit("dev_b", "labels.tsv").keys() == set(
        np.unique(np.load(other / "spike_clusters.npy")).tolist()
    )
    assert manual(work) == {}
    assert work.plan() == set()


def test_a_curation_copied_in_with_older_dates(work, tmp_path):
    folder, elsewhere = work.dataset / "dev_b", tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere)
    phy = tiny.Phy(elsewhere)
    merged = phy.merge(6, 7)
    phy.label(8, "noise")
    phy.save()
    names = [path.name for path in elsewhere.glob("cluster_*.tsv")] + ["spike_clusters.npy"]
    copy_in(elsewhere, folder, names, days_back=400)
    work.succeed()
    assert manual(work) == {8: "noise"}
    assert merged in work.by_unit("dev_b", "labels.tsv")
    assert work.plan() == set()


def test_double_spikes_removed_by_a_script_need_a_word_of_the_owner(work):
    folder = work.dataset / "dev_b"
    tiny.Phy(folder).save()
    for name in ("spike_times.npy", "spike_templates.npy", "spike_clusters.npy"):
        np.save(folder / name, np.load(folder / name)[2:])
    for name in ("amplitudes.npy", "spike_positions.npy", "pc_features.npy"):
        if (folder / name).exists():
            np.save(folder / name, np.load(folder / name)[2:])
    labels = {name: sha for name, sha in contents(folder).items() if "cluster_" in str(name)}
    for target in ("preview", "all"):
        said = work.run(target)
        assert said.returncode != 0
        assert "settle --config" in said.stdout
        assert "Traceback" not in said.stdout
    now = contents(folder)
    assert {name: now[name] for name in labels} == labels
    work.succeed("settle", config=["labels_are=ours", "only=dev_b"])
    work.succeed()
    assert manual(work) == {}


def test_whose_labels_they_are_can_be_said(work):
    folder = work.dataset / "dev_b"
    ours = tiny.groups(folder)
    said = work.run("settle", config=["only=dev_b"])
    assert said.returncode != 0 and "labels_are" in said.stdout
    work.succeed("settle", config=["labels_are=theirs", "only=dev_b"])
    work.succeed()
    assert manual(work) == ours
    assert manual(work, "dev_a") == {}
