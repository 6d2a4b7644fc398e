"""Criteria that can be read but cannot mean what they say: out of range, or excluding each other.

Only where the configuration is checked, never in a job. Standard library only.
"""

import math

from goodunits.base.errors import nearest
from goodunits.criteria.criterion_text import is_number, number_text
from goodunits.criteria.label_rules import Check, Group, checks_of

LABEL_OPERATORS_OF_ALLOWED = ("==", "in")


def problems(rules, metrics, where):
    """List the criteria that make no sense.

    Parameters
    ----------
    rules : LabelRules
        From `criteria_rules.parse_labels`.
    metrics : mapping of str to records.Metric
        The catalogue.
    where : str
        Key of the block, put in front of each problem.

    Returns
    -------
    list of str
        One line each; empty if all is well.
    """
    lines = []
    for label, node in rules.classes:
        for check in checks_of(node):
            text = _senseless(check.criterion, metrics[check.criterion.metric])
            lines += [f"{where}.{label}: {text}"] if text else []
        lines += [f"{where}.{label}: {text}" for text in _exclusive_pairs(node)]
    return list(dict.fromkeys(lines))


def range_words(metric):
    """Say which numbers a metric can be.

    Parameters
    ----------
    metric : records.Metric
        Of kind "float" or "int".

    Returns
    -------
    str
        Such as ``a fraction from 0 to 0.99``, ``in um, any number``, ``in Hz, 0 or more``.
    """
    low, high = metric.limits
    unit = f"in {metric.unit}, " if metric.unit else ""
    if math.isinf(high):
        return unit + ("any number" if math.isinf(low) else f"{number_text(low)} or more")
    head = "a fraction " if _is_fraction(metric) else ""
    return f"{unit}{head}from {number_text(low)} to {number_text(high)}"


def _is_fraction(metric):
    """Whether a metric is a share, which people give in percent too."""
    return metric.kind == "float" and not metric.unit and metric.limits[0] == 0


def _senseless(criterion, metric):
    """Why a criterion holds for every value of its metric, or for none; None where it can tell."""
    if metric.kind == "label":
        return _unknown_word(criterion, metric)
    if not is_number(criterion):
        return None
    if math.isinf(criterion.target):
        return f"'{criterion.text}': inf is no threshold; write a number, or remove the line"
    always = _always(criterion, *_limits(criterion, metric))
    if always is None:
        return None
    words = "always holds" if always else "never holds"
    advice = _advice(criterion.target, metric)
    return f"'{criterion.text}' {words}: {metric.name} is {range_words(metric)}; {advice}"


def _unknown_word(criterion, metric):
    """What is wrong with the words that a label is compared with."""
    words = (criterion.target,) if isinstance(criterion.target, str) else criterion.target
    for word in words:
        if word not in metric.values:
            allowed = " or ".join(metric.values)
            hint = nearest(word.lower(), metric.values) if word.lower() in metric.values else ""
            return f"'{criterion.text}': {metric.name} is {allowed}, found '{word}'{hint}"
    return None


def _limits(criterion, metric):
    """Least and largest value that is compared."""
    low, high = metric.limits
    if not criterion.absolute:
        return low, high
    return max(0.0, low, -high), max(-low, high)


def _always(criterion, low, high):
    """True if a criterion holds everywhere from low to high, False if nowhere, None otherwise."""
    target = criterion.target
    all_of, none_of = {
        "<": (high < target, low >= target),
        "<=": (high <= target, low > target),
        ">": (low > target, high <= target),
        ">=": (low >= target, high < target),
        "==": (False, not low <= target <= high),
        "!=": (not low <= target <= high, False),
    }[criterion.operator]
    if all_of:
        return True
    return False if none_of else None


def _advice(target, metric):
    """What was perhaps meant by a number out of range."""
    low, high = metric.limits
    if _is_fraction(metric) and not math.isinf(high) and 1 < target <= 100 * high:
        return f"write {number_text(target / 100)} or {number_text(target)} %"
    if metric.unit == "s" and high < target <= 1000 * high:
        return f"write {number_text(target / 1000)} or {number_text(target)} ms"
    return "remove the line" if low <= target <= high else "write a number in between"


def _exclusive_pairs(node):
    """Lines about criteria of one 'all' that no unit can meet together."""
    if isinstance(node, Check):
        return []
    lines = [text for part in node.parts for text in _exclusive_pairs(part)]
    return lines + (_clashes(node) if node.mode == "all" else [])


def _clashes(group):
    """Lines about the criteria directly in one 'all'."""
    by_quantity = {}
    for part in group.parts:
        if not isinstance(part, Group):
            by_quantity.setdefault(part.criterion.quantity, []).append(part.criterion)
    return [
        f"'{first.text}' and '{second.text}' exclude each other under 'all': no unit has both"
        for same in by_quantity.values()
        for place, first in enumerate(same)
        for second in same[place + 1 :]
        if _exclude(first, second)
    ]


def _exclude(first, second):
    """Whether no value meets two criteria of the same quantity."""
    if first.operator == "is":
        return first.target != second.target
    if is_number(first):
        low, high = (pick(_bounds(first), _bounds(second)) for pick in (_higher, _lower))
        return low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1]))
    allowed = [_words(item) for item in (first, second) if _takes(item)]
    refused = [_words(item) for item in (first, second) if not _takes(item)]
    return bool(allowed) and not set.intersection(*allowed).difference(*refused)


def _bounds(criterion):
    """Lower and upper bound of a number, each with whether it is itself excluded."""
    target, operator = criterion.target, criterion.operator
    low = (target, operator == ">") if operator in (">", ">=", "==") else (-math.inf, False)
    high = (target, operator == "<") if operator in ("<", "<=", "==") else (math.inf, False)
    return low, high


def _higher(first, second):
    """The tighter one of two lower bounds."""
    return max(first[0], second[0])


def _lower(first, second):
    """The tighter one of two upper bounds."""
    bounds = (first[1], second[1])
    least = min(value for value, _ in bounds)
    return least, any(strict for value, strict in bounds if value == least)


def _words(criterion):
    """Words that a label is compared with."""
    return {criterion.target} if isinstance(criterion.target, str) else set(criterion.target)


def _takes(criterion):
    """Whether a label has to be one of the words, not none of them."""
    return criterion.operator in LABEL_OPERATORS_OF_ALLOWED
