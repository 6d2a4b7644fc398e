"""Presence and range of firing in time bins, as other tools define them."""

import math

import numpy as np

from goodunits.base.errors import SessionError
from goodunits.metrics.metric_column import Column, undefined_column
from goodunits.spiketrains import bins
from goodunits.spiketrains.bins import counts_between, first_samples_at


def presence(
    spikes,
    sampling_frequency_hz,
    *,
    bin_duration_s,
    n_bin_edges,
    min_fraction_of_mean,
    min_n_bins,
    min_bin_duration_s,
):
    """Share of the session's time bins in which each unit fires.

    The bins are equally long and reach from the first to the last spike of all units. A unit is
    present in a bin that holds more than `min_fraction_of_mean` of its mean count per bin. With
    `n_bin_edges=10` and `min_fraction_of_mean=0.05` this is Kilosort's tutorial.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    sampling_frequency_hz : float
        Samples per second.
    bin_duration_s : float
        Wanted length of a bin; the nearest whole number of bins is taken, at least `min_n_bins`.
    n_bin_edges : int or None
        If given, exactly `n_bin_edges - 1` bins, whatever the length of the session.
    min_fraction_of_mean : float
        Least count of a bin, as a fraction of the unit's mean count per bin.
    min_n_bins : int
        Where fewer bins would fit, so many shorter ones are taken: of two bins nearly every unit
        fires in both (not applied when `n_bin_edges` is given).
    min_bin_duration_s : float
        Where these would be shorter than this, the ratio is undefined.

    Returns
    -------
    dict of str to Column
        `presence_ratio`, 0 to 1; NaN if the session is too short.

    Raises
    ------
    SessionError
        If the spikes span more than a million bins.
    """
    first_s = spikes.samples.min() / sampling_frequency_hz
    last_s = spikes.samples.max() / sampling_frequency_hz
    span_s = float(last_s - first_s)
    n_bins = _n_bins(span_s, bin_duration_s, n_bin_edges, min_n_bins, min_bin_duration_s)
    if n_bins > bins.MAX_N_BINS:
        raise SessionError(
            f"presence_ratio: the spikes span {span_s:g} s, {n_bins} bins, expected at most "
            f"{bins.MAX_N_BINS}; check spike_times.npy for a damaged time, or set a longer "
            "bin_duration_s (or fewer n_bin_edges)"
        )
    if span_s == 0 or n_bins == 0:
        return {"presence_ratio": undefined_column(spikes.n_units, "recording_too_short")}
    edges_s = np.linspace(first_s, last_s, n_bins + 1)
    inner_edges = bins.first_samples_at(edges_s[1:-1], sampling_frequency_hz)
    ratios = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        counts = bins.counts_between(spikes.train(row), inner_edges)
        ratios[row] = np.count_nonzero(counts > min_fraction_of_mean * counts.mean()) / n_bins
    return {"presence_ratio": Column(ratios, {})}


def _n_bins(span_s, bin_duration_s, n_bin_edges, min_n_bins, min_bin_duration_s):
    """Number of bins of the presence ratio; 0 if the session is too short for it."""
    if n_bin_edges is not None:
        return int(n_bin_edges) - 1
    n_bins = round(span_s / bin_duration_s)
    if n_bins >= min_n_bins:
        return n_bins
    return min_n_bins if span_s / min_n_bins >= min_bin_duration_s else 0


TOO_SHORT = "recording_too_short"
ALLEN_N_EDGES = 100
BOMBCELL_PERCENTILE = 90
BOMBCELL_FRACTION = 0.05


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
    edges = bins.bin_edges(0, n_samples, sampling_frequency_hz, bin_duration_s)
    if edges is None:
        return undefined_column(spikes.n_units, TOO_SHORT)
    duration_s = n_samples / sampling_frequency_hz
    ratios = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        train = spikes.train(row)
        least = math.floor(len(train) / duration_s * bin_duration_s * mean_fr_ratio_thresh)
        ratios[row] = np.mean(bins.counts_in_bins(train, edges) > least)
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
    edges = bins.bin_edges(first, end, sampling_frequency_hz, bin_duration_s)
    if edges is None:
        return undefined_column(spikes.n_units, TOO_SHORT)
    ratios = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        counts = bins.counts_in_bins(spikes.train(row), edges)
        least = BOMBCELL_FRACTION * np.percentile(counts, BOMBCELL_PERCENTILE)
        ratios[row] = np.mean((counts > 0) & (counts >= least))
    return Column(ratios, {})


def group(inputs):
    """Columns and notes of the group `presence`."""
    spikes, frequency_hz = inputs.spikes, inputs.sort.sampling_frequency_hz
    columns = presence(spikes, frequency_hz, **inputs.parameters["presence_ratio"])
    columns["presence_ratio_allen"] = presence_allen(spikes, frequency_hz)
    columns["presence_ratio_si"] = presence_si(
        spikes, inputs.n_samples, frequency_hz, **inputs.parameters["presence_ratio_si"]
    )
    columns["presence_ratio_bombcell"] = presence_bombcell(
        spikes, frequency_hz, **inputs.parameters["presence_ratio_bombcell"]
    )
    return columns, []
