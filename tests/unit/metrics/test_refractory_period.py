"""Contamination from refractory-period violations: worked cases, known truth, random trains."""

import math

import numpy as np
import pytest

from goodunits.metrics import refractory_period
from goodunits.spiketrains import pair_lags
from made_trains import (
    FREQUENCY_HZ,
    contaminated_train,
    grouped,
    poisson_train,
    refractory_train,
    without_duplicates,
)

HOUR_S = 3600
SLIDING = {
    "bin_size_ms": 0.25,
    "exclude_ref_period_below_ms": 0.5,
    "max_ref_period_ms": 10,
    "contamination": 0.1,
    "confidence": 0.9,
}


def bounds_of(trains, duration_s, *, refractory_samples=45, censored_samples=0, confidence=0.9):
    """Upper bound of some trains."""
    spikes = grouped(trains)
    return refractory_period.upper_bound(
        pair_lags.count_lags(spikes, FREQUENCY_HZ),
        spikes.counts(),
        round(duration_s * FREQUENCY_HZ),
        refractory_samples=refractory_samples,
        censored_samples=censored_samples,
        confidence=confidence,
    )


def of_train(function, train, n_samples, **arguments):
    """Result of a function of lags, counts and length of the recording, for one train."""
    spikes = grouped([np.asarray(train)])
    pairs = pair_lags.count_lags(spikes, FREQUENCY_HZ)
    return function(pairs, spikes.counts(), n_samples, **arguments)


# Worked by hand


def test_interval_violations_of_a_train_worked_by_hand():
    # Intervals of 10, 44, 45, 3000 samples: two are below 1.5 ms = 45 samples.
    spikes = grouped([np.array([0, 10, 54, 99, 3099])])
    columns = refractory_period.isi_violations(
        pair_lags.count_lags(spikes, FREQUENCY_HZ),
        spikes.counts(),
        100.0,
        FREQUENCY_HZ,
        isi_threshold_ms=1.5,
        min_isi_ms=0.5,
    )
    assert columns["isi_violations_count"].values == [2]
    assert columns["isi_violations_ratio"].values[0] == pytest.approx(2 * 100 / (2 * 25 * 0.001))


def test_pairs_and_the_formula_of_llobet_worked_by_hand():
    # 1000 spikes 3000 apart, and one spike 7, one 30 and one 31 samples after three of them.
    train = np.sort(np.append(np.arange(1000) * 3000, [7, 3030, 6031]))
    columns = of_train(
        refractory_period.rp_violations,
        train,
        3_000_000,
        refractory_samples=30,
        censored_samples=7,
    )
    assert columns["rp_violations"].values == [2]
    radicand = 1 - 2 * (3_000_000 - 2 * 1003 * 7) / (1003**2 * 23)
    expected = 1 - math.sqrt(radicand)
    assert columns["rp_contamination"].values[0] == pytest.approx(expected, rel=1e-12)


def test_three_close_spikes_are_three_pairs_but_two_intervals():
    pairs = of_train(
        refractory_period.rp_violations,
        [0, 10, 20],
        10**9,
        refractory_samples=30,
        censored_samples=0,
    )
    assert pairs["rp_violations"].values == [3]
    assert pairs["rp_contamination"].values.tolist() == [1.0]


def test_the_quadratic_of_hill_holds_and_has_no_root_for_too_many_violations():
    rng = np.random.default_rng(2)
    train, _ = contaminated_train(rng, 20, 600, 3, 0.1, one_neuron=True)
    n_samples = round(600 * FREQUENCY_HZ)
    f = of_train(
        refractory_period.isi_contamination,
        train,
        n_samples,
        refractory_samples=45,
        censored_samples=7,
    ).values[0]
    intervals = np.diff(train)
    n_violations = np.count_nonzero((intervals >= 7) & (intervals <= 45))
    assert f * (1 - f) * 2 * 38 * len(train) ** 2 / n_samples == pytest.approx(n_violations)
    assert 0 < f < 0.5
    random = poisson_train(rng, 10000, 600)
    hopeless = of_train(
        refractory_period.isi_contamination,
        random,
        n_samples,
        refractory_samples=45,
        censored_samples=7,
    )
    assert hopeless.values.tolist() == [1.0]


def test_the_bound_without_a_violation_solves_its_equation():
    train = np.arange(5000) * 3000
    n_samples, n_lags = 5000 * 3000, 45 - 7 + 1
    bound = bounds_of([train], n_samples / FREQUENCY_HZ, censored_samples=7).values[0]
    expected_pairs = 2 * n_lags * len(train) ** 2 * bound * (1 - bound) / n_samples
    assert expected_pairs == pytest.approx(-math.log(0.1), rel=1e-9)


# Known truth


@pytest.mark.parametrize("one_neuron", [False, True], ids=["many foreign", "one foreign"])
@pytest.mark.parametrize("censored_samples", [0, 7])
def test_the_bound_covers_the_truth_as_often_as_it_says(one_neuron, censored_samples):
    rng = np.random.default_rng(17)
    covered, n_bounds = 0, 0
    for rate_hz, duration_s in ((0.2, 7200), (1, 7200), (5, 900), (20, 300), (50, 200)):
        trains, truths = [], []
        for contamination in (0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5):
            for refractory_ms in (1, 1.5, 2, 3) * 4:
                train, is_foreign = contaminated_train(
                    rng, rate_hz, duration_s, refractory_ms, contamination, one_neuron
                )
                if censored_samples:
                    kept = without_duplicates(train, censored_samples)
                    train, is_foreign = train[kept], is_foreign[kept]
                trains.append(train)
                truths.append(is_foreign.mean())
        # 1 ms: no neuron's own spikes are closer, so nothing but foreign spikes raises the bound.
        bounds = bounds_of(
            trains, duration_s, refractory_samples=30, censored_samples=censored_samples
        ).values
        defined = ~np.isnan(bounds)
        covered += np.count_nonzero((bounds >= truths)[defined])
        n_bounds += np.count_nonzero(defined)
    assert n_bounds > 300
    assert covered >= 0.9 * n_bounds


def test_the_bound_comes_down_to_the_truth_with_more_spikes():
    rng = np.random.default_rng(3)
    excess = []
    for duration_s in (200, 1000, 5000):
        made = [contaminated_train(rng, 20, duration_s, 2, 0.1, one_neuron=True) for _ in range(20)]
        truths = [is_foreign.mean() for _, is_foreign in made]
        excess.append(np.mean(bounds_of([train for train, _ in made], duration_s).values - truths))
    assert excess[0] > excess[1] > excess[2] > 0
    assert excess[2] < 0.02


def test_random_trains_almost_never_have_a_low_bound_whatever_their_number_of_spikes():
    rng = np.random.default_rng(4)
    trains = [
        poisson_train(rng, n_spikes, HOUR_S)
        for n_spikes in (20, 200, 1000, 3000, 4000, 4500, 5000, 6000, 10_000, 40_000)
        for _ in range(60)
    ]
    bounds = bounds_of(trains, HOUR_S, censored_samples=7).values
    # The chance is below 1 in 1000 at the worst number of spikes, see the docstring.
    assert np.count_nonzero(bounds < 0.2) <= 1
    assert np.count_nonzero(bounds < 0.15) == 0


def test_other_estimates_rise_with_the_truth_and_are_near_it():
    rng = np.random.default_rng(5)
    n_samples = round(1800 * FREQUENCY_HZ)
    estimates, confidences = {"llobet": [], "sliding": []}, []
    for contamination in (0.05, 0.1, 0.2, 0.3):
        train, is_foreign = contaminated_train(rng, 20, 1800, 2.5, contamination)
        spikes = grouped([train])
        pairs = pair_lags.count_lags(spikes, FREQUENCY_HZ)
        column = refractory_period.rp_violations(
            pairs, spikes.counts(), n_samples, refractory_samples=30, censored_samples=0
        )["rp_contamination"]
        estimates["llobet"].append(column.values[0])
        assert column.values[0] == pytest.approx(is_foreign.mean(), rel=0.25)
        columns = refractory_period.sliding(pairs, spikes.counts(), 1800.0, FREQUENCY_HZ, **SLIDING)
        estimates["sliding"].append(columns["sliding_rp_violation"].values[0])
        confidences.append(columns["sliding_rp_confidence"].values[0])
    assert confidences[0] > 0.9 > 0.5 > confidences[2] >= confidences[3]
    for values in estimates.values():
        assert values == sorted(values)


# Edges


def test_too_few_spikes_to_tell_are_undefined_however_clean():
    clean = refractory_train(np.random.default_rng(6), 0.5, HOUR_S, 3)
    column = bounds_of([clean, clean[:1]], HOUR_S)
    assert np.isnan(column.values).all()
    assert column.reasons == {0: "too_few_spikes", 1: "too_few_spikes"}


def test_one_spike_has_no_contamination_and_no_crash():
    n_samples = 10**6
    periods = {"refractory_samples": 45, "censored_samples": 7}
    hill = of_train(refractory_period.isi_contamination, [5], n_samples, **periods)
    llobet = of_train(refractory_period.rp_violations, [5], n_samples, **periods)
    assert np.isnan(hill.values[0]) and hill.reasons == {0: "too_few_spikes"}
    assert llobet["rp_contamination"].reasons == {0: "too_few_spikes"}
    assert llobet["rp_violations"].values == [0]
    sliding = of_train(refractory_period.sliding, [5], 33.0, **_with_frequency(SLIDING))
    assert sliding["sliding_rp_violation"].reasons == {0: "nothing_below_0.35_excluded"}
    assert sliding["sliding_rp_confidence"].values[0] < 0.1


def test_all_spikes_at_one_time_are_not_called_clean():
    train = np.full(5000, 77)
    spikes = grouped([train])
    pairs = pair_lags.LagCounts(
        np.append([5000 * 4999 // 2], np.zeros(360, int))[None],
        np.append([4999], np.zeros(360, int))[None],
    )
    columns = refractory_period.rp_violations(
        pairs, spikes.counts(), 10**6, refractory_samples=30, censored_samples=0
    )
    assert columns["rp_contamination"].values.tolist() == [1.0]


def test_a_refractory_period_within_the_censored_one_says_so():
    periods = {"refractory_samples": 10, "censored_samples": 15}
    for function in (refractory_period.isi_contamination, refractory_period.rp_violations):
        result = of_train(function, [1, 2, 3], 10**6, **periods)
        columns = result.values() if isinstance(result, dict) else [result]
        assert {tuple(column.reasons.items()) for column in columns} == {
            ((0, "refractory_period_censored"),)
        }
    column = bounds_of([np.array([1, 2, 3])], 10, refractory_samples=10, censored_samples=15)
    assert column.reasons == {0: "refractory_period_censored"}


def test_violations_within_the_censored_period_are_not_counted():
    train = np.arange(5000) * 3000
    doubled = np.sort(np.append(train, train[:500] + 3))
    plain, merged = bounds_of([train, doubled], 500, censored_samples=7).values
    assert merged <= plain


def test_a_later_start_changes_nothing():
    train, _ = contaminated_train(np.random.default_rng(8), 10, 600, 2, 0.2)
    first, second = bounds_of([train, train + 123_456], 700).values
    assert first == second


def _with_frequency(block):
    """Arguments of `sliding` after the length of the recording."""
    return {"sampling_frequency_hz": FREQUENCY_HZ, **block}
