"""Spikes of different units at the same time: synchrony, and the same neuron found twice."""

from dataclasses import dataclass

import numpy as np

from goodunits.spikes import COMPILED_FROM_SPIKES, Column, ranks_of

# A spike is synchronous with at least 1, 3 or 7 others.
SYNCHRONY_SIZES = (2, 4, 8)
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


def synchrony(ordered, counts, repeated):
    """Share of each unit's spikes that fall on the same sample as others (SpikeInterface).

    Grün et al. 2002, doi:10.1162/089976602753284455. Spikes of one unit at the same sample are
    others too, but count once for the unit.

    Parameters
    ----------
    ordered : TimeOrdered
        The spikes.
    counts : int64 array (n_units,)
        Spikes of each unit.
    repeated : bool
        Whether any unit has two spikes on one sample; if not, counting them once needs no search.

    Returns
    -------
    dict of str to Column
        `sync_spike_2`, `sync_spike_4`, `sync_spike_8`: with at least 1, 3, 7 others.
    """
    n_units = len(counts)
    found = np.zeros((len(SYNCHRONY_SIZES), n_units), dtype=np.int64)
    start = 0
    while start < len(ordered.samples):
        last = ordered.samples[min(start + CHUNK, len(ordered.samples)) - 1]
        stop = int(np.searchsorted(ordered.samples, last, side="right"))
        samples = ordered.samples[start:stop]
        same = np.zeros(len(samples) + 1, dtype=bool)
        same[1:-1] = samples[1:] == samples[:-1]
        shared = np.flatnonzero(same[1:] | same[:-1])
        # Number of the event of each of these spikes, and how many spikes each event has.
        events = np.cumsum(np.diff(samples[shared], prepend=-1) > 0) - 1
        sizes = np.bincount(events)
        rows = ordered.rows[start:stop][shared].astype(np.int64)
        if repeated:
            events, rows = np.divmod(np.unique(events * n_units + rows), n_units)
        for index, least in enumerate(SYNCHRONY_SIZES):
            found[index] += np.bincount(rows[sizes[events] >= least], minlength=n_units)
        start = stop
    return {
        f"sync_spike_{least}": Column(found[index] / counts, {})
        for index, least in enumerate(SYNCHRONY_SIZES)
    }


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
    if len(ordered.samples) < COMPILED_FROM_SPIKES:
        pairs, partners = _coincidences(ordered, window_samples)
    else:
        from goodunits import compiled  # numba, only where it pays

        pairs, partners = compiled.coincidences(
            ordered.samples, ordered.rows, ordered.n_units, window_samples
        )
    pairs = pairs + pairs.T
    np.fill_diagonal(pairs, 0)
    return pairs, partners


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


def tolerant_synchrony(ordered, partners, counts):
    """Share of each unit's spikes that have spikes of other units within the window.

    Parameters
    ----------
    ordered : TimeOrdered
        The spikes.
    partners : uint16 array (n_spikes,)
        From `coincidences`.
    counts : int64 array (n_units,)
        Spikes of each unit.

    Returns
    -------
    dict of str to Column
        `sync_tolerant_2`, `sync_tolerant_4`, `sync_tolerant_8`: with at least 1, 3, 7 others.
    """
    found = np.zeros((len(SYNCHRONY_SIZES), len(counts)), dtype=np.int64)
    for start in range(0, len(partners), CHUNK):
        rows = ordered.rows[start : start + CHUNK]
        for index, least in enumerate(SYNCHRONY_SIZES):
            many = partners[start : start + CHUNK] >= least - 1
            found[index] += np.bincount(rows[many], minlength=len(counts))
    return {
        f"sync_tolerant_{least}": Column(found[index] / counts, {})
        for index, least in enumerate(SYNCHRONY_SIZES)
    }


def duplicates(unit_ids, pairs, counts):
    """For each unit the other unit that shares most spikes with it.

    Of units A and B, m = min(coincident pairs, N_A, N_B) spikes are shared; their agreement is
    m / (N_A + N_B - m).

    Parameters
    ----------
    unit_ids : int64 array (n_units,)
        Cluster ids, ascending.
    pairs : int64 array (n_units, n_units)
        From `coincidences`.
    counts : int64 array (n_units,)
        Spikes of each unit.

    Returns
    -------
    dict of str to Column
        `duplicate_of` (id of the unit with the highest agreement, the lowest of equal ones),
        `duplicate_agreement` (0 to 1), `duplicate_share` (m / N_A, 0 to 1) and
        `duplicate_is_better` (bool: whether A has more spikes than B, or as many and the lower id).
        Without any coincidence the numbers are 0 and the others undefined.
    """
    shared = np.minimum(pairs, np.minimum.outer(counts, counts))
    agreement = shared / (np.add.outer(counts, counts) - shared)
    np.fill_diagonal(agreement, -1)
    nearest = agreement.argmax(axis=1)
    rows = np.arange(len(unit_ids))
    highest, shared = agreement[rows, nearest], shared[rows, nearest]
    alone = highest <= 0
    more = counts > counts[nearest]
    better = more | ((counts == counts[nearest]) & (rows < nearest))
    reasons = dict.fromkeys(np.flatnonzero(alone).tolist(), "no_coincidence")
    return {
        "duplicate_of": Column(_unless(alone, unit_ids[nearest].tolist()), reasons),
        "duplicate_agreement": Column(np.maximum(highest, 0), {}),
        "duplicate_share": Column(np.where(alone, 0, shared / counts), {}),
        "duplicate_is_better": Column(_unless(alone, better.tolist()), reasons),
    }


def _unless(undefined, values):
    """Values, None where undefined."""
    return [None if none else value for none, value in zip(undefined, values, strict=True)]
