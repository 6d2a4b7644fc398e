"""Records of spike counts and firing rates. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import Group, Metric, Parameter

GROUP = Group("rates", "always", "Spike counts and firing rates.")

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
        reference=references.TUTORIAL,
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
)
