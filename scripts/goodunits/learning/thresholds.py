"""The thresholds of the configured criteria that agree best with labels of people.

Metrics, signs and the order of classes stay; only numbers change.
"""

from typing import NamedTuple

import numpy as np

from goodunits.criteria import criterion_text
from goodunits.criteria.label_rules import Check, Group, checks_of
from goodunits.learning import agreement, numbers, units

MAX_CANDIDATES = 80  # thresholds tried of one criterion
MAX_ROUNDS = 6  # over all criteria, one after the other
ABOVE = {">": False, ">=": True}  # whether a value equal to the threshold is met
BELOW = {"<": False, "<=": True}


class Task(NamedTuple):
    """What is searched: label rules over some units.

    Attributes
    ----------
    classes : tuple
        Of the label rules: label and node.
    is_rest_good : bool
        Whether a unit that meets no class counts as good.
    good : frozenset of str
        Classes that count as good.
    free : tuple of Criterion
        Criteria whose number may change.
    values : dict of Criterion to ndarray (n_units,)
        What each free criterion compares, NaN where undefined.
    fixed : dict of Criterion to tuple of ndarray (n_units,)
        Of all others: whether met, whether undefined.
    """

    classes: tuple
    is_rest_good: bool
    good: frozenset
    free: tuple
    values: dict
    fixed: dict


def task_of(rules, table, good):
    """Prepare a search.

    Parameters
    ----------
    rules : LabelRules
        The label rules.
    table : Units
        The units.
    good : collection of str
        Labels that count as good, in lower case.

    Returns
    -------
    Task
    """
    good = units.good_classes(rules, good)
    wanted = [check for label, node in rules.classes if label in good for check in checks_of(node)]
    free = tuple(dict.fromkeys(c.criterion for c in wanted if c.criterion.operator in ORDERED))
    values, fixed = {}, {}
    for criterion in rules.criteria:
        if criterion in free:
            measured = units.column(table, criterion.metric)
            values[criterion] = np.abs(measured) if criterion.absolute else measured
        else:
            found = [criterion_text.judge(criterion, row[criterion.metric]) for row in table.rows]
            found = np.array(found, str)
            fixed[criterion] = (found == criterion_text.PASS, found == criterion_text.UNDEFINED)
    return Task(rules.classes, rules.rest in good, good, free, values, fixed)


ORDERED = (*ABOVE, *BELOW)


def part(task, which):
    """The same search over some of its units."""
    return task._replace(
        values={criterion: found[which] for criterion, found in task.values.items()},
        fixed={c: (met[which], blank[which]) for c, (met, blank) in task.fixed.items()},
    )


def configured(task):
    """Thresholds as they are configured, by criterion."""
    return {criterion: criterion.target for criterion in task.free}


def is_good(task, thresholds):
    """Which units are good by some thresholds.

    Parameters
    ----------
    task : Task
        What is searched.
    thresholds : dict of Criterion to float
        A number for each free criterion.

    Returns
    -------
    is_good : ndarray of bool (n_units,)
    """
    found = {
        criterion: (_met(criterion, task.values[criterion], thresholds[criterion]), blank)
        for criterion, blank in ((c, np.isnan(task.values[c])) for c in task.free)
    }
    return _by_classes(task, {**task.fixed, **found})


def _by_classes(task, found):
    """Whether the first class that each unit meets counts as good."""
    n_units = len(next(iter(found.values()))[0])
    good, open_units = np.zeros(n_units, bool), np.ones(n_units, bool)
    for label, node in task.classes:
        taken = open_units & _holds(node, found)
        if label in task.good:
            good |= taken
        open_units &= ~taken
    return good | open_units if task.is_rest_good else good


def _holds(node, found):
    """Which units meet a check or a group."""
    if isinstance(node, Check):
        met, blank = found[node.criterion]
        return met | blank if node.undefined_passes else met & ~blank
    parts = [_holds(item, found) for item in node.parts]
    combine = np.logical_and if isinstance(node, Group) and node.mode == "all" else np.logical_or
    return combine.reduce(parts)


def _met(criterion, values, threshold):
    """Which values meet a threshold; an undefined one meets none."""
    return {
        ">": np.greater,
        ">=": np.greater_equal,
        "<": np.less,
        "<=": np.less_equal,
    }[criterion.operator](values, threshold)


def search(task, theirs):
    """Find the thresholds of best agreement.

    Parameters
    ----------
    task : Task
        What is searched.
    theirs : ndarray of bool (n_units,)
        Which units are good by the labels.

    Returns
    -------
    thresholds : dict of Criterion to float
        The configured ones where no others agree better.

    Notes
    -----
    One criterion after the other, from the configured thresholds and from ones that all units
    meet, until nothing changes; the better end is taken.
    """
    lists = {criterion: _candidates(criterion, task.values[criterion]) for criterion in task.free}
    start = configured(task)
    none = {
        criterion: found[0] if found else start[criterion] for criterion, found in lists.items()
    }
    ends = [_descend(task, theirs, begin, lists) for begin in (start, none)]
    best = max(ends, key=_first)[1]
    near = {
        criterion: _candidates(criterion, task.values[criterion], best[criterion])
        for criterion in task.free
    }
    best = _descend(task, theirs, best, near)[1]
    if _kappa(task, theirs, start) >= _kappa(task, theirs, best):
        return start
    return best


def _first(pair):
    """Sort key of (kappa, thresholds)."""
    return pair[0]


def _kappa(task, theirs, thresholds):
    """Kappa of some thresholds; -1 where undefined."""
    kappa = agreement.kappa_of(theirs, is_good(task, thresholds))
    return -1.0 if np.isnan(kappa) else kappa


def _descend(task, theirs, thresholds, lists):
    """Take the best number of each criterion in turn; kappa and thresholds at the end."""
    best, thresholds = _kappa(task, theirs, thresholds), dict(thresholds)
    for _ in range(MAX_ROUNDS):
        before = best
        for criterion, candidates in lists.items():
            kappas = np.array([
                _kappa(task, theirs, {**thresholds, criterion: number}) for number in candidates
            ])  # fmt: skip
            if len(kappas) and kappas.max() > best + 1e-9:
                best = float(kappas.max())
                thresholds[criterion] = candidates[_middle_of_best(kappas)]
        if best <= before + 1e-9:
            break
    return best, thresholds


def _middle_of_best(kappas):
    """Place in the middle of the first run of best values."""
    first = int(np.argmax(kappas))
    last = first
    while last + 1 < len(kappas) and kappas[last + 1] >= kappas[first] - 1e-9:
        last += 1
    return (first + last) // 2


def _candidates(criterion, values, near=None):
    """Numbers to try, from one that all units meet; between values, about as many units apart.

    With `near`, only as many values next to it as lie between two numbers without it.
    """
    distinct = np.unique(values[np.isfinite(values)])
    if len(distinct) < 2:
        return []
    order = distinct if criterion.operator in ABOVE else distinct[::-1]
    places = np.unique(np.linspace(1, len(order) - 1, MAX_CANDIDATES).astype(int))
    if near is not None:
        at = np.searchsorted(distinct, near)
        at = at if criterion.operator in ABOVE else len(order) - at
        reach = 1 + len(order) // MAX_CANDIDATES
        places = np.arange(max(at - reach, 1), min(at + reach, len(order) - 1) + 1)
    pairs = [sorted((order[place - 1], order[place])) for place in places]
    between = [numbers.shortest_between(low, high) for low, high in pairs]
    return [_that_all_meet(criterion.operator, order[0]), *between]


def _that_all_meet(sign, least):
    """A threshold that the unit furthest on the wrong side still meets."""
    least = float(least)
    if sign in (">=", "<="):
        return least
    room = max(abs(least), 1.0) * 0.01
    low, high = (least - room, least) if sign == ">" else (least, least + room)
    number = numbers.shortest_between(low, high)
    return number if number != least else (low if sign == ">" else high)


def margins(task):
    """How far each unit is from another label by the criteria, in shares of all units.

    Parameters
    ----------
    task : Task
        What is searched.

    Returns
    -------
    margins : ndarray of float (n_units,)
        0 is on the edge; for each class that counts as good the nearest is taken.
    """
    found = {c: _fixed_margin(*item) for c, item in task.fixed.items()}
    for criterion in task.free:
        found[criterion] = _rank_margin(criterion, task.values[criterion])
    nodes = [node for label, node in task.classes if label in task.good]
    return np.max([_margin(node, found) for node in nodes], axis=0)


def _fixed_margin(met, blank):
    """Far on the one side or the other: such a criterion has no edge."""
    return np.where(met, 1.0, -1.0)


def _rank_margin(criterion, values):
    """Share of the units between each one and the threshold; below 0 where it is not met."""
    ordered = np.sort(values[np.isfinite(values)])
    if len(ordered) == 0:
        return np.full(len(values), -1.0)
    at = np.searchsorted(ordered, criterion.target)
    share = (np.searchsorted(ordered, values) - at) / len(ordered)
    return np.where(np.isnan(values), -1.0, share if criterion.operator in ABOVE else -share)


def _margin(node, found):
    """Margin of a check or a group: the worst of all, the best of any."""
    if isinstance(node, Check):
        return found[node.criterion]
    parts = [_margin(item, found) for item in node.parts]
    return np.min(parts, axis=0) if node.mode == "all" else np.max(parts, axis=0)
