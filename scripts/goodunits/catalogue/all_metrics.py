"""Every metric in one record: the table, the schema, the documentation and the criteria read it.

The records of a group stand in the module of its name beside this one. Standard library only:
light jobs import this module. Values of parameters live in config.yaml.
"""

from goodunits.catalogue import (
    amplitudes,
    bursts,
    drift,
    duplicates,
    isolation,
    ks_refractory,
    pairs,
    pc_spread,
    presence,
    rates,
    refractory_period,
    similarity,
    sorter_label,
    synchrony,
    templates,
)

# JSON schema types of the kinds of parameters.
SCHEMA_TYPES = {"float": "number", "int": "integer", "bool": "boolean"}

# In the order of the columns of metrics.tsv.
_MODULES = (
    rates,
    presence,
    ks_refractory,
    sorter_label,
    refractory_period,
    synchrony,
    duplicates,
    bursts,
    amplitudes,
    drift,
    templates,
    similarity,
    isolation,
    pc_spread,
    pairs,
)
GROUPS = {module.GROUP.name: module.GROUP for module in _MODULES}
METRICS = {metric.name: metric for module in _MODULES for metric in module.RECORDS}


def kinds():
    """Kind of each metric: "float", "int", "bool" or "label", by name in the order of columns."""
    return {name: metric.kind for name, metric in METRICS.items()}


def units():
    """Unit of each metric, "" where it has none, by name."""
    return {name: metric.unit for name, metric in METRICS.items()}


def names_by_default():
    """Names of the metrics that are computed when none are asked for."""
    return names_wanted()


def names_wanted(groups=(), metrics=()):
    """Names of the metrics to compute: those that are cheap and those asked for.

    Parameters
    ----------
    groups : iterable of str
        Groups that are wanted too.
    metrics : iterable of str
        Metrics whose groups are wanted too.

    Returns
    -------
    tuple of str
        Every metric of these groups, in the order of the catalogue.
    """
    always = {name for name, group in GROUPS.items() if group.cost == "always"}
    wanted = always | set(groups) | {METRICS[name].group for name in metrics}
    return tuple(name for name, metric in METRICS.items() if metric.group in wanted)


def parameter_blocks(names):
    """Metrics whose parameters some metrics use: those of the same groups.

    Parameters
    ----------
    names : iterable of str
        Metrics to compute.

    Returns
    -------
    tuple of str
        Metrics that have parameters, in the order of the catalogue.
    """
    groups = {METRICS[name].group for name in names}
    return tuple(
        metric.name for metric in METRICS.values() if metric.parameters and metric.group in groups
    )


def typed(parameters):
    """Parameters of metrics with whole numbers as int: a canonical text has floats only.

    Parameters
    ----------
    parameters : dict of str to dict
        Values by metric and parameter.

    Returns
    -------
    dict of str to dict
    """
    whole = {
        (metric.name, item.name)
        for metric in METRICS.values()
        for item in metric.parameters
        if item.kind == "int"
    }
    return {
        metric: {
            name: int(value) if (metric, name) in whole and value is not None else value
            for name, value in block.items()
        }
        for metric, block in parameters.items()
    }


def files_of(names):
    """Optional session files that some metrics are read from, each once."""
    groups = dict.fromkeys(METRICS[name].group for name in names)
    return tuple(dict.fromkeys(file for group in groups for file in GROUPS[group].files))


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
