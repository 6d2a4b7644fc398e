"""The groups of metrics of spike times and of the sorter's labels: from a session to columns."""

from goodunits import kilosort_ccg, spike_train
from goodunits.spikes import Column, count_ids

# Kilosort's default, for sorts whose ops.npy does not tell.
KILOSORT_ACG_THRESHOLD = 0.2


def _rates(inputs):
    """Columns and notes of the group `rates`."""
    session = inputs.session
    return spike_train.rates(
        inputs.spikes, session.sampling_frequency_hz, session.recording_duration_s
    ), []


def _presence(inputs):
    """Columns and notes of the group `presence`."""
    frequency_hz = inputs.session.sampling_frequency_hz
    block = inputs.parameters["presence_ratio"]
    return spike_train.presence(inputs.spikes, frequency_hz, **block), []


def _refractoriness(inputs):
    """Columns and notes of the group `refractoriness`."""
    block = inputs.parameters["ks_refractory"]
    acg_threshold, notes = block["acg_threshold"], []
    if acg_threshold is None:
        acg_threshold = inputs.session.acg_threshold
    if acg_threshold is None:
        acg_threshold = KILOSORT_ACG_THRESHOLD
        notes.append(
            "acg_threshold of the sort is not known (no usable ops.npy); "
            f"ks_refractory uses Kilosort's default {KILOSORT_ACG_THRESHOLD}"
        )
    columns = kilosort_ccg.refractoriness(
        inputs.spikes,
        inputs.session.sampling_frequency_hz,
        acg_threshold=acg_threshold,
        q12_threshold=block["q12_threshold"],
    )
    return columns, notes


def _sorter_label(inputs):
    """Columns and notes of the group `sorter_label`."""
    unit_ids = inputs.spikes.unit_ids.tolist()
    if inputs.ks_labels is None:
        reasons = dict.fromkeys(range(len(unit_ids)), "no_label_file")
        return {"ks_label": Column([None] * len(unit_ids), reasons)}, []
    templates = inputs.session.spike_templates
    # Without spike_templates.npy nothing tells which ids are new.
    sorted_ids = unit_ids if templates is None else count_ids(templates)[0].tolist()
    sorted_ids = set(sorted_ids)
    labels, reasons = [], {}
    for row, unit_id in enumerate(unit_ids):
        # One cell of a table: no tabs or line ends.
        label = " ".join(inputs.ks_labels.get(unit_id, "").split())
        if unit_id not in sorted_ids:
            label, reasons[row] = None, "id_new_since_sorting"
        elif not label:
            label, reasons[row] = None, "id_not_in_label_file"
        labels.append(label)
    return {"ks_label": Column(labels, reasons)}, []


GROUP_FUNCTIONS = {
    "rates": _rates,
    "presence": _presence,
    "refractoriness": _refractoriness,
    "sorter_label": _sorter_label,
}
