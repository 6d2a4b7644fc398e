"""Records of the metrics of templates. Standard library only."""

from goodunits.catalogue.record import ANY_NUMBER, FRACTION, Group, Metric, Parameter

SPIKEINTERFACE = "SpikeInterface template metrics, https://spikeinterface.readthedocs.io"

GROUP = Group(
    "templates",
    "always",
    "Shape and extent of the unit's template, whitening undone.",
    files=(
        "templates.npy",
        "whitening_mat_inv.npy",
        "whitening_mat_dat.npy",
        "channel_positions.npy",
        "channel_shanks.npy",
        "channel_map.npy",
    ),
)

_REASONS = (
    "file_missing",
    "file_unusable",
    "whitening_unknown",
    "template_unknown",
    "not_finite",
    "empty_template",
)


def _template(name, unit, description, formula, *reasons, better="none", kind="float", **fields):
    """Record of a metric of templates."""
    return Metric(
        name=name,
        kind=kind,
        unit=unit,
        description=description,
        formula=formula,
        reference=fields.pop("reference", f"{SPIKEINTERFACE} ({name})"),
        better=better,
        group="templates",
        nan_reasons=(*_REASONS, *reasons),
        **fields,
    )


_SIZE = (
    _template(
        "peak_channel",
        "",
        "Channel of the recording on which the unit's template is largest.",
        "argmax over channels of max - min, in the numbers of channel_map.npy",
        kind="int",
        reference="",
    ),
    _template(
        "depth",
        "um",
        "Position of the peak channel along the probe.",
        "y in channel_positions.npy",
        limits=ANY_NUMBER,
        reference="",
    ),
    _template(
        "template_snr_whitened",
        "",
        "Largest value of the whitened template, in standard deviations of the noise. Limits made "
        "for SNR in microvolts do not apply.",
        "max |templates.npy|",
        better="higher",
        reference="",
    ),
    _template(
        "template_ptp_adc",
        "",
        "Size of the template on the peak channel, in units of the recording's integers; times "
        "the gain of your system (such as 2.34 uV) it is in microvolts.",
        "max - min of the unwhitened template",
        better="higher",
        reference="",
    ),
)

# A template spans 2 ms by default; whoever has set it longer stays below this.
_DURATION_S = (0.0, 0.02)
_DURATIONS = (
    _template(
        "peak_to_trough_duration",
        "s",
        "From the main trough to the main peak after it.",
        "(place of the peak - place of the trough) / sampling rate",
        "template_too_short",
        "no_peak_after",
        limits=_DURATION_S,
    ),
    _template(
        "main_to_next_extremum_duration",
        "s",
        "From the largest extremum to the next one: trough to peak, or peak to trough.",
        "distance of the two places / sampling rate",
        "template_too_short",
        "no_peak_after",
        limits=_DURATION_S,
    ),
    _template(
        "trough_half_width",
        "s",
        "Width of the main trough at half of its depth.",
        "distance of the crossings of half the value",
        "template_too_short",
        "no_peak",
        "no_crossing",
        limits=_DURATION_S,
    ),
    _template(
        "peak_half_width",
        "s",
        "Width of the higher peak at half of its height.",
        "distance of the crossings of half the value",
        "template_too_short",
        "no_peak",
        "no_crossing",
        limits=_DURATION_S,
    ),
    _template(
        "trough_width",
        "s",
        "Width of the main trough at half of its prominence.",
        "as scipy.signal.peak_widths",
        "template_too_short",
        "no_trough",
        limits=_DURATION_S,
    ),
    _template(
        "peak_before_width",
        "s",
        "Width of the main peak before the trough at half of its prominence.",
        "as scipy.signal.peak_widths",
        "template_too_short",
        "no_peak_before",
        limits=_DURATION_S,
    ),
    _template(
        "peak_after_width",
        "s",
        "Width of the main peak after the trough at half of its prominence.",
        "as scipy.signal.peak_widths",
        "template_too_short",
        "no_peak_after",
        limits=_DURATION_S,
    ),
)

_RATIOS = (
    _template(
        "peak_before_to_trough_ratio",
        "",
        "Height of the main peak before the trough over the depth of the trough.",
        "|peak before| / |trough|",
        "template_too_short",
        "no_peak_before",
        "no_trough",
    ),
    _template(
        "peak_after_to_trough_ratio",
        "",
        "Height of the main peak after the trough over the depth of the trough.",
        "|peak after| / |trough|",
        "template_too_short",
        "no_peak_after",
        "no_trough",
    ),
    _template(
        "peak_before_to_peak_after_ratio",
        "",
        "Height of the main peak before the trough over that of the one after it.",
        "|peak before| / |peak after|",
        "template_too_short",
        "no_peak_before",
        "no_peak_after",
        "no_trough",
    ),
    _template(
        "main_peak_to_trough_ratio",
        "",
        "Height of the higher peak over the depth of the trough.",
        "max(|peak before|, |peak after|) / |trough|",
        "template_too_short",
        "no_peak",
        "no_trough",
    ),
)

_PEAKS = (
    _template(
        "num_positive_peaks",
        "",
        "Number of peaks before and after the main trough.",
        "peaks with a prominence of at least min_prominence * largest absolute value",
        "template_too_short",
        better="lower",
        kind="int",
        parameters=(
            Parameter(
                "min_prominence",
                "float",
                "",
                "Least prominence of a peak or trough, as a fraction of the largest absolute "
                "value; used for all shape metrics.",
                minimum=0,
                maximum=1,
            ),
            Parameter(
                "edge_exclusion_ms",
                "float",
                "ms",
                "No peaks or troughs are looked for so near the ends.",
                minimum=0,
            ),
        ),
    ),
    _template(
        "num_negative_peaks",
        "",
        "Number of troughs.",
        "as num_positive_peaks, with the sign turned",
        "template_too_short",
        better="lower",
        kind="int",
    ),
    _template(
        "waveform_baseline_flatness",
        "",
        "Largest deviation before the spike over the largest one of all: 0 = flat.",
        "max |baseline - its mean| / max |waveform - mean of the baseline|",
        "template_too_short",
        limits=FRACTION,
        better="lower",
        parameters=(
            Parameter(
                "baseline_duration_ms",
                "float",
                "ms",
                "The waveform up to here is baseline; undefined if the extremum lies within.",
                exclusive_minimum=0,
            ),
        ),
    ),
)

_EXTENT = (
    _template(
        "exp_decay",
        "1/um",
        "How fast the template falls off with the distance from the peak channel.",
        "lambda of A exp(-lambda d) + c fitted to the size on the channels around",
        "too_few_channels",
        "poor_fit",
        parameters=(
            Parameter(
                "radius_um",
                "float",
                "um",
                "Channels of the shank up to here are used.",
                exclusive_minimum=0,
            ),
            Parameter("min_r2", "float", "", "Undefined if the fit is worse.", maximum=1),
        ),
    ),
    _template(
        "spread",
        "um",
        "Extent of the template along its shank.",
        "distance of the outermost channels above min_fraction_of_peak of the smoothed size",
        parameters=(
            Parameter(
                "min_fraction_of_peak",
                "float",
                "",
                "Channels above this fraction of the largest one count.",
                minimum=0,
                maximum=1,
            ),
            Parameter(
                "smoothing_um",
                "float",
                "um",
                "Standard deviation of the Gaussian that smooths the sizes.",
                minimum=0,
            ),
        ),
    ),
)

RECORDS = (*_SIZE, *_DURATIONS, *_RATIOS, *_PEAKS, *_EXTENT)
