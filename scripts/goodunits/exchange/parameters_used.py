"""With which parameters a metric was computed, in words. Standard library only."""

from goodunits.catalogue import all_metrics

_TEMPLATE_SHAPES = tuple(
    name
    for name, metric in all_metrics.METRICS.items()
    if metric.group == "templates" and name.endswith(("_width", "_duration", "_ratio"))
)
# What is known of a unit and the one that is most alike to it.
_OF_ALIKE = (
    "alike_unit",
    "amplitude_ratio_to_alike",
    "presence_overlap_with_alike",
    "rate_correlation_with_alike",
    "spike_count_ratio_to_alike",
    "template_similarity_bigger",
    "template_similarity_bigger_unit",
    "template_similarity_raw_max",
)
_OF_PAIRS = ("duplicate_of", "joint_refractory_ratio", "template_similarity_max")
# Metrics that use parameters of another one.
SHARED = {
    "isi_violations_count": ("isi_violations_ratio",),
    "rp_violations": ("rp_contamination",),
    "sliding_rp_confidence": ("sliding_rp_violation",),
    **dict.fromkeys(("sync_tolerant_2", "sync_tolerant_4", "sync_tolerant_8"), ("duplicate_of",)),
    **dict.fromkeys(("duplicate_agreement", "duplicate_share"), ("duplicate_of",)),
    **dict.fromkeys(("duplicate_is_better", "is_louder_copy"), ("duplicate_of",)),
    "clean_log_odds": ("contamination_upper_bound", "sliding_rp_confidence"),
    **dict.fromkeys(_OF_ALIKE, ("template_similarity_max",)),
    "coincidences_with_alike": ("duplicate_of", "template_similarity_max"),
    "joint_refractory_ratio": ("template_similarity_max",),
    "joint_refractory_probability": ("joint_refractory_ratio", "template_similarity_max"),
    **dict.fromkeys(
        ("merge_score_bigger", "merge_score_max", "merge_score_unit", "share_of_neuron"), _OF_PAIRS
    ),
    "amplitude_cv_range_ks": ("amplitude_cv_median_ks",),
    "noise_ratio_ks": ("noise_cutoff_ks",),
    **dict.fromkeys(("drift_std", "drift_mad"), ("drift_ptp",)),
    # All are made from the same peaks and troughs.
    **dict.fromkeys((*_TEMPLATE_SHAPES, "num_negative_peaks"), ("num_positive_peaks",)),
    **dict.fromkeys(("l_ratio", "d_prime", "silhouette", "nn_hit_rate"), ("isolation_distance",)),
    "nn_miss_rate": ("isolation_distance", "nn_hit_rate"),
}


def used(name, measured):
    """Parameters that a metric was computed with: its own, and those that it shares with another.

    Parameters
    ----------
    name : str
        The metric.
    measured : dict
        Record of a measurement.

    Returns
    -------
    parameters : dict
        Those of another metric with its name and a point before them.
    """
    known = measured.get("parameters", {})
    given = dict(known.get(name, {}))
    for other in SHARED.get(name, ()):
        given |= {f"{other}.{key}": value for key, value in known.get(other, {}).items()}
    return given


# Parameters without a value for which the setting of a sort counts.
FROM_SORT = {"acg_threshold": "acg_threshold", "censored_period_ms": "duplicate_spike_bins"}


def is_open(parameter, name, measured):
    """Whether a metric was computed with a parameter that had no value.

    Parameters
    ----------
    parameter, name : str
        The parameter and the metric.
    measured : dict
        Record of a measurement.
    """
    given = used(name, measured)
    return any(value is None and key.endswith(parameter) for key, value in given.items())


def in_words(name, key, value):
    """A parameter as a user writes it; what it means to have none stands in the catalogue."""
    other, _, parameter = key.rpartition(".")
    items = {item.name: item for item in all_metrics.METRICS[other or name].parameters}
    item = items.get(parameter)
    if value is None:
        meaning = item.description.partition("null: ")[2].rstrip(".") if item else ""
        return f"{key} not set" + (f" ({meaning})" if meaning else "")
    whole = isinstance(value, float) and value.is_integer()
    # The name of a parameter ends with its unit.
    return f"{key} {int(value) if whole else value}"
