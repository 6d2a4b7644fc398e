"""Counts, rates and presence of each unit, from spike times alone."""

import numpy as np

from goodunits.errors import SessionError
from goodunits.spikes import Column, undefined_column

# More bins than this (3 years of 100 s bins) mean a damaged spike time or a wrong setting.
MAX_N_BINS = 1_000_000


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
    if n_bins > MAX_N_BINS:
        raise SessionError(
            f"presence_ratio: the spikes span {span_s:g} s, {n_bins} bins, expected at most "
            f"{MAX_N_BINS}; check spike_times.npy for a damaged time, or set a longer "
            "bin_duration_s (or fewer n_bin_edges)"
        )
    if span_s == 0 or n_bins == 0:
        return {"presence_ratio": undefined_column(spikes.n_units, "recording_too_short")}
    edges_s = np.linspace(first_s, last_s, n_bins + 1)
    inner_edges = first_samples_at(edges_s[1:-1], sampling_frequency_hz)
    ratios = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        counts = counts_between(spikes.train(row), inner_edges)
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


def counts_between(train, inner_edges):
    """Spikes of a sorted train in each bin: [.., edge 0), [edge 0, edge 1), ... [last edge, ..]."""
    before_edge = np.searchsorted(train, inner_edges, side="left")
    return np.diff(before_edge, prepend=0, append=len(train))


def first_samples_at(times_s, sampling_frequency_hz):
    """First sample whose time, as a float64 in seconds, is not before each given time."""
    near = np.floor(times_s * sampling_frequency_hz).astype(np.int64)
    candidates = near[:, None] + np.arange(-1, 3)
    not_before = candidates / sampling_frequency_hz >= times_s[:, None]
    return candidates[np.arange(len(times_s)), not_before.argmax(axis=1)]
