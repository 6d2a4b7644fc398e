"""What criteria, tables and Phy call a score. Standard library only.

`score` is that of the first scorecard, `score.<name>` that of any one.
"""

import re

from goodunits.catalogue.record import FRACTION, Metric

SCORE = "score"
HOW_TO_CONFIGURE = "name one under 'scorecards:', such as {isolated: isolated}"
UNDEFINED_SUFFIX = "_undefined"
TOO_MANY_UNDEFINED = 1 / 3  # of the metrics of a card, over all units of a session
_SCORE = re.compile(rf"{SCORE}(\.\w+)?")


def is_score(name):
    """Whether a name in a criterion means a score."""
    return _SCORE.fullmatch(str(name)) is not None


def by_quantity(cards):
    """Names of cards by what criteria call their scores.

    Parameters
    ----------
    cards : iterable of str
        Names of the configured cards, in order.

    Returns
    -------
    names : dict of str to str
        ``{"score": first, "score.<first>": first, "score.<second>": second, ...}``
    """
    cards = list(cards)
    first = {SCORE: cards[0]} if cards else {}
    return first | {f"{SCORE}.{name}": name for name in cards}


def columns(cards):
    """Names of cards by the column of their scores in tables, each card once.

    Parameters
    ----------
    cards : iterable of str
        Names of the configured cards, in order.

    Returns
    -------
    names : dict of str to str
        ``{"score": first, "score.<second>": second, ...}``
    """
    first, *others = [*cards] or [None]
    return ({SCORE: first} if first else {}) | {f"{SCORE}.{name}": name for name in others}


def kinds(cards):
    """Kind of each score, as the catalogue has it of metrics."""
    return dict.fromkeys(by_quantity(cards), "float")


def in_phy(name):
    """Name of a metric or score in Phy's columns and file names, which hold no dot."""
    return name.replace(".", "_")


def records(cards):
    """Record of each score, as the catalogue has it of metrics."""
    text = "Score by a scorecard: the probability that its points add up to."
    return {
        name: Metric(name, "float", "", text, "", "", "higher", "", FRACTION)
        for name in by_quantity(cards)
    }


def unknown(name, known):
    """Say what is wrong with a score that is not among the known quantities.

    Parameters
    ----------
    name : str
        Such as ``score.isolated``.
    known : iterable of str
        Metrics and scores.

    Returns
    -------
    str
        To be put behind the name.
    """
    scores = [item for item in known if is_score(item) and item != SCORE]
    if not scores:
        return f"but no scorecard is configured; {HOW_TO_CONFIGURE}"
    return f"but no scorecard has this name; configured: {', '.join(scores)}"
