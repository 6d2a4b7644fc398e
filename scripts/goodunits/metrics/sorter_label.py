"""What Kilosort called the unit (group `sorter_label`)."""

from goodunits.metrics.metric_column import Column
from goodunits.spiketrains.unit_spikes import count_ids


def group(inputs):
    """Columns and notes of the group `sorter_label`."""
    unit_ids = inputs.spikes.unit_ids.tolist()
    if inputs.ks_labels is None:
        reasons = dict.fromkeys(range(len(unit_ids)), "no_label_file")
        return {"ks_label": Column([None] * len(unit_ids), reasons)}, []
    templates = inputs.sort.spike_templates
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
