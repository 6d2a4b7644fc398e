"""The whole workflow on real Kilosort 4.1.7 sorts, compared with what Kilosort's own code says."""

import json
import os

import pytest
import spikeinterface.extractors as se
from helpers import SORTS, contents
from phylib.io.model import load_model

# What the curator of dev_a_curated decided in Phy.
BY_HAND = {0: "noise", 14: "noise", 18: "noise", 1: "good", 13: "mua"}


@pytest.mark.parametrize("name", SORTS)
def test_metrics_equal_kilosort(labelled, oracle, name):
    metrics = labelled.by_unit(name, "metrics.tsv")
    expected = {int(i): unit for i, unit in oracle(name)["units"].items()}
    assert metrics.keys() == expected.keys()
    for cluster_id, unit in expected.items():
        row = metrics[cluster_id]
        assert int(row["n_spikes"]) == unit["n"]
        assert float(row["ks_contamination"]) == pytest.approx(unit["R12"], rel=0, abs=1e-9)
        assert row["ks_refractory"] == str(unit["is_ref"])
        assert float(row["firing_rate"]) == pytest.approx(unit["fr"], rel=1e-12)
        assert float(row["presence_ratio"]) == pytest.approx(unit["presence"], rel=1e-12)


@pytest.mark.parametrize("name", SORTS)
def test_criteria_label_units_as_the_tutorial_meant(labelled, oracle, name):
    labels = labelled.by_unit(name, "labels.tsv")
    expected = {
        int(i): "good" if unit["good"] else "mua" for i, unit in oracle(name)["units"].items()
    }
    assert {i: row["label_criteria"] for i, row in labels.items()} == expected
    by_hand = BY_HAND if name == "dev_a_curated" else {}
    assert {i: row["label"] for i, row in labels.items()} == expected | by_hand
    for cluster_id, row in labels.items():
        assert row["source"] == ("manual" if cluster_id in by_hand else "criteria")
        assert row["reason"]


@pytest.mark.parametrize("name", SORTS)
def test_tables_start_with_cluster_id(labelled, name):
    for table in ("metrics.tsv", "labels.tsv"):
        first = (labelled.folder / "results" / name / table).read_text().split("\t")[0]
        assert first == "cluster_id"
    assert {"label", "label_before", "source", "reason"} <= set(
        labelled.table(f"{name}/labels.tsv")[0]
    )


@pytest.mark.parametrize("name", SORTS)
def test_merge_candidates_are_units_of_the_session(labelled, name):
    units = {str(unit_id) for unit_id in labelled.by_unit(name, "metrics.tsv")}
    pairs = labelled.table(f"{name}/merge_candidates.tsv")
    assert pairs
    for pair in pairs:
        assert {pair["cluster_id"], pair["merge_with"]} <= units
        assert pair["kind"] in ("duplicate", "split", "drift_split")


def test_tables_of_the_dataset(labelled):
    sessions = {row["session"]: row for row in labelled.table("sessions.tsv")}
    assert tuple(sessions) == SORTS
    assert {row["status"] for row in sessions.values()} == {"labelled"}
    units = labelled.table("units.tsv")
    for name in SORTS:
        rows = [row for row in units if row["session"] == name]
        labels = labelled.by_unit(name, "labels.tsv")
        assert {int(row["cluster_id"]): row["label"] for row in rows} == {
            i: row["label"] for i, row in labels.items()
        }
        assert sessions[name]["n_units"] == str(len(rows))
        assert sessions[name]["n_good"] == str(sum(row["label"] == "good" for row in rows))


@pytest.mark.parametrize("name", SORTS)
def test_receipt_says_what_was_read_and_written(labelled, name):
    receipt = json.loads((labelled.folder / "results" / name / "written.json").read_text())
    hashes = contents(labelled.dataset / name)
    assert receipt["written"]["cluster_group.tsv"] == hashes["cluster_group.tsv"]
    assert receipt["measured"]["files"]["spike_times.npy"]["sha256"] == hashes["spike_times.npy"]
    assert receipt["measured"]["kilosort_version"] == "4.1.7"
    assert receipt["settings"]["labels"]
    assert receipt["measured"]["parameters"]["presence_ratio"]["n_bin_edges"] == 10
    assert {"python", "numpy", "snakemake"} <= receipt["measured"]["software"].keys()
    assert receipt["project"]["commit"]


def test_second_run_has_nothing_to_do(labelled):
    assert "Nothing to be done" in labelled.succeed()


def test_working_directory_holds_nothing_else(labelled):
    assert set(os.listdir(labelled.folder)) == {"results", "logs", ".snakemake"}


@pytest.mark.parametrize("name", SORTS)
def test_phylib_reads_the_labels(labelled, name):
    labels = labelled.by_unit(name, "labels.tsv")
    model = load_model(labelled.dataset / name / "params.py")
    try:
        assert set(model.cluster_ids) == set(labels)
        assert model.metadata["group"] == {i: row["label"] for i, row in labels.items()}
        assert model.metadata["KSLabel"] == {i: row["label_criteria"] for i, row in labels.items()}
    finally:
        model.close()


@pytest.mark.parametrize("name", SORTS)
def test_spikeinterface_reads_the_labels(labelled, name):
    labels = labelled.by_unit(name, "labels.tsv")
    sorting = se.read_phy(labelled.dataset / name)
    ids = [int(i) for i in sorting.unit_ids]
    assert sorted(ids) == sorted(labels)
    groups = dict(zip(ids, sorting.get_property("quality"), strict=True))
    assert groups == {i: row["label"] for i, row in labels.items()}
    verdicts = dict(zip(ids, sorting.get_property("KSLabel"), strict=True))
    assert verdicts == {i: row["label_criteria"] for i, row in labels.items()}


def test_report_of_snakemake(labelled):
    page = labelled.folder.parent / "report.html"
    labelled.succeed(options=["--report", page])
    assert "<html" in page.read_text(encoding="utf-8")
