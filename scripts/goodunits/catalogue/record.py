"""What a record of the catalogue of metrics says. Standard library only."""

from math import inf
from typing import NamedTuple

NOT_NEGATIVE = (0.0, inf)
FRACTION = (0.0, 1.0)
ANY_NUMBER = (-inf, inf)


class Parameter(NamedTuple):
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


class Group(NamedTuple):
    """Metrics that are computed together, by one function of metrics_table.

    Attributes
    ----------
    name, description : str
        Key and what the group tells.
    cost : str
        "always": cheap, computed for every session; "on_request": only if a metric of it is named.
    files : tuple of str
        Optional files of a session that it reads, beside those that every session has.
    """

    name: str
    cost: str
    description: str
    files: tuple[str, ...] = ()


class Metric(NamedTuple):
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
    limits : tuple of float
        Least and largest number that it can be, infinite where there is none.
    values : tuple of str
        Every word that a label can be.
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
    limits: tuple[float, float] = NOT_NEGATIVE
    values: tuple[str, ...] = ()
    version: int = 1
    parameters: tuple[Parameter, ...] = ()
    nan_reasons: tuple[str, ...] = ()
