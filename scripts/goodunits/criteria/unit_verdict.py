"""The label of a unit by the label rules, and the reason in words, from one evaluation."""

from collections.abc import Mapping
from typing import NamedTuple

from goodunits.base.errors import SessionError
from goodunits.criteria.criterion_text import (
    PASS,
    UNDEFINED,
    condition_words,
    is_number,
    judge,
    needed_words,
    undefined_words,
    value_words,
)
from goodunits.criteria.label_rules import Check, Group

MOST_NAMED = 5  # criteria in one reason of labels.tsv, whose columns hold them all


class Verdict(NamedTuple):
    """Label of one unit, the reason in words, and pass/fail/undefined by criterion text."""

    label: str
    reason: str
    results: dict[str, str]


class _Unit(NamedTuple):
    """What is known of the unit that is being labelled."""

    values: Mapping
    why_undefined: Mapping[str, str]
    results: dict[str, str]
    units: Mapping[str, str]
    most_named: int | None


def label_unit(rules, values, why_undefined=None):
    """Give the label of one unit and a short reason, from one and the same evaluation.

    Parameters
    ----------
    rules : LabelRules
        From `parse_labels`.
    values : mapping of str to float, int, bool, str or None
        Metrics of the unit; None and NaN mean undefined.
    why_undefined : mapping of str to str, optional
        Reason of each undefined metric.

    Returns
    -------
    Verdict

    Raises
    ------
    SessionError
        If a metric in use is not among the values.
    """
    unit = _judged(rules, values, why_undefined, MOST_NAMED)
    place = _place(rules, unit)
    return Verdict(rules.labels[place], _short_reason(rules, place, unit), unit.results)


def full_reason(rules, values, why_undefined=None):
    """Say all that decided the label of one unit: why its class, and why none of those before it.

    Parameters
    ----------
    rules, values, why_undefined
        As for `label_unit`.

    Returns
    -------
    str
    """
    unit = _judged(rules, values, why_undefined, None)
    place = _place(rules, unit)
    words = [_why_not(*earlier, unit) for earlier in rules.classes[:place]]
    if place < len(rules.classes):
        words.insert(0, _why_met(*rules.classes[place], unit))
    return "; ".join(words)


def _judged(rules, values, why_undefined, most_named):
    """A unit with the result of every criterion."""
    missing = [metric for metric in rules.metrics if metric not in values]
    if missing:
        raise SessionError(
            f"the metrics table has no column '{missing[0]}', which the labels need; "
            "compute the metrics again"
        )
    results = {item.text: judge(item, values[item.metric]) for item in rules.criteria}
    return _Unit(values, why_undefined or {}, results, rules.units, most_named)


def _place(rules, unit):
    """Place of the first class that a unit meets; that of the rest if it meets none."""
    places = (place for place, (_, node) in enumerate(rules.classes) if _holds(node, unit))
    return next(places, len(rules.classes))


def _short_reason(rules, place, unit):
    """Why a unit has its class: what it meets, and what keeps a mua unit from being good."""
    earlier = dict(rules.classes[:place])
    missed_good = rules.labels[place] == "mua" and "good" in earlier
    if place < len(rules.classes):
        words = _why_met(*rules.classes[place], unit)
        return f"{words}; {_why_not('good', earlier['good'], unit)}" if missed_good else words
    label = "good" if missed_good else list(earlier)[-1]
    if len(earlier) == 1:
        return _why_missed(earlier[label], unit)
    return _why_not(label, earlier[label], unit)


def _holds(node, unit):
    """Whether a unit meets a check or a group."""
    if isinstance(node, Check):
        result = unit.results[node.criterion.text]
        return result == PASS or (result == UNDEFINED and node.undefined_passes)
    parts = (_holds(part, unit) for part in node.parts)
    return all(parts) if node.mode == "all" else any(parts)


def _why_met(label, node, unit):
    """Reason of a match: the criteria that decided an 'any', and undefined ones that passed."""
    is_any = isinstance(node, Group) and node.mode == "any"
    head = "meets a criterion of" if is_any else "meets all criteria of"
    words = _joined("; ", _deciding(node, unit, False), unit)
    return f"{head} {label}" + (f": {words}" if words else "")


def _deciding(node, unit, in_any):
    """Words of the checks that hold and are worth naming."""
    if isinstance(node, Check):
        is_undefined = unit.results[node.criterion.text] == UNDEFINED
        return [_met_words(node.criterion, unit)] if in_any or is_undefined else []
    in_any = in_any or node.mode == "any"
    holding = (part for part in node.parts if _holds(part, unit))
    return [words for part in holding for words in _deciding(part, unit, in_any)]


def _why_not(label, node, unit):
    """What kept a unit out of a class."""
    return f"not {label}: {_why_missed(node, unit)}"


def _joined(sign, words, unit):
    """Words in a row, no more than are to be named."""
    named = words[: unit.most_named]
    rest = len(words) - len(named)
    return sign.join([*named, f"{rest} more"] if rest else named)


def _why_missed(node, unit):
    """Words for what a unit lacks: every failing part of 'all', every alternative of 'any'."""
    if isinstance(node, Check):
        return f"{_value_words(node.criterion, unit)}, {needed_words(node.criterion)}"
    missed = [part for part in node.parts if not _holds(part, unit)]
    words = [_why_missed(part, unit) for part in missed]
    if len(words) == 1:
        return words[0]
    pairs = zip(missed, words, strict=True)
    words = [f"({text})" if isinstance(part, Group) else text for part, text in pairs]
    return _joined("; " if node.mode == "all" else " or ", words, unit)


def _value_words(criterion, unit):
    """Words for what the metric of a criterion is."""
    metric = criterion.metric
    if unit.results[criterion.text] == UNDEFINED:
        return undefined_words(criterion, unit.why_undefined.get(metric))
    return value_words(criterion, unit.values[metric], unit.units.get(metric, ""))


def _met_words(criterion, unit):
    """Words for a criterion that holds: ``n_spikes 12, meets < 100``."""
    words = _value_words(criterion, unit)
    if unit.results[criterion.text] == UNDEFINED:
        return f"{words}, counts as met"
    if not is_number(criterion):
        return words
    return f"{words}, {needed_words(criterion).replace('needs', 'meets', 1)}"


def describe(rules):
    """Say the rules in plain sentences, for a methods text.

    Parameters
    ----------
    rules : LabelRules
        From `parse_labels`.

    Returns
    -------
    str
    """
    sentences = []
    for label, node in rules.classes:
        start = "Otherwise it" if sentences else "A unit"
        sentences.append(f"{start} is labelled {label} if {_node_words(node, rules.units)}.")
    sentences.append(f"All other units are labelled {rules.rest}.")
    some_pass = any("(or undefined)" in sentence for sentence in sentences)
    unless = ", unless 'or undefined' is said" if some_pass else ""
    sentences.append(f"A criterion whose metric is undefined is not met{unless}.")
    return " ".join(sentences)


def _node_words(node, units):
    """A check or a group as a condition."""
    if isinstance(node, Check):
        words = condition_words(node.criterion, units.get(node.criterion.metric, ""))
        return f"{words} (or undefined)" if node.undefined_passes else words
    words = [
        f"({_node_words(part, units)})" if isinstance(part, Group) else _node_words(part, units)
        for part in node.parts
    ]
    last_word = "and" if node.mode == "all" else "or"
    return f"{', '.join(words[:-1])} {last_word} {words[-1]}"
