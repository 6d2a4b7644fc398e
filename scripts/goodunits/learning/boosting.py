"""A score that adds up: steps of single metrics, found by boosting.

Each round puts one step onto one metric, where it helps most, and takes a part of it. All steps of
a metric together are its table of points. Where the catalogue says which values are the better
ones, no step goes the other way.
"""

from typing import NamedTuple

import numpy as np

from goodunits.learning import numbers

MAX_BINS = 64  # of one metric while steps are looked for
MAX_EDGES = 6  # of one metric in a table that people read
LEAST_STEP = 0.01  # in points
LEAST_SLOPE = 0.001  # of the probability: more points never make it smaller
SHRINKAGE = 0.2
RIDGE = 4.0  # as if 16 units on which nobody is sure stood on each side of a step
MIN_UNITS = 6  # on each side of a step
NEW_METRIC = 1.25  # a metric not in use must help so many times more than one in use
CHECKPOINTS = (5, 10, 20, 40, 60, 90, 130, 180)  # rounds after which the table is kept


class Table(NamedTuple):
    """Points of one metric: points[i] for edges[i - 1] <= value < edges[i].

    Attributes
    ----------
    edges : ndarray of float (n,)
    points : ndarray of float (n + 1,)
    undefined : float
        Points where the metric has no value.
    """

    edges: np.ndarray
    points: np.ndarray
    undefined: float


class Score(NamedTuple):
    """An additive score.

    Attributes
    ----------
    intercept : float
    tables : dict of str to Table
    """

    intercept: float
    tables: dict


def totals(score, values):
    """Sum of the points of each unit.

    Parameters
    ----------
    score : Score
        The points of each metric.
    values : dict of str to ndarray (n_units,)
        Metrics, NaN where undefined.

    Returns
    -------
    totals : ndarray of float (n_units,)
    """
    total = score.intercept
    for name, table in score.tables.items():
        total = total + points_of(table, values[name])
    n_units = len(next(iter(values.values())))
    return np.broadcast_to(total, n_units).astype(float)


def points_of(table, values):
    """Points of one metric for each unit."""
    bins = np.searchsorted(table.edges, values, side="right")  # NaN is sorted to the end
    given = table.points[bins]
    return np.where(np.isnan(values), table.undefined, given)


def fit(values, is_good, directions, max_metrics):
    """Find the score of some units, as it is after some numbers of rounds.

    Parameters
    ----------
    values : dict of str to ndarray (n_units,)
        Metrics that may be used, NaN where undefined.
    is_good : ndarray of bool (n_units,)
        Whether each unit is good.
    directions : dict of str to int
        1 where higher is better, -1 where lower is, 0 where neither.
    max_metrics : int
        At most so many metrics are used.

    Returns
    -------
    scores : list of Score
        One for each of CHECKPOINTS.
    """
    names = list(values)
    edges = [candidate_edges(values[name]) for name in names]
    state = _State(edges, [values[name] for name in names], np.asarray(is_good, float))
    signs = np.array([directions[name] for name in names])
    scores = []
    for n_round in range(1, CHECKPOINTS[-1] + 1):
        state.one_round(signs, max_metrics)
        if n_round in CHECKPOINTS:
            scores.append(_score(names, edges, state))
    return scores


def candidate_edges(values):
    """Places where a step may be: between values, about as many units from one to the next."""
    distinct, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    if len(distinct) < 2:
        return np.empty(0)
    places = np.arange(1, len(distinct))
    if len(distinct) > MAX_BINS:
        shares = np.cumsum(counts)[:-1] / counts.sum()
        wanted = np.searchsorted(shares, np.arange(1, MAX_BINS) / MAX_BINS)
        places = np.unique(wanted.clip(0, len(distinct) - 2)) + 1
    pairs = zip(distinct[places - 1], distinct[places], strict=True)
    return np.array([numbers.shortest_between(low, high) for low, high in pairs])


class _State:
    """Units in bins, the points so far, and the sum of each unit."""

    def __init__(self, edges, values, is_good):
        n_metrics, self.n_bins = len(edges), max(map(len, edges), default=0) + 1
        self.is_good = is_good
        # The last column of each metric is for units where it is undefined.
        self.codes = np.empty((n_metrics, len(is_good)), int)
        for place, (cuts, column) in enumerate(zip(edges, values, strict=True)):
            inside = np.searchsorted(cuts, column, side="right").clip(0, len(cuts))
            self.codes[place] = np.where(np.isnan(column), self.n_bins, inside)
        self.flat = self.codes + np.arange(n_metrics)[:, np.newaxis] * (self.n_bins + 1)
        self.counts = self._summed(np.ones(len(is_good)))
        self.points = np.zeros((n_metrics, self.n_bins + 1))
        self.used = np.zeros(n_metrics, bool)
        share = np.clip(is_good.mean(), 0.01, 0.99)
        self.intercept = np.log(share / (1 - share))
        self.total = np.full(len(is_good), self.intercept)

    def _summed(self, weights):
        """Sum of the weights of the units in each bin of each metric."""
        n_metrics = len(self.flat)
        width = self.n_bins + 1
        sums = np.bincount(
            self.flat.ravel(), np.tile(weights, n_metrics), minlength=n_metrics * width
        )
        return sums.reshape(n_metrics, width)

    def one_round(self, signs, max_metrics):
        """Put the step that helps most onto the points."""
        share = _logistic(self.total)
        slope, curve = self._summed(self.is_good - share), self._summed(share * (1 - share))
        below, above, gain = _steps(slope, curve, self.counts, signs)
        alone = slope[:, -1] / (curve[:, -1] + RIDGE)
        gain = gain + (alone * slope[:, -1])[:, np.newaxis]
        gain[~self.used] = gain[~self.used] / NEW_METRIC if self.used.sum() < max_metrics else 0
        metric, place = np.unravel_index(np.argmax(gain), gain.shape)
        if gain[metric, place] <= 0:
            return
        change = np.where(
            np.arange(self.n_bins + 1) <= place, below[metric, place], above[metric, place]
        )
        change[-1] = alone[metric]
        self.points[metric] += SHRINKAGE * change
        self.total += SHRINKAGE * change[self.codes[metric]]
        self.used[metric] = True
        share = _logistic(self.total)
        shift = (self.is_good - share).sum() / ((share * (1 - share)).sum() + RIDGE)
        self.intercept += SHRINKAGE * shift
        self.total += SHRINKAGE * shift


def _steps(slope, curve, counts, signs):
    """Points below and above each possible step, and how much it helps: three (n_metrics, n_bins).

    A step after the last bin stands for none: all units with a value get the same.
    """
    slope, curve, counts = slope[:, :-1], curve[:, :-1], counts[:, :-1]
    sums = [np.cumsum(table, axis=1) for table in (slope, curve, counts)]
    rest = [total[:, -1:] - total for total in sums]
    below, above = sums[0] / (sums[1] + RIDGE), rest[0] / (rest[1] + RIDGE)
    gain = below * sums[0] + above * rest[0]
    is_small = (sums[2] < MIN_UNITS) | ((rest[2] < MIN_UNITS) & (rest[2] > 0))
    is_wrong = signs[:, np.newaxis] * (above - below) < 0
    is_wrong[:, -1] = False
    is_wrong &= rest[2] > 0
    gain[is_small | is_wrong] = 0
    return below, above, gain


def _score(names, edges, state):
    """Tables of the metrics in use, their points around those of the mean unit."""
    tables, intercept = {}, state.intercept
    for place in np.flatnonzero(state.used):
        width = len(edges[place]) + 1
        points, counts = state.points[place], state.counts[place]
        mean = (points * counts).sum() / counts.sum()
        # Where no unit was undefined nothing is known of one: it gets what the mean unit gets.
        undefined = points[-1] - mean if counts[-1] else 0.0
        whole = Table(edges[place], points[:width] - mean, float(undefined))
        tables[names[place]] = _simplified(whole, counts[:width])
        intercept += mean
    return Score(float(intercept), tables)


def _simplified(table, counts):
    """A table with few steps: the two neighbours that differ least are joined, again and again."""
    edges, points, counts = table.edges, table.points, counts.astype(float)
    while len(edges) > 1:
        weights, steps = counts[:-1] + counts[1:], np.diff(points)
        costs = counts[:-1] * counts[1:] / np.maximum(weights, 1) * steps**2
        place = int(np.argmin(costs))
        if len(edges) <= MAX_EDGES and abs(steps[place]) > LEAST_STEP:
            break
        share = counts[place + 1] / weights[place] if weights[place] else 0.0
        points, counts, edges = points.copy(), counts.copy(), np.delete(edges, place)
        points[place] += share * steps[place]
        counts[place] = weights[place]
        points, counts = np.delete(points, place + 1), np.delete(counts, place + 1)
    return Table(edges, points, table.undefined)


def calibrate(total, is_good):
    """Intercept and slope that make a probability of the sums of points.

    Parameters
    ----------
    total : ndarray of float (n_units,)
        Sums of points of units that the score was not fitted on.
    is_good : ndarray of bool (n_units,)
        Whether each unit is good.

    Returns
    -------
    intercept, slope : float
        probability = 1 / (1 + exp(-(intercept + slope * total))); the slope is above 0.
    """
    design = np.stack([np.ones(len(total)), total], axis=1)
    weights = np.array([0.0, 1.0])
    for _ in range(50):
        share = _logistic(np.clip(design @ weights, -30, 30))
        # A weak pull towards (0, 1) keeps it finite where the classes do not overlap.
        slope = design.T @ (is_good - share) - 0.5 * (weights - [0.0, 1.0])
        curve = (design.T * (share * (1 - share))) @ design + 0.5 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        weights = weights + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    return float(weights[0]), max(float(weights[1]), LEAST_SLOPE)


def probability(total, link):
    """Probability of being good from the sums of points and (intercept, slope)."""
    return _logistic(np.clip(link[0] + link[1] * np.asarray(total), -30, 30))


def _logistic(total):
    """Probability whose log odds are a sum of points."""
    return 1 / (1 + np.exp(-total))
