"""The points that a scorecard gives a unit, metric by metric, and the score they add up to.

Standard library only.
"""

from bisect import bisect_right
from math import exp, fsum
from typing import NamedTuple

GOOD = "good"  # the word of a label that counts as 1


class Points(NamedTuple):
    """What one metric gives a unit.

    Attributes
    ----------
    metric : str
    value : float, int, bool, str or None
        As measured; None where it is undefined.
    points : float
        Those of its step, and half of those of each pair that it is in.
    best : float
        The most that these could give.
    """

    metric: str
    value: float | int | bool | str | None
    points: float
    best: float


def points(card, values):
    """Points of a unit by metric.

    With the intercept they add up to the total exactly. The points of a pair are shared by its two.

    Parameters
    ----------
    card : Scorecard
        From `card.from_plain`.
    values : mapping of str to float, int, bool, str or None
        Metrics of the unit. One that is missing, None or NaN is undefined.

    Returns
    -------
    points : list of Points
        One for each metric of the card, in its order.
    """
    measured = {metric: defined(values.get(metric)) for metric in card.metrics}
    shares = {metric: ([], []) for metric in measured}
    for step in card.steps:
        place = place_of(measured[step.metric], step.edges)
        got, best = shares[step.metric]
        got.append(step.undefined if place is None else step.points[place])
        best.append(step.best)
    for pair in card.pairs:
        row, column = (
            place_of(measured[metric], edges)
            for metric, edges in zip(pair.metrics, pair.edges, strict=True)
        )
        row = pair.points[-1 if row is None else row]
        for metric in pair.metrics:
            got, best = shares[metric]
            got.append(row[-1 if column is None else column] / 2)
            best.append(pair.best / 2)
    return [
        Points(metric, measured[metric], fsum(got), fsum(best))
        for metric, (got, best) in shares.items()
    ]


def total(card, given):
    """Sum of all points and the intercept.

    Parameters
    ----------
    card : Scorecard
        From `card.from_plain`.
    given : list of Points
        From `points`.

    Returns
    -------
    total : float
    """
    return fsum([card.intercept, *(item.points for item in given)])


def score(card, given):
    """Score of a unit, from 0 to 1.

    Parameters
    ----------
    card : Scorecard
        From `card.from_plain`.
    given : list of Points
        From `points`.

    Returns
    -------
    score : float
    """
    intercept, slope = card.link
    logit = intercept + slope * total(card, given)
    if logit >= 0:
        return 1 / (1 + exp(-logit))
    return exp(max(logit, -700.0)) / (1 + exp(max(logit, -700.0)))  # below, exp() is 0 or fails


def defined(value):
    """A value, None where it is NaN."""
    return None if value is None or value != value else value


def place_of(value, edges):
    """Place of the step that a value is on.

    Parameters
    ----------
    value : float, int, bool, str or None
        A yes/no metric counts as 1 and 0, a label as 1 where it is ``good``, else as 0.
    edges : sequence of float
        Rising.

    Returns
    -------
    place : int or None
        Number of edges that the value has reached; None where it is undefined.
    """
    if value is None:
        return None
    return bisect_right(edges, value == GOOD if isinstance(value, str) else value)
