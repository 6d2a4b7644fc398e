"""What was learned as fragments of configuration to paste: criteria and a scorecard."""

import json

import yaml

from goodunits.base import files
from goodunits.base.errors import one_line
from goodunits.config import scorecard_files
from goodunits.criteria.label_rules import PHY, REST, Check
from goodunits.learning import numbers

WIDTH = 110
DIGITS = 3


def criteria_yaml(sets, said):
    """Label classes with other numbers, as a config file.

    Parameters
    ----------
    sets : dict of str to (LabelRules, dict of Criterion to float)
        Rules as configured and their new thresholds, by criteria set; "labels" is the standard one.
    said : list of str
        Comment at the top.

    Returns
    -------
    text : str
    """
    blocks = {
        name: {**_classes(rules, found), rules.rest: REST} for name, (rules, found) in sets.items()
    }
    content = {"labels": blocks.pop("labels")} if "labels" in blocks else {}
    content |= {"criteria_sets": blocks} if blocks else {}
    return _comment(said) + yaml.safe_dump(content, sort_keys=False, width=WIDTH)


def _classes(rules, thresholds):
    """Classes by label, always with 'all' or 'any', and with what Phy shows them as."""
    classes = {}
    for label, node in rules.classes:
        plain = _plain(node, thresholds)
        plain = plain if isinstance(plain, dict) else {"all": [plain]}
        shown = {PHY: rules.shown_as[label]} if label in rules.shown_as else {}
        classes[label] = {**plain, **shown}
    return classes


def _plain(node, thresholds):
    """A check or a group as it is written in a configuration."""
    if not isinstance(node, Check):
        return {node.mode: [_plain(item, thresholds) for item in node.parts]}
    criterion = node.criterion
    if criterion in thresholds:
        criterion = criterion._replace(target=thresholds[criterion])
    return (
        {"all": [criterion.text], "undefined": "pass"} if node.undefined_passes else criterion.text
    )


def scorecard_yaml(learned, rows, name, what, said):
    """A scorecard file.

    Parameters
    ----------
    learned : Learned
        The score.
    rows : list of dict
        Precision and recall by cut.
    name : str
        Its name.
    what : dict
        What it was fitted on.
    said : list of str
        Comment at the top.

    Returns
    -------
    text : str
    """
    steps = {
        metric: {
            "edges": [float(edge) for edge in table.edges],
            "points": [round(float(point), DIGITS) for point in table.points],
            "undefined": round(table.undefined, DIGITS),
        }
        for metric, table in learned.score.tables.items()
    }
    content = {
        "scorecard": name,
        "format_version": 1,
        "version": "1",
        "states": f"the unit would be called good by {one_line(what['by'])}",
        "fitted_on": {key: value for key, value in what.items() if key != "by"},
        "measured_on": "sessions left out whole",
        "measured": rows,
        "recommended_cut": learned.cut,
        "intercept": round(learned.score.intercept, DIGITS),
        "steps": steps,
        "pairs": [],
        "probability": {
            "intercept": round(learned.link[0], DIGITS),
            "slope": round(learned.link[1], DIGITS),
        },
    }
    return _comment(said) + scorecard_files.as_yaml(content)


def rounded(learned):
    """The score with the numbers that stand in the file."""
    tables = {
        name: table._replace(
            points=table.points.round(DIGITS), undefined=round(table.undefined, DIGITS)
        )
        for name, table in learned.score.tables.items()
    }
    shorter = learned.score._replace(
        intercept=round(learned.score.intercept, DIGITS), tables=tables
    )
    return learned._replace(score=shorter, link=tuple(round(part, DIGITS) for part in learned.link))


def hash_of(table, theirs, names):
    """Hash of the units, labels and metrics that something was fitted on."""
    lines = sorted(
        json.dumps([str(session), int(i), bool(label), [row.get(name) for name in names]])
        for session, i, label, row in zip(
            table.sessions, table.ids, theirs, table.rows, strict=True
        )
    )
    return files.sha256_bytes("\n".join(lines).encode())


def _comment(lines):
    """Lines as a comment."""
    return "".join(f"# {one_line(line)}\n" for line in lines)


def points_rows(learned):
    """The score in words: (metric, text), those that matter most first."""
    spans = {
        name: max(*table.points, table.undefined) - min(*table.points, table.undefined)
        for name, table in learned.score.tables.items()
    }
    ordered = sorted(spans, key=spans.get, reverse=True)
    return [(name, _points_words(learned.score.tables[name])) for name in ordered]


def _points_words(table):
    """``below 0.1 +0.80, from 0.1 -0.20, undefined -0.50``."""
    first = f"below {numbers.text(table.edges[0])} " if len(table.edges) else "any value "
    parts = [f"{first}{table.points[0]:+.2f}"]
    parts += [
        f"from {numbers.text(edge)} {point:+.2f}"
        for edge, point in zip(table.edges, table.points[1:], strict=True)
    ]
    return ", ".join([*parts, f"undefined {table.undefined:+.2f}"])
