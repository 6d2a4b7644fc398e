"""The group of metrics of pairs of units: from a session to columns."""

import numpy as np

from goodunits.kilosort import probe_geometry
from goodunits.kilosort.optional_files import load
from goodunits.metrics import merge_candidates, unit_pairs
from goodunits.spiketrains import joint_counts
from goodunits.waveforms import template_likeness


def group(inputs):
    """Columns and notes of the group `pairs`."""
    found, notes = inputs.pairs
    columns = unit_pairs.with_most_alike(found)
    block = inputs.parameters["joint_refractory_ratio"]
    columns |= unit_pairs.with_bigger(found, block["min_similarity"])
    columns["is_louder_copy"] = unit_pairs.louder_copy(
        found.counts,
        found.coincident_pairs,
        found.amplitudes,
        **inputs.parameters["is_louder_copy"],
    )
    return columns | merge_candidates.highest(found), notes


def pairs_of(inputs):
    """What is known of all pairs of units of a session.

    Parameters
    ----------
    inputs : compute.Inputs
        The session.

    Returns
    -------
    found : unit_pairs.Pairs
    notes : list of str
        What is wrong with the files; what the groups `templates` and `amplitudes` say is not
        repeated.
    """
    spikes, counts = inputs.spikes, inputs.spikes.counts()
    least, largest = _lags(inputs)
    alike, reason = _likeness(inputs)
    return unit_pairs.Pairs(
        unit_ids=spikes.unit_ids,
        counts=counts,
        likeness=alike,
        why_unlike=reason,
        close_pairs=joint_counts.pairs_between(inputs.in_time_order, least, largest),
        expected_pairs=unit_pairs.expected_close_pairs(
            counts, inputs.n_samples, largest - least + 1
        ),
        coincident_pairs=inputs.coincident[0],
        binned=unit_pairs.counts_in_bins(spikes, inputs.n_samples),
        amplitudes=inputs.amplitudes[0]["amplitude_median_ks"],
    ), []


def _lags(inputs):
    """Least and largest lag in samples at which two spikes are too close for one neuron."""
    block, frequency_hz = (
        inputs.parameters["joint_refractory_ratio"],
        inputs.sort.sampling_frequency_hz,
    )
    least = int(np.ceil(block["censored_period_ms"] / 1000 * frequency_hz))
    largest = int(np.floor(block["refractory_period_ms"] / 1000 * frequency_hz))
    return least, max(largest, least)


def _likeness(inputs):
    """Likeness of the templates, or why there is none."""
    sort = inputs.sort
    stored = load(sort, "templates.npy", 3, mmap=True)
    if stored.array is None:
        return None, stored.reason
    n_channels = stored.array.shape[2]
    matrix, raw_reason, _ = probe_geometry.unwhitening_matrix(sort, n_channels)
    found = template_likeness.likeness(
        inputs.families,
        stored.array,
        matrix,
        raw_reason,
        **inputs.parameters["template_similarity_max"],
    )
    return found, ""
