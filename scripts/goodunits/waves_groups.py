"""The groups of metrics of amplitudes, positions, templates and PC features."""

from goodunits import amplitudes, drift, isolation, pc_features, similarity, templates
from goodunits.waves_files import all_undefined, as_columns, load, unusable


def _amplitudes(inputs):
    """Columns and notes of the group `amplitudes`."""
    return inputs.amplitudes


def amplitude_columns(inputs):
    """Compute the columns and notes of the group `amplitudes`, which others read too."""
    session, spikes = inputs.session, inputs.spikes
    loaded = load(session, "amplitudes.npy", 1, per_spike=True)
    if loaded.array is None:
        columns = all_undefined(amplitudes.NAMES, loaded.reason, spikes.n_units)
        return columns, list(loaded.notes)
    return amplitudes.amplitude_statistics(
        spikes,
        loaded.array,
        session.sampling_frequency_hz,
        session.recording_duration_s,
        inputs.parameters,
    ), []


def _drift(inputs):
    """Columns and notes of the group `drift`."""
    session, spikes = inputs.session, inputs.spikes
    # Mapped: only one of the two columns is wanted.
    loaded = load(session, "spike_positions.npy", 2, per_spike=True, mmap=True, min_columns=2)
    if loaded.array is None:
        return all_undefined(drift.NAMES, loaded.reason, spikes.n_units), list(loaded.notes)
    return drift.drift(
        spikes,
        loaded.array[:, 1].copy(),
        session.sampling_frequency_hz,
        session.recording_duration_s,
        **inputs.parameters["drift_ptp"],
    ), []


def _templates(inputs):
    """Columns and notes of the group `templates`."""
    session, spikes = inputs.session, inputs.spikes
    stored = load(session, "templates.npy", 3, mmap=True)
    matrix, reason, notes = None, stored.reason, list(stored.notes)
    if stored.array is not None:
        n_channels = stored.array.shape[2]
        matrix, reason, matrix_notes = templates.unwhitening_matrix(session, n_channels)
        notes += matrix_notes
    if matrix is None:
        names, int_names = templates.NAMES, templates.INT_NAMES
        return all_undefined(names, reason, spikes.n_units, int_names), notes
    probe, probe_notes = templates.load_probe(session, n_channels)
    columns = templates.template_metrics(
        inputs.families,
        stored.array,
        matrix,
        probe,
        session.sampling_frequency_hz,
        inputs.parameters,
    )
    return columns, notes + probe_notes


def _similarity(inputs):
    """Columns and notes of the group `similarity`."""
    session, spikes = inputs.session, inputs.spikes
    stored = load(session, "similar_templates.npy", 2)
    if stored.array is not None and len(set(stored.array.shape)) > 1:
        stored = unusable("similar_templates.npy", f"shape {stored.array.shape}, expected a square")
    if stored.array is None:
        names, int_names = similarity.NAMES, similarity.INT_NAMES
        columns = all_undefined(names, stored.reason, spikes.n_units, int_names)
        return columns, list(stored.notes)
    return similarity.nearest_units(spikes.unit_ids, inputs.families, stored.array), []


def _isolation(inputs):
    """Columns and notes of the group `isolation`."""
    session, spikes = inputs.session, inputs.spikes
    block = dict(inputs.parameters["isolation_distance"])
    n_most = block.pop("max_spikes_per_unit")
    units, reason, notes = pc_features.load_features(session, spikes, n_most)
    if units is None:
        return all_undefined(isolation.NAMES, reason, spikes.n_units), notes
    passed = pc_features.passes(units, session, inputs.families)
    if sum(passed) < pc_features.MIN_SHARE_PASSED * len(units):
        notes.append(
            "pc_features.npy: its channels do not fit templates.npy (only with ops.npy and "
            "spike_detection_templates.npy they are known); the isolation metrics are left out"
        )
        return all_undefined(isolation.NAMES, "channels_unknown", spikes.n_units), notes
    rows = isolation.isolation(units, **block, **inputs.parameters["nn_hit_rate"])
    unknown = dict.fromkeys(isolation.NAMES, "channels_unknown")
    rows = [row if fits else unknown for row, fits in zip(rows, passed, strict=True)]
    return as_columns(rows), notes


# One function per group of records_waves.py.
GROUP_FUNCTIONS = {
    "amplitudes": _amplitudes,
    "drift": _drift,
    "templates": _templates,
    "similarity": _similarity,
    "isolation": _isolation,
}
