"""Spike counts, firing rates and their range (group `rates`)."""

import numpy as np

from goodunits.metrics import presence
from goodunits.metrics.metric_column import Column, undefined_column
from goodunits.spiketrains import bins


def rates(spikes, sampling_frequency_hz, recording_duration_s):
    """Spike counts and firing rates of all units.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    sampling_frequency_hz : float
        Samples per second.
    recording_duration_s : float
        Length of the recording, > 0.

    Returns
    -------
    dict of str to Column
        `n_spikes`; `firing_rate` (Hz, spikes over the time from the unit's first to its last
        spike, as in Kilosort's tutorial; NaN for one spike or no span); `firing_rate_recording`
        (Hz, spikes over the whole recording).
    """
    counts = spikes.counts()
    first, last = spikes.samples[spikes.starts[:-1]], spikes.samples[spikes.starts[1:] - 1]
    spans_s = (last - first) / sampling_frequency_hz
    reasons = {}
    for row in np.flatnonzero(spans_s == 0).tolist():
        reasons[row] = "too_few_spikes" if counts[row] == 1 else "zero_span"
    spans_s[spans_s == 0] = np.nan
    return {
        "n_spikes": Column(counts.tolist(), {}),
        "firing_rate": Column(counts / spans_s, reasons),
        "firing_rate_recording": Column(counts / recording_duration_s, {}),
    }


FIRING_RANGE_PERCENTILES = (5, 95)


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
    edges = bins.bin_edges(0, n_samples, sampling_frequency_hz, bin_duration_s)
    if edges is None:
        return undefined_column(spikes.n_units, presence.TOO_SHORT)
    ranges_hz = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        rates_hz = bins.counts_in_bins(spikes.train(row), edges) / bin_duration_s
        low, high = np.percentile(rates_hz, FIRING_RANGE_PERCENTILES)
        ranges_hz[row] = high - low
    return Column(ranges_hz, {})


def group(inputs):
    """Columns and notes of the group `rates`."""
    sort = inputs.sort
    frequency_hz = sort.sampling_frequency_hz
    columns = rates(inputs.spikes, frequency_hz, sort.recording_duration_s)
    columns["firing_range"] = firing_range(
        inputs.spikes, inputs.n_samples, frequency_hz, **inputs.parameters["firing_range"]
    )
    return columns, []
