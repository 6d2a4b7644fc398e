"""Boosted trees of depth 2 as tables of points: a sum of tables of one and of two metrics."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

DIGITS = 2  # of points


class Tables(NamedTuple):
    """Points of metrics.

    Attributes
    ----------
    intercept : float
    edges : dict of str to list of float
        Of each metric.
    steps : dict of str to array (n_edges + 2,)
        Points of each metric; the last for undefined.
    pairs : dict of (str, str) to array (n_edges + 2, n_edges + 2)
        Points of each two metrics.
    """

    intercept: float
    edges: dict
    steps: dict
    pairs: dict


def rounded_edges(values, n_edges):
    """Edges between steps with about as many units each, in few digits.

    Parameters
    ----------
    values : float array (n_units,)
        NaN where undefined.
    n_edges : int
        At most so many.

    Returns
    -------
    list of float
        Rising.
    """
    known = np.unique(values[np.isfinite(values)], return_inverse=True)
    distinct, places = known
    if len(distinct) < 2:
        return []
    if len(distinct) <= n_edges + 1:
        middles = [(low + high) / 2 for low, high in pairwise(distinct.tolist())]
    else:
        ranks = np.quantile(np.sort(values[np.isfinite(values)]), _shares(n_edges))
        middles = np.unique(ranks).tolist()
    span = max(abs(float(np.quantile(distinct, 0.95) - np.quantile(distinct, 0.05))), 1e-6)
    rounded = sorted({_few_digits(middle, span) for middle in middles})
    return [edge for edge in rounded if distinct[0] < edge <= distinct[-1]]


def _shares(n_edges):
    """Shares of units below each edge."""
    return np.arange(1, n_edges + 1) / (n_edges + 1)


def _few_digits(value, span):
    """A number to about a hundredth of the span, or to two digits where it is small."""
    by_span = 2 - int(np.floor(np.log10(span)))
    by_size = 1 - int(np.floor(np.log10(abs(value)))) if value else by_span
    return round(float(value), max(by_span, min(by_size, 6)))


def codes(values, edges):
    """Number of the step of each value, NaN where undefined."""
    found = np.searchsorted(edges, values, side="right").astype(float)
    return np.where(np.isnan(values), np.nan, found)


def nodes_of(models):
    """Trees of several models, each as its array of nodes."""
    for model in models:
        for (predictor,) in model._predictors:
            yield predictor.nodes


def importances(models, n_metrics):
    """How much the splits of each metric gain."""
    found = np.zeros(n_metrics)
    for nodes in nodes_of(models):
        inner = nodes[nodes["is_leaf"] == 0]
        np.add.at(found, inner["feature_idx"].astype(int), np.maximum(inner["gain"], 0))
    return found


def strongest_pairs(models, values, n_pairs):
    """Pairs of metrics whose tables vary most beyond what each metric gives alone.

    Parameters
    ----------
    models : list of HistGradientBoostingClassifier
        Of depth 2.
    values : float array (n_units, n_metrics)
        Codes.
    n_pairs : int
        How many pairs.

    Returns
    -------
    list of (int, int)
    """
    found = {}
    for nodes in nodes_of(models):
        for first, second, _, _, value in _leaves(nodes):
            if second is not None and first != second:
                pair = (min(first, second), max(first, second))
                found[pair] = found.get(pair, 0.0) + abs(value)
    weights = np.array([found[pair] for pair in sorted(found)])
    order = np.argsort(-weights, kind="stable")[:n_pairs]
    return [sorted(found)[place] for place in order]


def _leaves(nodes):
    """(first metric, second or None, first side, second side, value) of each leaf.

    A side is (threshold, whether the leaf is on the left, whether undefined goes left).
    """

    def walk(place, path):
        node = nodes[place]
        if node["is_leaf"]:
            metrics = [metric for metric, _ in path] + [None, None]
            sides = [side for _, side in path] + [None, None]
            yield metrics[0], metrics[1], sides[0], sides[1], float(node["value"])
            return
        metric = int(node["feature_idx"])
        for child, is_left in (("left", True), ("right", False)):
            side = (node["num_threshold"], is_left, bool(node["missing_go_to_left"]))
            yield from walk(node[child], [*path, (metric, side)])

    yield from walk(0, [])


def _mask(side, n_steps):
    """Which steps, and undefined as the last one, are on a side."""
    threshold, is_left, undefined_left = side
    on_left = np.append(np.arange(n_steps) <= threshold, undefined_left)
    return on_left if is_left else ~on_left


def collapsed(models, names, edges):
    """The mean of some models as tables.

    Parameters
    ----------
    models : list of HistGradientBoostingClassifier
        Of depth 2, fitted on codes.
    names : list of str
        Metric of each column.
    edges : dict of str to list of float
        Of each metric.

    Returns
    -------
    Tables
    """
    steps, pairs = {}, {}
    intercept = float(np.mean([model._baseline_prediction.item() for model in models]))
    share = 1 / len(models)
    sizes = [len(edges[name]) + 1 for name in names]
    for nodes in nodes_of(models):
        for first, second, side, other_side, value in _leaves(nodes):
            if first is None:
                intercept += share * value
                continue
            mask = _mask(side, sizes[first])
            if second is None or first == second:
                both = mask if second is None else mask & _mask(other_side, sizes[first])
                table = steps.setdefault(names[first], np.zeros(sizes[first] + 1))
                table += share * value * both
                continue
            block = np.outer(mask, _mask(other_side, sizes[second]))
            pair = (first, second)
            if first > second:
                pair, block = (second, first), block.T
            shape = (sizes[pair[0]] + 1, sizes[pair[1]] + 1)
            table = pairs.setdefault((names[pair[0]], names[pair[1]]), np.zeros(shape))
            table += share * value * block
    return Tables(intercept, edges, steps, pairs)


def monotone(found, directions):
    """The same sums, with no single table that goes against the direction of a metric.

    Together the tables never do. So what one of them does is taken out of it for each step of a
    metric, as far as all the rest of the table shares it, and given to the metric's own steps.

    Parameters
    ----------
    found : Tables
        From `collapsed`.
    directions : dict of str to int
        1 where more points are for higher values, -1 where for lower ones, 0 where neither.

    Returns
    -------
    Tables
        Points are rounded.
    """
    intercept = found.intercept
    steps = {name: np.array(points) for name, points in found.steps.items()}
    pairs = {}
    for (first, second), block in found.pairs.items():
        block = block.copy()
        for name, table in ((first, block), (second, block.T)):
            direction = directions[name]
            rises = np.diff(table[:-1], axis=0) * (direction or 1)
            shared = rises.min(axis=1) if direction else rises.mean(axis=1)
            moved = np.append(np.cumsum(np.append(0, shared * (direction or 1))), 0)
            table -= moved[:, None]
            steps[name] = steps.get(name, 0) + moved
        pairs[first, second] = block
    for name, points in steps.items():
        middle = float(np.median(points[:-1]))
        intercept += middle
        steps[name] = np.round(points - middle, DIGITS)
    for pair, block in pairs.items():
        middle = float(np.median(block[:-1, :-1]))
        intercept += middle
        pairs[pair] = np.round(block - middle, DIGITS)
    return Tables(round(intercept, DIGITS), found.edges, steps, pairs)


def totals(found, names, values):
    """Sum of all points of each unit.

    Parameters
    ----------
    found : Tables
        The points.
    names : list of str
        Metric of each column.
    values : float array (n_units, n_metrics)
        NaN where undefined.

    Returns
    -------
    float64 array (n_units,)
    """
    places = {}
    for name in {*found.steps, *(name for pair in found.pairs for name in pair)}:
        known = codes(values[:, names.index(name)], found.edges[name])
        places[name] = np.where(np.isnan(known), len(found.edges[name]) + 1, known).astype(int)
    total = np.full(len(values), found.intercept)
    for name, points in found.steps.items():
        total += points[places[name]]
    for (first, second), block in found.pairs.items():
        total += block[places[first], places[second]]
    return total


def as_plain(found):
    """Intercept, steps and pairs as a scorecard has them, without what changes nothing."""
    steps = {}
    for name, points in found.steps.items():
        edges, kept = _merged(found.edges[name], points[:-1])
        if points.any():
            steps[name] = {
                "edges": edges,
                "points": [_plain(point) for point in kept],
                "undefined": _plain(points[-1]),
            }
    pairs = []
    for (first, second), block in found.pairs.items():
        row_edges, rows = _merged(found.edges[first], block[:-1])
        block = np.vstack([rows, block[-1:]])
        column_edges, columns = _merged(found.edges[second], block.T[:-1])
        block = np.vstack([columns, block.T[-1:]]).T
        if block.any():
            pairs.append(
                {
                    "metrics": [first, second],
                    "edges": [row_edges, column_edges],
                    "points": [[_plain(point) for point in row] for row in block],
                }
            )
    return {"intercept": _plain(found.intercept), "steps": steps, "pairs": pairs}


def _merged(edges, rows):
    """Edges at which points change, and the points between them."""
    kept_edges, kept = [], [rows[0]]
    for edge, row in zip(edges, rows[1:], strict=True):
        if not np.array_equal(row, kept[-1]):
            kept_edges.append(edge)
            kept.append(row)
    if not kept_edges:  # only undefined differs
        return edges[:1], [rows[0], rows[0]]
    return kept_edges, kept


def _plain(point):
    """A number without a sign of zero."""
    return round(float(point), DIGITS) + 0.0
