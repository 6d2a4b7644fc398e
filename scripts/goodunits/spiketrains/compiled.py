"""Loops over spikes, compiled by numba, for sessions large enough to repay its import.

Importing numba and loading the loops costs about 0.5 s, compiling them 1 to 2 s more, once: later
jobs find them in a cache. From some millions of spikes on the loops save more than that. They give
exactly what the numpy functions of the same purpose give, so a smaller session never needs numba.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def sort_by_rank(ranks, samples, starts):
    """Sort spikes by unit, keeping their order within each unit.

    Parameters
    ----------
    ranks : unsigned integer array (n_spikes,)
        Rank of the unit of each spike.
    samples : int64 array (n_spikes,)
        Time of each spike.
    starts : int64 array (n_units,)
        First place of each unit in the result.

    Returns
    -------
    order : int32 array (n_spikes,)
        Place of each spike in the arrays given.
    by_unit : int64 array (n_spikes,)
        The times in that order.
    """
    places = starts.copy()
    order, by_unit = np.empty(len(ranks), dtype=np.int32), np.empty_like(samples)
    for spike in range(len(ranks)):
        place = places[ranks[spike]]
        order[place] = spike
        by_unit[place] = samples[spike]
        places[ranks[spike]] = place + 1
    return order, by_unit


@njit(cache=True)
def count_pairs(train, sampling_frequency_hz, bin_s, far_lags, edges):
    """Count the pairs of spikes of one unit up to some lags.

    Parameters
    ----------
    train : int64 array (n_spikes,)
        Ascending spike times in samples.
    sampling_frequency_hz : float
        Samples per second.
    bin_s : float
        Width of the bins, which are centred on its multiples.
    far_lags : int64 array (n_far,)
        Bins up to which pairs are counted, ascending.
    edges : int64 array (1 + n_far,)
        The only lag in samples that can fall on either side of an upper edge: that of the last near
        bin, then those of the far bins.

    Returns
    -------
    near : int64 array (1 + last near bin,)
        Pairs in each bin.
    within : int64 array (n_far,)
        Pairs in each far bin or a lower one.
    """
    n_spikes, n_far = len(train), len(far_lags)
    near = np.zeros(int(np.rint(edges[0] / sampling_frequency_hz / bin_s)) + 2, dtype=np.int64)
    within, ends = np.zeros(n_far, dtype=np.int64), np.zeros(n_far, dtype=np.int64)
    for first in range(n_spikes):
        time = train[first]
        second = first + 1
        while second < n_spikes and train[second] - time <= edges[0]:
            lag_s = train[second] / sampling_frequency_hz - time / sampling_frequency_hz
            near[int(np.rint(lag_s / bin_s))] += 1
            second += 1
        for far in range(n_far):
            end, limit = max(ends[far], first + 1), time + edges[far + 1]
            while end < n_spikes and train[end] < limit:
                end += 1
            ends[far] = end
            while end < n_spikes and train[end] == limit:
                lag_s = train[end] / sampling_frequency_hz - time / sampling_frequency_hz
                if np.rint(lag_s / bin_s) > far_lags[far]:
                    break
                end += 1
            within[far] += end - first - 1
    return near, within


@njit(cache=True)
def count_pairs_of_units(samples, rows, n_units, least_lag, largest_lag):
    """Count the pairs of spikes at some lags, by the two units that they are of.

    Parameters
    ----------
    samples : int64 array (n_spikes,)
        Spike times in samples, ascending.
    rows : unsigned integer array (n_spikes,)
        Row of the unit of each.
    n_units : int
        Number of units.
    least_lag, largest_lag : int
        Pairs from the one to the other lag in samples, both included, count.

    Returns
    -------
    int64 array (n_units, n_units)
        By the rows of the first and of the second spike.
    """
    pairs = np.zeros((n_units, n_units), dtype=np.int64)
    n_spikes = len(samples)
    begin = 0
    for second in range(n_spikes):
        earliest, latest = samples[second] - largest_lag, samples[second] - least_lag
        while samples[begin] < earliest:
            begin += 1
        first = begin
        while first < second and samples[first] <= latest:
            pairs[rows[first], rows[second]] += 1
            first += 1
    return pairs


@njit(cache=True)
def coincidences(samples, rows, n_units, window_samples):
    """Count the pairs of spikes that are almost simultaneous, by unit and by spike.

    Parameters
    ----------
    samples : int64 array (n_spikes,)
        Spike times in samples, ascending.
    rows : unsigned integer array (n_spikes,)
        Row of the unit of each.
    n_units : int
        Number of units.
    window_samples : int
        Largest lag that counts.

    Returns
    -------
    pairs : int64 array (n_units, n_units)
        By the rows of the first and of the second spike.
    partners : uint16 array (n_spikes,)
        Spikes of other units within the window of each spike.
    """
    pairs = np.zeros((n_units, n_units), dtype=np.int64)
    partners = np.zeros(len(samples), dtype=np.uint16)
    begin = 0
    for second in range(len(samples)):
        while samples[begin] < samples[second] - window_samples:
            begin += 1
        for first in range(begin, second):
            pairs[rows[first], rows[second]] += 1
            if rows[first] != rows[second]:
                partners[first] += 1
                partners[second] += 1
    return pairs, partners
