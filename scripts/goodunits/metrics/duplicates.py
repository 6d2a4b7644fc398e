"""The same neuron found twice, by coincident spikes (group `duplicates`)."""

import numpy as np

from goodunits.metrics import synchrony
from goodunits.metrics.metric_column import Column
from goodunits.spiketrains import coincidence


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
    shared = coincidence.shared_spikes(pairs, counts)
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


def group(inputs):
    """Columns and notes of the group `duplicates`."""
    return inputs.coincident[1], []


def coincident(inputs):
    """Pairs of almost simultaneous spikes of all units, and the columns that they give."""
    spikes, counts = inputs.spikes, inputs.spikes.counts()
    window_ms = inputs.parameters["duplicate_of"]["window_ms"]
    window_samples = round(window_ms / 1000 * inputs.sort.sampling_frequency_hz)
    pairs, partners = coincidence.coincidences(inputs.in_time_order, window_samples)
    columns = synchrony.tolerant_synchrony(inputs.in_time_order, partners, counts)
    return pairs, columns | duplicates(spikes.unit_ids, pairs, counts)
