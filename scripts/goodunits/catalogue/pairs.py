"""Records of the metrics of pairs of units. Standard library only."""

from goodunits.catalogue.record import ANY_NUMBER, FRACTION, Group, Metric, Parameter

FILE_REASONS = ("file_missing", "file_unusable")
TEMPLATE_REASONS = (
    *FILE_REASONS,
    "template_unknown",
    "not_finite",
    "empty_template",
    "no_other_template",
)
COSINE = (-1.0, 1.0)

GROUP = Group(
    "pairs",
    "always",
    "The unit and the one most alike to it: a piece of it, a copy of it, or a neighbour. "
    "merge_candidates.tsv is made of the same numbers.",
    files=(
        "templates.npy",
        "whitening_mat_inv.npy",
        "whitening_mat_dat.npy",
        "amplitudes.npy",
    ),
)


def _pair(name, description, formula, better="none", limits=FRACTION, **others):
    """Record of a metric of two units."""
    reasons = (*others.pop("reasons", TEMPLATE_REASONS), *others.pop("more_reasons", ()))
    return Metric(
        name=name,
        kind=others.pop("kind", "float"),
        unit="",
        description=description,
        formula=formula,
        reference=others.pop("reference", ""),
        better=better,
        group="pairs",
        limits=limits,
        nan_reasons=reasons,
        **others,
    )


RECORDS = (
    _pair(
        "template_similarity_max",
        "Likeness of the unit's template, over channels and time, to that of the most alike other "
        "unit; 1 for the same shape. Other than similarity_max it compares the units as they are "
        "now, so halves of a split in Phy have a similarity of 1.",
        "max over other units of the cosine of the whitened templates, best of the shifts up to "
        "max_shift_samples; template of a unit: mean of templates.npy over its spikes",
        "lower",
        COSINE,
        parameters=(
            Parameter(
                "max_shift_samples",
                "int",
                "samples",
                "One template is moved against the other by at most this; for all similarities of "
                "templates.",
                minimum=0,
                maximum=30,
            ),
        ),
    ),
    _pair(
        "alike_unit",
        "Cluster id of the most alike other unit.",
        "the unit of template_similarity_max",
        kind="int",
        limits=(0.0, float("inf")),
    ),
    _pair(
        "template_similarity_bigger",
        "Likeness of the unit's template to that of the most alike unit that has more spikes: "
        "high where the unit may be a piece of it.",
        "as template_similarity_max, over units with more spikes",
        "lower",
        COSINE,
        more_reasons=("no_bigger_unit",),
        lacks="looks like a piece of unit {template_similarity_bigger_unit}",
    ),
    _pair(
        "template_similarity_bigger_unit",
        "Cluster id of the most alike unit that has more spikes.",
        "the unit of template_similarity_bigger",
        kind="int",
        limits=(0.0, float("inf")),
        more_reasons=("no_bigger_unit",),
    ),
    _pair(
        "template_similarity_raw_max",
        "As template_similarity_max, of the templates as they are in the recording, before "
        "whitening; the most alike unit can be another one.",
        "max over other units of the cosine of the templates, whitening undone",
        "lower",
        COSINE,
        more_reasons=("whitening_unknown",),
    ),
    _pair(
        "joint_refractory_ratio",
        "How often the unit and one alike fire within each other's refractory period, by what is "
        "expected of independent trains: near 0 for pieces of one neuron, 1 for two neurons. The "
        "least over alike units that have more spikes.",
        "min of pairs of spikes from censored to refractory period apart / "
        "(2 n1 n2 / T * lags of that range)",
        "higher",
        (0.0, float("inf")),
        parameters=(
            Parameter(
                "refractory_period_ms",
                "float",
                "ms",
                "Spikes of one neuron are never closer; for joint_refractory_probability too.",
                exclusive_minimum=0,
                maximum=10,
            ),
            Parameter(
                "censored_period_ms",
                "float",
                "ms",
                "Closer spikes are not counted: the same spike found twice.",
                minimum=0,
                maximum=10,
            ),
            Parameter(
                "min_similarity",
                "float",
                "",
                "Units are alike if their templates are more similar than this.",
                minimum=-1,
                maximum=1,
            ),
        ),
        more_reasons=("no_alike_unit", "no_bigger_unit"),
    ),
    _pair(
        "joint_refractory_probability",
        "Probability that the unit and the most alike one, if they were independent, had so few "
        "spikes within each other's refractory period; small: perhaps pieces of one neuron.",
        "P(X <= pairs), X Poisson with the mean of joint_refractory_ratio, of alike_unit",
        "higher",
    ),
    _pair(
        "is_louder_copy",
        "Whether the unit has the largest median amplitude of all that it shares spikes with, so "
        "that it is the copy to keep if they are the same neuron. Undefined where it has no copy. "
        "Often better than duplicate_is_better: the copy with fewer spikes can be the cleaner one.",
        "amplitude_median_ks > that of each unit that has a share >= min_share of its spikes too "
        "(equal: the lower id)",
        "higher",
        kind="bool",
        version=2,
        lacks="the fainter of two copies",
        parameters=(
            Parameter(
                "min_share",
                "float",
                "",
                "Least share of its spikes that a copy has in common with another unit.",
                exclusive_minimum=0,
                maximum=1,
            ),
        ),
        reasons=(*FILE_REASONS, "not_finite", "no_copy"),
    ),
    _pair(
        "amplitude_ratio_to_alike",
        "Median amplitude over that of the most alike unit.",
        "amplitude_median_ks / that of alike_unit",
        limits=ANY_NUMBER,
        more_reasons=("zero_amplitude",),
    ),
    _pair(
        "spike_count_ratio_to_alike",
        "Number of spikes over that of the most alike unit.",
        "N / N of alike_unit",
        limits=(0.0, float("inf")),
    ),
    _pair(
        "coincidences_with_alike",
        "Share of the spikes of the smaller one, of the unit and the most alike one, that the "
        "other has too.",
        "m / min(N, N_B), m = min(pairs within window_ms of duplicate_of, N, N_B)",
        "lower",
    ),
    _pair(
        "rate_correlation_with_alike",
        "Whether the unit and the most alike one fire more at the same times (1) or in turn (-1).",
        "correlation of their spike counts in ten bins of the recording",
        limits=COSINE,
        more_reasons=("constant_rate",),
    ),
    _pair(
        "presence_overlap_with_alike",
        "How much the presence of the unit and the most alike one overlap; near 0: one takes over "
        "from the other, as the pieces of a neuron that drifted do.",
        "sum over ten bins of the recording of min(n / N, n_B / N_B)",
    ),
    _pair(
        "merge_score_max",
        "Highest merge_score of the unit in merge_candidates.tsv: about the probability that "
        "another unit is the same neuron; also where it is too low to be listed.",
        "docs/merging.md",
        "lower",
        lacks="may be one neuron with unit {merge_score_unit}",
    ),
    _pair(
        "merge_score_unit",
        "Cluster id of the unit that is most likely the same neuron.",
        "the unit of merge_score_max",
        kind="int",
        limits=(0.0, float("inf")),
        more_reasons=("no_alike_unit",),
    ),
    _pair(
        "merge_score_bigger",
        "As merge_score_max, over units with more spikes: high where the unit is a piece of one of "
        "them or a copy with fewer spikes.",
        "docs/merging.md",
        "lower",
        lacks="looks like a piece of a larger unit",
    ),
    _pair(
        "share_of_neuron",
        "Estimate of how much of its neuron the unit has, from the units that may be pieces of "
        "the same neuron. Spikes that no unit has are not seen; copies do not count.",
        "product over other units of 1 - merge_score N_B / (N + N_B), copies left out",
        "higher",
        lacks="other units seem to hold more of the neuron",
    ),
)
