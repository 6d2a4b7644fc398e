"""Records of the metrics of spike times and of the sorter's labels. Standard library only."""

from goodunits.records import FRACTION, Group, Metric, Parameter

TUTORIAL = (
    "Kilosort tutorial 'Using custom good/mua labels' (docs/tutorials/good_unit_criteria.ipynb)"
)
KILOSORT = "Pachitariu et al. 2024, Nature Methods, doi:10.1038/s41592-024-02232-7"

GROUPS = (
    Group("rates", "always", "Spike counts and firing rates."),
    Group("presence", "always", "Whether a unit fires throughout the session."),
    Group("refractoriness", "always", "Kilosort's contamination and refractory test."),
    Group("sorter_label", "always", "What Kilosort called the unit."),
)

RECORDS = (
    Metric(
        name="n_spikes",
        kind="int",
        unit="",
        description="Number of spikes.",
        formula="N",
        reference="",
        better="higher",
        group="rates",
    ),
    Metric(
        name="firing_rate",
        kind="float",
        unit="Hz",
        description="Firing rate while the unit is active, from its first to its last spike.",
        formula="N / (t_last - t_first)",
        reference=TUTORIAL,
        better="higher",
        group="rates",
        nan_reasons=("too_few_spikes", "zero_span"),
    ),
    Metric(
        name="firing_rate_recording",
        kind="float",
        unit="Hz",
        description="Firing rate over the whole recording.",
        formula="N / recording duration",
        reference="",
        better="higher",
        group="rates",
    ),
    Metric(
        name="firing_range",
        kind="float",
        unit="Hz",
        description="Spread of the firing rate over the recording.",
        formula="95th - 5th percentile of the rates in bins from 0 to the end of the recording",
        reference="SpikeInterface",
        better="none",
        group="rates",
        parameters=(
            Parameter(
                "bin_duration_s",
                "float",
                "s",
                "Length of a bin; what is left at the end is not used.",
                exclusive_minimum=0,
            ),
        ),
        nan_reasons=("recording_too_short",),
    ),
    Metric(
        name="presence_ratio",
        kind="float",
        unit="",
        description=(
            "Share of equal time bins, from the first to the last spike of all units, in which "
            "the unit fires."
        ),
        formula="bins with count > min_fraction_of_mean * mean count / number of bins",
        reference=TUTORIAL,
        better="higher",
        group="presence",
        limits=FRACTION,
        version=2,
        parameters=(
            Parameter(
                "bin_duration_s",
                "float",
                "s",
                "Length of a time bin in a long session; a whole number of bins fills it.",
                exclusive_minimum=0,
            ),
            Parameter(
                "n_bin_edges",
                "int",
                "",
                "Fixed number of bin edges (the tutorial: 10, so 9 bins) whatever the length of "
                "the session; null: bins of bin_duration_s.",
                minimum=2,
                nullable=True,
            ),
            Parameter(
                "min_fraction_of_mean",
                "float",
                "",
                "A bin counts if it holds more than this fraction of the unit's mean count.",
                minimum=0,
                maximum=1,
            ),
            Parameter(
                "min_n_bins",
                "int",
                "",
                "Where fewer bins would fit, the session is cut into so many shorter ones: with "
                "few bins nearly every unit fires in all. Not used when n_bin_edges is set.",
                minimum=1,
            ),
            Parameter(
                "min_bin_duration_s",
                "float",
                "s",
                "Where these would be shorter than this, the ratio is undefined; not used when "
                "n_bin_edges is set.",
                minimum=0,
            ),
        ),
        nan_reasons=("recording_too_short",),
    ),
    Metric(
        name="presence_ratio_allen",
        kind="float",
        unit="",
        description=(
            "Presence ratio of the Allen Institute: share of 99 bins, from the first to the last "
            "spike of all units, with a spike; at most 0.99."
        ),
        formula="bins with a spike / 100, 100 equally spaced bin edges",
        reference="Siegle et al. 2021, Nature, doi:10.1038/s41586-020-03171-x",
        better="higher",
        group="presence",
        limits=(0.0, 0.99),
        nan_reasons=("recording_too_short",),
    ),
    Metric(
        name="presence_ratio_si",
        kind="float",
        unit="",
        description=(
            "Presence ratio of SpikeInterface: share of the bins from 0 to the end of the "
            "recording in which the unit fires."
        ),
        formula="bins with count > floor(mean_fr_ratio_thresh * mean count) / number of bins",
        reference="SpikeInterface, presence_ratio",
        better="higher",
        group="presence",
        limits=FRACTION,
        parameters=(
            Parameter(
                "bin_duration_s",
                "float",
                "s",
                "Length of a bin; what is left at the end is not used.",
                exclusive_minimum=0,
            ),
            Parameter(
                "mean_fr_ratio_thresh",
                "float",
                "",
                "A bin counts if it holds more than this fraction of the unit's mean count.",
                minimum=0,
                maximum=1,
            ),
        ),
        nan_reasons=("recording_too_short",),
    ),
    Metric(
        name="presence_ratio_bombcell",
        kind="float",
        unit="",
        description=(
            "Presence ratio of bombcell: share of the bins, from the first to the last spike of "
            "all units, that hold a spike and at least 5 % of the unit's 90th percentile."
        ),
        formula="bins with count > 0 and >= 0.05 * P90(counts) / number of bins",
        reference="bombcell, presenceRatio",
        better="higher",
        group="presence",
        limits=FRACTION,
        parameters=(
            Parameter(
                "bin_duration_s",
                "float",
                "s",
                "Length of a bin; what is left before the last spike is not used.",
                exclusive_minimum=0,
            ),
        ),
        nan_reasons=("recording_too_short",),
    ),
    Metric(
        name="ks_contamination",
        kind="float",
        unit="",
        description=(
            "Kilosort's contamination R12: rate of spike pairs at short lags over the baseline "
            "rate. About twice the fraction of foreign spikes."
        ),
        formula="min over i=1..10 of rate(1..i ms) / max(rate 10-50 ms, rate 250-499 ms)",
        reference=KILOSORT,
        better="lower",
        group="refractoriness",
        nan_reasons=("too_few_spikes", "zero_span"),
    ),
    Metric(
        name="ks_contamination_fraction",
        kind="float",
        unit="",
        description="Fraction of foreign spikes that R12 implies if they fire independently.",
        formula="1 - sqrt(1 - min(R12, 1))",
        reference="R12 = 1 - (1 - C)^2 for independent contamination C",
        better="lower",
        group="refractoriness",
        limits=FRACTION,
        nan_reasons=("too_few_spikes", "zero_span"),
    ),
    Metric(
        name="ks_q12",
        kind="float",
        unit="",
        description=(
            "Kilosort's Q12: how likely so few pairs at short lags would be at the baseline rate."
        ),
        formula="min over i=1..10 of (1 + erf((n_i - expected_i) / sqrt(2 * expected_i))) / 2",
        reference=KILOSORT,
        better="lower",
        group="refractoriness",
        limits=FRACTION,
        nan_reasons=("too_few_spikes", "zero_span"),
    ),
    Metric(
        name="ks_refractory",
        kind="bool",
        unit="",
        description=(
            "Kilosort's verdict 'good', from the spikes as they are now: equals KSLabel on a "
            "fresh sort."
        ),
        formula="R12 < acg_threshold and Q12 < q12_threshold",
        reference=KILOSORT,
        better="higher",
        group="refractoriness",
        parameters=(
            Parameter(
                "acg_threshold",
                "float",
                "",
                "R12 must be below this; null: what Kilosort used for the session (ops.npy), "
                "else 0.2.",
                exclusive_minimum=0,
                nullable=True,
            ),
            Parameter(
                "q12_threshold",
                "float",
                "",
                "Q12 must be below this (Kilosort: 0.2).",
                exclusive_minimum=0,
                maximum=1,
            ),
        ),
        nan_reasons=("too_few_spikes", "zero_span"),
    ),
    Metric(
        name="ks_label",
        kind="label",
        unit="",
        description="Kilosort's original label, for clusters that it made and nobody changed.",
        formula="",
        reference="cluster_KSLabel.tsv as Kilosort wrote it",
        better="none",
        group="sorter_label",
        values=("good", "mua"),
        nan_reasons=("no_label_file", "id_new_since_sorting", "id_not_in_label_file"),
    ),
)
