"""What there is to learn from: units with metrics, labels of people, and the criteria in force."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from goodunits.base.errors import GoodunitsError, SessionError, in_words, one_line
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules
from goodunits.learning import label_sources, units
from goodunits.result_files import metrics_tsv
from goodunits.scorecards import card, quantities, scoring

PHY = "Phy"
FLATTERED = (
    "the criteria use a score: if it was learned from these labels, they agree with them better "
    "than they will with others"
)
MIN_SESSIONS, MIN_UNITS, MIN_OF_EACH = 3, 50, 10


class Material(NamedTuple):
    """Everything that is learned from.

    Attributes
    ----------
    table : Units
        All units of all sessions that were measured.
    who : str
        Whose labels are taken for right.
    theirs : dict of str to dict of int to str
        These labels, by session and cluster id.
    curators : dict of str to dict
        Labels of each curator, likewise.
    rules : dict of str to LabelRules
        By session.
    sets : dict of str to str
        Name of the criteria set by session; "labels" is the standard one.
    verdicts : list of Verdict
        What the criteria say of each unit of the table.
    kilosort : dict of str to dict of int to str
    good : tuple of str
        Labels that count as good.
    notes : list of str
        What was left out and why.
    """

    table: units.Units
    who: str
    theirs: dict
    curators: dict
    rules: dict
    sets: dict
    verdicts: list
    kilosort: dict
    good: tuple
    notes: list


def gather(places, label_settings, options, near):
    """Read what there is to learn from.

    Parameters
    ----------
    places : list of Place
        The sessions.
    label_settings : dict of str to path-like
        File with the label rules in force, by session.
    options : dict
        The block `learn` of the configuration.
    near : list of path-like
        Where relative paths of label files are looked up.

    Returns
    -------
    Material

    Raises
    ------
    GoodunitsError
        In one line, where there are no metrics at all, or the labels cannot be found.
    """
    good = tuple(label.lower() for label in options["good"])
    tables, rules, sets, notes = _measured(places, label_settings)
    if not tables:
        raise GoodunitsError(notes[0] if len(notes) == 1 else f"{notes[0]} (and all others)")
    _demand_good_class(rules, good)
    unit_ids = {name: {row["cluster_id"] for row in t.rows} for name, t in tables.items()}
    curators = {
        str(name): label_sources.with_units(
            label_sources.from_files(text, places, near, options["column"], (str(name), "group")),
            str(name),
            unit_ids,
        )
        for name, text in options["curators"].items()
    }
    who, theirs = _right_ones(places, curators, options, good, near)
    theirs = label_sources.with_units(theirs, who, unit_ids)
    for given in (theirs, *curators.values()):
        notes += given.notes
    notes += label_sources.sessions_without(theirs, who, list(tables))
    if any(quantities.is_score(name) for found in rules.values() for name in found.metrics):
        notes.append(FLATTERED)
    table = units.gather(tables)
    verdicts = _verdicts(table, rules)
    return Material(
        table,
        who,
        theirs.labels,
        {name: given.labels for name, given in curators.items()},
        rules,
        sets,
        verdicts,
        label_sources.of_kilosort(places),
        good,
        list(dict.fromkeys(notes)),
    )


def _measured(places, label_settings):
    """Metrics, label rules and name of the criteria set of each session; why others have none."""
    tables, rules, sets, notes = {}, {}, {}, []
    for place in places:
        path = Path(place.results, "metrics.tsv")
        try:
            if not path.exists():
                raise SessionError(
                    f"session '{place.session}': no metrics yet; run snakemake first"
                )
            rows, undefined = metrics_tsv.read_metrics(path)
            now = json.loads(Path(label_settings[place.session]).read_text(encoding="utf-8"))
            cards = card.of_settings(now)
            kinds = all_metrics.kinds() | quantities.kinds(cards)
            found = label_rules.parse_labels(now["labels"], kinds, all_metrics.units())
            measured = _scored(rows, undefined, cards)
            units.demand_metrics(place.session, measured.rows, found)
        except (GoodunitsError, OSError, ValueError) as error:
            said = in_words(error)
            named = f"'{place.session}'" in said
            notes.append(one_line(said if named else f"session '{place.session}': {said}"))
            continue
        tables[place.session] = measured
        rules[place.session], sets[place.session] = found, now["criteria"]
    return tables, rules, sets, notes


def _scored(rows, undefined, cards):
    """Units with the scores of the configured scorecards."""
    scored = scoring.of_units(rows, undefined, cards)
    costs = {i: item.costs for i, item in scored.items()}
    rows = [row | scored[row["cluster_id"]].values for row in rows]
    return units.Measured(rows, undefined, costs)


def _demand_good_class(rules, good):
    """Raise where the criteria have no class that counts as good."""
    for found in rules.values():
        if not units.good_classes(found, good):
            raise GoodunitsError(
                f"learn.good: none of the classes {', '.join(found.labels)} is among "
                f"{', '.join(good)}; name those that count as good"
            )


def _right_ones(places, curators, options, good, near):
    """Whose labels are taken for right, and these labels."""
    if options["labels"] is not None:
        text = options["labels"]
        found = label_sources.from_files(text, places, near, options["column"])
        return str(text), found
    if curators:
        labels = label_sources.majority(curators, good)
        return f"most of {', '.join(curators)}", label_sources.Given(labels, [])
    return PHY, label_sources.from_phy(places)


def _verdicts(table, rules):
    """What the criteria say of every unit."""
    verdicts = []
    for session, found in rules.items():
        verdicts += units.verdicts(table.chosen(table.sessions == session), found)
    return verdicts


def good_by(labels, table, good):
    """Which units are good by some labels, and which have one.

    Parameters
    ----------
    labels : dict of str to dict of int to str
        Labels by session and cluster id.
    table : Units
        The units.
    good : collection of str
        Labels that count as good.

    Returns
    -------
    is_good, is_labelled : ndarray of bool (n_units,)
    """
    pairs = zip(table.sessions, table.ids, strict=True)
    given = [labels.get(str(session), {}).get(int(i)) for session, i in pairs]
    is_good = np.array([label in good for label in given], bool)
    return is_good, np.array([label is not None for label in given], bool)


def good_by_criteria(material):
    """Which units the criteria call good."""
    good = {
        name: units.good_classes(found, material.good) for name, found in material.rules.items()
    }
    pairs = zip(material.table.sessions, material.verdicts, strict=True)
    return np.array([verdict.label in good[str(session)] for session, verdict in pairs], bool)


def too_little(sessions, is_good):
    """Why nothing can be learned from some labelled units, in one line; None if there is enough.

    Parameters
    ----------
    sessions : ndarray of str (n_units,)
        Session of each labelled unit.
    is_good : ndarray of bool (n_units,)
        Whether each unit is good.
    """
    n_units, n_sessions, n_good = len(is_good), len(set(sessions)), int(is_good.sum())
    if n_units == 0:
        return "no unit is labelled yet: nothing to learn from"
    if n_good in (0, n_units):
        word = "good" if n_good else "not good"
        return f"all {n_units} labelled unit(s) are {word}: nothing to tell apart"
    fewest = min(n_good, n_units - n_good)
    if n_units < MIN_UNITS or n_sessions < MIN_SESSIONS or fewest < MIN_OF_EACH:
        return (
            f"too little to learn from: {n_units} labelled unit(s) in {n_sessions} session(s), "
            f"{n_good} of them good; it takes {MIN_UNITS} in {MIN_SESSIONS} sessions, "
            f"{MIN_OF_EACH} good and {MIN_OF_EACH} not"
        )
    return None
