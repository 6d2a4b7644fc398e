"""Odds that a unit is clean: by hand, by simulation of pairs, and on trains of known make."""

import math

import numpy as np
import pytest

from goodunits.numerics import clean_odds
from goodunits.spiketrains import unit_spikes
from made_trains import FREQUENCY_HZ, contaminated_train, poisson_train, refractory_train


def odds(n_close, expected, limit=0.1):
    """Odds of one unit."""
    found = clean_odds.clean_log_odds(np.array([n_close]), np.array([expected]), limit)
    return float(found[0])


def by_hand(n_close, expected, limit):
    """The two mean likelihoods, by fine integration."""

    def mean(low, high):
        n_steps = 4000
        steps = (low + (high - low) * (place + 0.5) / n_steps for place in range(n_steps))
        means = (expected * (1 - (1 - c) ** 2) + 0.01 for c in steps)
        return sum(m**n_close * math.exp(-m) for m in means) / n_steps

    return math.log(mean(0, limit) / mean(limit, 0.5))


@pytest.mark.parametrize(("n_close", "expected"), [(0, 3.0), (2, 20.0), (5, 12.0), (9, 40.0)])
def test_odds_are_the_ratio_of_mean_likelihoods(n_close, expected):
    assert odds(n_close, expected) == pytest.approx(by_hand(n_close, expected, 0.1), abs=0.05)


def test_nothing_is_told_of_a_unit_without_spikes():
    assert odds(0, 0.0) == 0


def test_fewer_close_pairs_and_more_expected_ones_speak_for_a_clean_unit():
    assert odds(0, 40.0) > odds(4, 40.0) > odds(12, 40.0)
    assert odds(0, 40.0) > odds(0, 10.0) > odds(0, 1.0) > 0
    assert odds(0, 1e6) == 10
    assert odds(10**6, 1e6) == -10


def test_expected_pairs_follow_the_rate_where_the_unit_fires():
    """All spikes in one of 60 bins: 60 times the pairs of spikes spread over all."""
    times = np.sort(np.random.default_rng(0).integers(0, 1000, 50))
    found = unit_spikes.group_by_unit(times, np.zeros(50, np.int32))
    assert clean_odds.expected_pairs(found, 60_000, 30)[0] == pytest.approx(50 * 49 * 30 / 1000)


def test_trains_of_known_make():
    """A clean neuron, one with a third of foreign spikes, and random spikes."""
    rng = np.random.default_rng(1)
    clean = refractory_train(rng, 8, 1200, 3)
    dirty = contaminated_train(rng, 8, 1200, 3, 0.33)[0]
    random = poisson_train(rng, 8 * 1200, 1200)
    n_samples = round(1200 * FREQUENCY_HZ)
    for train, is_clean in ((clean, True), (dirty, False), (random, False)):
        found = unit_spikes.group_by_unit(train, np.zeros(len(train), np.int32))
        expected = clean_odds.expected_pairs(found, n_samples, 45)
        n_close = sum(int((train[k:] - train[:-k] <= 45).sum()) for k in range(1, 6))
        value = clean_odds.clean_log_odds(np.array([n_close]), expected, 0.1)[0]
        assert (value > 2) == is_clean
        assert (value < -2) != is_clean
