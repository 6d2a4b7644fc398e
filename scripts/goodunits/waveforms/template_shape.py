"""Peaks, troughs and widths of one waveform, as SpikeInterface defines them.

The definitions are those of SpikeInterface's template metrics (spikeinterface.metrics.template);
where it reads a peak that it did not find from the end of the waveform, the metric is undefined
here.
"""

from dataclasses import dataclass

import numpy as np

UPSAMPLING = 10
# Kaiser window and half length of the low-pass filter, as scipy.signal.resample_poly takes them.
KAISER_BETA = 5.0
FILTER_SIDE = 10 * UPSAMPLING
# A peak this close to the trough belongs to it: in half widths of the trough, and at least so many
# samples of the finer waveform.
MIN_DISTANCE_HALF_WIDTHS = 0.2
MIN_DISTANCE_SAMPLES = 3

DURATIONS = (
    "peak_to_trough_duration",
    "main_to_next_extremum_duration",
    "trough_half_width",
    "peak_half_width",
    "trough_width",
    "peak_before_width",
    "peak_after_width",
)
RATIOS = (
    "peak_before_to_trough_ratio",
    "peak_after_to_trough_ratio",
    "peak_before_to_peak_after_ratio",
    "main_peak_to_trough_ratio",
)
COUNTS = ("num_positive_peaks", "num_negative_peaks")
NAMES = (*DURATIONS, *RATIOS, *COUNTS, "waveform_baseline_flatness")


@dataclass(frozen=True)
class Extremum:
    """The main peak (or trough) of a stretch of a waveform.

    Attributes
    ----------
    index : int or None
        Its place, None if the stretch is empty.
    width : float
        Width at half of its prominence in samples, NaN without a prominent peak.
    n_found : int
        Number of peaks that are prominent enough.
    """

    index: int | None
    width: float
    n_found: int


def upsampling_matrix(n_samples):
    """Matrix (10 * n_samples, n_samples) that samples a waveform ten times as finely."""
    places = np.arange(-FILTER_SIDE, FILTER_SIDE + 1)
    taps = np.sinc(places / UPSAMPLING) * np.kaiser(len(places), KAISER_BETA)
    taps *= UPSAMPLING / taps.sum()
    lags = np.arange(UPSAMPLING * n_samples)[:, None] - UPSAMPLING * np.arange(n_samples)
    inside = np.abs(lags) <= FILTER_SIDE
    return np.where(inside, taps[np.where(inside, lags + FILTER_SIDE, 0)], 0.0)


def shape(waveform, frequency_hz, *, min_prominence, edge_exclusion_ms, baseline_duration_ms):
    """Shape of a finely sampled waveform that is not flat.

    Parameters
    ----------
    waveform : float array (n_samples,)
        Waveform on the peak channel, with a baseline of 0.
    frequency_hz : float
        Samples per second of this waveform.
    min_prominence : float
        Least prominence of a peak, as a fraction of the largest absolute value.
    edge_exclusion_ms : float
        No peaks are looked for so near the ends.
    baseline_duration_ms : float
        The waveform up to here is baseline.

    Returns
    -------
    dict of str to (float, int or str)
        The metrics in NAMES, durations in s; a text is the reason why one is undefined.
    """
    edge = int(edge_exclusion_ms / 1000 * frequency_hz)
    trough, before, after = _find_extrema(waveform, min_prominence, edge)
    if trough.index is None:
        return dict.fromkeys(NAMES, "template_too_short")
    samples = {
        "peak_to_trough_duration": _lag(trough.index, after.index, "no_peak_after"),
        "main_to_next_extremum_duration": _main_to_next(waveform, trough, before, after),
        "trough_half_width": _half_width(-waveform, trough.index),
        "peak_half_width": _half_width(waveform, _higher(waveform, before, after)),
        "trough_width": _or_reason(trough.width, "no_trough"),
        "peak_before_width": _or_reason(before.width, "no_peak_before"),
        "peak_after_width": _or_reason(after.width, "no_peak_after"),
    }
    return {
        **{k: v if isinstance(v, str) else v / frequency_hz for k, v in samples.items()},
        **_ratios(waveform, trough, before, after),
        "num_positive_peaks": before.n_found + after.n_found,
        "num_negative_peaks": trough.n_found,
        "waveform_baseline_flatness": _baseline_flatness(
            waveform, int(baseline_duration_ms / 1000 * frequency_hz)
        ),
    }


def find_peaks(values):
    """Places of local maxima, the middle one of a plateau; the ends are none.

    Parameters
    ----------
    values : float array (n,)
        A row of numbers.

    Returns
    -------
    int64 array (n_peaks,)
    """
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    runs = values[starts]
    stops = np.append(starts[1:], len(values)) - 1
    is_peak = np.zeros(len(runs), dtype=bool)
    is_peak[1:-1] = (runs[1:-1] > runs[:-2]) & (runs[1:-1] > runs[2:])
    return (starts[is_peak] + stops[is_peak]) // 2


def prominence(values, peak):
    """How far a peak stands above the higher of the two valleys that part it from higher ground.

    Parameters
    ----------
    values : float array (n,)
        A row of numbers.
    peak : int
        Place of the peak.

    Returns
    -------
    float
    """
    higher = values > values[peak]
    on_left, on_right = np.flatnonzero(higher[:peak]), np.flatnonzero(higher[peak:])
    start = on_left[-1] + 1 if len(on_left) else 0
    stop = peak + on_right[0] if len(on_right) else len(values)
    valleys = values[start : peak + 1].min(), values[peak:stop].min()
    return float(values[peak] - max(valleys))


def width(values, peak, prominence_of_it):
    """Width of a peak at half of its prominence, in samples, interpolated.

    Parameters
    ----------
    values : float array (n,)
        A row of numbers.
    peak : int
        Place of the peak.
    prominence_of_it : float
        As `prominence` gives it, > 0.

    Returns
    -------
    float
    """
    height = values[peak] - prominence_of_it / 2
    left = int(np.flatnonzero(values[:peak] <= height)[-1])
    right = peak + int(np.flatnonzero(values[peak:] <= height)[0])
    from_left = (height - values[left]) / (values[left + 1] - values[left])
    from_right = (height - values[right]) / (values[right - 1] - values[right])
    return float((right - from_right) - (left + from_left))


def _find_extrema(waveform, min_prominence, edge):
    """Main trough, and the main peaks before and after it."""
    least = min_prominence * np.abs(waveform).max()
    stop = len(waveform) - edge
    trough = _main_peak(-waveform, edge, stop, least)
    if trough.index is None:
        return trough, trough, trough
    trough_half_width = _half_width(-waveform, trough.index)
    distance = MIN_DISTANCE_SAMPLES
    if not isinstance(trough_half_width, str):
        distance = max(distance, int(MIN_DISTANCE_HALF_WIDTHS * trough_half_width))
    before = _main_peak(waveform, edge, trough.index - distance, least)
    after = _main_peak(waveform, trough.index + distance, stop, least)
    return trough, before, after


def _main_peak(waveform, start, stop, least):
    """Most prominent peak between two places; if none is, one half as prominent or the highest."""
    if stop <= start:
        return Extremum(None, np.nan, 0)
    part = waveform[start:stop]
    peaks = find_peaks(part)
    prominences = np.array([prominence(part, peak) for peak in peaks])
    n_found = int(np.count_nonzero(prominences >= least))
    if not np.any(prominences >= least / 2):
        return Extremum(start + int(part.argmax()), np.nan, n_found)
    best = int(prominences.argmax())
    main = int(peaks[best])
    return Extremum(start + main, width(part, main, prominences[best]), n_found)


def _half_width(waveform, index):
    """Samples between the crossings of half the value at a place, or why there is none."""
    if index is None:
        return "no_peak"
    crossings = np.flatnonzero(np.diff(waveform >= waveform[index] / 2))
    before, after = crossings[crossings < index], crossings[crossings >= index]
    if not len(before) or not len(after):
        return "no_crossing"
    return int(after[0] - before[-1])


def _higher(waveform, before, after):
    """Place of the higher one of two peaks, None if there is none."""
    places = [peak.index for peak in (after, before) if peak.index is not None]
    return max(places, key=waveform.__getitem__) if places else None


def _lag(first, second, reason):
    """Samples between two places."""
    return reason if second is None else abs(second - first)


def _or_reason(value, reason):
    """The value, or the reason why it is NaN."""
    return reason if np.isnan(value) else value


def _main_to_next(waveform, trough, before, after):
    """Samples from the largest extremum to the next one: trough to peak, or peak to trough."""
    found = [peak.index for peak in (trough, before, after) if peak.index is not None]
    main = max(found, key=np.abs(waveform).__getitem__)
    if main != trough.index:
        return abs(main - trough.index)
    return _lag(trough.index, after.index, "no_peak_after")


def _ratios(waveform, trough, before, after):
    """Absolute heights of the peaks and the trough to each other."""
    size = np.abs(waveform)
    depth = size[trough.index]
    heights = [None if peak.index is None else size[peak.index] for peak in (before, after)]
    known = [height for height in heights if height is not None]
    ratios = [
        _ratio(heights[0], depth, "no_peak_before"),
        _ratio(heights[1], depth, "no_peak_after"),
        _ratio(heights[0], heights[1], "no_peak_before" if heights[0] is None else "no_peak_after"),
        _ratio(max(known, default=None), depth, "no_peak"),
    ]
    return dict(zip(RATIOS, ratios, strict=True))


def _ratio(numerator, denominator, reason):
    """A quotient, or why there is none."""
    if numerator is None or denominator is None:
        return reason
    return numerator / denominator if denominator else "no_trough"


def _baseline_flatness(waveform, n_baseline):
    """Largest deviation within the baseline over the largest one of all, from its mean."""
    if n_baseline < 1 or np.abs(waveform).argmax() < n_baseline:
        return "template_too_short"
    baseline = waveform[:n_baseline]
    deviation = np.abs(waveform - baseline.mean())
    return deviation[:n_baseline].max() / deviation.max()
