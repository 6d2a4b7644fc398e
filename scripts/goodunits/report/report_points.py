"""What the scorecards in force give each unit, packed as steps: the page adds the points up."""

from pathlib import Path

import numpy as np

from goodunits.base import json_record
from goodunits.scorecards import card, points, quantities

# A step of a metric that is undefined.
UNDEFINED = -1


def read_cards(folder):
    """Read the scorecards in force.

    Parameters
    ----------
    folder : path-like
        Folder of all results.

    Returns
    -------
    cards : dict of str to Scorecard
        By the hash that receipts tell; without those that cannot be read.
    """
    found = {}
    for path in sorted(Path(folder, ".run").glob("labels-*.json")):
        try:
            cards = card.of_settings(json_record.read_record(path) or {})
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        found |= {card.sha256(item): item for item in cards.values()}
    return found


def of_receipt(receipt, cards):
    """Scorecards by the column of their scores, as far as they are in force now.

    Parameters
    ----------
    receipt : dict
        Of the last write of a session.
    cards : dict of str to Scorecard
        From `read_cards`.

    Returns
    -------
    hashes : dict of str to str
        Key of `cards` by column of labels.tsv.
    """
    told = receipt.get("settings", {}).get("scorecards", ())
    hashes = {item["name"]: item["sha256"] for item in told}
    columns = quantities.columns(hashes).items()
    return {column: hashes[name] for column, name in columns if hashes[name] in cards}


def all_edges(scorecard):
    """Every edge that each metric of a card is compared with, rising.

    Parameters
    ----------
    scorecard : Scorecard
        From `card.from_plain`.

    Returns
    -------
    edges : dict of str to list of float
        In the order of the card's metrics.
    """
    edges = {metric: set() for metric in scorecard.metrics}
    for step in scorecard.steps:
        edges[step.metric] |= set(step.edges)
    for pair in scorecard.pairs:
        for metric, side in zip(pair.metrics, pair.edges, strict=True):
            edges[metric] |= set(side)
    return {metric: sorted(found) for metric, found in edges.items()}


def steps_of_units(scorecard, metrics, n_units):
    """How many of its edges each metric of each unit has reached.

    Parameters
    ----------
    scorecard : Scorecard
        From `card.from_plain`.
    metrics : dict of str to array or list (n_units,)
        As `report_data.read_metrics` gives them.
    n_units : int
        Number of units.

    Returns
    -------
    steps : int16 array (n_units, n_metrics)
        UNDEFINED where the metric has no value.
    """
    edges = all_edges(scorecard)
    found = np.full((len(edges), n_units), UNDEFINED, dtype="<i2")
    for row, (metric, own) in zip(found, edges.items(), strict=True):
        values = metrics.get(metric, np.full(n_units, np.nan))
        if isinstance(values, list):
            values = np.array([np.nan if word == "" else word == points.GOOD for word in values])
        is_defined = ~np.isnan(values)
        row[is_defined] = np.searchsorted(own, values[is_defined], side="right")
    return np.ascontiguousarray(found.T)


def in_page(scorecard):
    """A card as the page adds it up: its plain form, with all edges of each metric, in order."""
    return card.as_plain(scorecard) | {"edges": list(all_edges(scorecard).items())}
