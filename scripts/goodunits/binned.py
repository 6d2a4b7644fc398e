"""Presence and range of firing in time bins, as other tools define them."""

import math

import numpy as np

from goodunits.errors import SessionError
from goodunits.spike_train import MAX_N_BINS, counts_between, first_samples_at
from goodunits.spikes import Column, undefined_column

TOO_SHORT = "recording_too_short"
ALLEN_N_EDGES = 100
BOMBCELL_PERCENTILE = 90
BOMBCELL_FRACTION = 0.05
FIRING_RANGE_PERCENTILES = (5, 95)


def presence_allen(spikes, sampling_frequency_hz):
    """Presence ratio of the Allen Institute (ecephys_spike_sorting).

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    sampling_frequency_hz : float
        Samples per second.

    Returns
    -------
    Column
        Bins with a spike, of 99 equal ones between the first and the last spike of all units,
        divided by 100: a unit that always fires has 0.99, as there. NaN if the spikes have no span.
    """
    first_s = spikes.samples.min() / sampling_frequency_hz
    last_s = spikes.samples.max() / sampling_frequency_hz
    if first_s == last_s:
        return undefined_column(spikes.n_units, TOO_SHORT)
    edges_s = np.linspace(first_s, last_s, ALLEN_N_EDGES)
    inner_edges = first_samples_at(edges_s[1:-1], sampling_frequency_hz)
    n_present = [
        np.count_nonzero(counts_between(spikes.train(row), inner_edges))
        for row in range(spikes.n_units)
    ]
    return Column(np.array(n_present) / ALLEN_N_EDGES, {})


def presence_si(spikes, n_samples, sampling_frequency_hz, *, bin_duration_s, mean_fr_ratio_thresh):
    """Presence ratio of SpikeInterface.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    n_samples : int
        Length of the recording.
    sampling_frequency_hz : float
        Samples per second.
    bin_duration_s : float
        Length of a bin; what is left at the end is not used.
    mean_fr_ratio_thresh : float
        A bin counts if it holds more than this fraction of the mean count, rounded down.

    Returns
    -------
    Column
        0 to 1; NaN if the recording is shorter than a bin.
    """
    edges = _edges(0, n_samples, sampling_frequency_hz, bin_duration_s)
    if edges is None:
        return undefined_column(spikes.n_units, TOO_SHORT)
    duration_s = n_samples / sampling_frequency_hz
    ratios = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        train = spikes.train(row)
        least = math.floor(len(train) / duration_s * bin_duration_s * mean_fr_ratio_thresh)
        ratios[row] = np.mean(_counts(train, edges) > least)
    return Column(ratios, {})


def presence_bombcell(spikes, sampling_frequency_hz, *, bin_duration_s):
    """Presence ratio of bombcell.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    sampling_frequency_hz : float
        Samples per second.
    bin_duration_s : float
        Length of a bin, from the first spike of all units; the rest before the last is not used.

    Returns
    -------
    Column
        Share of the bins that hold a spike and at least 5 % of the 90th percentile of the unit's
        counts; NaN if the spikes span less than a bin.
    """
    first, end = int(spikes.samples.min()), int(spikes.samples.max())
    edges = _edges(first, end, sampling_frequency_hz, bin_duration_s)
    if edges is None:
        return undefined_column(spikes.n_units, TOO_SHORT)
    ratios = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        counts = _counts(spikes.train(row), edges)
        least = BOMBCELL_FRACTION * np.percentile(counts, BOMBCELL_PERCENTILE)
        ratios[row] = np.mean((counts > 0) & (counts >= least))
    return Column(ratios, {})


def firing_range(spikes, n_samples, sampling_frequency_hz, *, bin_duration_s):
    """Spread of the firing rate over the recording, as SpikeInterface has it.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    n_samples : int
        Length of the recording.
    sampling_frequency_hz : float
        Samples per second.
    bin_duration_s : float
        Length of a bin; what is left at the end is not used.

    Returns
    -------
    Column
        Hz, 95th less 5th percentile of the rates in bins; NaN if the recording is shorter than one.
    """
    edges = _edges(0, n_samples, sampling_frequency_hz, bin_duration_s)
    if edges is None:
        return undefined_column(spikes.n_units, TOO_SHORT)
    ranges_hz = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        rates_hz = _counts(spikes.train(row), edges) / bin_duration_s
        low, high = np.percentile(rates_hz, FIRING_RANGE_PERCENTILES)
        ranges_hz[row] = high - low
    return Column(ranges_hz, {})


def _edges(first, end, sampling_frequency_hz, bin_duration_s):
    """Edges in samples of the whole bins in first..end; None if not one fits."""
    bin_samples = max(int(bin_duration_s * sampling_frequency_hz), 1)
    n_bins = (end - first) // bin_samples
    if n_bins > MAX_N_BINS:
        raise SessionError(
            f"{n_bins} bins of {bin_duration_s:g} s, expected at most {MAX_N_BINS}; check "
            "spike_times.npy for a damaged time, or set a longer bin_duration_s"
        )
    if n_bins < 1:
        return None
    edges = first + bin_samples * np.arange(n_bins + 1)
    # As in numpy.histogram, a spike on the very last edge counts in the last bin.
    edges[-1] += 1
    return edges


def _counts(train, edges):
    """Spikes of a unit in each bin."""
    return np.diff(np.searchsorted(train, edges))
