"""Whatever a sort looks like: a row for every unit, a value or a reason, and no crash."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from goodunits.base.errors import SessionError
from goodunits.catalogue import all_metrics
from goodunits.config import yaml_file
from goodunits.criteria import label_rules, unit_verdict
from goodunits.metrics import compute
from made_trains import FREQUENCY_HZ, contaminated_train, poisson_train, refractory_train

PROJECT = Path(__file__).resolve().parents[3]
PARAMETERS = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]
NAMES = all_metrics.names_by_default()
STRICT = yaml_file.load_yaml(PROJECT / "presets" / "strict.yaml")["labels"]


def session_of(samples, clusters, duration_s, **fields):
    """What the metrics of spike trains ask of a session."""
    values = {
        "folder": Path("no such folder"),
        "spike_samples": np.asarray(samples, dtype=np.int64),
        "spike_clusters": np.asarray(clusters, dtype=np.int32),
        "spike_templates": None,
        "sampling_frequency_hz": FREQUENCY_HZ,
        "recording_duration_s": duration_s,
        "acg_threshold": 0.2,
        "duplicate_spike_bins": 7,
    }
    return SimpleNamespace(**{**values, **fields})


def trains_session(trains, duration_s):
    """Session of some trains; unit ids 0, 1, ..."""
    samples = np.concatenate(trains)
    clusters = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    order = np.argsort(samples, kind="stable")
    return session_of(samples[order], clusters[order], duration_s)


def check(table):
    """Every unit has in every column a value of its kind or a reason of the catalogue."""
    for name, values in table.columns.items():
        metric = all_metrics.METRICS[name]
        assert len(values) == len(table.unit_ids)
        for unit_id, value in zip(table.unit_ids.tolist(), values, strict=True):
            reason = table.undefined.get(unit_id, {}).get(name)
            if value is None or (isinstance(value, float) and math.isnan(value)):
                assert reason in metric.nan_reasons
            else:
                assert reason is None
                assert metric.kind != "float" or math.isfinite(value)
                assert metric.kind != "int" or isinstance(value, int)
                assert metric.kind != "bool" or isinstance(value, bool)


@given(
    st.lists(
        st.tuples(st.integers(0, 4000) | st.integers(0, 10**7), st.sampled_from([0, 3, 70000])),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([10_000.0, 24_414.0625, 30_000.0]),
    st.sampled_from([None, 0, 7, 15, 60]),
)
@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_spikes_give_a_row_for_every_unit(spikes, frequency_hz, duplicate_bins):
    samples, clusters = zip(*spikes, strict=True)
    session = session_of(
        samples,
        clusters,
        (max(samples) + 1) / frequency_hz,
        sampling_frequency_hz=frequency_hz,
        duplicate_spike_bins=duplicate_bins,
    )
    table = compute.compute_metrics(session, PARAMETERS, None, NAMES)
    assert table.unit_ids.tolist() == sorted(set(clusters))
    check(table)


@pytest.mark.parametrize("n_spikes", [1, 2, 11, 300, 5000])
def test_all_spikes_at_one_time(n_spikes):
    session = session_of(np.full(n_spikes, 500), np.full(n_spikes, 8), 100.0)
    table = compute.compute_metrics(session, PARAMETERS, None, NAMES)
    check(table)
    assert table.columns["n_spikes"] == [n_spikes]
    assert table.undefined[8]["firing_rate"]


def test_a_file_that_ends_in_zeros_is_an_error_not_an_endless_run():
    samples = np.append(np.arange(50_000) * 100, np.zeros(200_000, int))
    session = session_of(samples, np.arange(250_000) % 7, 200.0)
    with pytest.raises(SessionError, match="spikes at sample 0; the file is damaged"):
        compute.compute_metrics(session, PARAMETERS, None, NAMES)


def test_a_sort_that_does_not_tell_its_censored_period_says_what_is_assumed():
    train = refractory_train(np.random.default_rng(0), 20, 300, 2)
    known = trains_session([train], 300.0)
    unknown = session_of(known.spike_samples, known.spike_clusters, 300.0)
    unknown.duplicate_spike_bins = None
    first, second = (
        compute.compute_metrics(each, PARAMETERS, None, NAMES) for each in (known, unknown)
    )
    assert not any("duplicate_spike_bins" in note for note in first.notes)
    assert sum("duplicate_spike_bins" in note for note in second.notes) == 1
    # Fewer lags are looked at, so less is excluded.
    bound = "contamination_upper_bound"
    assert second.columns[bound][0] > first.columns[bound][0]


def strict_labels(trains, duration_s):
    """Labels by presets/strict.yaml."""
    rules = label_rules.parse_labels(STRICT, all_metrics.kinds())
    names = all_metrics.names_wanted((), rules.metrics)
    table = compute.compute_metrics(
        trains_session(trains, duration_s), PARAMETERS, None, names=names
    )
    labels = []
    for row, unit_id in enumerate(table.unit_ids.tolist()):
        values = {name: values[row] for name, values in table.columns.items()}
        reasons = table.undefined.get(unit_id, {})
        labels.append(unit_verdict.label_unit(rules, values, reasons).label)
    return labels


def test_random_trains_are_never_good_by_the_strict_criteria():
    rng = np.random.default_rng(21)
    for duration_s, n_trains in ((600, 30), (3600, 30)):
        for n_spikes in (11, 100, 600, 1500, 2000, 2500, 4500, 5000, 6000, 20_000):
            trains = [poisson_train(rng, n_spikes, duration_s) for _ in range(n_trains)]
            assert set(strict_labels(trains, duration_s)) == {"mua"}


def test_clean_neurons_with_enough_spikes_are_good_and_contaminated_ones_are_not():
    rng = np.random.default_rng(22)
    clean = [refractory_train(rng, rate_hz, 3600, 2) for rate_hz in (2, 5, 20)]
    dirty = [contaminated_train(rng, rate_hz, 3600, 2, 0.25)[0] for rate_hz in (2, 5, 20)]
    late = refractory_train(rng, 10, 1800, 2) + round(1800 * FREQUENCY_HZ)
    labels = strict_labels([*clean, *dirty, late], 3600)
    assert labels == ["good"] * 3 + ["mua"] * 4


def test_of_a_neuron_that_was_found_twice_one_copy_is_good():
    rng = np.random.default_rng(23)
    train = refractory_train(rng, 10, 3600, 2)
    worse = train[rng.random(len(train)) < 0.8] + 4
    assert strict_labels([worse, train], 3600) == ["mua", "good"]
