"""A scorecard in memory: steps of metrics, tables of pairs, and the way to a probability.

Standard library only.
"""

import json
from typing import NamedTuple

from goodunits.base import files

FORMAT_VERSION = 1


class Step(NamedTuple):
    """Points of one metric.

    Attributes
    ----------
    metric : str
    edges : tuple of float
        Rising.
    points : tuple of float
        One more than edges: ``points[i]`` for ``edges[i - 1] <= value < edges[i]``.
    undefined : float
        Points where the metric has no value.
    best : float
        The most that this step can give.
    """

    metric: str
    edges: tuple
    points: tuple
    undefined: float
    best: float


class Pair(NamedTuple):
    """Points of two metrics together.

    Attributes
    ----------
    metrics : tuple of str
        Two.
    edges : tuple of tuple of float
        Of the first and of the second, rising.
    points : tuple of tuple of float
        A row for each step of the first metric and a last one for undefined; in each row a column
        for each step of the second and a last one for undefined.
    best : float
        The most that this table can give.
    """

    metrics: tuple
    edges: tuple
    points: tuple
    best: float


class Scorecard(NamedTuple):
    """What is needed to apply a scorecard.

    Attributes
    ----------
    name, version : str
        As the card has them.
    intercept : float
        What every unit gets.
    steps : tuple of Step
    pairs : tuple of Pair
    link : tuple of float
        Intercept and slope: the score is ``1 / (1 + exp(-(intercept + slope * total)))``.
    """

    name: str
    version: str
    intercept: float
    steps: tuple
    pairs: tuple
    link: tuple

    @property
    def metrics(self):
        """Every metric in use once, in order of appearance."""
        in_pairs = (metric for pair in self.pairs for metric in pair.metrics)
        return tuple(dict.fromkeys([*(step.metric for step in self.steps), *in_pairs]))


def from_plain(data):
    """Take a scorecard from plain data that were checked.

    Parameters
    ----------
    data : dict
        As in a file, without problems by `card_checks.problems`; or as `as_plain` gives it.

    Returns
    -------
    card : Scorecard
        From `card.from_plain`.
    """
    link = data["probability"]
    return Scorecard(
        str(data["scorecard"]),
        str(data["version"]),
        float(data["intercept"]),
        tuple(_step(metric, block) for metric, block in (data.get("steps") or {}).items()),
        tuple(_pair(block) for block in data.get("pairs") or ()),
        (float(link["intercept"]), float(link["slope"])),
    )


def of_settings(settings):
    """Scorecards by name, from the file of all that the labels of a session depend on."""
    return {name: from_plain(plain) for name, plain in settings.get("cards", {}).items()}


def _step(metric, block):
    points, undefined = _floats(block["points"]), float(block["undefined"])
    return Step(metric, _floats(block["edges"]), points, undefined, max(*points, undefined))


def _pair(block):
    rows = tuple(_floats(row) for row in block["points"])
    edges = tuple(_floats(side) for side in block["edges"])
    return Pair(tuple(block["metrics"]), edges, rows, max(map(max, rows)))


def _floats(numbers):
    return tuple(map(float, numbers))


def as_plain(card):
    """Give what a scorecard does as plain data: the file without what is said about it.

    Parameters
    ----------
    card : Scorecard
        From `card.from_plain`.

    Returns
    -------
    data : dict
        Ready for JSON; `from_plain` reads it back.
    """
    return {
        "scorecard": card.name,
        "version": card.version,
        "intercept": card.intercept,
        "steps": {
            step.metric: {
                "edges": list(step.edges),
                "points": list(step.points),
                "undefined": step.undefined,
            }
            for step in card.steps
        },
        "pairs": [
            {
                "metrics": list(pair.metrics),
                "edges": [list(side) for side in pair.edges],
                "points": [list(row) for row in pair.points],
            }
            for pair in card.pairs
        ],
        "probability": {"intercept": card.link[0], "slope": card.link[1]},
    }


def sha256(card):
    """Hash of what a scorecard does: the same for two files that differ in comments only.

    Parameters
    ----------
    card : Scorecard
        From `card.from_plain`.

    Returns
    -------
    hash : str
    """
    text = json.dumps(as_plain(card), sort_keys=True)
    return files.sha256_bytes(text.encode())
