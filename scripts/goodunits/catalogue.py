"""Every metric in one record: the table, the schema, the documentation and the criteria read it.

The records stand in records_trains.py and records_waves.py. Standard library only: light jobs
import this module. Values of parameters live in config.yaml.
"""

from goodunits import records_trains, records_waves

# JSON schema types of the kinds of parameters.
SCHEMA_TYPES = {"float": "number", "int": "integer", "bool": "boolean"}

GROUPS = {group.name: group for group in (*records_trains.GROUPS, *records_waves.GROUPS)}
METRICS = {metric.name: metric for metric in (*records_trains.RECORDS, *records_waves.RECORDS)}


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
