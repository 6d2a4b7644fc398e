"""Records of Kilosort's spike amplitudes. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import ANY_NUMBER, FRACTION, Group, Metric, Parameter

NOT_MICROVOLTS = "Kilosort's own units (norm of the whitened PC features), not microvolts"

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
        nan_reasons=(*references.FILE_REASONS, "not_finite"),
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
        nan_reasons=(*references.FILE_REASONS, "not_finite", "too_few_spikes", "zero_mean"),
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
        reference=f"{references.SPIKEINTERFACE} (amplitude_cv_median)",
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
        nan_reasons=(*references.FILE_REASONS, "not_finite", "too_few_spikes", "zero_mean"),
    ),
    Metric(
        name="amplitude_cv_range_ks",
        kind="float",
        unit="",
        description="Spread over time of the coefficient of variation of Kilosort's amplitudes.",
        formula="95th - 5th percentile over bins (those of amplitude_cv_median_ks)",
        reference=f"{references.SPIKEINTERFACE} (amplitude_cv_range)",
        better="lower",
        group="amplitudes",
        nan_reasons=(*references.FILE_REASONS, "not_finite", "too_few_spikes", "zero_mean"),
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
        reference=references.HILL,
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
        nan_reasons=(*references.FILE_REASONS, "not_finite", "too_few_spikes"),
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
        reference=references.IBL,
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
        nan_reasons=(*references.FILE_REASONS, "not_finite", "too_few_spikes"),
    ),
    Metric(
        name="noise_ratio_ks",
        kind="float",
        unit="",
        description="Height of the low end of the amplitude histogram, relative to its peak.",
        formula="mean low count / highest count",
        reference=references.IBL,
        better="lower",
        group="amplitudes",
        limits=FRACTION,
        nan_reasons=(*references.FILE_REASONS, "not_finite", "too_few_spikes"),
    ),
)

GROUP = Group(
    "amplitudes",
    "always",
    "Statistics of Kilosort's own spike amplitudes.",
    files=("amplitudes.npy",),
)

RECORDS = _AMPLITUDES
