"""The template of each unit as it would look in the recording, and its shape.

Kilosort whitens by X_w = W X (X: channels x samples), so a template (samples x channels) is
T_w = T W' and T = T_w inv(W)'. W is local (32 neighbours), so it is not symmetric on larger probes.
"""

import numpy as np

from goodunits.kilosort import probe_geometry, unit_templates
from goodunits.kilosort.optional_files import load
from goodunits.metrics.metric_column import all_undefined, as_columns
from goodunits.waveforms import template_extent, template_shape

SIZES = ("template_snr_whitened", "template_ptp_adc")
PLACE = ("peak_channel", "depth")
EXTENT = ("exp_decay", "spread")
NAMES = (*PLACE, *SIZES, *template_shape.NAMES, *EXTENT)
INT_NAMES = ("peak_channel", *template_shape.COUNTS)


def template_metrics(families, templates, unwhiten, probe, sampling_frequency_hz, blocks):
    """Place, size, shape and extent of the template of each unit.

    Parameters
    ----------
    families : list of (int64 array, int64 array)
        Templates of each unit and their spike counts, as `waves_files.parents` gives.
    templates : float array (n_templates, n_samples, n_channels)
        Whitened templates as Kilosort stores them.
    unwhiten : float64 array (n_channels, n_channels)
        As `unwhitening_matrix` gives it.
    probe : Probe
        The channels.
    sampling_frequency_hz : float
        Samples per second.
    blocks : dict of str to dict
        Parameters of `num_positive_peaks`, `waveform_baseline_flatness`, `exp_decay`, `spread`.

    Returns
    -------
    dict of str to Column
        The metrics in NAMES, as the catalogue describes them.
    """
    finer = template_shape.upsampling_matrix(templates.shape[1])
    rows = []
    for family in families:
        whitened = unit_templates.unit_template(family, templates)
        if whitened is None:
            rows.append(dict.fromkeys(NAMES, "template_unknown"))
        elif not np.isfinite(whitened).all():
            rows.append(dict.fromkeys(NAMES, "not_finite"))
        elif not np.ptp(whitened, axis=0).any():
            rows.append(dict.fromkeys(NAMES, "empty_template"))
        else:
            template = whitened @ unwhiten
            found = _place_and_extent(template, finer, probe, blocks)
            found["template_snr_whitened"] = np.abs(whitened).max()
            sizes = np.ptp(template, axis=0)
            on_peak = finer @ template[:, int(sizes.argmax())]
            found |= template_shape.shape(
                on_peak,
                sampling_frequency_hz * template_shape.UPSAMPLING,
                **blocks["num_positive_peaks"],
                **blocks["waveform_baseline_flatness"],
            )
            rows.append({name: found[name] for name in NAMES})
    return as_columns(rows, INT_NAMES)


def _place_and_extent(template, finer, probe, blocks):
    """Peak channel and extent over the channels of its shank."""
    sizes = np.ptp(template, axis=0)
    peak = int(sizes.argmax())
    found = {"peak_channel": probe.channel_map[peak], "template_ptp_adc": sizes[peak]}
    if probe.positions_um is None:
        return found | dict.fromkeys(("depth", *EXTENT), probe.why_nowhere)
    on_shank = probe.shanks == probe.shanks[peak]
    positions_um = probe.positions_um[on_shank]
    fine_sizes = np.ptp(finer @ template[:, on_shank], axis=0)
    return found | {
        "depth": probe.positions_um[peak, 1],
        "exp_decay": template_extent.exp_decay(fine_sizes, positions_um, **blocks["exp_decay"]),
        "spread": template_extent.spread(fine_sizes, positions_um[:, 1], **blocks["spread"]),
    }


def group(inputs):
    """Columns and notes of the group `templates`."""
    sort, spikes = inputs.sort, inputs.spikes
    stored = load(sort, "templates.npy", 3, mmap=True)
    matrix, reason, notes = None, stored.reason, list(stored.notes)
    if stored.array is not None:
        n_channels = stored.array.shape[2]
        matrix, reason, matrix_notes = probe_geometry.unwhitening_matrix(sort, n_channels)
        notes += matrix_notes
    if matrix is None:
        names, int_names = NAMES, INT_NAMES
        return all_undefined(names, reason, spikes.n_units, int_names), notes
    probe, probe_notes = probe_geometry.load_probe(sort, n_channels)
    columns = template_metrics(
        inputs.families,
        stored.array,
        matrix,
        probe,
        sort.sampling_frequency_hz,
        inputs.parameters,
    )
    return columns, notes + probe_notes
