"""The groups of metrics of amplitudes, positions, templates and PC features."""

from goodunits import amplitudes, drift, similarity, templates
from goodunits.waves_files import all_undefined, load, parents, unusable


def _amplitudes(inputs):
    """Columns and notes of the group `amplitudes`."""
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
        parents(spikes, session.spike_templates),
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
    families = parents(spikes, session.spike_templates)
    return similarity.nearest_units(spikes.unit_ids, families, stored.array), []


# One function per group of records_waves.py.
GROUP_FUNCTIONS = {
    "amplitudes": _amplitudes,
    "drift": _drift,
    "templates": _templates,
    "similarity": _similarity,
}
