"""Records of firing in bursts. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import Group, Metric

GROUP = Group("bursts", "always", "Whether a unit fires in bursts; not a matter of quality.")

RECORDS = (
    Metric(
        name="burst_index_royer",
        kind="float",
        unit="",
        description="Autocorrelogram at 3 to 5 ms over that at 200 to 300 ms; 1 for random firing.",
        formula="mean pairs per lag, 2.5 to 5.5 ms / mean pairs per lag, 199.5 to 300.5 ms",
        reference=(
            f"Royer et al. 2012, Nat Neurosci, doi:10.1038/nn.3077; {references.CELL_EXPLORER}"
        ),
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
        reference=references.CELL_EXPLORER,
        better="none",
        group="bursts",
        nan_reasons=("no_pairs_in_baseline",),
    ),
)
