"""Statistics of Kilosort's own spike amplitudes (amplitudes.npy), which are not microvolts.

In Kilosort 4 an amplitude is the norm of a spike's PC features in units of the whitened noise.
Noise alone has a norm of about sqrt(60) = 7.7 (10 channels of 6 PCs), so small spikes are pushed
together.
"""

import numpy as np

from goodunits.kilosort.optional_files import load
from goodunits.metrics.metric_column import all_undefined, as_columns
from goodunits.numerics import smoothing


def group(inputs):
    """Columns and notes of the group `amplitudes`."""
    return inputs.amplitudes


def columns_and_notes(inputs):
    """Compute what the group `amplitudes` gives, which others read too."""
    sort, spikes = inputs.sort, inputs.spikes
    loaded = load(sort, "amplitudes.npy", 1, per_spike=True)
    if loaded.array is None:
        columns = all_undefined(NAMES, loaded.reason, spikes.n_units)
        return columns, list(loaded.notes)
    return amplitude_statistics(
        spikes,
        loaded.array,
        sort.sampling_frequency_hz,
        sort.recording_duration_s,
        inputs.parameters,
    ), []


NAMES = (
    "amplitude_median_ks",
    "amplitude_cv_ks",
    "amplitude_cv_median_ks",
    "amplitude_cv_range_ks",
    "amplitude_cutoff_ks",
    "noise_cutoff_ks",
    "noise_ratio_ks",
)
# Most that amplitude_cutoff says: with half of the spikes missing the peak itself is out of sight.
MAX_FRACTION_MISSING = 0.5
# Percentiles of the CVs over time between which amplitude_cv_range lies (SpikeInterface).
CV_PERCENTILES = (5, 95)


def amplitude_statistics(spikes, amplitudes, sampling_frequency_hz, recording_duration_s, blocks):
    """Amplitude metrics of all units.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    amplitudes : float array (n_spikes,)
        Amplitude of each spike, in the order of the files.
    sampling_frequency_hz : float
        Samples per second.
    recording_duration_s : float
        Length of the recording.
    blocks : dict of str to dict
        Parameters of `amplitude_cv_median_ks`, `amplitude_cutoff_ks` and `noise_cutoff_ks`.

    Returns
    -------
    dict of str to Column
        The metrics in NAMES, as the catalogue describes them.
    """
    n_samples = round(recording_duration_s * sampling_frequency_hz)
    rows = []
    for row in range(spikes.n_units):
        own = amplitudes[spikes.places(row)].astype(np.float64)
        if not np.isfinite(own).all():
            rows.append(dict.fromkeys(NAMES, "not_finite"))
            continue
        over_time = cv_over_time(
            spikes.train(row), own, n_samples, **blocks["amplitude_cv_median_ks"]
        )
        missing = fraction_missing(own, **blocks["amplitude_cutoff_ks"])
        noise = noise_cutoff(own, **blocks["noise_cutoff_ks"])
        values = [np.median(own), _cv(own), *over_time, missing, *noise]
        rows.append(dict(zip(NAMES, values, strict=True)))
    return as_columns(rows)


def _cv(amplitudes):
    """Standard deviation over mean, or why there is none."""
    if len(amplitudes) < 2:
        return "too_few_spikes"
    mean = amplitudes.mean()
    return amplitudes.std() / abs(mean) if mean else "zero_mean"


def cv_over_time(train, amplitudes, n_samples, *, n_spikes_per_bin, min_n_bins):
    """Median and range of the amplitude's coefficient of variation in bins of time.

    SpikeInterface's `amplitude_cv`, but for bins that hold fewer than two spikes: it has no CV
    there, which makes its result NaN for every unit that is silent for a while; they are skipped.

    Parameters
    ----------
    train : int64 array (n,)
        Spike times in samples, ascending.
    amplitudes : float64 array (n,)
        Amplitude of each spike.
    n_samples : int
        Length of the recording.
    n_spikes_per_bin : int
        Mean number of spikes in a bin; sets its length by the unit's firing rate.
    min_n_bins : int
        Least number of bins.

    Returns
    -------
    median, range : float, or str with the reason why it is undefined
    """
    bin_samples = max(int(n_spikes_per_bin / len(train) * n_samples), 1)
    bounds = np.searchsorted(train, np.arange(0, n_samples + 1, bin_samples))
    counts = np.diff(bounds)
    filled = counts >= 2
    mean = abs(amplitudes.mean())
    if np.count_nonzero(filled) < min_n_bins:
        return "too_few_spikes", "too_few_spikes"
    if not mean:
        return "zero_mean", "zero_mean"
    totals = np.concatenate([[0], np.cumsum(amplitudes - amplitudes.mean())])
    squares = np.concatenate([[0], np.cumsum((amplitudes - amplitudes.mean()) ** 2)])
    counts = counts[filled]
    means = np.diff(totals[bounds])[filled] / counts
    variances = np.diff(squares[bounds])[filled] / counts - means**2
    cvs = np.sqrt(np.maximum(variances, 0)) / mean
    low, middle, high = np.percentile(cvs, [CV_PERCENTILES[0], 50, CV_PERCENTILES[1]])
    return middle, high - low


def fraction_missing(amplitudes, *, n_bins, smoothing_bins, min_spikes_per_bin):
    """Fraction of spikes lost below the detection threshold, 0 to 0.5.

    The amplitude histogram is smoothed and taken as symmetric: what lies beyond the last bin as
    high as the first one is missing on the other side (SpikeInterface `amplitude_cutoff`, after
    Hill et al. 2011).

    Parameters
    ----------
    amplitudes : float64 array (n,)
        Amplitude of each spike.
    n_bins : int
        Number of bins of the histogram.
    smoothing_bins : float
        Standard deviation of the Gaussian that smooths it, in bins.
    min_spikes_per_bin : float
        Least mean count of a bin.

    Returns
    -------
    float, or str with the reason why it is undefined
    """
    if len(amplitudes) < min_spikes_per_bin * n_bins:
        return "too_few_spikes"
    counts = np.histogram(amplitudes, n_bins)[0]
    # Truncated, because SpikeInterface smooths integers to integers.
    density = np.trunc(smoothing.gaussian_smooth(counts, smoothing_bins, "edge"))
    last = np.flatnonzero(density >= density[0])[-1]
    n_missed = density[last + 1 :].sum()
    return min(n_missed / (len(amplitudes) + n_missed), MAX_FRACTION_MISSING)


def noise_cutoff(amplitudes, *, n_bins, low_quantile, high_quantile):
    """Compare the low end of the amplitude histogram with its high end.

    A unit cut off by the threshold has many spikes in its lowest bins (IBL 2024,
    doi:10.6084/m9.figshare.19705522; defined as SpikeInterface's `noise_cutoff`, but with fewer
    spikes than bins the histogram says nothing).

    Parameters
    ----------
    amplitudes : float64 array (n,)
        Amplitude of each spike.
    n_bins : int
        Number of bins of the histogram.
    low_quantile : float
        Bins below this quantile of the amplitudes are the low end.
    high_quantile : float
        Bins above 1 - this quantile are the high end.

    Returns
    -------
    cutoff : float, or str with the reason
        Mean low count less mean high count, in standard deviations of the high counts.
    ratio : float, or str with the reason
        Mean low count over the highest count of all.
    """
    if len(amplitudes) < n_bins:
        return "too_few_spikes", "too_few_spikes"
    counts, edges = np.histogram(amplitudes, bins=n_bins)
    low_end, high_end = np.quantile(amplitudes, [low_quantile, 1 - high_quantile])
    low = counts[edges[1:] <= low_end]
    high = counts[edges[:-1] >= high_end]
    if not len(low):
        return "too_few_spikes", "too_few_spikes"
    ratio = low.mean() / counts.max()
    if len(high) < 2 or not high.std():
        return "too_few_spikes", ratio
    return (low.mean() - high.mean()) / high.std(), ratio
