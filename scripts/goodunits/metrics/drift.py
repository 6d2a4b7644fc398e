"""Movement of each unit along the probe, from Kilosort's spike positions.

Kilosort places spikes on drift-corrected data, so this is what the correction left over, not the
movement of the probe.
"""

import numpy as np

from goodunits.kilosort.optional_files import load
from goodunits.metrics.metric_column import all_undefined, as_columns


def group(inputs):
    """Columns and notes of the group `drift`."""
    sort, spikes = inputs.sort, inputs.spikes
    # Mapped: only one of the two columns is wanted.
    loaded = load(sort, "spike_positions.npy", 2, per_spike=True, mmap=True, min_columns=2)
    if loaded.array is None:
        return all_undefined(NAMES, loaded.reason, spikes.n_units), list(loaded.notes)
    return drift(
        spikes,
        loaded.array[:, 1].copy(),
        sort.sampling_frequency_hz,
        sort.recording_duration_s,
        **inputs.parameters["drift_ptp"],
    ), []


NAMES = ("drift_ptp", "drift_std", "drift_mad")


def drift(
    spikes,
    depths_um,
    sampling_frequency_hz,
    recording_duration_s,
    *,
    interval_s,
    min_spikes_per_interval,
    min_fraction_valid_intervals,
    min_n_intervals,
):
    """Drift metrics of all units, as SpikeInterface defines them.

    The median depth of a unit in each whole interval from time 0 on, less its median depth over
    the session.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    depths_um : float array (n_spikes,)
        Depth of each spike in the order of the files, in micrometres.
    sampling_frequency_hz : float
        Samples per second.
    recording_duration_s : float
        Length of the recording.
    interval_s : float
        Length of an interval.
    min_spikes_per_interval : int
        Least number of spikes in an interval.
    min_fraction_valid_intervals : float
        Undefined if more than this share of the intervals holds too few spikes.
    min_n_intervals : int
        Least number of intervals.

    Returns
    -------
    dict of str to Column
        `drift_ptp` (peak to peak), `drift_std` and `drift_mad` (median absolute deviation), in
        micrometres.
    """
    interval_samples = max(int(interval_s * sampling_frequency_hz), 1)
    n_intervals = int(round(recording_duration_s * sampling_frequency_hz) // interval_samples)
    edges = np.arange(n_intervals + 1) * interval_samples
    rows = []
    for row in range(spikes.n_units):
        if n_intervals < min_n_intervals:
            rows.append(dict.fromkeys(NAMES, "recording_too_short"))
            continue
        own = depths_um[spikes.places(row)]
        bounds = np.searchsorted(spikes.train(row), edges)
        medians = np.array(
            [
                np.median(own[start:stop])
                for start, stop in zip(bounds[:-1], bounds[1:], strict=True)
                if stop - start >= max(min_spikes_per_interval, 1)
            ]
        )
        n_empty = n_intervals - len(medians)
        rows.append(_spread(medians, n_empty > min_fraction_valid_intervals * n_intervals))
    return as_columns(rows)


def _spread(medians, too_few):
    """Peak to peak, standard and median absolute deviation of depths; or why there are none."""
    if too_few or not len(medians):
        return dict.fromkeys(NAMES, "too_few_spikes")
    if not np.isfinite(medians).all():
        return dict.fromkeys(NAMES, "not_finite")
    medians = medians.astype(np.float64)
    mad = np.median(np.abs(medians - np.median(medians)))
    return dict(zip(NAMES, [np.ptp(medians), medians.std(), mad], strict=True))
