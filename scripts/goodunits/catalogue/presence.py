"""Records of how much of the session a unit fires in. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import FRACTION, Group, Metric, Parameter

GROUP = Group("presence", "always", "Whether a unit fires throughout the session.")

RECORDS = (
    Metric(
        name="presence_ratio",
        kind="float",
        unit="",
        description=(
            "Share of equal time bins, from the first to the last spike of all units, in which "
            "the unit fires."
        ),
        formula="bins with count > min_fraction_of_mean * mean count / number of bins",
        reference=references.TUTORIAL,
        better="higher",
        lacks="absent for long",
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
                "the session; null: bins of bin_duration_s, or min_n_bins shorter ones.",
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
        lacks="absent for long",
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
        lacks="absent for long",
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
        lacks="absent for long",
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
)
