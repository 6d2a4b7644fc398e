"""The groups of metrics of spike times and of the sorter's labels: from a session to columns."""

from goodunits import (
    binned,
    bursts,
    coincidence,
    kilosort_ccg,
    refractory_period,
    spike_train,
)
from goodunits.spikes import Column, count_ids

# Kilosort's default, for sorts whose ops.npy does not tell.
KILOSORT_ACG_THRESHOLD = 0.2
# Kilosort removed duplicates within 15 samples (4.0 to 4.0.2), later within 7 or 0.25 ms.
UNKNOWN_CENSORED_MS = 0.5


def _rates(inputs):
    """Columns and notes of the group `rates`."""
    session = inputs.session
    frequency_hz = session.sampling_frequency_hz
    columns = spike_train.rates(inputs.spikes, frequency_hz, session.recording_duration_s)
    columns["firing_range"] = binned.firing_range(
        inputs.spikes, inputs.n_samples, frequency_hz, **inputs.parameters["firing_range"]
    )
    return columns, []


def _presence(inputs):
    """Columns and notes of the group `presence`."""
    spikes, frequency_hz = inputs.spikes, inputs.session.sampling_frequency_hz
    columns = spike_train.presence(spikes, frequency_hz, **inputs.parameters["presence_ratio"])
    columns["presence_ratio_allen"] = binned.presence_allen(spikes, frequency_hz)
    columns["presence_ratio_si"] = binned.presence_si(
        spikes, inputs.n_samples, frequency_hz, **inputs.parameters["presence_ratio_si"]
    )
    columns["presence_ratio_bombcell"] = binned.presence_bombcell(
        spikes, frequency_hz, **inputs.parameters["presence_ratio_bombcell"]
    )
    return columns, []


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


def _refractory_period(inputs):
    """Columns and notes of the group `refractory_period`."""
    session, parameters = inputs.session, inputs.parameters
    frequency_hz, duration_s = session.sampling_frequency_hz, session.recording_duration_s
    pairs, counts = inputs.lags, inputs.spikes.counts()
    hill, rp, bound = (
        _in_samples(session, parameters[name])
        for name in ("isi_contamination_hill", "rp_contamination", "contamination_upper_bound")
    )
    columns = refractory_period.isi_violations(
        pairs, counts, duration_s, frequency_hz, **parameters["isi_violations_ratio"]
    )
    columns["isi_contamination_hill"] = refractory_period.isi_contamination(
        pairs, counts, inputs.n_samples, **hill
    )
    columns |= refractory_period.rp_violations(pairs, counts, inputs.n_samples, **rp)
    columns["contamination_upper_bound"] = refractory_period.upper_bound(
        pairs,
        counts,
        inputs.n_samples,
        confidence=parameters["contamination_upper_bound"]["confidence"],
        **bound,
    )
    columns |= refractory_period.sliding(
        pairs,
        counts,
        duration_s,
        frequency_hz,
        **parameters["sliding_rp_violation"],
        **parameters["sliding_rp_confidence"],
    )
    return columns, _censored_note(session)


def _in_samples(session, block):
    """Refractory and censored period of a metric in samples."""
    frequency_hz, censored_ms = session.sampling_frequency_hz, block["censored_period_ms"]
    censored_samples = session.duplicate_spike_bins
    if censored_ms is not None:
        censored_samples = round(censored_ms / 1000 * frequency_hz)
    elif censored_samples is None:
        censored_samples = round(UNKNOWN_CENSORED_MS / 1000 * frequency_hz)
    return {
        "refractory_samples": round(block["refractory_period_ms"] / 1000 * frequency_hz),
        "censored_samples": censored_samples,
    }


def _censored_note(session):
    """What is said where the sort does not tell how it removed duplicates."""
    if session.duplicate_spike_bins is not None:
        return []
    return [
        "duplicate_spike_bins of the sort is not known (no usable ops.npy); refractory-period "
        f"metrics without a censored_period_ms do not use lags below {UNKNOWN_CENSORED_MS} ms"
    ]


def _synchrony(inputs):
    """Columns and notes of the group `synchrony`."""
    repeated = bool(inputs.lags.neighbours[:, 0].any())
    return coincidence.synchrony(inputs.in_time_order, inputs.spikes.counts(), repeated), []


def _duplicates(inputs):
    """Columns and notes of the group `duplicates`."""
    return inputs.coincident[1], []


def coincident(inputs):
    """Pairs of almost simultaneous spikes of all units, and the columns that they give."""
    spikes, counts = inputs.spikes, inputs.spikes.counts()
    window_ms = inputs.parameters["duplicate_of"]["window_ms"]
    window_samples = round(window_ms / 1000 * inputs.session.sampling_frequency_hz)
    pairs, partners = coincidence.coincidences(inputs.in_time_order, window_samples)
    columns = coincidence.tolerant_synchrony(inputs.in_time_order, partners, counts)
    return pairs, columns | coincidence.duplicates(spikes.unit_ids, pairs, counts)


def _bursts(inputs):
    """Columns and notes of the group `bursts`."""
    frequency_hz = inputs.session.sampling_frequency_hz
    return bursts.burst_indices(inputs.spikes, inputs.lags, frequency_hz), []


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
    "refractory_period": _refractory_period,
    "synchrony": _synchrony,
    "duplicates": _duplicates,
    "bursts": _bursts,
    "sorter_label": _sorter_label,
}
