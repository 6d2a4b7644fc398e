"""Kilosort's contamination and refractory test."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goodunits.metrics import ks_refractory
from goodunits.metrics.ks_refractory import pairs_within, refractoriness, refractory_scores
from goodunits.spiketrains.unit_spikes import group_by_unit

FS = 30000.0
LAGS_MS = (*range(11), 49, 50, 249, 250, 499)


def slow_pairs_within(train, fs):
    """Every pair of spikes, binned one by one as the definition says."""
    times_s = np.array(train) / fs
    first, second = np.triu_indices(len(train), k=1)
    bins = np.rint((times_s[second] - times_s[first]) / 0.001)
    return {lag_ms: int(np.count_nonzero(bins <= lag_ms)) for lag_ms in LAGS_MS}


def poisson_train(rng, rate_hz, duration_s, fs=FS):
    return np.sort(rng.integers(0, int(duration_s * fs), rng.poisson(rate_hz * duration_s)))


def refractory_train(rng, rate_hz, duration_s, refractory_s=0.015, fs=FS):
    gaps_s = refractory_s + rng.exponential(1 / rate_hz - refractory_s, int(rate_hz * duration_s))
    return np.rint(np.cumsum(gaps_s) * fs).astype(np.int64)


def one_unit(train):
    return refractoriness(
        group_by_unit(train, np.zeros(len(train), dtype=np.int32)),
        FS,
        acg_threshold=0.2,
        q12_threshold=0.2,
    )


def test_pairs_by_hand():
    # Lags 0.1, 2, 2.1, 60, 62 and 62.1 ms.
    found = pairs_within(np.array([0, 60, 63, 1863]), FS)
    assert [found[lag_ms] for lag_ms in LAGS_MS] == [1, 1, *[3] * 9, 3, 3, 6, 6, 6]


# Multiples of 15 samples (0.5 ms) put lags exactly on the edges of the bins.
on_edges = st.lists(st.integers(0, 1200), min_size=2, max_size=60)


@given(st.one_of(on_edges.map(lambda steps: [15 * step for step in steps]), on_edges))
@example([0] * 12 + [15] * 12 + [14985] * 3)
def test_pairs_equal_those_counted_one_by_one(samples):
    train = np.sort(np.array(samples, dtype=np.int64))
    for fs in (30000.0, 29999.954, 1000.0):
        assert pairs_within(train, fs) == slow_pairs_within(train, fs)


def test_lags_on_a_bin_edge_late_in_a_recording():
    # Seconds as float64 get coarser with time: rounding differs from that at time 0.
    train = 15 * np.unique(np.random.default_rng(2).integers(0, 3000, 700))
    counts = [pairs_within(train + 30000 * start_s, FS) for start_s in (0, 7200, 80_000)]
    assert counts[0] != counts[1]
    for start_s, found in zip((0, 7200, 80_000), counts, strict=True):
        assert found == slow_pairs_within(train + 30000 * start_s, FS)


def test_pairs_do_not_depend_on_the_chunk(monkeypatch):
    train = 5 * np.sort(np.random.default_rng(3).integers(0, 6000, 400))
    whole = pairs_within(train, FS)
    for chunk in (1, 7, 399, 400):
        monkeypatch.setattr(ks_refractory, "CHUNK", chunk)
        assert pairs_within(train, FS) == whole


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c", "dev_a_curated"])
def test_real_sorts_give_kilosorts_own_numbers(name, sort_folder, oracle):
    folder = next(sort_folder(name).rglob("spike_times.npy")).parent
    expected = oracle(name)
    spikes = group_by_unit(
        np.load(folder / "spike_times.npy"), np.load(folder / "spike_clusters.npy")
    )
    found = refractoriness(spikes, expected["fs"], acg_threshold=0.2, q12_threshold=0.2)
    units = [expected["units"][str(unit_id)] for unit_id in spikes.unit_ids]
    assert len(units) == len(expected["units"])
    r12 = np.array([unit["R12"] for unit in units])
    np.testing.assert_allclose(found["ks_contamination"].values, r12, rtol=0, atol=1e-9)
    assert found["ks_refractory"].values == [unit["is_ref"] for unit in units]


def test_a_refractory_unit_passes_and_a_poisson_train_does_not():
    rng = np.random.default_rng(11)
    clean = one_unit(refractory_train(rng, 10, 1200))
    assert clean["ks_contamination"].values[0] == 0
    assert clean["ks_refractory"].values == [True]
    noise = one_unit(poisson_train(rng, 10, 1200))
    assert 0.7 < noise["ks_contamination"].values[0] < 1.1
    assert noise["ks_q12"].values[0] > 0.01
    assert noise["ks_refractory"].values == [False]


def test_contamination_fraction_is_the_share_of_foreign_spikes():
    rng = np.random.default_rng(12)
    own = refractory_train(rng, 16, 3000)
    foreign = refractory_train(rng, 4, 3000)
    found = one_unit(np.sort(np.concatenate([own, foreign])))
    # R12 says about twice the fraction, 1 - (0.2^2 + 0.8^2) = 0.32 for one foreign unit.
    assert found["ks_contamination"].values[0] == pytest.approx(0.32, abs=0.04)
    assert found["ks_contamination_fraction"].values[0] == pytest.approx(
        1 - np.sqrt(1 - found["ks_contamination"].values[0])
    )


def test_contamination_above_one_is_a_fraction_of_one():
    # Bursts of two, 1 ms apart: far more pairs near zero lag than at the baselines.
    starts = 30000 * np.arange(40) + np.random.default_rng(4).integers(0, 9000, 40)
    found = one_unit(np.sort(np.concatenate([starts, starts + 30])))
    assert found["ks_contamination"].values[0] > 1
    assert found["ks_contamination_fraction"].values[0] == 1


def test_units_that_kilosort_does_not_judge_are_undefined_with_a_reason():
    rng = np.random.default_rng(13)
    trains = [rng.integers(0, 30000, 10), np.full(11, 500), np.sort(rng.integers(0, 30000, 11))]
    clusters = np.repeat([2, 4, 8], [len(train) for train in trains])
    spikes = group_by_unit(np.concatenate(trains), clusters)
    found = refractoriness(spikes, FS, acg_threshold=0.2, q12_threshold=0.2)
    for column in found.values():
        assert column.reasons == {0: "too_few_spikes", 1: "zero_span"}
    assert np.isnan(found["ks_contamination"].values).tolist() == [True, True, False]
    assert np.isnan(found["ks_contamination_fraction"].values).tolist() == [True, True, False]
    assert found["ks_refractory"].values[:2] == [None, None]
    assert found["ks_refractory"].values[2] in (True, False)


def test_both_thresholds_are_needed_and_exclusive():
    train = np.sort(
        np.concatenate(
            [
                refractory_train(np.random.default_rng(14), 16, 600),
                poisson_train(np.random.default_rng(15), 1, 600),
            ]
        )
    )
    r12, q12 = refractory_scores(train, FS)
    spikes = group_by_unit(train, np.zeros(len(train), dtype=np.int32))

    def verdict(acg_threshold, q12_threshold):
        return refractoriness(spikes, FS, acg_threshold=acg_threshold, q12_threshold=q12_threshold)[
            "ks_refractory"
        ].values[0]

    assert r12 > 0
    above_r12, above_q12 = np.nextafter(r12, 9), np.nextafter(q12, 9)
    assert verdict(above_r12, above_q12) is True
    assert verdict(r12, above_q12) is False
    assert verdict(above_r12, q12) is False
