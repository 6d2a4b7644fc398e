"""Names of other programs: what stands for each here, or why nothing does. Standard library only.

The error line for an unknown metric and the page on metrics are made of this table.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

ALL_METRICS = "; docs/metrics.md lists all metrics"
# Metrics that SpikeInterface defines otherwise under the same name, and its own definition here.
OTHER_IN_SPIKEINTERFACE = {
    "firing_rate": "firing_rate_recording",
    "presence_ratio": "presence_ratio_si",
}
_OURS = {
    "firing_rate": "the rate between a unit's first and last spike",
    "presence_ratio": "the tutorial's ratio",
}
_LIKENESS = 0.75  # below it, two names have little in common but their ending

_SI, _ALLEN, _IBL, _BC = "SpikeInterface", "Allen Institute", "IBL", "bombcell"
_UV = "Kilosort's files hold no microvolts, this is in Kilosort's own units"
_RAW = "it needs the raw recording"
_SLOPES = "slopes and velocities of templates are not computed"
_SUM_OF_STEPS = "a sum over steps grows with the number of spikes; there is drift_ptp"


class Name(NamedTuple):
    """Names of one quantity in other programs.

    Attributes
    ----------
    names : tuple of str
        As written there; case and punctuation don't count.
    programs : str
        Where they come from.
    here : tuple of str
        Metrics that stand for it; empty if nothing does.
    note : str
        What differs, or why nothing stands for it; "" where the definition is the same.
    """

    names: tuple[str, ...]
    programs: str
    here: tuple[str, ...]
    note: str = ""


NAMES = (
    Name(("num_spikes", "spike_count", "nSpikes", "N"), f"{_SI}, {_IBL}, {_BC}", ("n_spikes",)),
    Name(
        ("fr", "rate", "firing rate"),
        "Phy, papers",
        ("firing_rate_recording", "firing_rate"),
        "Phy's fr is over the recording; firing_rate is between the unit's first and last spike",
    ),
    Name(
        ("presence", "presenceRatio"),
        f"papers, {_BC}",
        ("presence_ratio", "presence_ratio_bombcell"),
        "bombcell's has a name of its own",
    ),
    Name(("presence_ratio_std",), _IBL, (), "the scatter of counts is not computed"),
    Name(("KSLabel",), "Kilosort, Phy", ("ks_label", "ks_refractory"), ""),
    Name(
        ("ContamPct", "est_contam_rate", "R12", "contam_rate"),
        "Kilosort, Phy",
        ("ks_contamination",),
        "a ratio: 0.2 where Kilosort's file has 20; about twice the fraction of foreign spikes",
    ),
    Name(("Q12",), "Kilosort", ("ks_q12",)),
    Name(("is_ref", "is_refractory", "refractory"), "Kilosort", ("ks_refractory",)),
    Name(
        ("contamination", "contamination_rate", "fp_rate"),
        f"{_IBL}, papers",
        ("isi_violations_ratio", "isi_contamination_hill", "rp_contamination"),
        "the IBL's contamination is the first; there are several definitions",
    ),
    Name(("contamination_alt",), _IBL, ("isi_contamination_hill",), "there with a wrong sign"),
    Name(
        ("isi_violations", "isi_viol", "isi_viol_rate", "isi_violation_rate", "isi_ratio"),
        f"{_ALLEN}, {_SI}",
        ("isi_violations_ratio",),
        "a rate relative to the unit's own, that can exceed 1; isi_violations_count is the number",
    ),
    Name(
        (
            "fractionRPVs",
            "fractionRPVs_estimatedTauR",
            "rpv",
            "rpvs",
            "rp_violation",
        ),
        _BC,
        ("isi_contamination_hill", "rp_contamination"),
        "the first is bombcell's method hill, the second its llobet",
    ),
    Name(
        ("slidingRP_viol", "slidingRP_viol_forced", "max_confidence", "slidingRP"),
        _IBL,
        ("sliding_rp_confidence",),
        "0 to 1, there in percent; the IBL passes units from 0.9",
    ),
    Name(("min_contamination",), _IBL, ("sliding_rp_violation",), "0 to 1, there in percent"),
    Name(
        ("snr", "signalToNoiseRatio", "unit_snr", "sn_ratio", "signal_to_noise"),
        f"{_SI}, {_ALLEN}, {_BC}",
        ("template_snr_whitened",),
        "of the whitened template, as snr needs the raw recording; its limits do not apply",
    ),
    Name(
        ("amplitude_median", "amp_median", "amp", "median_amplitude"),
        f"{_SI}, {_IBL}, Phy",
        ("amplitude_median_ks",),
        _UV,
    ),
    Name(
        ("amplitude", "amplitude_uv", "amp_uv", "rawAmplitude", "waveform_amplitude", "ptp_uv"),
        f"Kilosort, {_ALLEN}, {_BC}",
        ("amplitude_median_ks", "template_ptp_adc"),
        "no microvolts in Kilosort's files; the first is in Kilosort's own units, the second in "
        "the recording's integers, times your gain it is in microvolts",
    ),
    Name(("amplitude_cv", "amplitude_cv_median"), _SI, ("amplitude_cv_median_ks",), _UV),
    Name(("amplitude_cv_range",), _SI, ("amplitude_cv_range_ks",), _UV),
    Name(
        ("amplitude_cutoff", "missed_spikes_est", "fraction_missing"),
        f"{_SI}, {_ALLEN}, {_IBL}",
        ("amplitude_cutoff_ks",),
        f"{_UV}, often higher",
    ),
    Name(
        ("percentageSpikesMissing_gaussian", "percentageSpikesMissing", "percent_missing"),
        _BC,
        ("amplitude_cutoff_ks",),
        f"a fraction from 0 to 0.5, there in percent; {_UV}",
    ),
    Name(("noise_cutoff",), f"{_IBL}, {_SI}", ("noise_cutoff_ks",), _UV),
    Name(("noise_ratio",), _SI, ("noise_ratio_ks",), _UV),
    Name(("sd_ratio",), _SI, (), _RAW),
    Name(("max_drift", "maxDriftEstimate"), f"{_ALLEN}, {_BC}", ("drift_ptp",), "other intervals"),
    Name(("drift", "cumulative_drift", "cumDriftEstimate"), f"{_IBL}, {_ALLEN}", (), _SUM_OF_STEPS),
    Name(("isoD", "isolation distance"), _BC, ("isolation_distance",)),
    Name(("L-ratio",), f"{_BC}, papers", ("l_ratio",)),
    Name(("d'", "dprime"), "papers", ("d_prime",)),
    Name(
        ("silhouette_score", "silhouette_full"),
        f"{_SI}, {_ALLEN}, {_BC}",
        ("silhouette",),
        "the simplified one, by distances to centres",
    ),
    Name(("nn_isolation",), _SI, ("nn_hit_rate",), "a simpler measure of the same"),
    Name(("nn_noise_overlap",), _SI, (), _RAW),
    Name(("nPeaks",), _BC, ("num_positive_peaks",)),
    Name(("nTroughs",), _BC, ("num_negative_peaks",)),
    Name(
        ("peak_to_valley", "waveform_duration", "duration", "waveformDuration_peakTrough"),
        f"{_SI}, {_ALLEN}, {_BC}",
        ("peak_to_trough_duration",),
        "in s, there in ms or us too; '0.4 ms' is read",
    ),
    Name(
        ("half_width", "waveform_halfwidth"),
        f"{_SI}, {_ALLEN}",
        ("trough_half_width",),
        "in s, the Allen Institute's in ms",
    ),
    Name(
        ("peak_trough_ratio", "PT_ratio", "waveform_PT_ratio"),
        f"{_SI}, {_ALLEN}",
        ("peak_after_to_trough_ratio", "main_peak_to_trough_ratio"),
        "without sign",
    ),
    Name(("scndPeakToTroughRatio",), _BC, ("peak_after_to_trough_ratio",)),
    Name(("peak1ToPeak2Ratio",), _BC, ("peak_before_to_peak_after_ratio",)),
    Name(("mainPeakToTroughRatio",), _BC, ("main_peak_to_trough_ratio",)),
    Name(("spatialDecaySlope", "spatial_decay"), _BC, ("exp_decay",), "in 1/um"),
    Name(("waveform_spread",), _ALLEN, ("spread",), "in um"),
    Name(
        ("recovery_slope", "repolarization_slope", "velocity_above", "velocity_below", "velocity"),
        f"{_SI}, {_ALLEN}",
        (),
        _SLOPES,
    ),
    Name(("ch", "channel", "peak_channel_id", "maxChannels"), "Phy, others", ("peak_channel",)),
    Name(("sh", "shank"), "Phy", (), "criteria_sets gives sessions of different shanks their own"),
    Name(("group", "quality", "label"), "Phy, others", (), "it is what the criteria decide"),
)


def _key(name):
    """Name without case and punctuation."""
    return re.sub("[^a-z0-9]", "", str(name).lower())


_BY_KEY = {_key(name): entry for entry in NAMES for name in entry.names}


def of_others(name):
    """Say what stands for a name of another program.

    Parameters
    ----------
    name : str
        As somebody wrote it.

    Returns
    -------
    str
        "" if no program is known to have it.
    """
    entry = _BY_KEY.get(_key(name))
    if entry is None:
        return ""
    if not entry.here:
        return f"nothing stands for it here: {entry.note}"
    here = " or ".join(f"'{metric}'" for metric in entry.here)
    return f"here it is {here}" + (f" ({entry.note})" if entry.note else "")


def hint(name, known):
    """Say what to write instead of a metric that is unknown.

    Parameters
    ----------
    name : str
        As somebody wrote it.
    known : iterable of str
        Names of all metrics.

    Returns
    -------
    str
        To be put behind ``unknown metric 'name'``.
    """
    by_key = {_key(metric): metric for metric in known}
    if _key(name) in by_key:
        return f", did you mean '{by_key[_key(name)]}'?"
    if words := of_others(name):
        return f": {words}"
    import difflib  # not in every job

    close = difflib.get_close_matches(_key(name), by_key, 1, _LIKENESS)
    return f", did you mean '{by_key[close[0]]}'?" if close else ALL_METRICS


def pasted(block, where):
    """List SpikeInterface's thresholds on metrics that it defines otherwise.

    Parameters
    ----------
    block : mapping or list
        A labels block that `criteria_rules.parse_labels` has read without problems.
    where : str
        Key of the block, put in front of each problem.

    Returns
    -------
    list of str
    """
    if isinstance(block, list | tuple):
        return [
            line
            for place, item in enumerate(block)
            for line in pasted(item, f"{where}[{place}]" if isinstance(item, Mapping) else where)
        ]
    if not isinstance(block, Mapping):
        return []
    lines = []
    for key, value in block.items():
        if key in OTHER_IN_SPIKEINTERFACE and isinstance(value, Mapping):
            lines.append(f"{where}.{key}: {_pasted_words(key)}")
        else:
            lines += pasted(value, f"{where}.{key}")
    return lines


def _pasted_words(metric):
    """What to write instead of SpikeInterface's thresholds on one metric."""
    theirs = OTHER_IN_SPIKEINTERFACE[metric]
    return (
        f"SpikeInterface's {metric} is '{theirs}' here; write that, or a line of text such as "
        f"'{metric} >= 0.5' for {_OURS[metric]}"
    )
