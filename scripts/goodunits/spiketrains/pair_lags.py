"""How many pairs of spikes of a unit lie how far apart, by lag in samples."""

from dataclasses import dataclass

import numpy as np

# The longest lag that any metric asks for: the doublets' baseline ends at 11.75 ms.
MAX_LAG_MS = 12
# Spikes treated at a time: temporary arrays stay in the processor's cache.
CHUNK = 2**15
# Pairs of spikes of two trains that are counted at most: enough for a picture.
MAX_PAIRS = 1_000_000


@dataclass(frozen=True)
class LagCounts:
    """Pairs of spikes of each unit by their lag.

    Attributes
    ----------
    all_pairs : int64 array (n_units, n_lags)
        Pairs of any two spikes, each counted once, that are 0, 1, 2, ... samples apart.
    neighbours : int64 array (n_units, n_lags)
        The same, only of spikes that follow each other (interspike intervals).
    """

    all_pairs: np.ndarray
    neighbours: np.ndarray


def count_lags(spikes, sampling_frequency_hz):
    """Count the pairs of every unit at every lag up to 12 ms.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    sampling_frequency_hz : float
        Samples per second.

    Returns
    -------
    LagCounts
    """
    n_lags = int(np.ceil(MAX_LAG_MS / 1000 * sampling_frequency_hz)) + 1
    all_pairs = np.zeros((spikes.n_units, n_lags), dtype=np.int64)
    neighbours = np.zeros_like(all_pairs)
    for row in range(spikes.n_units):
        train = spikes.train(row)
        for start in range(0, len(train), CHUNK):
            _add_lags(train, start, all_pairs[row], neighbours[row])
    return LagCounts(all_pairs, neighbours)


def _add_lags(train, start, all_pairs, neighbours):
    """Add the pairs whose first spike is in the chunk at `start`."""
    n_lags = len(all_pairs)
    firsts = np.arange(start, min(start + CHUNK, len(train) - 1))
    lags = train[start + 1 : start + 1 + len(firsts)] - train[start : start + len(firsts)]
    step = 1
    while True:
        near = lags < n_lags
        counts = np.bincount(lags[near], minlength=n_lags)
        all_pairs += counts
        if step == 1:
            neighbours += counts
        step += 1
        firsts = firsts[near]
        firsts = firsts[firsts < len(train) - step]
        if not len(firsts):
            return
        lags = train[firsts + step] - train[firsts]


def count_lags_between(train, other, edges):
    """Count pairs of spikes of two trains by the lag from one to the other.

    Parameters
    ----------
    train, other : int64 array (n_spikes,)
        Ascending spike times in samples.
    edges : int64 array (n_bins + 1,)
        Rising lags in samples. A pair counts where ``edges[i] <= lag < edges[i + 1]``; its lag is
        the time of the spike of `other` less that of the spike of `train`.

    Returns
    -------
    counts : int64 array (n_bins,)
    n_used : int
        Spikes of `train` that were looked at: of trains with very many pairs only some, evenly
        spread.
    """
    starts, stops = (
        np.searchsorted(other, train + edges[0]),
        np.searchsorted(other, train + edges[-1]),
    )
    step = max(1, -(-int((stops - starts).sum()) // MAX_PAIRS))
    train, starts = train[::step], starts[::step]
    n_partners = stops[::step] - starts
    firsts = np.repeat(np.arange(len(train)), n_partners)
    # The partners of a spike follow each other in `other`.
    within = np.arange(len(firsts)) - np.repeat(np.cumsum(n_partners) - n_partners, n_partners)
    lags = other[starts[firsts] + within] - train[firsts]
    bins = np.searchsorted(edges, lags, side="right") - 1
    return np.bincount(bins, minlength=len(edges) - 1), len(train)


def count_pairs_closer_than(finder, lag_samples):
    """Pairs of spikes of one unit that are less than some lag apart.

    Parameters
    ----------
    finder : SpikeFinder
        The train of the unit.
    lag_samples : int
        May be long: the cost does not depend on it.

    Returns
    -------
    int
    """
    n_pairs, n_spikes = 0, len(finder.padded) - 1
    for start in range(0, n_spikes, CHUNK):
        stop = min(start + CHUNK, n_spikes)
        ends = finder.first_from(finder.padded[start:stop] + lag_samples)
        # Spike i itself and those before it are not partners: i + 1 of them.
        n_pairs += int(ends.sum()) - (start + 1 + stop) * (stop - start) // 2
    return n_pairs
