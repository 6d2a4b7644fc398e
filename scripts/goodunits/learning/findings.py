"""All that is found out: agreement, better thresholds, a score, units to label next."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from goodunits.criteria import criterion_text
from goodunits.learning import (
    agreement,
    boosting,
    folds,
    fragments,
    material,
    next_units,
    score,
    thresholds,
    units,
)

BY_CHANCE = 0.05  # a kappa whose interval reaches down to this is about 0
CRITERIA, KILOSORT = "criteria", "Kilosort"
LEARNED_THRESHOLDS, LEARNED_SCORE = "learned thresholds", "learned score"


class Compared(NamedTuple):
    """Agreement of two sets of labels; `theirs` is taken for right. Without a session: of all."""

    theirs: str
    ours: str
    session: str
    agreement: agreement.Agreement


class OneCriterion(NamedTuple):
    """One criterion against the labels of people.

    Attributes
    ----------
    text : str
    n_good_failing, n_good_failing_alone : int
        Units that people call good and that do not meet it; that meet all others.
    agreement : Agreement
        Of the criterion as if it stood alone.
    """

    text: str
    n_good_failing: int
    n_good_failing_alone: int
    agreement: agreement.Agreement


class NewThresholds(NamedTuple):
    """Thresholds of one criteria set.

    Attributes
    ----------
    name : str
        Of the set.
    rules : LabelRules
    thresholds : dict of Criterion to float
        Of best agreement over all labelled units.
    spread : dict of Criterion to tuple of float
        Least and largest when sessions are left out.
    before, after : Agreement
        Of the configured ones and of these, on sessions left out whole.
    gain : float
    gain_interval : tuple of float
    why_not : str or None
        Why there are none, in one line.
    """

    name: str
    rules: object
    thresholds: dict
    spread: dict
    before: agreement.Agreement
    after: agreement.Agreement
    gain: float
    gain_interval: tuple
    why_not: str | None


class Findings(NamedTuple):
    """All that is found out.

    Attributes
    ----------
    compared : list of Compared
        Over all sessions first, then by session.
    criteria : list of OneCriterion
        The one that disagrees most first.
    sets : list of NewThresholds
    learned : Learned or None
    gain, gain_interval : float, tuple of float
        Of the score over the criteria.
    why_not : str or None
        Why there is no score, in one line.
    again : list of tuple
        Units to look at again: place in the table, probability by the score or NaN.
    next : list of tuple
        Units to label next, likewise.
    labelled : ndarray of int
        Places of the labelled units in the table.
    theirs : ndarray of bool
        Whether each of them is good.
    """

    compared: list
    criteria: list
    sets: list
    learned: score.Learned | None
    gain: float
    gain_interval: tuple
    why_not: str | None
    again: list
    next: list
    labelled: np.ndarray
    theirs: np.ndarray


def find(things, options):
    """Find out all there is.

    Parameters
    ----------
    things : Material
        What there is to learn from.
    options : dict
        The block `learn` of the configuration.

    Returns
    -------
    Findings
    """
    is_good, is_labelled = material.good_by(things.theirs, things.table, things.good)
    by_criteria = material.good_by_criteria(things)
    labelled = np.flatnonzero(is_labelled)
    table, theirs = things.table.chosen(labelled), is_good[labelled]
    ours = by_criteria[labelled]
    learned, why_not = find_score(table, theirs, options)
    sets = _sets(things, table, theirs)
    compared = _compared(things, labelled, theirs, ours)
    gain, gain_interval = np.nan, (np.nan, np.nan)
    if learned is not None:
        compared.append(_all(things.who, LEARNED_SCORE, theirs, learned.is_good, table.sessions))
        gain, gain_interval = agreement.kappa_gain(theirs, ours, learned.is_good, table.sessions)
    compared += [
        Compared(things.who, LEARNED_THRESHOLDS, "", found.after)
        for found in sets
        if not found.why_not
    ]
    return Findings(
        sorted(compared, key=_has_session),
        _criteria(things, labelled, theirs),
        sets,
        learned,
        gain,
        gain_interval,
        why_not,
        _again(labelled, theirs, ours, learned),
        _next(things, is_labelled, learned, options["n_next"]),
        labelled,
        theirs,
    )


def _has_session(row):
    """Sort key: what is of all sessions first."""
    return row.session != ""


def find_score(table, theirs, options):
    """A score of labelled units, or why there is none.

    Parameters
    ----------
    table : Units
        The labelled units.
    theirs : ndarray of bool (n_units,)
        Whether each is good.
    options : dict
        The block `learn` of the configuration.

    Returns
    -------
    learned : Learned or None
    why_not : str or None
        In one line.
    """
    if why_not := material.too_little(table.sessions, theirs):
        return None, why_not
    values = units.usable_metrics(table, options["metrics"])
    if not values:
        return None, "no metric of learn.metrics tells one labelled unit from another"
    learned = score.learn(
        values, theirs, table.sessions, units.directions(values), options["max_metrics"]
    )
    learned = fragments.rounded(learned)
    kappa = agreement.compare(theirs, learned.is_good, table.sessions)
    if not kappa.kappa_interval[0] > BY_CHANCE:
        low, high = kappa.kappa_interval
        return None, (
            f"nothing to learn: no score of these metrics explains the labels (kappa "
            f"{kappa.kappa:.2f}, {low:.2f} to {high:.2f}, on sessions left out; 0 is chance)"
        )
    return learned, None


def _sets(things, table, theirs):
    """Thresholds of each criteria set that labelled sessions go by."""
    set_of = np.array([things.sets[str(session)] for session in table.sessions], str)
    found = []
    for name in dict.fromkeys(set_of.tolist()):
        which = set_of == name
        part = table.chosen(which)
        rules = things.rules[str(part.sessions[0])]
        found.append(new_thresholds(name, rules, part, theirs[which], things.good))
    return found


def new_thresholds(name, rules, table, theirs, good):
    """Thresholds of one criteria set that agree best, tried on sessions left out whole.

    Parameters
    ----------
    name : str
        Of the set.
    rules : LabelRules
        The label rules.
    table : Units
        Labelled units.
    theirs : ndarray of bool (n_units,)
        Which units people call good.
    good : collection of str
        Labels that count as good.

    Returns
    -------
    NewThresholds
    """
    task = thresholds.task_of(rules, table, good)
    now = thresholds.configured(task)
    ours = thresholds.is_good(task, now)
    before = agreement.compare(theirs, ours, table.sessions)
    why_not = material.too_little(table.sessions, theirs)
    if not why_not and not task.free:
        why_not = "the criteria have no number to change"
    if why_not:
        nothing = (np.nan, np.nan)
        return NewThresholds(name, rules, {}, {}, before, before, np.nan, nothing, why_not)
    fold_of = folds.of_sessions(table.sessions)
    after, ends = np.zeros(len(theirs), bool), []
    for fold in range(fold_of.max() + 1):
        here = fold_of == fold
        ends.append(thresholds.search(thresholds.part(task, ~here), theirs[~here]))
        after[here] = thresholds.is_good(thresholds.part(task, here), ends[-1])
    best = thresholds.search(task, theirs)
    spread = {c: (min(end[c] for end in ends), max(end[c] for end in ends)) for c in task.free}
    gain, gain_interval = agreement.kappa_gain(theirs, ours, after, table.sessions)
    if best == now:
        why_not = "no other numbers agree better than the configured ones"
    elif not gain > 0:
        why_not = f"other numbers do no better on sessions left out (kappa {gain:+.2f})"
    then = agreement.compare(theirs, after, table.sessions)
    return NewThresholds(name, rules, best, spread, before, then, gain, gain_interval, why_not)


def _compared(things, labelled, theirs, ours):
    """Agreement of the criteria, of Kilosort and of curators, over all sessions and by session."""
    table = things.table.chosen(labelled)
    rows = _by_session(things.who, CRITERIA, theirs, ours, table.sessions)
    ks_good, has_ks = material.good_by(things.kilosort, table, things.good)
    if has_ks.any():
        rows.append(
            _all(things.who, KILOSORT, theirs[has_ks], ks_good[has_ks], table.sessions[has_ks])
        )
    found = {
        name: material.good_by(labels, things.table, things.good)
        for name, labels in things.curators.items()
    }
    by_criteria = material.good_by_criteria(things)
    for one, other in combinations(found, 2):
        both = found[one][1] & found[other][1]
        pair = (found[one][0][both], found[other][0][both])
        rows += _by_session(one, other, *pair, things.table.sessions[both])
    for name, (is_good, has) in found.items():
        if has.any():
            sessions = things.table.sessions[has]
            rows.append(_all(name, CRITERIA, is_good[has], by_criteria[has], sessions))
    return rows


def _by_session(theirs_name, ours_name, theirs, ours, sessions):
    """Agreement over all sessions, then in each."""
    rows = [_all(theirs_name, ours_name, theirs, ours, sessions)]
    for name in np.unique(sessions):
        here = sessions == name
        found = agreement.compare(theirs[here], ours[here], sessions[here])
        rows.append(Compared(theirs_name, ours_name, str(name), found))
    return rows


def _all(theirs_name, ours_name, theirs, ours, sessions):
    """Agreement over all sessions."""
    return Compared(theirs_name, ours_name, "", agreement.compare(theirs, ours, sessions))


def _criteria(things, labelled, theirs):
    """Every criterion alone against the labels."""
    results = [things.verdicts[place].results for place in labelled]
    sessions = things.table.sessions[labelled]
    texts = dict.fromkeys(text for found in results for text in found)
    n_missed = np.array(
        [sum(r != criterion_text.PASS for r in found.values()) for found in results]
    )
    rows = []
    for text in texts:
        asked = np.array([text in found for found in results], bool)
        met = np.array([found.get(text) == criterion_text.PASS for found in results], bool)
        failing = asked & ~met & theirs
        alone = failing & (n_missed == 1)
        alike = agreement.compare(theirs[asked], met[asked], sessions[asked])
        rows.append(OneCriterion(text, int(failing.sum()), int(alone.sum()), alike))
    return sorted(rows, key=_costs, reverse=True)


def _costs(row):
    """Sort key of criteria."""
    return row.n_good_failing_alone, row.n_good_failing


def _again(labelled, theirs, ours, learned):
    """Labelled units on which the criteria or the score say otherwise, the clearest first."""
    if learned is None:
        places = labelled[theirs != ours]
        return [(int(place), np.nan) for place in places]
    differ = np.flatnonzero((theirs != ours) | (theirs != learned.is_good))
    surprise = np.where(theirs, 1 - learned.probability, learned.probability)
    ordered = differ[np.argsort(-surprise[differ], kind="stable")]
    return [(int(labelled[place]), float(learned.probability[place])) for place in ordered]


def _next(things, is_labelled, learned, n_wanted):
    """Units to label next: nearest to the cut of the score, else to an edge of the criteria."""
    table = things.table
    probability = np.full(len(table.ids), np.nan)
    if learned is not None:
        values = {name: units.column(table, name) for name in learned.score.tables}
        total = boosting.totals(learned.score, values)
        probability = boosting.probability(total, learned.link)
        odds = np.log(learned.cut / (1 - learned.cut))
        distances = np.abs(learned.link[0] + learned.link[1] * total - odds)
    else:
        distances = np.full(len(table.ids), np.inf)
        for session, rules in things.rules.items():
            here = table.sessions == session
            task = thresholds.task_of(rules, table.chosen(here), things.good)
            distances[here] = np.abs(thresholds.margins(task))
    places = next_units.choose(table.sessions, is_labelled, distances, n_wanted)
    return [(place, float(probability[place])) for place in places]
