"""Records of the same neuron found twice. Standard library only."""

from goodunits.catalogue.record import FRACTION, Group, Metric, Parameter


def _tolerant(size, others):
    """Record of sync_tolerant_<size>."""
    return Metric(
        name=f"sync_tolerant_{size}",
        kind="float",
        unit="",
        description=(
            f"Share of the spikes with at least {others} of other units within window_ms of "
            "duplicate_of. On a dense probe mostly chance: compare units of one session."
        ),
        formula=f"spikes with {size - 1} spikes of other units or more within +-window / N",
        reference="",
        better="none",
        group="duplicates",
        limits=FRACTION,
    )


GROUP = Group("duplicates", "always", "The same neuron found twice, by coincident spikes.")

RECORDS = (
    _tolerant(2, "one"),
    _tolerant(4, "three"),
    _tolerant(8, "seven"),
    Metric(
        name="duplicate_of",
        kind="int",
        unit="",
        description=(
            "Cluster id of the unit that shares most spikes with this one, however few: "
            "duplicate_agreement and duplicate_share say how many."
        ),
        formula="the other unit B with the largest agreement",
        reference="SpikeInterface's comparison of sorts, applied to the units of one sort",
        better="none",
        group="duplicates",
        parameters=(
            Parameter(
                "window_ms",
                "float",
                "ms",
                "Spikes of two units that are at most this far apart coincide.",
                exclusive_minimum=0,
                maximum=5,
            ),
        ),
        nan_reasons=("no_coincidence",),
    ),
    Metric(
        name="duplicate_agreement",
        kind="float",
        unit="",
        description="Agreement with the unit of duplicate_of: 1 for two identical units.",
        formula="m / (N + N_B - m), m = min(coincident pairs, N, N_B)",
        reference="Buccino et al. 2020, eLife, doi:10.7554/eLife.61834",
        better="lower",
        group="duplicates",
        limits=FRACTION,
    ),
    Metric(
        name="duplicate_share",
        kind="float",
        unit="",
        description="Share of the spikes that the unit of duplicate_of has too.",
        formula="m / N, m = min(coincident pairs, N, N_B)",
        reference="",
        better="lower",
        group="duplicates",
        limits=FRACTION,
    ),
    Metric(
        name="duplicate_is_better",
        kind="bool",
        unit="",
        description=(
            "Whether the unit has more spikes than that of duplicate_of (or as many and the lower "
            "id), so that it is the copy to keep if they are the same neuron."
        ),
        formula="N > N_B, or N = N_B and id < id_B",
        reference="",
        better="higher",
        group="duplicates",
        nan_reasons=("no_coincidence",),
    ),
)
