"""Spikes of different units at the same time: synchrony, and the same neuron found twice."""

from dataclasses import dataclass

import numpy as np

from goodunits.spiketrains import loops
from goodunits.spiketrains.unit_spikes import ranks_of

# Spikes treated at a time; fewer where each is compared with many, to stay in the cache.
CHUNK = 2**18
PAIRS_CHUNK = 2**16


@dataclass(frozen=True)
class TimeOrdered:
    """All spikes in time order.

    Attributes
    ----------
    samples : int64 array (n_spikes,)
        Spike times, ascending.
    rows : unsigned integer array (n_spikes,)
        Row of the unit of each.
    n_units : int
        Number of units.
    """

    samples: np.ndarray
    rows: np.ndarray
    n_units: int


def in_time_order(spike_samples, spike_clusters, unit_ids):
    """Bring the spikes of a session into time order; no copy if they are already.

    Parameters
    ----------
    spike_samples : int64 array (n_spikes,)
        Spike times in samples.
    spike_clusters : integer array (n_spikes,)
        Cluster id of each spike.
    unit_ids : int64 array (n_units,)
        The ids that occur, ascending.

    Returns
    -------
    TimeOrdered
    """
    if np.any(spike_samples[1:] < spike_samples[:-1]):
        order = np.argsort(spike_samples, kind="stable")
        spike_samples, spike_clusters = spike_samples[order], spike_clusters[order]
    return TimeOrdered(spike_samples, ranks_of(spike_clusters, unit_ids), len(unit_ids))


def coincidences(ordered, window_samples):
    """Pairs of spikes of different units that are almost simultaneous.

    Parameters
    ----------
    ordered : TimeOrdered
        The spikes.
    window_samples : int
        Largest lag that counts, to either side.

    Returns
    -------
    pairs : int64 array (n_units, n_units)
        Pairs of spikes of each two units; symmetric, 0 on the diagonal.
    partners : uint16 array (n_spikes,)
        Spikes of other units within the window of each spike, in time order; at most 65535.
    """
    compiled = loops.compiled_for(len(ordered.samples))
    if compiled is None:
        pairs, partners = _coincidences(ordered, window_samples)
    else:
        pairs, partners = compiled.coincidences(
            ordered.samples, ordered.rows, ordered.n_units, window_samples
        )
    pairs = pairs + pairs.T
    np.fill_diagonal(pairs, 0)
    return pairs, partners


def shared_spikes(pairs, counts):
    """Spikes that each two units share: their coincident pairs, at most all of the smaller one.

    Parameters
    ----------
    pairs : int64 array (n_units, n_units)
        From `coincidences`.
    counts : int64 array (n_units,)
        Spikes of each unit.

    Returns
    -------
    int64 array (n_units, n_units)
    """
    return np.minimum(pairs, np.minimum.outer(counts, counts))


def _coincidences(ordered, window_samples):
    """What `compiled.coincidences` gives, by numpy."""
    n_units = ordered.n_units
    pairs = np.zeros(n_units**2, dtype=np.int64)
    partners = np.zeros(len(ordered.samples), dtype=np.uint16)
    # Counted when there are many: a table of all pairs of units is long.
    waiting, n_waiting = [], 0
    for start in range(0, len(ordered.samples), PAIRS_CHUNK):
        stop = min(start + PAIRS_CHUNK, len(ordered.samples))
        last = ordered.samples[stop - 1] + window_samples
        reach = int(np.searchsorted(ordered.samples, last, side="right"))
        found = _coincident_units(
            ordered.samples[start:reach],
            ordered.rows[start:reach].astype(np.int64),
            (stop - start, window_samples, n_units),
            partners[start:reach],
        )
        waiting += found
        n_waiting += sum(len(each) for each in found)
        if waiting and (n_waiting >= n_units**2 or stop == len(ordered.samples)):
            pairs += np.bincount(np.concatenate(waiting), minlength=n_units**2)
            waiting, n_waiting = [], 0
    return pairs.reshape(n_units, n_units), partners


def _coincident_units(samples, rows, limits, partners):
    """Pairs whose first spike is among the first ones, as row * n_units + row of the second.

    Raises the partners of both spikes where they are of different units.
    """
    n_firsts, window_samples, n_units = limits
    found, step = [], 1
    firsts = np.arange(n_firsts)
    while True:
        firsts = firsts[firsts < len(samples) - step]
        firsts = firsts[samples[firsts + step] - samples[firsts] <= window_samples]
        if not len(firsts):
            return found
        seconds = firsts + step
        first_rows, second_rows = rows[firsts], rows[seconds]
        found.append(first_rows * n_units + second_rows)
        # A spike is at most once the first and once the second of the pairs of one step.
        others = first_rows != second_rows
        partners[firsts] += others
        partners[seconds] += others
        step += 1
