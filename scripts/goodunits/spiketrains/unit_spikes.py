"""Spikes of all units, sorted once by unit and time; the metrics read slices of them."""

from dataclasses import dataclass

import numpy as np

from goodunits.spiketrains import loops

# Above this id a table with one entry per possible id costs more than a search.
MAX_TABLED_ID = 2**20
COUNTED_AT_A_TIME = 2**20


@dataclass(frozen=True)
class UnitSpikes:
    """Spikes grouped by unit.

    Attributes
    ----------
    unit_ids : int64 array (n_units,)
        Cluster ids that have spikes, ascending.
    starts : int64 array (n_units + 1,)
        Unit `row` owns `samples[starts[row]:starts[row + 1]]`.
    samples : int64 array (n_spikes,)
        Spike times in samples, ascending within each unit.
    order : integer array (n_spikes,)
        Place of each spike in the files of the sort, for any other per-spike array.
    in_time_order : bool
        Whether the file had the spikes of every unit in time order already.
    """

    unit_ids: np.ndarray
    starts: np.ndarray
    samples: np.ndarray
    order: np.ndarray
    in_time_order: bool

    @property
    def n_units(self):
        """Number of units."""
        return len(self.unit_ids)

    def train(self, row):
        """Spike times in samples (n_spikes of the unit,) of the unit at `row`, ascending."""
        return self.samples[self.starts[row] : self.starts[row + 1]]

    def places(self, row):
        """Places of the spikes of the unit at `row` in the files of the sort, in order of time."""
        return self.order[self.starts[row] : self.starts[row + 1]]

    def counts(self):
        """Number of spikes of each unit, int64 (n_units,)."""
        return np.diff(self.starts)


def sampled_spikes(spikes, per_unit):
    """Remember every unit by a few of its spikes, spread evenly over its train.

    Parameters
    ----------
    spikes : UnitSpikes
        The units.
    per_unit : int
        Most spikes to take of one unit.

    Returns
    -------
    sampled : dict of str to dict
        By unit id as text: `n_spikes`, and `spikes` as indices into the files of the sort.
    """
    sampled = {}
    for row, (unit_id, count) in enumerate(zip(spikes.unit_ids, spikes.counts(), strict=True)):
        places = evenly_spread(spikes, row, per_unit).tolist()
        sampled[str(unit_id)] = {"n_spikes": int(count), "spikes": places}
    return sampled


def evenly_spread(spikes, row, n_most):
    """Some spikes of a unit, spread evenly over its train.

    Parameters
    ----------
    spikes : UnitSpikes
        The units.
    row : int
        Which unit.
    n_most : int
        Most spikes to take.

    Returns
    -------
    int64 array
        Their places in the files of the sort.
    """
    owned = spikes.places(row)
    places = np.linspace(0, len(owned) - 1, min(n_most, len(owned))).round().astype(int)
    return owned[places]


def group_by_unit(spike_samples, spike_clusters):
    """Group spikes by unit with one stable sort.

    Parameters
    ----------
    spike_samples : int64 array (n_spikes,)
        Spike times in samples, in any order.
    spike_clusters : integer array (n_spikes,)
        Cluster id of each spike, >= 0.

    Returns
    -------
    UnitSpikes
    """
    unit_ids, counts = count_ids(spike_clusters)
    starts = np.concatenate([[0], np.cumsum(counts)])
    order, samples = _sort(spike_samples, spike_clusters, unit_ids, starts)
    in_time_order = True
    for start, stop in zip(starts[:-1], starts[1:], strict=True):
        train = samples[start:stop]
        if np.any(train[1:] < train[:-1]):
            in_time_order = False
            by_time = np.argsort(train, kind="stable")
            samples[start:stop] = train[by_time]
            order[start:stop] = order[start:stop][by_time]
    return UnitSpikes(unit_ids, starts, samples, order, in_time_order)


def count_ids(ids):
    """Count how often each id occurs.

    Parameters
    ----------
    ids : integer array (n_spikes,)
        Ids >= 0, gaps allowed.

    Returns
    -------
    unit_ids : int64 array (n_units,)
        The ids that occur, ascending.
    counts : int64 array (n_units,)
        How often each occurs.
    """
    if len(ids) and int(ids.max()) > MAX_TABLED_ID:
        unit_ids, counts = np.unique(ids, return_counts=True)
        return unit_ids.astype(np.int64), counts.astype(np.int64)
    table = np.zeros(int(ids.max(initial=0)) + 1, dtype=np.int64)
    # In parts: bincount makes an int64 copy of what it is given.
    for start in range(0, len(ids), COUNTED_AT_A_TIME):
        part = ids[start : start + COUNTED_AT_A_TIME]
        table += np.bincount(part, minlength=len(table))
    unit_ids = np.flatnonzero(table)
    return unit_ids, table[unit_ids]


def ranks_of(ids, unit_ids):
    """Rank of each id among the ids that occur.

    Parameters
    ----------
    ids : integer array (n_spikes,)
        Ids >= 0.
    unit_ids : int64 array (n_units,)
        The ids that occur, ascending.

    Returns
    -------
    unsigned integer array (n_spikes,)
        0 to n_units - 1, of the smallest type.
    """
    rank_type = np.min_scalar_type(len(unit_ids) - 1)
    if int(unit_ids[-1]) > MAX_TABLED_ID:
        return np.searchsorted(unit_ids, ids).astype(rank_type)
    table = np.zeros(int(unit_ids[-1]) + 1, dtype=rank_type)
    table[unit_ids] = np.arange(len(unit_ids))
    return table[ids]


def _sort(spike_samples, ids, unit_ids, starts):
    """Places and times of the spikes by unit, in the order of the file within each unit."""
    compiled = loops.compiled_for(len(ids))
    if compiled is None:
        order = np.argsort(_sort_key(ids, unit_ids), kind="stable")
        return order, spike_samples[order]
    return compiled.sort_by_rank(ranks_of(ids, unit_ids), spike_samples, starts[:-1])


def _sort_key(ids, unit_ids):
    """Ids, or their ranks, as the smallest unsigned type: numpy sorts 8 and 16 bits fastest."""
    key_type = np.min_scalar_type(int(unit_ids[-1]))
    return ids.astype(key_type) if key_type.itemsize <= 2 else ranks_of(ids, unit_ids)


SAMPLED_SPIKES = 32
