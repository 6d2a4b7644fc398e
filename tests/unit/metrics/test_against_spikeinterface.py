"""Metrics of spike trains against SpikeInterface's own functions, where the definition is the same.

On the four real sorts and on made trains. Tolerance: equal to 1e-12, except where a test says why
not.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import compute
from made_trains import FREQUENCY_HZ, contaminated_train, poisson_train

si = pytest.importorskip("spikeinterface")
pytest.importorskip("numba")
quality = pytest.importorskip("spikeinterface.metrics.quality.misc_metrics")
generation = pytest.importorskip("spikeinterface.generation")

PROJECT = Path(__file__).resolve().parents[3]
PARAMETERS = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]
SORTS = ("dev_a", "dev_a_curated", "dev_b", "dev_c")
EXACT = {"rtol": 1e-12, "atol": 1e-12, "equal_nan": True}


def made_session():
    """Units of many rates and contaminations over 20 minutes, with one, two and no close spikes."""
    rng = np.random.default_rng(12)
    trains = [
        contaminated_train(rng, rate_hz, 1200, 2, contamination)[0]
        for rate_hz in (0.2, 2, 10, 40)
        for contamination in (0, 0.05, 0.2, 0.5)
    ]
    trains += [poisson_train(rng, n_spikes, 1200) for n_spikes in (2, 30, 3000)]
    samples = np.concatenate(trains)
    clusters = np.repeat(np.arange(len(trains)) * 3 + 1, [len(train) for train in trains])
    order = np.argsort(samples, kind="stable")
    return SimpleNamespace(
        folder=Path("no such folder"),
        spike_samples=samples[order],
        spike_clusters=clusters[order],
        spike_templates=None,
        sampling_frequency_hz=FREQUENCY_HZ,
        recording_duration_s=1200.0,
        acg_threshold=0.2,
        duplicate_spike_bins=0,
    )


@pytest.fixture(scope="module", params=[*SORTS, "made"])
def pair(request, pristine_sorts):
    """A session with our table (no censored period), and SpikeInterface's analyzer of it."""
    made = request.param == "made"
    session = made_session() if made else read_sort(pristine_sorts / request.param)
    parameters = {**PARAMETERS}
    parameters["rp_contamination"] = {"refractory_period_ms": 1, "censored_period_ms": 0}
    table = compute.compute_metrics(session, parameters, None)
    sorting = si.core.NumpySorting.from_samples_and_labels(
        [session.spike_samples], [session.spike_clusters], session.sampling_frequency_hz
    )
    recording = generation.NoiseGeneratorRecording(
        num_channels=1,
        sampling_frequency=session.sampling_frequency_hz,
        durations=[session.recording_duration_s],
    )
    recording.set_dummy_probe_from_locations(np.zeros((1, 2)))
    analyzer = si.core.create_sorting_analyzer(sorting, recording, sparse=False)
    return session, table, analyzer


def in_our_order(values, table):
    """SpikeInterface's values by unit as an array."""
    return np.array([values[unit_id] for unit_id in table.unit_ids], dtype=float)


def test_firing_range(pair):
    _, table, analyzer = pair
    theirs = quality.compute_firing_ranges(analyzer)
    np.testing.assert_allclose(table.columns["firing_range"], in_our_order(theirs, table), **EXACT)


def test_presence_ratio(pair):
    _, table, analyzer = pair
    theirs = quality.compute_presence_ratios(analyzer)
    np.testing.assert_allclose(
        table.columns["presence_ratio_si"], in_our_order(theirs, table), **EXACT
    )


def test_interval_violations(pair):
    """They divide first: for them an interval on the threshold falls to either side by rounding."""
    session, table, analyzer = pair
    theirs = quality.compute_isi_violations(analyzer)
    counts = in_our_order(theirs.isi_violations_count, table)
    on_threshold = np.array(
        [
            np.count_nonzero(np.diff(table.spikes.train(row)) == 45)
            for row in range(table.spikes.n_units)
        ]
    )
    excess = counts - table.columns["isi_violations_count"]
    assert np.all((excess >= 0) & (excess <= on_threshold))
    equal = excess == 0
    assert np.count_nonzero(equal) > 0.6 * len(equal)
    np.testing.assert_allclose(
        table.columns["isi_violations_ratio"][equal],
        in_our_order(theirs.isi_violations_ratio, table)[equal],
        **EXACT,
    )


def test_refractory_period_violations(pair):
    _, table, analyzer = pair
    theirs = quality.compute_refrac_period_violations(analyzer)
    assert table.columns["rp_violations"] == in_our_order(theirs.rp_violations, table).tolist()
    np.testing.assert_allclose(
        table.columns["rp_contamination"], in_our_order(theirs.rp_contamination, table), **EXACT
    )


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_the_censored_period_of_a_fresh_sort(name, pristine_sorts):
    """Kilosort left no pair below 7 samples, so that counting those too makes no difference."""
    session = read_sort(pristine_sorts / name)
    assert session.duplicate_spike_bins == 7
    table = compute.compute_metrics(session, PARAMETERS, None, names=["rp_contamination"])
    n_samples = round(session.recording_duration_s * session.sampling_frequency_hz)
    for row, value in enumerate(table.columns["rp_contamination"]):
        train = table.spikes.train(row)
        n_violations = quality._compute_rp_violations_numba(train, 7, 30)
        theirs = quality._compute_rp_contamination_one_unit(
            n_violations, len(train), n_samples, 7, 30
        )
        assert value == pytest.approx(theirs, rel=1e-12)


def test_sliding_refractory_period(pair):
    """They count two spikes on one sample twice, so merged clusters with such spikes may differ."""
    _, table, analyzer = pair
    theirs = in_our_order(quality.compute_sliding_rp_violations(analyzer), table)
    ours = table.columns["sliding_rp_violation"]
    twice = [np.any(np.diff(table.spikes.train(row)) == 0) for row in range(len(ours))]
    np.testing.assert_allclose(np.where(twice, 0, ours), np.where(twice, 0, theirs), **EXACT)
    assert np.all(np.nan_to_num(ours, nan=1)[twice] <= np.nan_to_num(theirs, nan=1)[twice])


def test_confidence_of_the_sliding_refractory_period(pair):
    """Against the confidences from which SpikeInterface takes its value."""
    session, table, analyzer = pair
    for row, unit_id in enumerate(table.unit_ids):
        train = table.spikes.train(row)
        if np.any(np.diff(train) == 0):
            continue
        one = si.core.NumpySorting.from_unit_dict({unit_id: train}, FREQUENCY_HZ)
        _, confidences = quality.slidingRP_violations(
            one,
            session.recording_duration_s,
            contamination_values=np.array([0.1]),
            return_conf_matrix=True,
        )
        # Bins of 8 samples; centres above 0.5 ms begin with the third.
        best = confidences[0, 2:].max()
        assert table.columns["sliding_rp_confidence"][row] == pytest.approx(best, abs=1e-9)


def test_synchrony(pair):
    _, table, analyzer = pair
    theirs = quality.compute_synchrony_metrics(analyzer)
    for size in (2, 4, 8):
        np.testing.assert_allclose(
            table.columns[f"sync_spike_{size}"],
            in_our_order(getattr(theirs, f"sync_spike_{size}"), table),
            **EXACT,
        )
