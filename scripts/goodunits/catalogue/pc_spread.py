"""Record of how the PC features of a unit scatter. Standard library only."""

from math import inf

from goodunits.catalogue import references
from goodunits.catalogue.record import Group, Metric, Parameter

RECORDS = (
    Metric(
        name="pc_spread_ratio",
        kind="float",
        unit="",
        description="How much further the unit's spikes scatter in PC space in one direction than "
        "noise makes them; near 1 for one neuron of constant shape, large where another neuron's "
        "spikes lie to one side.",
        formula="largest / third largest eigenvalue of the covariance of the PC features; first "
        "taken off: the median of each run of spikes (slow drift), what lies along the unit's mean "
        "(changes of size), of far spikes what exceeds the norm of nine in ten",
        reference="this project; measured on sorts with known truth (docs/choosing-criteria.md)",
        better="lower",
        group="pc_spread",
        lacks="shapes scatter to one side",
        limits=(1.0, inf),
        parameters=(
            Parameter(
                "n_channels",
                "int",
                "",
                "Channels used: those where the unit is largest.",
                minimum=1,
            ),
            references.MAX_SPIKES_PER_UNIT,
            references.MIN_SPIKES_PER_FEATURE,
            Parameter(
                "n_spikes_per_run",
                "int",
                "",
                "Spikes looked at in a run whose median is taken off.",
                minimum=2,
            ),
        ),
        nan_reasons=(
            *references.FILE_REASONS,
            "too_few_spikes",
            "channels_unknown",
            "not_finite",
            "singular",
        ),
    ),
)

GROUP = Group(
    "pc_spread",
    "on_request",
    "How the PC features of a unit scatter.",
    files=references.PC_FILES,
)
