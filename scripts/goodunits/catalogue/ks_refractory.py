"""Records of Kilosort's contamination and refractory test. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import FRACTION, Group, Metric, Parameter

GROUP = Group("ks_refractory", "always", "Kilosort's contamination and refractory test.")

RECORDS = (
    Metric(
        name="ks_contamination",
        kind="float",
        unit="",
        description=(
            "Kilosort's contamination R12: rate of spike pairs at short lags over the baseline "
            "rate. About twice the fraction of foreign spikes."
        ),
        formula="min over i=1..10 of rate(1..i ms) / max(rate 10-50 ms, rate 250-499 ms)",
        reference=references.KILOSORT,
        better="lower",
        group="ks_refractory",
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
        group="ks_refractory",
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
        reference=references.KILOSORT,
        better="lower",
        group="ks_refractory",
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
        reference=references.KILOSORT,
        better="higher",
        group="ks_refractory",
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
)
