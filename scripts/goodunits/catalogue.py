"""Every metric in one record: the table, the schema, the documentation and the criteria read it.

Standard library only: light jobs import this module. Values of parameters live in config.yaml.
"""

from dataclasses import dataclass

TUTORIAL = (
    "Kilosort tutorial 'Using custom good/mua labels' (docs/tutorials/good_unit_criteria.ipynb)"
)
KILOSORT = "Pachitariu et al. 2024, Nature Methods, doi:10.1038/s41592-024-02232-7"

# JSON schema types of the kinds of parameters.
SCHEMA_TYPES = {"float": "number", "int": "integer", "bool": "boolean"}


@dataclass(frozen=True)
class Parameter:
    """A number that the user sets under `metrics: <metric>:` in config.yaml.

    Attributes
    ----------
    name, unit, description : str
        Key, unit ("" if it has none) and meaning.
    kind : str
        "float", "int" or "bool".
    minimum, exclusive_minimum, maximum : float or None
        Limits of the value.
    nullable : bool
        Whether `null` is allowed; the description says what it means.
    """

    name: str
    kind: str
    unit: str
    description: str
    minimum: float | None = None
    exclusive_minimum: float | None = None
    maximum: float | None = None
    nullable: bool = False


@dataclass(frozen=True)
class Group:
    """Metrics that are computed together, by one function of metrics_table.

    Attributes
    ----------
    name, description : str
        Key and what the group tells.
    cost : str
        "always": cheap, computed for every session; "on_request": only if a metric of it is named.
    """

    name: str
    cost: str
    description: str


@dataclass(frozen=True)
class Metric:
    """One column of metrics.tsv.

    Attributes
    ----------
    name, unit, description, formula, reference : str
        Column name, unit ("" if it has none), meaning, definition and source.
    kind : str
        "float", "int", "bool" or "label".
    better : str
        Which values a good unit has: "higher", "lower" or "none".
    group : str
        Key of GROUPS.
    version : int
        Raised when the same spikes would give another value.
    parameters : tuple of Parameter
        What the user can set.
    nan_reasons : tuple of str
        Every reason why the metric can be undefined.
    """

    name: str
    kind: str
    unit: str
    description: str
    formula: str
    reference: str
    better: str
    group: str
    version: int = 1
    parameters: tuple[Parameter, ...] = ()
    nan_reasons: tuple[str, ...] = ()


_GROUPS = (
    Group("rates", "always", "Spike counts and firing rates."),
    Group("presence", "always", "Whether a unit fires throughout the session."),
    Group("refractoriness", "always", "Kilosort's contamination and refractory test."),
    Group("sorter_label", "always", "What Kilosort called the unit."),
)

_METRICS = (
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
        reference=TUTORIAL,
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
        name="presence_ratio",
        kind="float",
        unit="",
        description=(
            "Share of equal time bins, from the first to the last spike of all units, in which "
            "the unit fires."
        ),
        formula="bins with count > min_fraction_of_mean * mean count / number of bins",
        reference=TUTORIAL,
        better="higher",
        group="presence",
        parameters=(
            Parameter(
                "bin_duration_s",
                "float",
                "s",
                "Length of a time bin; the nearest whole number of bins fills the session.",
                exclusive_minimum=0,
            ),
            Parameter(
                "n_bin_edges",
                "int",
                "",
                "Fixed number of bin edges (the tutorial: 10, so 9 bins) whatever the length of "
                "the session; null: bins of bin_duration_s.",
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
                "With fewer bins the ratio is undefined; not used when n_bin_edges is set.",
                minimum=1,
            ),
        ),
        nan_reasons=("recording_too_short",),
    ),
    Metric(
        name="ks_contamination",
        kind="float",
        unit="",
        description=(
            "Kilosort's contamination R12: rate of spike pairs at short lags over the baseline "
            "rate. About twice the fraction of foreign spikes."
        ),
        formula="min over i=1..10 of rate(1..i ms) / max(rate 10-50 ms, rate 250-499 ms)",
        reference=KILOSORT,
        better="lower",
        group="refractoriness",
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
        group="refractoriness",
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
        reference=KILOSORT,
        better="lower",
        group="refractoriness",
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
        reference=KILOSORT,
        better="higher",
        group="refractoriness",
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
    Metric(
        name="ks_label",
        kind="label",
        unit="",
        description="Kilosort's original label, for clusters that it made and nobody changed.",
        formula="",
        reference="cluster_KSLabel.tsv as Kilosort wrote it",
        better="none",
        group="sorter_label",
        nan_reasons=("no_label_file", "id_new_since_sorting", "id_not_in_label_file"),
    ),
)

GROUPS = {group.name: group for group in _GROUPS}
METRICS = {metric.name: metric for metric in _METRICS}


def kinds():
    """Kind of each metric: "float", "int", "bool" or "label", by name in the order of columns."""
    return {name: metric.kind for name, metric in METRICS.items()}


def names_by_default():
    """Names of the metrics that are computed when none are asked for."""
    return tuple(name for name, metric in METRICS.items() if GROUPS[metric.group].cost == "always")


def json_schema():
    """JSON schema of the `metrics` block of the configuration: strict, no key is required."""
    return {
        "type": "object",
        "description": "Parameters of the metrics.",
        "additionalProperties": False,
        "properties": {
            metric.name: {
                "type": "object",
                "description": metric.description,
                "additionalProperties": False,
                "properties": {item.name: _schema_of(item) for item in metric.parameters},
            }
            for metric in METRICS.values()
            if metric.parameters
        },
    }


def _schema_of(parameter):
    """JSON schema of one parameter."""
    kind = SCHEMA_TYPES[parameter.kind]
    unit = f" Unit: {parameter.unit}." if parameter.unit else ""
    limits = {
        "minimum": parameter.minimum,
        "exclusiveMinimum": parameter.exclusive_minimum,
        "maximum": parameter.maximum,
    }
    return {
        "type": [kind, "null"] if parameter.nullable else kind,
        "description": parameter.description + unit,
        **{key: value for key, value in limits.items() if value is not None},
    }
