"""What a score comes from, in words: the metrics that cost a unit most. Standard library only.

What a metric costs is its points less the most that it can give, so that all costs together are
what the unit lacks to the best total there is.
"""

import re

from goodunits.catalogue import all_metrics
from goodunits.scorecards.points import place_of

MOST_NAMED = 3
LEAST_NAMED = 0.005  # smaller costs are 0 to two digits
_UNIT = re.compile(r"\{(\w+)\}")


def words(card, given, values, why_undefined=None):
    """Say what cost a unit most of its score.

    Parameters
    ----------
    card : Scorecard
        From `card.from_plain`.
    given : list of Points
        From `points.points`.
    values : mapping of str to float, int, bool, str or None
        Metrics of the unit.
    why_undefined : mapping of str to str, optional
        Reason of each undefined metric.

    Returns
    -------
    str
        Such as ``contamination unproven -1.2 (sliding_rp_confidence 0.31), 4 others -0.6``; empty
        where nothing costs anything.
    """
    costs, why = ranked(given), why_undefined or {}
    named = [
        _one(card, item, cost, values, why.get(item.metric)) for item, cost in costs[:MOST_NAMED]
    ]
    rest = [cost for _, cost in costs[MOST_NAMED:]]
    if rest:
        named.append(f"{len(rest)} other{'s' if len(rest) > 1 else ''} {number(sum(rest))}")
    return ", ".join(named)


def ranked(given):
    """Metrics that cost something, the costliest first.

    Parameters
    ----------
    given : list of Points
        From `points.points`.

    Returns
    -------
    costs : list of tuple
        Points and cost, which is negative.
    """
    costs = [(item, item.points - item.best) for item in given]
    costs = [(item, cost) for item, cost in costs if cost <= -LEAST_NAMED]
    return sorted(costs, key=_by_cost)


def _by_cost(cost):
    """Sort key: cost, then name, whatever the order in the card."""
    return cost[1], cost[0].metric


def number(points):
    """Points with a sign and two digits at most: ``-1.2``."""
    return f"{points:+.2f}".removesuffix("0").removesuffix("0").removesuffix(".")


def _one(card, item, cost, values, why):
    """Words of one metric: ``contamination unproven -1.2 (sliding_rp_confidence 0.31)``."""
    lacks, found = lacking(item.metric, values), value_words(card, item, why)
    if lacks:
        return f"{lacks} {number(cost)} ({item.metric} {found})"
    return f"{item.metric} {number(cost)} ({found})"


def lacking(metric, values):
    """What a unit lacks where a metric costs it points, other units named; "" if not known."""
    record = all_metrics.METRICS.get(metric)
    text = record.lacks if record else ""
    for name in _UNIT.findall(text):
        if values.get(name) is None:
            return ""
        text = text.replace(f"{{{name}}}", str(values[name]))
    return text


def value_words(card, item, why=None):
    """What a metric is, rounded but on its step: ``0.31``, ``undefined: too_few_spikes``.

    Parameters
    ----------
    card : Scorecard
        From `card.from_plain`.
    item : Points
        From `points.points`.
    why : str, optional
        Why the metric is undefined, if it is.

    Returns
    -------
    str
    """
    value = item.value
    if value is None:
        return "undefined" + (f": {why}" if why else "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = _rounded(value, _all_edges(card, item.metric))
    record = all_metrics.METRICS.get(item.metric)
    return f"{value} {record.unit}" if record and record.unit else str(value)


def _all_edges(card, metric):
    """Every edge that the value of a metric is compared with."""
    edges = [edge for step in card.steps if step.metric == metric for edge in step.edges]
    for pair in card.pairs:
        for name, side in zip(pair.metrics, pair.edges, strict=True):
            edges += side if name == metric else ()
    return sorted(edges)


def _rounded(value, edges):
    """Shortest number of at least 3 digits on the same step as the value."""
    for digits in range(3, 17):
        text = f"{value:.{digits}g}"
        if place_of(float(text), edges) == place_of(value, edges):
            return text
    return repr(value)
