"""The units that labels are learned from: their metrics, and what the criteria say of them."""

from typing import NamedTuple

import numpy as np

from goodunits.base.errors import SessionError
from goodunits.catalogue import all_metrics
from goodunits.criteria import unit_verdict

# Where a unit lies tells curators' labels apart in one set of sessions and not in the next.
PLACES = ("depth", "peak_channel")


class Units(NamedTuple):
    """Units of some sessions.

    Attributes
    ----------
    sessions : ndarray of str (n_units,)
    ids : ndarray of int (n_units,)
        Cluster ids.
    rows : list of dict
        Metrics of each unit as they stand in metrics.tsv, None where undefined.
    undefined : list of dict of str to str
        Why metrics of each unit are undefined.
    costs : list of dict of str to str
        What cost each score of each unit most, in words.
    """

    sessions: np.ndarray
    ids: np.ndarray
    rows: list
    undefined: list
    costs: list

    def chosen(self, which):
        """Some of the units."""
        places = np.arange(len(self.ids))[which]
        return Units(
            self.sessions[places],
            self.ids[places],
            [self.rows[place] for place in places],
            [self.undefined[place] for place in places],
            [self.costs[place] for place in places],
        )


class Measured(NamedTuple):
    """Units of one session: their metrics and scores, and by cluster id what is undefined or cost
    a score.
    """

    rows: list
    undefined: dict
    costs: dict


def gather(tables):
    """All units of some sessions.

    Parameters
    ----------
    tables : dict of str to Measured
        By session.

    Returns
    -------
    Units
    """
    sessions, rows, undefined, costs = [], [], [], []
    for session, measured in tables.items():
        sessions += [session] * len(measured.rows)
        rows += measured.rows
        ids = [unit["cluster_id"] for unit in measured.rows]
        undefined += [measured.undefined.get(i, {}) for i in ids]
        costs += [measured.costs.get(i, {}) for i in ids]
    ids = np.array([unit["cluster_id"] for unit in rows], int)
    return Units(np.array(sessions, str), ids, rows, undefined, costs)


def column(units, name):
    """One metric as numbers, NaN where undefined or not computed; true is 1."""
    values = [unit.get(name) for unit in units.rows]
    return np.array([np.nan if value is None else value for value in values], float)


def usable_metrics(units, wanted=()):
    """Metrics that a score may use: numbers that say how good a unit is, where two units differ.

    Parameters
    ----------
    units : Units
        The units.
    wanted : sequence of str
        Names of metrics; empty takes all that say something.

    Returns
    -------
    values : dict of str to ndarray (n_units,)
        In the order of the catalogue.
    """
    values = {}
    for name, metric in all_metrics.METRICS.items():
        is_name = metric.kind == "int" and metric.better == "none"  # such as that of another unit
        if metric.kind == "label" or (wanted and name not in wanted):
            continue
        if not wanted and (is_name or name in PLACES):
            continue
        numbers = column(units, name)
        given = numbers[np.isfinite(numbers)]
        if len(given) and (given != given[0]).any():
            values[name] = np.where(np.isfinite(numbers), numbers, np.nan)
    return values


def directions(names):
    """1 for metrics of which more is better, -1 where less is, 0 for others."""
    signs = {"higher": 1, "lower": -1}
    return {name: signs.get(all_metrics.METRICS[name].better, 0) for name in names}


def verdicts(units, rules):
    """What the criteria say of each unit.

    Parameters
    ----------
    units : Units
        The units.
    rules : LabelRules
        The label rules.

    Returns
    -------
    verdicts : list of Verdict

    Raises
    ------
    SessionError
        If a metric in use was not computed.
    """
    known = zip(units.rows, units.undefined, units.costs, strict=True)
    return [unit_verdict.label_unit(rules, *unit) for unit in known]


def good_classes(rules, good):
    """Classes that count as good: by their name, or by what Phy shows them as.

    Parameters
    ----------
    rules : LabelRules
        The label rules.
    good : collection of str
        Labels that count as good, in lower case.

    Returns
    -------
    labels : frozenset of str
    """
    shown = {label: rules.shown_as.get(label, label) for label in rules.labels}
    return frozenset(
        label for label, group in shown.items() if {label.lower(), group.lower()} & set(good)
    )


def demand_metrics(session, rows, rules):
    """Raise where a session was measured without a metric that its criteria need."""
    missing = [name for name in rules.metrics if rows and name not in rows[0]]
    if missing:
        raise SessionError(
            f"session '{session}': metrics.tsv has no column '{missing[0]}', which its criteria "
            "need; run snakemake preview first"
        )
