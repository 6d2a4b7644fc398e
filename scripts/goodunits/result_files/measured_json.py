"""Say what was read and computed of a session. Standard library only."""

from goodunits.base import files, npy_header
from goodunits.base.errors import SessionError
from goodunits.catalogue import all_metrics

# What a metric takes from the sort where the configuration says nothing.
SORT_SETTINGS = ("acg_threshold", "duplicate_spike_bins")


def measured(sort, table, parameters, units, software):
    """Record of one measurement, for the same-sort check and for the receipt.

    Parameters
    ----------
    sort : Sort
        The sort as read.
    table : MetricsTable
        Its metrics.
    parameters : dict
        The `metrics` block that was in force.
    units : dict
        Every unit by a few of its spikes, to know it again after merges and splits.
    software : dict
        Versions of Python and of the core packages.

    Returns
    -------
    record : dict
        `files` (hash and signature of everything read), `units`, and what is known of the sort.
    """
    optional = [
        name for name in all_metrics.files_of(table.columns) if _is_array(sort.folder / name)
    ]
    names = dict.fromkeys([*sort.files_read, *optional])
    read = {name: _file_record(sort.folder / name) for name in names}
    versions = {name: all_metrics.METRICS[name].version for name in table.columns}
    return {
        "files": read,
        "units": units,
        "sampling_frequency_hz": sort.sampling_frequency_hz,
        "recording_duration_s": sort.recording_duration_s,
        "recording_duration_source": sort.recording_duration_source,
        "kilosort_version": sort.kilosort_version,
        "sort_settings": {name: getattr(sort, name) for name in SORT_SETTINGS},
        "n_spikes": int(len(sort.spike_samples)),
        "n_units": len(table.unit_ids),
        "parameters": parameters,
        "metric_versions": versions,
        "notes": [*sort.notes, *table.notes],
        "software": software,
    }


def _is_array(path):
    """Whether there is an array that could be read: nothing came from any other file."""
    try:
        with npy_header.opened(path):
            return True
    except SessionError:
        return False


def _file_record(path):
    return {"sha256": files.sha256_file(path), "signature": files.signature(path)}
