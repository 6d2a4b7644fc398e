"""Records of how PC features of units part. Standard library only."""

from goodunits.catalogue import references
from goodunits.catalogue.record import FRACTION, NOT_NEGATIVE, Group, Metric, Parameter

PC_REASONS = (
    *references.FILE_REASONS,
    "too_few_spikes",
    "channels_unknown",
    "no_neighbours",
    "not_finite",
    "singular",
)


def _isolation(name, description, formula, reference, better, parameters=(), limits=NOT_NEGATIVE):
    """Record of a metric of PC features."""
    return Metric(
        name=name,
        kind="float",
        unit="",
        description=description,
        formula=formula,
        reference=reference,
        better=better,
        group="isolation",
        lacks="near other units",
        limits=limits,
        parameters=parameters,
        nan_reasons=PC_REASONS,
    )


_ISOLATION = (
    _isolation(
        "isolation_distance",
        "Squared Mahalanobis distance from the unit within which its neighbours have as many "
        "spikes as the unit itself.",
        "N-th smallest D^2 of the neighbours' spikes, N = spikes of the unit",
        references.HARRIS,
        "higher",
        (
            Parameter(
                "n_channels",
                "int",
                "",
                "Channels compared: those where the unit is largest. The other isolation metrics "
                "use these parameters too.",
                minimum=1,
            ),
            references.MAX_SPIKES_PER_UNIT,
            references.MIN_SPIKES_PER_FEATURE,
        ),
    ),
    _isolation(
        "l_ratio",
        "Spikes of the neighbours that could belong to the unit, per spike of the unit.",
        "sum over the neighbours' spikes of (1 - chi2(D^2)) / N",
        references.SCHMITZER,
        "lower",
    ),
    _isolation(
        "d_prime",
        "Distance of the unit and its neighbours along the best separating line, in standard "
        "deviations.",
        "difference of means / root mean variance after linear discriminant analysis",
        references.HILL,
        "higher",
    ),
    _isolation(
        "nn_hit_rate",
        "Share of the nearest neighbours of the unit's spikes that are the unit's own.",
        "mean over own spikes of the fraction of the nearest spikes that are own",
        references.CHUNG,
        "higher",
        (Parameter("n_neighbors", "int", "", "Nearest spikes looked at.", minimum=1),),
        limits=FRACTION,
    ),
    _isolation(
        "nn_miss_rate",
        "Share of the nearest neighbours of other units' spikes that are the unit's.",
        "mean over other spikes of the fraction of the nearest spikes that are own",
        references.CHUNG,
        "lower",
        limits=FRACTION,
    ),
    _isolation(
        "silhouette",
        "How much nearer the unit's spikes are to their own centre than to the next one (-1 to 1).",
        "mean of (b - a) / max(a, b), a and b the distances to the own and the nearest centre",
        references.HRUSCHKA,
        "higher",
        limits=(-1.0, 1.0),
    ),
)

GROUP = Group(
    "isolation",
    "on_request",
    "How well the PC features of a unit part from those of its neighbours.",
    files=references.PC_FILES,
)

RECORDS = _ISOLATION
