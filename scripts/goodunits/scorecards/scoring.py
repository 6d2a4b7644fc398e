"""The scores of all units of a session by all scorecards. Standard library only."""

from collections import Counter
from typing import NamedTuple

from goodunits.base.errors import SessionError
from goodunits.scorecards import points, quantities, reasons

MOST_NAMED = 3


class Scored(NamedTuple):
    """What the scorecards say of one unit.

    Attributes
    ----------
    values : dict of str to float
        Scores by what criteria call them.
    costs : dict of str to str
        What cost each score most, in words.
    cells : list
        For labels.tsv: each score, and how many metrics of its card are undefined.
    """

    values: dict
    costs: dict
    cells: list


def of_units(rows, undefined, cards):
    """Score every unit of a session.

    Parameters
    ----------
    rows : list of dict
        Metrics of each unit, with `cluster_id`.
    undefined : dict of int to dict of str to str
        Per unit, why a metric has no value.
    cards : dict of str to Scorecard
        The configured scorecards by name, in order.

    Returns
    -------
    scored : dict of int to Scored

    Raises
    ------
    SessionError
        If the metrics table lacks a metric of a card.
    """
    for name, card in cards.items():
        missing = [metric for metric in card.metrics if rows and metric not in rows[0]]
        if missing:
            raise SessionError(
                f"the metrics table has no column '{missing[0]}', which scorecard '{name}' needs; "
                "compute the metrics again"
            )
    return {row["cluster_id"]: _of_unit(row, undefined, cards) for row in rows}


def _of_unit(row, undefined, cards):
    """Scores of one unit."""
    why, by_card, cells = undefined.get(row["cluster_id"], {}), {}, []
    for name, card in cards.items():
        given = points.points(card, row)
        score = points.score(card, given)
        by_card[name] = score, reasons.words(card, given, row, why)
        cells += [score, sum(item.value is None for item in given)]
    called = quantities.by_quantity(cards).items()
    values = {quantity: by_card[name][0] for quantity, name in called}
    return Scored(values, {quantity: by_card[name][1] for quantity, name in called}, cells)


def notes(rows, cards):
    """Say of which scores more than a third of the metrics are undefined in a session.

    Parameters
    ----------
    rows : list of dict
        Metrics of each unit.
    cards : dict of str to Scorecard
        The configured scorecards by name.

    Returns
    -------
    notes : list of str
        A line each, with the metrics that are undefined in most units.
    """
    lines = []
    for name, card in cards.items():
        count = Counter(
            metric for row in rows for metric in card.metrics if points.defined(row[metric]) is None
        )
        n_values = len(rows) * len(card.metrics)
        if count.total() > quantities.TOO_MANY_UNDEFINED * n_values:
            most = [f"{metric} in {n}" for metric, n in count.most_common(MOST_NAMED)]
            share = f"{count.total() / n_values:.0%} of its metrics are undefined"
            lines.append(
                f"scorecard '{name}': {share} in these {len(rows)} units, most of all "
                f"{', '.join(most)}; they got the card's points of 'undefined'"
            )
    return lines
