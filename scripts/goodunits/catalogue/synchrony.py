"""Records of spikes on the same sample. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import FRACTION, Group, Metric


def _exact(size, others):
    """Record of sync_spike_<size>."""
    return Metric(
        name=f"sync_spike_{size}",
        kind="float",
        unit="",
        description=f"Share of the spikes that fall on the same sample as at least {others}.",
        formula=f"spikes of the unit on samples with {size} spikes or more / N",
        reference=f"{references.GRUEN}; as in SpikeInterface",
        better="none",
        group="synchrony",
        limits=FRACTION,
    )


GROUP = Group("synchrony", "always", "Spikes on the same sample as those of other units.")

RECORDS = (
    _exact(2, "one other"),
    _exact(4, "three others"),
    _exact(8, "seven others"),
)
