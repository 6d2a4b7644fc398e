"""The table of metrics of one session."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics.compute import compute_metrics, write_metrics
from goodunits.result_files.metrics_tsv import read_metrics

PROJECT = Path(__file__).resolve().parents[3]
PARAMETERS = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]


def changed(metric, **values):
    return {**PARAMETERS, metric: {**PARAMETERS[metric], **values}}


@pytest.fixture
def session(tmp_path):
    """Unit 3 has 2000 refractory spikes over 20 min, unit 8 has 5, unit 9 one spike."""
    gaps_s = 0.02 + np.random.default_rng(8).exponential(0.58, 2000)
    train = np.rint(np.cumsum(gaps_s) * 30000).astype(np.int64)
    samples = np.concatenate([train, train[:5] + 7, train[-1:] - 9])
    clusters = np.repeat([3, 8, 9], [2000, 5, 1]).astype(np.int32)
    by_time = np.argsort(samples)
    return SimpleNamespace(
        folder=tmp_path,
        spike_samples=samples[by_time],
        spike_clusters=clusters[by_time],
        spike_templates=np.where(clusters == 9, 3, clusters)[by_time],
        sampling_frequency_hz=30000.0,
        recording_duration_s=1300.0,
        recording_duration_source="ops.npy",
        acg_threshold=0.2,
        duplicate_spike_bins=7,
    )


def with_changes(session, **fields):
    return SimpleNamespace(**{**vars(session), **fields})


def session_folder(copy):
    return next(copy.rglob("spike_times.npy")).parent


def test_one_row_per_id_and_every_cheap_metric(session):
    table = compute_metrics(session, PARAMETERS, {3: "good", 8: "mua"})
    assert table.unit_ids.tolist() == [3, 8, 9]
    assert tuple(table.columns) == all_metrics.names_by_default()
    assert {len(values) for values in table.columns.values()} == {3}
    assert table.columns["n_spikes"] == [2000, 5, 1]
    assert table.columns["ks_refractory"] == [True, None, None]
    assert table.columns["ks_label"] == ["good", "mua", None]
    assert table.notes == []


def test_every_undefined_value_has_a_reason_from_the_catalogue_and_no_other_has_one(session):
    table = compute_metrics(session, PARAMETERS, None)
    for row, unit_id in enumerate(table.unit_ids.tolist()):
        for name, values in table.columns.items():
            value = values[row]
            is_undefined = value is None or (isinstance(value, float) and math.isnan(value))
            reason = table.undefined.get(unit_id, {}).get(name)
            assert (reason is not None) == is_undefined
            if reason:
                assert reason in all_metrics.METRICS[name].nan_reasons
    assert table.undefined[9]["firing_rate"] == "too_few_spikes"
    assert table.undefined[3]["ks_label"] == "no_label_file"
    assert "ks_refractory" not in table.undefined[3]


def test_only_ids_that_kilosort_made_keep_its_label(session):
    labels = {3: "good", 9: "stale, inherited"}
    table = compute_metrics(session, PARAMETERS, labels)
    assert table.columns["ks_label"] == ["good", None, None]
    assert table.undefined[9]["ks_label"] == "id_new_since_sorting"
    assert table.undefined[8]["ks_label"] == "id_not_in_label_file"
    no_templates = with_changes(session, spike_templates=None)
    assert (
        compute_metrics(no_templates, PARAMETERS, labels).columns["ks_label"][2]
        == "stale, inherited"
    )


def test_only_the_named_metrics_in_the_order_of_the_catalogue(session):
    table = compute_metrics(session, PARAMETERS, None, names=["presence_ratio", "n_spikes"])
    assert list(table.columns) == ["n_spikes", "presence_ratio"]
    assert table.undefined == {}


def test_an_unknown_metric_is_named_with_the_nearest(session):
    with pytest.raises(ConfigError, match="'presense_ratio', did you mean 'presence_ratio'"):
        compute_metrics(session, PARAMETERS, None, names=["presense_ratio"])


def test_whole_numbers_that_come_as_floats_change_nothing(session):
    floats = {
        metric: {
            name: float(value) if isinstance(value, int) else value for name, value in block.items()
        }
        for metric, block in PARAMETERS.items()
    }
    tables = [compute_metrics(session, parameters, None) for parameters in (PARAMETERS, floats)]
    for name in all_metrics.names_by_default():
        np.testing.assert_array_equal(tables[0].columns[name], tables[1].columns[name])


def test_missing_parameters_are_all_named(session):
    block = {"presence_ratio": {**PARAMETERS["presence_ratio"]}}
    del block["presence_ratio"]["min_n_bins"]
    block["presence_ratio_si"] = PARAMETERS["presence_ratio_si"]
    block["presence_ratio_bombcell"] = PARAMETERS["presence_ratio_bombcell"]
    with pytest.raises(ConfigError) as caught:
        compute_metrics(session, block, None, names=["presence_ratio", "ks_q12"])
    named = [problem.split(":")[0] for problem in caught.value.problems]
    assert named == [
        "metrics.presence_ratio.min_n_bins",
        "metrics.ks_refractory.acg_threshold",
        "metrics.ks_refractory.q12_threshold",
    ]


def test_the_order_of_spikes_in_the_file_changes_nothing_but_a_note(session):
    shuffled = np.random.default_rng(1).permutation(len(session.spike_samples))
    mixed = with_changes(
        session,
        spike_samples=session.spike_samples[shuffled],
        spike_clusters=session.spike_clusters[shuffled],
        spike_templates=session.spike_templates[shuffled],
    )
    tables = [compute_metrics(each, PARAMETERS, {3: "good"}) for each in (session, mixed)]
    for name in tables[0].columns:
        np.testing.assert_array_equal(tables[0].columns[name], tables[1].columns[name])
    assert "not in time order" in tables[1].notes[0]


def test_renumbering_units_changes_nothing_but_the_ids(session):
    table = compute_metrics(session, PARAMETERS, None)
    renumbered = with_changes(session, spike_clusters=session.spike_clusters * 100_000)
    other = compute_metrics(renumbered, PARAMETERS, None)
    assert other.unit_ids.tolist() == [300_000, 800_000, 900_000]
    assert other.columns["duplicate_of"] == [
        each * 100_000 for each in table.columns["duplicate_of"]
    ]
    for name in table.columns:
        if name != "duplicate_of":
            np.testing.assert_array_equal(table.columns[name], other.columns[name])


def test_the_acg_threshold_is_the_users_then_kilosorts_then_its_default(session):
    rng = np.random.default_rng(9)
    foreign = np.sort(rng.integers(0, session.spike_samples.max(), 4000))
    samples = np.concatenate([session.spike_samples, foreign])
    clusters = np.concatenate([session.spike_clusters, np.full(4000, 3, np.int32)])
    by_time = np.argsort(samples)
    noisy = with_changes(session, spike_samples=samples[by_time], spike_clusters=clusters[by_time])
    r12 = compute_metrics(noisy, PARAMETERS, None).columns["ks_contamination"][0]
    assert 0.2 < r12 < 1.2
    strict = changed("ks_refractory", acg_threshold=0.1, q12_threshold=1)
    loose = changed("ks_refractory", acg_threshold=2, q12_threshold=1)
    null = changed("ks_refractory", q12_threshold=1)
    of_the_sort = with_changes(noisy, acg_threshold=2.0)
    unknown = with_changes(noisy, acg_threshold=None)

    def verdict(session, parameters):
        return compute_metrics(session, parameters, None).columns["ks_refractory"][0]

    assert verdict(of_the_sort, null) is True
    assert verdict(of_the_sort, strict) is False
    assert verdict(noisy, loose) is True
    assert verdict(unknown, null) is False
    assert "default 0.2" in compute_metrics(unknown, null, None).notes[0]
    assert compute_metrics(unknown, loose, None).notes == []


def test_the_whole_table_reads_back(session, tmp_path):
    table = compute_metrics(session, PARAMETERS, {3: " odd\tlabel\n", 8: ""})
    path = tmp_path / "metrics.tsv"
    write_metrics(table, path)
    rows, undefined = read_metrics(path)
    assert undefined == table.undefined
    assert [row["cluster_id"] for row in rows] == [3, 8, 9]
    assert [row["ks_label"] for row in rows] == ["odd label", None, None]
    for name, values in table.columns.items():
        read = [row[name] for row in rows]
        if all_metrics.METRICS[name].kind == "float":
            read = [math.nan if value is None else value for value in read]
            np.testing.assert_array_equal(read, values)
        elif name != "ks_label":
            assert read == values


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_the_refractory_verdict_is_kilosorts_label_on_a_fresh_sort(name, sort_folder):
    folder = session_folder(sort_folder(name))
    lines = (folder / "cluster_KSLabel.tsv").read_text().split("\n")[1:]
    labels = {int(line.split("\t")[0]): line.split("\t")[1] for line in lines if line}
    table = compute_metrics(read_sort(folder), PARAMETERS, labels)
    assert table.unit_ids.tolist() == sorted(labels)
    verdicts = ["good" if good else "mua" for good in table.columns["ks_refractory"]]
    assert verdicts == table.columns["ks_label"]


def test_merged_and_split_units_are_judged_by_their_own_spikes(sort_folder, oracle):
    folder = session_folder(sort_folder("dev_a_curated"))
    table = compute_metrics(read_sort(folder), PARAMETERS, {26: "good", 27: "good"})
    for row, unit_id in enumerate(table.unit_ids.tolist()):
        unit = oracle("dev_a_curated")["units"][str(unit_id)]
        assert table.columns["n_spikes"][row] == unit["n"]
        assert table.columns["ks_refractory"][row] == unit["is_ref"]
    for merged in (26, 27, 28, 29):
        assert table.undefined[merged]["ks_label"] == "id_new_since_sorting"
