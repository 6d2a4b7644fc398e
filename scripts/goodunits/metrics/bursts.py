"""Whether a unit fires in bursts, from its autocorrelogram.

Definitions of CellExplorer (Petersen et al. 2021, doi:10.1016/j.neuron.2021.09.002): bins centred
on multiples of their width, rates per bin.
"""

import math

import numpy as np

from goodunits.metrics.metric_column import Column
from goodunits.spiketrains.pair_lags import count_pairs_closer_than
from goodunits.spiketrains.spike_search import finder_of


def group(inputs):
    """Columns and notes of the group `bursts`."""
    frequency_hz = inputs.sort.sampling_frequency_hz
    return burst_indices(inputs.spikes, inputs.lags, frequency_hz), []


# Royer index: bins of 1 ms, 3 to 5 ms over 200 to 300 ms.
ROYER_SHORT_MS = (2.5, 5.5)
ROYER_BASELINE_MS = (199.5, 300.5)
# Doublets: bins of 0.5 ms, the highest of 2.5 to 8 ms over the mean of 8 to 11.5 ms.
DOUBLETS_BIN_MS = 0.5
DOUBLETS_BINS = np.arange(5, 17)
DOUBLETS_BASELINE_MS = (7.75, 11.75)


def burst_indices(spikes, lags, sampling_frequency_hz):
    """Two burst indices of all units.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    lags : LagCounts
        Pairs by lag.
    sampling_frequency_hz : float
        Samples per second.

    Returns
    -------
    dict of str to Column
        `burst_index_royer` and `burst_index_doublets`: rates of pairs at short lags over those at
        longer ones, 1 for a Poisson train; NaN where the baseline holds no pairs.
    """
    cumulated = np.concatenate(
        [np.zeros((spikes.n_units, 1)), np.cumsum(lags.all_pairs, axis=1)], axis=1
    )
    short = _mean_per_lag(cumulated, ROYER_SHORT_MS, sampling_frequency_hz)
    first, end = _lag_range(ROYER_BASELINE_MS, sampling_frequency_hz)
    far = np.zeros(spikes.n_units)
    for row in range(spikes.n_units):
        finder = finder_of(spikes.train(row))
        n_pairs = count_pairs_closer_than(finder, end) - count_pairs_closer_than(finder, first)
        far[row] = n_pairs / (end - first)
    half_ms = DOUBLETS_BIN_MS / 2
    bins = [
        _mean_per_lag(cumulated, (centre - half_ms, centre + half_ms), sampling_frequency_hz)
        for centre in DOUBLETS_BINS * DOUBLETS_BIN_MS
    ]
    baseline = _mean_per_lag(cumulated, DOUBLETS_BASELINE_MS, sampling_frequency_hz)
    return {
        "burst_index_royer": _ratio(short, far),
        "burst_index_doublets": _ratio(np.max(bins, axis=0), baseline),
    }


def _lag_range(limits_ms, sampling_frequency_hz):
    """First lag inside and first lag beyond, in samples; at least one lag."""
    first, end = (math.ceil(limit / 1000 * sampling_frequency_hz - 1e-6) for limit in limits_ms)
    return first, max(end, first + 1)


def _mean_per_lag(cumulated, limits_ms, sampling_frequency_hz):
    """Pairs per lag between two limits: bins need not hold the same number of lags."""
    first, end = _lag_range(limits_ms, sampling_frequency_hz)
    return (cumulated[:, end] - cumulated[:, first]) / (end - first)


def _ratio(values, baselines):
    """Column of ratios, undefined without a baseline."""
    empty = baselines == 0
    ratios = np.full(len(values), np.nan)
    np.divide(values, baselines, out=ratios, where=~empty)
    return Column(ratios, dict.fromkeys(np.flatnonzero(empty).tolist(), "no_pairs_in_baseline"))
