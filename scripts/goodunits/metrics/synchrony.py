"""Spikes on the same sample as those of other units (group `synchrony`)."""

import numpy as np

from goodunits.metrics.metric_column import Column
from goodunits.spiketrains import coincidence

# A spike is synchronous with at least 1, 3 or 7 others.
SYNCHRONY_SIZES = (2, 4, 8)


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
        last = ordered.samples[min(start + coincidence.CHUNK, len(ordered.samples)) - 1]
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
    for start in range(0, len(partners), coincidence.CHUNK):
        rows = ordered.rows[start : start + coincidence.CHUNK]
        for index, least in enumerate(SYNCHRONY_SIZES):
            many = partners[start : start + coincidence.CHUNK] >= least - 1
            found[index] += np.bincount(rows[many], minlength=len(counts))
    return {
        f"sync_tolerant_{least}": Column(found[index] / counts, {})
        for index, least in enumerate(SYNCHRONY_SIZES)
    }


def group(inputs):
    """Columns and notes of the group `synchrony`."""
    repeated = bool(inputs.lags.neighbours[:, 0].any())
    return synchrony(inputs.in_time_order, inputs.spikes.counts(), repeated), []
