"""What is wrong with a scorecard, a line for each problem.

Only where the configuration is checked, never in a job.
"""

import math

from goodunits.base.errors import nearest
from goodunits.catalogue import field_names
from goodunits.scorecards.card import FORMAT_VERSION

REQUIRED = ("scorecard", "format_version", "version", "intercept", "probability")
OPTIONAL = (
    "states",
    "fitted_on",
    "measured_on",
    "measured",
    "recommended_cut",
    "steps",
    "pairs",
)
STEP_KEYS = ("edges", "points", "undefined")
PAIR_KEYS = ("metrics", "edges", "points")
LINK_KEYS = ("intercept", "slope")
LARGEST = 1000.0  # of points: e to the power of this is no number any more


def problems(data, kinds):
    """List what is wrong with a scorecard.

    Parameters
    ----------
    data : object
        What the file holds.
    kinds : mapping of str to str
        Kind of each known metric.

    Returns
    -------
    list of str
        One line each with the key; empty if all is well.
    """
    if not isinstance(data, dict) or "scorecard" not in data:
        return [f"no scorecard: expected keys such as {', '.join(REQUIRED)}"]
    found = data.get("format_version")
    if isinstance(found, int) and not isinstance(found, bool) and found > FORMAT_VERSION:
        return [
            f"format_version: found {found}, this version of goodunits reads up to "
            f"{FORMAT_VERSION}; use a newer goodunits"
        ]
    lines = _keys(data, REQUIRED, OPTIONAL, "")
    if "format_version" in data and found != FORMAT_VERSION:
        lines.append(f"format_version: found {found!r}, expected {FORMAT_VERSION}")
    for key in ("scorecard", "version"):
        if not isinstance(data.get(key, ""), str):
            lines.append(f"{key}: found {data[key]!r}, expected text; put it in quotes")
    lines += _number(data.get("intercept", 0.0), "intercept")
    lines += _link(data.get("probability"))
    steps, pairs = data.get("steps"), data.get("pairs")
    if not steps and not pairs:
        lines.append("steps: is missing or empty; expected points of at least one metric")
    lines += _steps(steps or {}, kinds)
    lines += _pairs(pairs or [], kinds)
    return lines + _cut(data.get("recommended_cut"))


def _keys(block, required, optional, where):
    """Keys that are missing or unknown."""
    known = (*required, *optional)
    missing = [f"{where}{key}: is missing" for key in required if key not in block]
    unknown = [
        f"{where}{key}: unknown key{nearest(key, known)}" for key in block if key not in known
    ]
    return missing + unknown


def _number(value, where):
    """What is wrong with a number of points."""
    if isinstance(value, str):
        return [
            f"{where}: found the text {value!r}, expected a number; YAML reads 1.0e-3, not 1e-3"
        ]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [f"{where}: found {value!r}, expected a number"]
    if not -LARGEST <= value <= LARGEST:
        return [f"{where}: found {value}, expected a number from -{LARGEST:g} to {LARGEST:g}"]
    return []


def _link(block):
    """What is wrong with the way to a probability."""
    if not isinstance(block, dict):
        return ["probability: expected {intercept: number, slope: number}"] if block else []
    lines = _keys(block, LINK_KEYS, (), "probability.")
    for key in LINK_KEYS:
        lines += _number(block.get(key, 1.0), f"probability.{key}")
    if not lines and block["slope"] <= 0:
        lines.append(
            f"probability.slope: found {block['slope']}, expected more than 0: "
            "more points make a higher score"
        )
    return lines


def _cut(value):
    """What is wrong with the cut that a card recommends."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or (is_number and 0 < value < 1):
        return []
    return [f"recommended_cut: found {value!r}, expected a number between 0 and 1"]


def _steps(steps, kinds):
    """What is wrong with the steps of all metrics."""
    if not isinstance(steps, dict):
        return [
            "steps: expected a mapping of metrics to {edges: [], points: [], undefined: number}"
        ]
    lines = []
    for metric, block in steps.items():
        where = f"steps.{metric}"
        lines += _metric(metric, kinds, where)
        if not isinstance(block, dict):
            lines.append(f"{where}: expected {{edges: [], points: [], undefined: number}}")
            continue
        wrong = _keys(block, STEP_KEYS, (), f"{where}.")
        if not wrong:
            wrong = _edges(block["edges"], f"{where}.edges")
            wrong += wrong or _row(block["points"], len(block["edges"]) + 1, f"{where}.points")
            wrong += _number(block["undefined"], f"{where}.undefined")
        lines += wrong
    return lines


def _metric(metric, kinds, where):
    """What is wrong with the name of a metric."""
    if metric in kinds:
        return []
    return [f"{where}: unknown metric '{metric}'{field_names.hint(str(metric), kinds)}"]


def _edges(edges, where):
    """What is wrong with the edges of steps."""
    if not isinstance(edges, list) or not edges:
        return [f"{where}: expected a list of rising numbers, found {edges!r}"]
    for edge in edges:
        if isinstance(edge, bool) or not isinstance(edge, int | float) or not math.isfinite(edge):
            return [f"{where}: found {edge!r}, expected finite numbers"]
    for low, high in zip(edges, edges[1:], strict=False):
        if low >= high:
            return [f"{where}: {low} stands before {high}, expected rising numbers"]
    return []


def _row(points, count, where, of="steps"):
    """What is wrong with one row of points."""
    if not isinstance(points, list):
        return [f"{where}: expected a list of {count} numbers, found {points!r}"]
    if len(points) != count:
        return [f"{where}: {len(points)} numbers, expected {count}, one for each of {of}"]
    return [
        line for place, value in enumerate(points) for line in _number(value, f"{where}[{place}]")
    ]


def _pairs(pairs, kinds):
    """What is wrong with the tables of pairs."""
    if not isinstance(pairs, list):
        return ["pairs: expected a list of {metrics: [a, b], edges: [[], []], points: [[], ...]}"]
    return [
        line for place, block in enumerate(pairs) for line in _pair(block, kinds, f"pairs[{place}]")
    ]


def _pair(block, kinds, where):
    """What is wrong with the table of one pair."""
    if not isinstance(block, dict):
        return [f"{where}: expected {{metrics: [a, b], edges: [[], []], points: [[], ...]}}"]
    if lines := _keys(block, PAIR_KEYS, (), f"{where}."):
        return lines
    metrics, edges, rows = (block[key] for key in PAIR_KEYS)
    if not isinstance(metrics, list) or len(metrics) != 2 or metrics[0] == metrics[1]:
        return [f"{where}.metrics: expected two metrics, found {metrics!r}"]
    lines = [line for metric in metrics for line in _metric(metric, kinds, f"{where}.metrics")]
    if not isinstance(edges, list) or len(edges) != 2:
        return [*lines, f"{where}.edges: expected two lists, of the first and the second metric"]
    wrong = [line for i, side in enumerate(edges) for line in _edges(side, f"{where}.edges[{i}]")]
    if wrong:
        return lines + wrong
    n_rows, n_columns = (len(side) + 2 for side in edges)
    if not isinstance(rows, list) or len(rows) != n_rows:
        found = len(rows) if isinstance(rows, list) else repr(rows)
        of = f"one for each step of {metrics[0]}, and the last for undefined"
        return [*lines, f"{where}.points: {found} rows, expected {n_rows}, {of}"]
    of = f"the steps of {metrics[1]}, and the last for undefined"
    return lines + [
        line
        for place, row in enumerate(rows)
        for line in _row(row, n_columns, f"{where}.points[{place}]", of)
    ]
