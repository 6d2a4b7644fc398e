"""Kilosort's own contamination and refractory test (R12, Q12), without the correlogram.

Kilosort bins the lags between all spikes of a unit into 1 ms bins centred on whole milliseconds
and compares the counts near zero lag with three baselines. All of that needs only how many pairs
of spikes lie within 16 lags. These are counted exactly, at a cost that does not grow with the
500 ms width of the correlogram.

Sources: Pachitariu et al. 2024, Nature Methods, doi:10.1038/s41592-024-02232-7; behaviour of
Kilosort 4.1.7 (how it rounds lags that fall on a bin edge).
"""

import math
from functools import partial

import numpy as np

from goodunits.metrics.metric_column import Column
from goodunits.spiketrains import loops
from goodunits.spiketrains.spike_search import finder_of

# Kilosort's default, for sorts whose ops.npy does not tell.
KILOSORT_ACG_THRESHOLD = 0.2


def group(inputs):
    """Columns and notes of the group `refractoriness`."""
    block = inputs.parameters["ks_refractory"]
    acg_threshold, notes = block["acg_threshold"], []
    if acg_threshold is None:
        acg_threshold = inputs.sort.acg_threshold
    if acg_threshold is None:
        acg_threshold = KILOSORT_ACG_THRESHOLD
        notes.append(
            "acg_threshold of the sort is not known (no usable ops.npy); "
            f"ks_refractory uses Kilosort's default {KILOSORT_ACG_THRESHOLD}"
        )
    columns = refractoriness(
        inputs.spikes,
        inputs.sort.sampling_frequency_hz,
        acg_threshold=acg_threshold,
        q12_threshold=block["q12_threshold"],
    )
    return columns, notes


BIN_S = 0.001
MAX_REFRACTORY_MS = 10
# Beyond 10 ms, last bins of the baselines 10..49, 11..50, 250..499 and 251..499 ms.
FAR_LAGS_MS = (49, 50, 249, 250, 499)
# Kilosort does not judge units with this many spikes or fewer.
MAX_TOO_FEW_SPIKES = 10
# Kilosort's guard against dividing by zero.
EPSILON = 1e-10
# Spikes treated at a time: temporary arrays stay in the processor's cache.
CHUNK = 2**15


def refractoriness(spikes, sampling_frequency_hz, *, acg_threshold, q12_threshold):
    """Kilosort's contamination and refractory test of all units.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    sampling_frequency_hz : float
        Samples per second.
    acg_threshold : float
        A refractory unit has R12 below this.
    q12_threshold : float
        A refractory unit has Q12 below this.

    Returns
    -------
    dict of str to Column
        `ks_contamination` (R12), `ks_contamination_fraction` (1 - sqrt(1 - min(R12, 1))), `ks_q12`
        and `ks_refractory` (bool), undefined for units with 10 spikes or fewer or no time span,
        where Kilosort itself says 0 contamination and not refractory.
    """
    r12, q12 = np.full(spikes.n_units, np.nan), np.full(spikes.n_units, np.nan)
    refractory = [None] * spikes.n_units
    reasons = {}
    count = counter_for(len(spikes.samples))
    for row in range(spikes.n_units):
        train = spikes.train(row)
        if len(train) <= MAX_TOO_FEW_SPIKES:
            reasons[row] = "too_few_spikes"
        elif train[-1] == train[0]:
            reasons[row] = "zero_span"
        else:
            r12[row], q12[row] = refractory_scores(train, sampling_frequency_hz, count)
            refractory[row] = bool(r12[row] < acg_threshold and q12[row] < q12_threshold)
    return {
        "ks_contamination": Column(r12, reasons),
        "ks_contamination_fraction": Column(1 - np.sqrt(1 - np.minimum(r12, 1)), reasons),
        "ks_q12": Column(q12, reasons),
        "ks_refractory": Column(refractory, reasons),
    }


def refractory_scores(train, sampling_frequency_hz, count=None):
    """R12 and Q12 of one unit.

    Parameters
    ----------
    train : int64 array (n_spikes,)
        Ascending spike times in samples, first and last one different.
    sampling_frequency_hz : float
        Samples per second.
    count : callable, optional
        As `counter_for` gives it; `pairs_within` by default.

    Returns
    -------
    r12 : float
        Least rate of pairs within +-1 to +-10 ms, over the highest baseline rate. 0 = perfectly
        refractory, about 1 = no refractory period. For independent foreign spikes of fraction C
        it is 1 - (1 - C)^2.
    q12 : float
        Least probability (Gaussian) of so few pairs within 1 to 10 ms at the baseline rate.
    """
    within = (count or pairs_within)(train, sampling_frequency_hz)
    span_s = float(train[-1] - train[0]) / sampling_frequency_hz
    # Pairs per bin in the lags -499..-251 and 250..499, -50..-11, 10..49 ms.
    baselines = (
        (2 * within[499] - within[250] - within[249]) / 499,
        (within[50] - within[10]) / 40,
        (within[49] - within[9]) / 40,
    )
    per_bin = max(baselines)
    expected_per_bin = BIN_S * len(train) ** 2 / span_s
    r12, q12 = math.inf, math.inf
    for lag_ms in range(1, MAX_REFRACTORY_MS + 1):
        n_pairs = within[lag_ms] - within[0]
        rate = n_pairs / lag_ms / expected_per_bin
        r12 = min(r12, rate / (EPSILON + per_bin / expected_per_bin))
        expected = lag_ms * per_bin
        z_score = (n_pairs - expected) / math.sqrt(EPSILON + 2 * expected)
        q12 = min(q12, 0.5 * (1 + math.erf(z_score)))
    return r12, q12


def pairs_within(train, sampling_frequency_hz):
    """Pairs of spikes whose lag falls into bin 0, or into bin 0 or 1, and so on.

    The bin of a lag is the lag in ms, rounded half to even, computed in float64 seconds as
    Kilosort does: at 30 kHz a lag of 15 samples goes to either side by rounding error alone.

    Parameters
    ----------
    train : int64 array (n_spikes,)
        Ascending spike times in samples.
    sampling_frequency_hz : float
        Samples per second.

    Returns
    -------
    dict of int to int
        For each bin (0 to 10, 49, 50, 249, 250, 499 ms) the pairs (each counted once) in it or in
        a lower one.
    """
    finder = finder_of(train)
    near = np.zeros(MAX_REFRACTORY_MS + 1, dtype=np.int64)
    far = dict.fromkeys(FAR_LAGS_MS, 0)
    for start in range(0, len(train), CHUNK):
        stop = min(start + CHUNK, len(train))
        near += _near_pairs(train, start, stop, sampling_frequency_hz)
        for lag_ms in FAR_LAGS_MS:
            far[lag_ms] += _pairs_up_to(finder, start, stop, lag_ms, sampling_frequency_hz)
    return dict(enumerate(np.cumsum(near).tolist())) | far


def counter_for(n_spikes):
    """Function that counts as `pairs_within` does, compiled where that pays.

    Parameters
    ----------
    n_spikes : int
        Spikes of the whole session.
    """
    compiled = loops.compiled_for(n_spikes)
    return pairs_within if compiled is None else partial(_pairs_compiled, compiled)


def _pairs_compiled(compiled, train, sampling_frequency_hz):
    """Pairs as of `pairs_within`, counted by the compiled loops."""
    lags_ms = (MAX_REFRACTORY_MS, *FAR_LAGS_MS)
    edges = np.array([_edge_samples(lag_ms, sampling_frequency_hz) for lag_ms in lags_ms])
    near, far = compiled.count_pairs(
        train, float(sampling_frequency_hz), BIN_S, np.array(FAR_LAGS_MS), edges
    )
    near = np.cumsum(near[: MAX_REFRACTORY_MS + 1])
    return dict(enumerate(near.tolist())) | dict(zip(FAR_LAGS_MS, far.tolist(), strict=True))


def _near_pairs(train, start, stop, sampling_frequency_hz):
    """Pairs per bin 0 to 10 ms whose first spike is start..stop; looks at near pairs only."""
    limit = _edge_samples(MAX_REFRACTORY_MS, sampling_frequency_hz)
    counts = np.zeros(MAX_REFRACTORY_MS + 2, dtype=np.int64)
    firsts = np.arange(start, min(stop, len(train) - 1))
    seconds = train[start + 1 : stop + 1]
    step = 1
    while True:
        near = np.flatnonzero(seconds - train[firsts] <= limit)
        if not len(near):
            return counts[:-1]
        firsts = firsts[near]
        bins = _lag_bins(train[firsts], seconds[near], sampling_frequency_hz)
        counts += np.bincount(bins, minlength=len(counts))
        step += 1
        firsts = firsts[firsts < len(train) - step]
        seconds = train[firsts + step]


def _pairs_up_to(finder, start, stop, lag_ms, sampling_frequency_hz):
    """Pairs in bins 0 to lag_ms whose first spike is start..stop."""
    train = finder.padded
    limits = train[start:stop] + _edge_samples(lag_ms, sampling_frequency_hz)
    ends = finder.first_from(limits)
    # Spike i itself and those before it are not partners: i + 1 of them.
    n_pairs = int(ends.sum()) - (start + 1 + stop) * (stop - start) // 2
    # Lags of exactly the edge: only Kilosort's rounding tells on which side they fall.
    on_edge = np.flatnonzero(train[ends] == limits)
    if len(on_edge):
        bins = _lag_bins(train[start:stop][on_edge], limits[on_edge], sampling_frequency_hz)
        on_edge = on_edge[bins <= lag_ms]
        n_equal = np.searchsorted(train, limits[on_edge], side="right") - ends[on_edge]
        n_pairs += int(n_equal.sum())
    return n_pairs


def _edge_samples(lag_ms, sampling_frequency_hz):
    """The only lag in samples that can fall on either side of the upper edge of a bin."""
    return round((lag_ms + 0.5) * BIN_S * sampling_frequency_hz)


def _lag_bins(first_samples, second_samples, sampling_frequency_hz):
    """Kilosort's 1 ms bin of the lag between two spikes, int64, same shape as its input."""
    lags_s = second_samples / sampling_frequency_hz - first_samples / sampling_frequency_hz
    return np.rint(lags_s / BIN_S).astype(np.int64)
