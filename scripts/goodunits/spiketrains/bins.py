"""Counts, rates and presence of each unit, from spike times alone."""

import numpy as np

from goodunits.base.errors import SessionError

# More bins than this (3 years of 100 s bins) mean a damaged spike time or a wrong setting.
MAX_N_BINS = 1_000_000


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


def bin_edges(first, end, sampling_frequency_hz, bin_duration_s):
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


def counts_in_bins(train, edges):
    """Spikes of a unit in each bin."""
    return np.diff(np.searchsorted(train, edges))
