"""What is drawn of each unit: autocorrelogram, template, firing rate and amplitude over time.

And of the pairs that may be one neuron their cross-correlogram.

Made with the metrics, from spikes that are sorted already, into one small file per session. Numbers
are kept as 8 bits of a scale of each unit: enough to look at, nothing to calculate with.
"""

import io
import logging
from pathlib import Path

import numpy as np

from goodunits.base import files
from goodunits.base.errors import in_words
from goodunits.kilosort import probe_geometry, unit_templates
from goodunits.kilosort.optional_files import load
from goodunits.spiketrains import pair_lags

ACG_BIN_MS, ACG_BINS = 0.5, 24  # the lags that are counted for the metrics end at 12 ms
TIME_BINS = 48
# Spikes of a unit that its amplitudes are taken from, evenly spread.
AMPLITUDE_SPIKES = 4800
QUANTILES = (0.05, 0.5, 0.95)
CHANNELS = 6
# Pairs that may be one neuron, the most likely first, and spikes that are looked at of each.
MOST_PAIRS, PAIR_SPIKES = 100, 20_000
FULL = 255


def draw(sort, table):
    """Pictures of every unit of a sort.

    Parameters
    ----------
    sort : Sort
        The sort.
    table : MetricsTable
        Its metrics.

    Returns
    -------
    pictures : dict of str to array (n_units, ...)
        `acg` of `acg_max_hz`, `rate` of `rate_max_hz`, `amplitude` of `amplitude_max` as shares of
        255 (0 is none; the amplitude's quantiles on the second axis), `template` of `template_max`
        as shares of 127 on `channels` at `positions_um`. What cannot be drawn is left out. For
        pairs of `pair_ids` (n_pairs, 2), `ccg` of `ccg_max_hz`.
    """
    spikes, rate_hz = table.spikes, sort.sampling_frequency_hz
    edges = np.linspace(0, sort.recording_duration_s * rate_hz, TIME_BINS + 1)
    edges[-1] += 1
    bin_s = sort.recording_duration_s / TIME_BINS
    pictures = {
        "unit_ids": spikes.unit_ids,
        "duration_s": np.float64(sort.recording_duration_s),
        "sampling_frequency_hz": np.float64(rate_hz),
        "acg_bin_ms": np.float64(ACG_BIN_MS),
    }
    pictures |= _scaled("acg", autocorrelograms_hz(table.inputs.lags, spikes.counts(), rate_hz))
    pictures |= _scaled("rate", firing_rates_hz(spikes, edges, bin_s))
    pictures |= _amplitudes(sort, spikes, edges)
    pictures |= _pairs(spikes, table.merge_candidates[:MOST_PAIRS], rate_hz)
    return pictures | _templates(sort, table)


def write(sort, table, path):
    """Draw the units of a session into a file; a fault in a picture never stops the session."""
    try:
        with np.errstate(all="ignore"):
            pictures = draw(sort, table)
    except Exception as error:
        logging.getLogger(__name__).exception("pictures of units")
        pictures = {"unit_ids": table.unit_ids, "problem": np.array(in_words(error))}
    kept = io.BytesIO()
    np.savez_compressed(kept, **pictures)
    files.write_atomically(Path(path), kept.getvalue())


def autocorrelograms_hz(lags, counts, sampling_frequency_hz):
    """Rate of a unit's other spikes after one of its spikes, by lag.

    Parameters
    ----------
    lags : LagCounts
        Pairs by lag in samples.
    counts : int array (n_units,)
        Spikes of each unit.
    sampling_frequency_hz : float
        Samples per second.

    Returns
    -------
    rates_hz : float array (n_units, ACG_BINS)
        Bins of ACG_BIN_MS from lag 0.
    """
    bins = np.arange(lags.all_pairs.shape[1]) / sampling_frequency_hz * 1000 / ACG_BIN_MS
    starts = np.searchsorted(bins, np.arange(ACG_BINS) - 1e-9)
    stop = int(np.searchsorted(bins, ACG_BINS - 1e-9))
    starts = np.minimum(starts, stop - 1)
    pairs = np.add.reduceat(lags.all_pairs[:, :stop], starts, axis=1)
    widths_s = np.diff([*starts, stop]) / sampling_frequency_hz
    return pairs / (counts[:, None] * np.maximum(widths_s, 1 / sampling_frequency_hz))


def crosscorrelogram_hz(train, other, sampling_frequency_hz):
    """Rate of one unit's spikes around a spike of another, by lag.

    Parameters
    ----------
    train, other : int64 array (n_spikes,)
        Ascending spike times in samples.
    sampling_frequency_hz : float
        Samples per second.

    Returns
    -------
    rates_hz : float array (2 * ACG_BINS,)
        Of `other` around a spike of `train`; bins of ACG_BIN_MS, lag 0 begins the second half. 0
        for a train without spikes.
    """
    lags_ms = ACG_BIN_MS * np.arange(-ACG_BINS, ACG_BINS + 1)
    edges = np.ceil(lags_ms * sampling_frequency_hz / 1000 - 1e-9).astype(np.int64)
    some = train[:: -(-len(train) // PAIR_SPIKES) or 1]
    pairs, n_used = pair_lags.count_lags_between(some, other, edges)
    widths_s = np.maximum(np.diff(edges), 1) / sampling_frequency_hz
    return pairs / (max(n_used, 1) * widths_s)


def _pairs(spikes, candidates, sampling_frequency_hz):
    """Cross-correlograms of pairs that may be one neuron."""
    ids = np.array([[one.cluster_id, one.merge_with] for one in candidates]).reshape(-1, 2)
    rates = np.zeros((len(ids), 2 * ACG_BINS))
    for place, rows in enumerate(np.searchsorted(spikes.unit_ids, ids)):
        trains = (spikes.train(row) for row in rows)
        rates[place] = crosscorrelogram_hz(*trains, sampling_frequency_hz)
    return {"pair_ids": ids} | _scaled("ccg", rates)


def firing_rates_hz(spikes, edges, bin_s):
    """Firing rate of each unit (n_units, n_bins) between edges in samples."""
    rates = np.zeros((spikes.n_units, len(edges) - 1))
    for row in range(spikes.n_units):
        rates[row] = np.diff(np.searchsorted(spikes.train(row), edges)) / bin_s
    return rates


def amplitude_quantiles(times, amplitudes, edges):
    """Quantiles of one unit's amplitudes in each bin.

    Parameters
    ----------
    times, amplitudes : array (n_spikes,)
        Of some of its spikes, in order of time.
    edges : array (n_bins + 1,)
        Of the bins, in the unit of the times.

    Returns
    -------
    quantiles : float array (len(QUANTILES), n_bins)
        0 in a bin without spikes.
    """
    places = np.searchsorted(times, edges)
    starts, n_in_bin = places[:-1], np.diff(places)
    bins = np.repeat(np.arange(len(n_in_bin)), n_in_bin)
    inside = amplitudes[places[0] : places[-1]]
    ordered = np.append(inside[np.lexsort((inside, bins))], 0)
    starts = starts - places[0]
    taken = [
        starts + np.floor(share * np.maximum(n_in_bin - 1, 0)).astype(int) for share in QUANTILES
    ]
    return np.where(n_in_bin > 0, ordered[np.minimum(taken, len(ordered) - 1)], 0)


def _amplitudes(sort, spikes, edges):
    """Amplitudes over time of all units; empty where there is no such file."""
    stored = load(sort, "amplitudes.npy", 1, per_spike=True).array
    if stored is None:
        return {}
    found = np.zeros((spikes.n_units, len(QUANTILES), len(edges) - 1))
    for row in range(spikes.n_units):
        step = -(-len(spikes.train(row)) // AMPLITUDE_SPIKES)
        values = stored[spikes.places(row)[::step]].astype(np.float64)
        found[row] = amplitude_quantiles(spikes.train(row)[::step], values, edges)
    return _scaled("amplitude", np.nan_to_num(found, posinf=0, neginf=0))


def _scaled(name, values):
    """Values >= 0 as shares of the largest of each unit; what is above 0 stays so."""
    largest = values.max(axis=tuple(range(1, values.ndim)), initial=0)
    shares = values / np.where(largest > 0, largest, 1).reshape(-1, *[1] * (values.ndim - 1))
    codes = np.where(values > 0, np.maximum(np.rint(shares * FULL), 1), 0)
    suffix = "" if name == "amplitude" else "_hz"
    return {name: codes.astype(np.uint8), f"{name}_max{suffix}": largest.astype(np.float32)}


def _templates(sort, table):
    """Templates of all units on the channels next to their largest, whitening undone."""
    peaks = table.columns.get("peak_channel")
    stored = load(sort, "templates.npy", 3, mmap=True).array
    if peaks is None or stored is None:
        return {}
    n_channels = stored.shape[2]
    matrix, _, _ = probe_geometry.unwhitening_matrix(sort, n_channels)
    probe, _ = probe_geometry.load_probe(sort, n_channels)
    if matrix is None or probe.positions_um is None:
        return {}
    place_of = {int(number): place for place, number in enumerate(probe.channel_map)}
    n_units, n_shown = len(table.unit_ids), min(CHANNELS, n_channels)
    waves = np.zeros((n_units, n_shown, stored.shape[1]))
    shown = np.zeros((n_units, n_shown), dtype=np.int64)
    for row, (family, peak) in enumerate(zip(table.inputs.families, peaks, strict=True)):
        whitened = unit_templates.unit_template(family, stored)
        if peak is None or whitened is None or int(peak) not in place_of:
            continue
        shown[row] = nearest_channels(probe, place_of[int(peak)], n_shown)
        waves[row] = (whitened @ matrix[:, shown[row]]).T
    largest = np.abs(waves).max(axis=(1, 2))
    codes = waves / np.where(largest > 0, largest, 1)[:, None, None] * 127
    return {
        "template": np.rint(np.nan_to_num(codes)).astype(np.int8),
        "template_max": largest.astype(np.float32),
        "channels": np.asarray(probe.channel_map)[shown].astype(np.int32),
        "positions_um": probe.positions_um[shown].astype(np.float32),
    }


def nearest_channels(probe, place, n_most):
    """Places of the channels of a shank that are nearest to one of them, that one first."""
    apart = np.linalg.norm(probe.positions_um - probe.positions_um[place], axis=1)
    apart = apart + np.where(probe.shanks == probe.shanks[place], 0, 1e9)
    return np.argsort(apart, kind="stable")[:n_most]
