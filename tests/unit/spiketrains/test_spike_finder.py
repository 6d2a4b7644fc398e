"""Finding spikes by time, against numpy's search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodunits.spiketrains.spike_search import finder_of
from made_trains import poisson_train


@given(
    st.lists(st.integers(0, 500) | st.integers(10**6, 10**6 + 20), min_size=1, max_size=200),
    st.lists(st.integers(0, 2 * 10**6), max_size=30),
)
def test_the_first_spike_from_a_time_on_is_the_one_that_numpy_finds(spikes, delays):
    train = np.sort(np.array(spikes, dtype=np.int64))
    times = np.concatenate([train, train[-1:] + 1, train[0] + np.array(delays, dtype=np.int64)])
    found = finder_of(train).first_from(times)
    np.testing.assert_array_equal(found, np.searchsorted(train, times))


@pytest.mark.parametrize("first", [0, 10**12])
def test_a_burst_among_silence_is_searched_too(first):
    rng = np.random.default_rng(0)
    train = first + np.sort(np.append(poisson_train(rng, 500, 3600), np.arange(5000)))
    times = train + 37
    np.testing.assert_array_equal(finder_of(train).first_from(times), np.searchsorted(train, times))
