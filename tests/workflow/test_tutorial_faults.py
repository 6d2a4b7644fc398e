"""The seven faults of Kilosort's tutorial "Using custom 'good/mua' labels", and that we have none.

Each test does in a few lines of its own what the tutorial does, shows that it goes wrong on real
data, and then looks at our result.
"""

import shutil

import numpy as np
import pytest
import spikeinterface.extractors as se
from helpers import PROJECT, contents, write_config, write_session
from pandas.errors import MergeError
from phylib.io.model import load_model

from goodunits.config import yaml_file
from goodunits.kilosort import sort_files
from goodunits.metrics import compute

KS_FILE, GROUP_FILE = "cluster_KSLabel.tsv", "cluster_group.tsv"
RATE_HZ = 30000.0


def columns_of(unit_records):
    """Arrays of the criteria that the tutorial combines, one item per unit."""
    units = [unit_records[key] for key in sorted(unit_records, key=int)]
    return (
        np.array([unit["is_ref"] for unit in units]),
        np.array([unit["R12"] < 0.2 for unit in units]),
        np.array([unit["fr"] >= 1 for unit in units]),
        np.array([unit["presence"] >= 0.5 for unit in units]),
    )


def measure(folder):
    """Metrics of a session with the parameters as shipped."""
    parameters = yaml_file.load_yaml(PROJECT / "config.yaml")["metrics"]
    return compute.compute_metrics(sort_files.read_sort(folder), parameters, None)


def group_file(labels, column):
    """Text of a label file."""
    return f"cluster_id\t{column}\n" + "".join(f"{i}\t{x}\n" for i, x in labels.items())


@pytest.mark.parametrize(("name", "cluster_id"), [("dev_a", 21), ("dev_b", 4)])
def test_1_third_argument_of_logical_and_is_no_criterion(labelled, oracle, name, cluster_id):
    units = oracle(name)["units"]
    refractory, contamination, rate, presence = columns_of(units)
    good = np.logical_and(refractory, contamination, rate.copy()) & presence
    assert good[cluster_id]
    assert units[str(cluster_id)]["fr"] < 1

    row = labelled.by_unit(name, "labels.tsv")[cluster_id]
    assert row["label"] == "mua"
    assert row["firing_rate >= 1"] == "fail"
    assert "firing_rate" in row["reason"]


def test_2_row_number_is_no_cluster_id(labelled, pristine_sorts):
    clusters = np.load(pristine_sorts / "dev_a_curated" / "spike_clusters.npy")
    present = np.unique(clusters)
    counts = np.bincount(clusters)  # an item for every id up to the last, as in Kilosort's verdict
    with pytest.raises(ValueError, match="broadcast"):
        np.logical_and(counts > 0, np.ones(len(present), dtype=bool))
    assert list(range(len(present))) != present.tolist()

    assert list(labelled.by_unit("dev_a_curated", "labels.tsv")) == present.tolist()
    rows = (labelled.dataset / "dev_a_curated" / GROUP_FILE).read_text().splitlines()[1:]
    assert [int(row.split("\t")[0]) for row in rows] == present.tolist()


def test_3_second_run_keeps_the_backup(changeable, pristine_sorts, tmp_path):
    original = (pristine_sorts / "dev_a" / KS_FILE).read_bytes()
    folder = shutil.copytree(pristine_sorts / "dev_a", tmp_path / "tutorial")
    backup = folder / "cluster_KSLabel_backup.tsv"
    for label in ("mua", "good"):  # two runs with other criteria
        shutil.copyfile(folder / KS_FILE, backup)
        (folder / KS_FILE).write_text(group_file(dict.fromkeys(range(26), label), "KSLabel"))
    assert backup.read_bytes() != original

    loose = "labels: {good: {all: [firing_rate > 0]}, mua: rest}"
    changeable.succeed(configfile=write_config(tmp_path / "loose.yaml", loose))
    for name in ("dev_a", "dev_a_curated"):
        assert "\tgood" in (changeable.dataset / name / KS_FILE).read_text()
        (kept,) = (changeable.dataset / name / "goodunits_store").glob("*/original")
        for file in (KS_FILE, GROUP_FILE):
            assert (kept / file).read_bytes() == (pristine_sorts / name / file).read_bytes()


def test_4_backup_is_read_by_nobody(labelled, pristine_sorts, tmp_path):
    folder = shutil.copytree(pristine_sorts / "dev_a", tmp_path / "tutorial")
    shutil.copyfile(folder / KS_FILE, folder / "cluster_KSLabel_backup.tsv")
    (folder / KS_FILE).write_text(group_file(dict.fromkeys(range(26), "mua"), "KSLabel"))
    shutil.copyfile(folder / KS_FILE, folder / GROUP_FILE)
    with pytest.raises(MergeError, match="KSLabel"):
        se.read_phy(folder)

    se.read_phy(labelled.dataset / "dev_a")
    tables = {
        path for path in contents(labelled.dataset / "dev_a") if path.endswith((".tsv", ".csv"))
    }
    before = {path for path in contents(pristine_sorts / "dev_a") if path.endswith(".tsv")}
    assert {path for path in tables if "/" not in path} == before


def test_5_phy_sees_the_groups(labelled, pristine_sorts, tmp_path):
    folder = shutil.copytree(pristine_sorts / "dev_a", tmp_path / "tutorial")
    (folder / GROUP_FILE).write_text(group_file(dict.fromkeys(range(26), "mua"), "KSLabel"))
    assert "group" not in metadata(folder)

    labels = labelled.by_unit("dev_a", "labels.tsv")
    expected = {i: row["label"] for i, row in labels.items()}
    assert metadata(labelled.dataset / "dev_a")["group"] == expected


def metadata(folder):
    """What Phy's own library knows of the clusters."""
    model = load_model(folder / "params.py")
    model.close()
    return model.metadata


def test_6_few_spikes_are_no_clean_unit(tmp_path):
    alone = np.array([300])
    with np.errstate(divide="ignore"):
        rate_hz = np.float64(alone.size) / ((alone.max() - alone.min()) / RATE_HZ)
    assert rate_hz >= 1  # infinite, so it passes

    few = np.arange(10) * 6000
    trains = {0: np.arange(2000) * 6000, 1: alone, 2: few}
    table = measure(write_session(tmp_path / "sort", trains, RATE_HZ))
    assert table.undefined[1]["firing_rate"] == "too_few_spikes"
    for cluster_id in (1, 2):  # Kilosort's code gives both the contamination 0, the best there is
        assert table.undefined[cluster_id]["ks_contamination"] == "too_few_spikes"
        assert table.undefined[cluster_id]["ks_refractory"] == "too_few_spikes"
    assert "ks_contamination" not in table.undefined.get(0, {})


def test_7_bins_have_five_minutes_whatever_the_length(tmp_path):
    duration_s, pause_s = 6 * 3600, 30 * 60
    whole = np.arange(0, duration_s * 2 + 1) / 2
    paused = whole[(whole < 3600) | (whole >= 3600 + pause_s)]
    counts, _ = np.histogram(paused, np.linspace(whole.min(), whole.max(), 10))
    assert np.mean(counts > 0.05 * counts.mean()) == 1  # bins of 40 min see no gap of 30

    trains = {0: np.round(whole * RATE_HZ), 1: np.round(paused * RATE_HZ)}
    table = measure(write_session(tmp_path / "sort", trains, RATE_HZ))
    expected = 1 - pause_s / duration_s
    assert table.columns["presence_ratio"] == pytest.approx([1, expected])
