"""Records of the metrics of amplitudes, positions, template similarity and PC features.

Standard library only.
"""

from goodunits import records_templates
from goodunits.records import ANY_NUMBER, FRACTION, NOT_NEGATIVE, Group, Metric, Parameter

SPIKEINTERFACE = "SpikeInterface quality metrics, https://spikeinterface.readthedocs.io"
HILL = "Hill, Mehta, Kleinfeld 2011, J Neurosci 31:8699, in SpikeInterface's form"
IBL = "International Brain Laboratory 2024, doi:10.6084/m9.figshare.19705522, as in SpikeInterface"
HARRIS = "Harris et al. 2001, Neuron 32:141"
SCHMITZER = "Schmitzer-Torbert et al. 2005, Neuroscience 131:1"
CHUNG = "Chung et al. 2017, Neuron 95:1381, as in SpikeInterface"
HRUSCHKA = "Hruschka et al. 2004 (simplified silhouette), as in SpikeInterface"

FILE_REASONS = ("file_missing", "file_unusable")
NOT_MICROVOLTS = "Kilosort's own units (norm of the whitened PC features), not microvolts"
PC_REASONS = (
    *FILE_REASONS,
    "too_few_spikes",
    "channels_unknown",
    "no_neighbours",
    "not_finite",
    "singular",
)

GROUPS = (
    Group(
        "amplitudes",
        "always",
        "Statistics of Kilosort's own spike amplitudes.",
        files=("amplitudes.npy",),
    ),
    Group("drift", "always", "Residual drift of each unit.", files=("spike_positions.npy",)),
    *records_templates.GROUPS,
    Group(
        "similarity",
        "always",
        "The most similar other unit by Kilosort's templates.",
        files=("similar_templates.npy",),
    ),
    Group(
        "isolation",
        "on_request",
        "How well the PC features of a unit part from those of its neighbours.",
        files=(
            "pc_features.npy",
            "pc_feature_ind.npy",
            "spike_detection_templates.npy",
            "templates.npy",
        ),
    ),
)

_AMPLITUDES = (
    Metric(
        name="amplitude_median_ks",
        kind="float",
        unit="",
        description=f"Median spike amplitude in {NOT_MICROVOLTS}; noise alone is at about 8.",
        formula="median(amplitudes.npy)",
        reference="",
        better="higher",
        group="amplitudes",
        nan_reasons=(*FILE_REASONS, "not_finite"),
    ),
    Metric(
        name="amplitude_cv_ks",
        kind="float",
        unit="",
        description="Coefficient of variation of Kilosort's spike amplitudes.",
        formula="standard deviation / mean of amplitudes.npy",
        reference="",
        better="lower",
        group="amplitudes",
        nan_reasons=(*FILE_REASONS, "not_finite", "too_few_spikes", "zero_mean"),
    ),
    Metric(
        name="amplitude_cv_median_ks",
        kind="float",
        unit="",
        description=(
            "Median over time of the coefficient of variation of Kilosort's amplitudes: their "
            "scatter without slow changes."
        ),
        formula="median over bins of standard deviation in the bin / overall mean",
        reference=f"{SPIKEINTERFACE} (amplitude_cv_median)",
        better="lower",
        group="amplitudes",
        parameters=(
            Parameter(
                "n_spikes_per_bin",
                "int",
                "",
                "Mean number of spikes in a bin of time; amplitude_cv_range_ks uses it too.",
                minimum=2,
            ),
            Parameter("min_n_bins", "int", "", "With fewer bins it is undefined.", minimum=1),
        ),
        nan_reasons=(*FILE_REASONS, "not_finite", "too_few_spikes", "zero_mean"),
    ),
    Metric(
        name="amplitude_cv_range_ks",
        kind="float",
        unit="",
        description="Spread over time of the coefficient of variation of Kilosort's amplitudes.",
        formula="95th - 5th percentile over bins (those of amplitude_cv_median_ks)",
        reference=f"{SPIKEINTERFACE} (amplitude_cv_range)",
        better="lower",
        group="amplitudes",
        nan_reasons=(*FILE_REASONS, "not_finite", "too_few_spikes", "zero_mean"),
    ),
    Metric(
        name="amplitude_cutoff_ks",
        kind="float",
        unit="",
        description=(
            "Estimated fraction of spikes lost below the threshold (0 to 0.5), from Kilosort's "
            "amplitudes. Their low end is compressed, so it is rougher and often higher than from "
            "microvolts: compare units, do not reuse limits made for microvolts."
        ),
        formula="spikes of the smoothed histogram beyond its last bin as high as the first one",
        reference=HILL,
        better="lower",
        group="amplitudes",
        limits=(0.0, 0.5),
        parameters=(
            Parameter("n_bins", "int", "", "Bins of the histogram.", minimum=2),
            Parameter(
                "smoothing_bins",
                "float",
                "bins",
                "Standard deviation of the Gaussian that smooths the histogram.",
                minimum=0,
            ),
            Parameter(
                "min_spikes_per_bin", "float", "", "Undefined with fewer spikes a bin.", minimum=0
            ),
        ),
        nan_reasons=(*FILE_REASONS, "not_finite", "too_few_spikes"),
    ),
    Metric(
        name="noise_cutoff_ks",
        kind="float",
        unit="",
        description=(
            "How much higher the low end of the amplitude histogram is than its high end, in "
            "standard deviations of the high end; from Kilosort's amplitudes, whose low end is "
            "compressed."
        ),
        formula="(mean low count - mean high count) / standard deviation of high counts",
        reference=IBL,
        better="lower",
        group="amplitudes",
        limits=ANY_NUMBER,
        parameters=(
            Parameter("n_bins", "int", "", "Bins of the histogram.", minimum=2),
            Parameter(
                "low_quantile",
                "float",
                "",
                "Bins below this quantile are the low end; noise_ratio_ks uses it too.",
                exclusive_minimum=0,
                maximum=1,
            ),
            Parameter(
                "high_quantile",
                "float",
                "",
                "Bins above 1 - this quantile are the high end.",
                exclusive_minimum=0,
                maximum=1,
            ),
        ),
        nan_reasons=(*FILE_REASONS, "not_finite", "too_few_spikes"),
    ),
    Metric(
        name="noise_ratio_ks",
        kind="float",
        unit="",
        description="Height of the low end of the amplitude histogram, relative to its peak.",
        formula="mean low count / highest count",
        reference=IBL,
        better="lower",
        group="amplitudes",
        limits=FRACTION,
        nan_reasons=(*FILE_REASONS, "not_finite", "too_few_spikes"),
    ),
)

_DRIFT_REASONS = (*FILE_REASONS, "recording_too_short", "too_few_spikes", "not_finite")
_DRIFT = (
    Metric(
        name="drift_ptp",
        kind="float",
        unit="um",
        description=(
            "Largest movement of the unit along the probe that is left after Kilosort's drift "
            "correction."
        ),
        formula="peak to peak of the median spike depth per interval",
        reference=f"{SPIKEINTERFACE} (drift_ptp)",
        better="lower",
        group="drift",
        parameters=(
            Parameter(
                "interval_s",
                "float",
                "s",
                "Length of an interval; drift_std and drift_mad use these parameters too.",
                exclusive_minimum=0,
            ),
            Parameter(
                "min_spikes_per_interval",
                "int",
                "",
                "Intervals with fewer spikes are left out.",
                minimum=1,
            ),
            Parameter(
                "min_fraction_valid_intervals",
                "float",
                "",
                "Undefined if more than this share of the intervals is left out.",
                minimum=0,
                maximum=1,
            ),
            Parameter("min_n_intervals", "int", "", "Least number of intervals.", minimum=1),
        ),
        nan_reasons=_DRIFT_REASONS,
    ),
    Metric(
        name="drift_std",
        kind="float",
        unit="um",
        description="Standard deviation of the unit's residual movement along the probe.",
        formula="standard deviation of the median spike depth per interval",
        reference=f"{SPIKEINTERFACE} (drift_std)",
        better="lower",
        group="drift",
        nan_reasons=_DRIFT_REASONS,
    ),
    Metric(
        name="drift_mad",
        kind="float",
        unit="um",
        description="Median absolute deviation of the unit's residual movement along the probe.",
        formula="median(|depth - median depth|) of the median spike depth per interval",
        reference=f"{SPIKEINTERFACE} (drift_mad)",
        better="lower",
        group="drift",
        nan_reasons=_DRIFT_REASONS,
    ),
)

_SIMILARITY_REASONS = (*FILE_REASONS, "template_unknown", "no_other_template")
_SIMILARITY = (
    Metric(
        name="similarity_max",
        kind="float",
        unit="",
        description=(
            "Similarity of the unit's template to that of the most similar other unit (1 = same "
            "shape). High values: perhaps the same neuron twice. A copy that was found on other "
            "channels has a low similarity: duplicate_of finds it by its spikes."
        ),
        formula="max over other units, and over the templates of both, of similar_templates.npy",
        reference="Phy's rule for clusters of several templates",
        better="lower",
        group="similarity",
        limits=(-1.0, 1.0),
        nan_reasons=_SIMILARITY_REASONS,
    ),
    Metric(
        name="similar_to",
        kind="int",
        unit="",
        description="Cluster id of the most similar other unit.",
        formula="the unit of similarity_max",
        reference="",
        better="none",
        group="similarity",
        nan_reasons=_SIMILARITY_REASONS,
    ),
)


def _isolation(name, description, formula, reference, better, parameters=(), limits=NOT_NEGATIVE):
    """Record of a metric of PC features."""
    return Metric(
        name=name,
        kind="float",
        unit="",
        description=description,
        formula=formula,
        reference=reference,
        better=better,
        group="isolation",
        limits=limits,
        parameters=parameters,
        nan_reasons=PC_REASONS,
    )


_ISOLATION = (
    _isolation(
        "isolation_distance",
        "Squared Mahalanobis distance from the unit within which its neighbours have as many "
        "spikes as the unit itself.",
        "N-th smallest D^2 of the neighbours' spikes, N = spikes of the unit",
        HARRIS,
        "higher",
        (
            Parameter(
                "n_channels",
                "int",
                "",
                "Channels compared: those where the unit is largest. The other isolation metrics "
                "use these parameters too.",
                minimum=1,
            ),
            Parameter(
                "max_spikes_per_unit",
                "int",
                "",
                "At most so many spikes of a unit, evenly spread, are looked at.",
                minimum=10,
            ),
            Parameter(
                "min_spikes_per_feature",
                "float",
                "",
                "Undefined with fewer spikes for each feature (channels times PCs).",
                exclusive_minimum=1,
            ),
        ),
    ),
    _isolation(
        "l_ratio",
        "Spikes of the neighbours that could belong to the unit, per spike of the unit.",
        "sum over the neighbours' spikes of (1 - chi2(D^2)) / N",
        SCHMITZER,
        "lower",
    ),
    _isolation(
        "d_prime",
        "Distance of the unit and its neighbours along the best separating line, in standard "
        "deviations.",
        "difference of means / root mean variance after linear discriminant analysis",
        HILL,
        "higher",
    ),
    _isolation(
        "nn_hit_rate",
        "Share of the nearest neighbours of the unit's spikes that are the unit's own.",
        "mean over own spikes of the fraction of the nearest spikes that are own",
        CHUNG,
        "higher",
        (Parameter("n_neighbors", "int", "", "Nearest spikes looked at.", minimum=1),),
        limits=FRACTION,
    ),
    _isolation(
        "nn_miss_rate",
        "Share of the nearest neighbours of other units' spikes that are the unit's.",
        "mean over other spikes of the fraction of the nearest spikes that are own",
        CHUNG,
        "lower",
        limits=FRACTION,
    ),
    _isolation(
        "silhouette",
        "How much nearer the unit's spikes are to their own centre than to the next one (-1 to 1).",
        "mean of (b - a) / max(a, b), a and b the distances to the own and the nearest centre",
        HRUSCHKA,
        "higher",
        limits=(-1.0, 1.0),
    ),
)

RECORDS = (*_AMPLITUDES, *_DRIFT, *records_templates.RECORDS, *_SIMILARITY, *_ISOLATION)
