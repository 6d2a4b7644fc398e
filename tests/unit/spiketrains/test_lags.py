"""Pairs of spikes by lag, against counting them one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodunits.spiketrains import pair_lags
from goodunits.spiketrains.spike_search import finder_of
from made_trains import FREQUENCY_HZ, grouped, poisson_train


def by_hand(train, n_lags):
    """Pairs of a train at each lag."""
    differences = train[None, :] - train[:, None]
    near = differences[np.triu_indices(len(train), 1)]
    return np.bincount(near[near < n_lags], minlength=n_lags)


@given(st.lists(st.lists(st.integers(0, 900), min_size=1, max_size=40), min_size=1, max_size=4))
def test_every_pair_is_counted_once_at_its_lag(trains):
    trains = [np.sort(np.array(train, dtype=np.int64)) for train in trains]
    counts = pair_lags.count_lags(grouped(trains), FREQUENCY_HZ)
    n_lags = counts.all_pairs.shape[1]
    assert n_lags == 361
    for row, train in enumerate(trains):
        np.testing.assert_array_equal(counts.all_pairs[row], by_hand(train, n_lags))
        intervals = np.diff(train)
        expected = np.bincount(intervals[intervals < n_lags], minlength=n_lags)
        np.testing.assert_array_equal(counts.neighbours[row], expected)


@pytest.mark.parametrize("lag_samples", [1, 45, 6000])
def test_long_trains_cross_chunks_without_loss(lag_samples, monkeypatch):
    train = poisson_train(np.random.default_rng(0), 3000, 20)
    whole = pair_lags.count_lags(grouped([train]), FREQUENCY_HZ)
    finder = finder_of(train)
    far = pair_lags.count_pairs_closer_than(finder, lag_samples)
    assert far == by_hand(train, lag_samples).sum()
    monkeypatch.setattr(pair_lags, "CHUNK", 7)
    np.testing.assert_array_equal(
        pair_lags.count_lags(grouped([train]), FREQUENCY_HZ).all_pairs, whole.all_pairs
    )
    assert pair_lags.count_pairs_closer_than(finder, lag_samples) == far


def test_lags_reach_12_ms_at_any_sampling_frequency():
    train = np.array([0, 290])
    assert pair_lags.count_lags(grouped([train]), 24414.0625).all_pairs[0, 290] == 1
