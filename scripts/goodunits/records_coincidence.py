"""Records of the metrics of synchrony, duplicates and bursts. Standard library only."""

from goodunits.records import FRACTION, Group, Metric, Parameter

GRUEN = "Grün, Diesmann, Aertsen 2002, Neural Comput, doi:10.1162/089976602753284455"
CELL_EXPLORER = (
    "Petersen et al. 2021, Neuron, doi:10.1016/j.neuron.2021.09.002 "
    "(CellExplorer, calc_ACG_metrics)"
)

GROUPS = (
    Group("synchrony", "always", "Spikes on the same sample as those of other units."),
    Group("duplicates", "always", "The same neuron found twice, by coincident spikes."),
    Group("bursts", "always", "Whether a unit fires in bursts; not a matter of quality."),
)


def _exact(size, others):
    """Record of sync_spike_<size>."""
    return Metric(
        name=f"sync_spike_{size}",
        kind="float",
        unit="",
        description=f"Share of the spikes that fall on the same sample as at least {others}.",
        formula=f"spikes of the unit on samples with {size} spikes or more / N",
        reference=f"{GRUEN}; as in SpikeInterface",
        better="none",
        group="synchrony",
        limits=FRACTION,
    )


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


RECORDS = (
    _exact(2, "one other"),
    _exact(4, "three others"),
    _exact(8, "seven others"),
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
    Metric(
        name="burst_index_royer",
        kind="float",
        unit="",
        description="Autocorrelogram at 3 to 5 ms over that at 200 to 300 ms; 1 for random firing.",
        formula="mean pairs per lag, 2.5 to 5.5 ms / mean pairs per lag, 199.5 to 300.5 ms",
        reference=f"Royer et al. 2012, Nat Neurosci, doi:10.1038/nn.3077; {CELL_EXPLORER}",
        better="none",
        group="bursts",
        nan_reasons=("no_pairs_in_baseline",),
    ),
    Metric(
        name="burst_index_doublets",
        kind="float",
        unit="",
        description=(
            "Highest value of the autocorrelogram at 2.5 to 8 ms over its mean at 8 to 11.5 ms."
        ),
        formula="max pairs per lag, 0.5 ms bins of 2.5 to 8 ms / mean, 7.75 to 11.75 ms",
        reference=CELL_EXPLORER,
        better="none",
        group="bursts",
        nan_reasons=("no_pairs_in_baseline",),
    ),
)
