"""Loops over spikes, compiled by numba. Imported only where a session is large enough to repay it."""

import numpy as np
from numba import njit


@njit(cache=True)
def order_by_rank(ranks, starts):
    """Order spikes by unit, keeping their order within each unit.

    Parameters
    ----------
    ranks : unsigned integer array (n_spikes,)
        Row of the unit of each spike.
    starts : int64 array (n_units,)
        First place of each unit in the result.

    Returns
    -------
    order : int64 array (n_spikes,)
        Place of each spike in `ranks`.
    """
    places = starts.copy()
    order = np.empty(len(ranks), dtype=np.int64)
    for spike in range(len(ranks)):
        rank = ranks[spike]
        order[places[rank]] = spike
        places[rank] += 1
    return order


@njit(cache=True)
def count_pairs(train, sampling_frequency_hz, bin_s, near_lags, far_lags, far_edges):
    """Count the pairs of spikes up to some lags.

    Parameters
    ----------
    train : int64 array (n_spikes,)
        Ascending spike times in samples.
    sampling_frequency_hz, bin_s : float
        Samples per second, and width of the bins centred on multiples of it.
    near_lags : int
        Last of the bins 0, 1, ... that are counted one by one.
    far_lags : int64 array (n_far,)
        Ascending bins.
    far_edges : int64 array (n_far + 1,)
        The only lag in samples that can fall on either side of the upper edge: of `near_lags`, then
        of each far bin.

    Returns
    -------
    near : int64 array (near_lags + 1,)
        Pairs in each bin.
    within : int64 array (n_far,)
        Pairs in each far bin or a lower one.
    """
    n_spikes = len(train)
    near = np.zeros(near_lags + 2, dtype=np.int64)
    within = np.zeros(len(far_lags), dtype=np.int64)
    ends = np.zeros(len(far_lags), dtype=np.int64)
    for first in range(n_spikes):
        time = train[first]
        second = first + 1
        while second < n_spikes and train[second] - time <= far_edges[0]:
            lag_s = train[second] / sampling_frequency_hz - time / sampling_frequency_hz
            near[int(np.rint(lag_s / bin_s))] += 1
            second += 1
        for far in range(len(far_lags)):
            edge = far_edges[far + 1]
            end = max(ends[far], first + 1)
            while end < n_spikes and train[end] - time < edge:
                end += 1
            ends[far] = end
            within[far] += end - first - 1
            while end < n_spikes and train[end] - time == edge:
                lag_s = train[end] / sampling_frequency_hz - time / sampling_frequency_hz
                within[far] += np.rint(lag_s / bin_s) <= far_lags[far]
                end += 1
    return near[:-1], within
