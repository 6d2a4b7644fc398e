"""Records of movement along the probe. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import Group, Metric, Parameter

_DRIFT_REASONS = (*references.FILE_REASONS, "recording_too_short", "too_few_spikes", "not_finite")

_DRIFT = (
    Metric(
        name="drift_ptp",
        kind="float",
        unit="um",
        description=(
            "Largest movement of the unit along the probe that is left after Kilosort's drift "
            "correction."
        ),
        formula="peak to peak of the median spike depth per interval",
        reference=f"{references.SPIKEINTERFACE} (drift_ptp)",
        better="lower",
        group="drift",
        parameters=(
            Parameter(
                "interval_s",
                "float",
                "s",
                "Length of an interval; drift_std and drift_mad use these parameters too.",
                exclusive_minimum=0,
            ),
            Parameter(
                "min_spikes_per_interval",
                "int",
                "",
                "Intervals with fewer spikes are left out.",
                minimum=1,
            ),
            Parameter(
                "min_fraction_valid_intervals",
                "float",
                "",
                "Undefined if more than this share of the intervals is left out.",
                minimum=0,
                maximum=1,
            ),
            Parameter("min_n_intervals", "int", "", "Least number of intervals.", minimum=1),
        ),
        nan_reasons=_DRIFT_REASONS,
    ),
    Metric(
        name="drift_std",
        kind="float",
        unit="um",
        description="Standard deviation of the unit's residual movement along the probe.",
        formula="standard deviation of the median spike depth per interval",
        reference=f"{references.SPIKEINTERFACE} (drift_std)",
        better="lower",
        group="drift",
        nan_reasons=_DRIFT_REASONS,
    ),
    Metric(
        name="drift_mad",
        kind="float",
        unit="um",
        description="Median absolute deviation of the unit's residual movement along the probe.",
        formula="median(|depth - median depth|) of the median spike depth per interval",
        reference=f"{references.SPIKEINTERFACE} (drift_mad)",
        better="lower",
        group="drift",
        nan_reasons=_DRIFT_REASONS,
    ),
)

GROUP = Group("drift", "always", "Residual drift of each unit.", files=("spike_positions.npy",))

RECORDS = _DRIFT
