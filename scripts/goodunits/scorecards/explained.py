"""The scores of a labelled session as `explain` tells them: the whole table of points of a unit."""

from math import isclose
from typing import NamedTuple

from goodunits.scorecards import points, quantities, reasons

OTHER_CARD = "{column} {score}: by another scorecard than the one in force now; run again"


class Explained(NamedTuple):
    """Scores of one unit.

    Attributes
    ----------
    values : dict of str to float
        Scores by what criteria call them.
    costs : dict of str to str
        What cost each score most, in words; none of a card that is not in force any more.
    lines : list of str
        Every score with all its points.
    """

    values: dict
    costs: dict
    lines: list


def of_unit(row, values, why_undefined, cards):
    """Explain the scores of one unit.

    Parameters
    ----------
    row : dict of str to str
        Its row of labels.tsv.
    values : mapping
        Its metrics.
    why_undefined : mapping of str to str
        Reason of each undefined metric.
    cards : dict of str to Scorecard
        From `card.of_settings`.

    Returns
    -------
    explained : Explained
    """
    in_table = {name: float(row[name]) for name in row if _is_score(name)}
    by_name, costs, lines = {}, {}, []
    for column, name in quantities.columns(cards).items():
        if column not in in_table:
            continue
        by_name[name] = score = in_table[column]
        scorecard = cards[name]
        given = points.points(scorecard, values)
        if isclose(points.score(scorecard, given), score, rel_tol=1e-9):
            costs[name] = reasons.words(scorecard, given, values, why_undefined)
            lines += table(column, name, scorecard, given, values, why_undefined)
        else:
            lines.append(OTHER_CARD.format(column=column, score=f"{score:.3g}"))
    called = {key: name for key, name in quantities.by_quantity(cards).items() if name in by_name}
    return Explained(
        in_table | {quantity: by_name[name] for quantity, name in called.items()},
        {quantity: costs.get(name, "") for quantity, name in called.items()},
        lines,
    )


def _is_score(name):
    """Whether a column of labels.tsv is a score, not its number of undefined metrics."""
    return quantities.is_score(name) and not name.endswith(quantities.UNDEFINED_SUFFIX)


def table(column, name, scorecard, given, values, why_undefined):
    """All points of a unit by one card, what cost most first.

    Parameters
    ----------
    column, name : str
        What the score and the card are called.
    scorecard : card.Scorecard
        From `card.from_plain`.
    given : list of Points
        From `points.points`.
    values : mapping
        Metrics of the unit.
    why_undefined : mapping of str to str
        Reason of each undefined metric.

    Returns
    -------
    lines : list of str
        The score, a line for each metric, and how the points become the score.
    """
    intercept, slope = scorecard.link
    head = (
        f"{column} {points.score(scorecard, given):.3g} by scorecard '{name}' "
        f"({scorecard.name}, version {scorecard.version}); points, and the most there are:"
    )
    width = max(len(item.metric) for item in given)
    lines = [head]
    for item in sorted(given, key=_by_cost):
        found = reasons.value_words(scorecard, item, why_undefined.get(item.metric))
        cost = item.points - item.best
        lacks = reasons.lacking(item.metric, values) if cost <= -reasons.LEAST_NAMED else ""
        said = f"{item.metric:<{width}}  {found}" + (f"  ({lacks})" if lacks else "")
        lines.append(f"{item.points:+8.2f} of {item.best:+6.2f}  {said}")
    total = points.total(scorecard, given)
    lines.append(f"{scorecard.intercept:+8.2f} for every unit; {total:+.2f} together")
    return [*lines, f"score = 1 / (1 + exp(-({intercept:g} + {slope:g} * {total:.3g})))"]


def _by_cost(item):
    """Sort key: what costs most first, then the most points at stake."""
    return item.points - item.best, -abs(item.best), item.metric
