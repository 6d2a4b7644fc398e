"""Per criterion, how many units fail it and how many fail only it: what the criteria cost.

Counted from labels.tsv and the label rules that made it. Standard library only.
"""

import json
from collections import Counter
from pathlib import Path

from goodunits.base import tsv
from goodunits.base.errors import ConfigError
from goodunits.criteria import label_rules
from goodunits.criteria.criterion_text import FAIL, PASS, UNDEFINED
from goodunits.criteria.label_rules import Check

NUMBERS = (
    "n_sessions",
    "n_units",
    "n_pass",
    "n_fail",
    "n_fail_only",
    "n_undefined",
    "n_undefined_only",
    "n_pass_only",
)
COLUMNS = ("criteria", "label", "criterion", *NUMBERS)
NAMED = 3


def table(sessions):
    """Content of summary.tsv.

    Parameters
    ----------
    sessions : iterable of tuple
        Of each labelled session the folder with its labels.tsv, and the `settings` of its receipt.

    Returns
    -------
    data : bytes
        A row for each set of criteria, class and criterion.
    """
    counts, known = {}, {}
    for folder, settings in sessions:
        block = json.dumps(settings["labels"])
        if block not in known:
            known[block] = _rules(settings["labels"])
        if known[block] is not None:
            _add(counts, settings["criteria"], known[block], Path(folder, "labels.tsv"))
    return tsv.format_results(COLUMNS, [[*key, *_cells(count)] for key, count in counts.items()])


def _cells(count):
    """Numbers of one criterion, blank where they say nothing of a class of its kind."""
    without = ("n_fail_only", "n_undefined_only") if count["any"] else ("n_pass_only",)
    return ["" if name in without else count[name] for name in NUMBERS]


def _rules(block):
    """Label rules of a receipt; None if they are of an older version and cannot be read."""
    try:
        return label_rules.parse_labels(block, None)
    except ConfigError:
        return None


def _add(counts, name, rules, labels_path):
    """Count the units of one session."""
    header, units = tsv.read_table(labels_path)
    if not {criterion.text for criterion in rules.criteria} <= set(header):
        return  # labelled anew by other criteria since it was written
    checks = {label: list(dict.fromkeys(_texts(node))) for label, node in rules.classes}
    for label, node in rules.classes:
        for text in checks[label]:
            count = counts.setdefault((name, label, text), Counter())
            count["n_sessions"] += 1
            count["any"] = not isinstance(node, Check) and node.mode == "any"
    for unit in units:
        for label, node in rules.classes:
            for text in checks[label]:
                _count(counts[name, label, text], node, unit, text)
            if _holds(node, unit):
                break


def _count(count, node, unit, text):
    """Count one criterion of one unit, and whether it alone decides about the class."""
    found = unit[text]
    count["n_units"] += 1
    count[f"n_{found}"] += 1
    met = _holds(node, unit)
    otherwise = {**unit, text: FAIL if found == PASS else PASS}
    if met == (found == PASS) and met != _holds(node, otherwise):
        count[f"n_{found}_only"] += 1


def _texts(node):
    """Criteria of a class, in order."""
    if isinstance(node, Check):
        return [node.criterion.text]
    return [text for part in node.parts for text in _texts(part)]


def _holds(node, unit):
    """Whether a unit meets a check or a group, by its row of labels.tsv."""
    if isinstance(node, Check):
        found = unit[node.criterion.text]
        return found == PASS or (found == UNDEFINED and node.undefined_passes)
    parts = (_holds(part, unit) for part in node.parts)
    return all(parts) if node.mode == "all" else any(parts)


def costliest(path):
    """Line for the end of a run: the criteria that keep most units from being good.

    Parameters
    ----------
    path : path-like
        A summary.tsv.

    Returns
    -------
    line : str
        Empty where no criterion keeps any unit out, or there is no table.
    """
    try:
        _, rows = tsv.read_table(path)
        found = sorted(_cost(row) for row in rows if row["label"] == "good" and row["n_fail_only"])
    except (OSError, ValueError, KeyError):
        return ""
    words = [text for *numbers, text in found if any(numbers)][:NAMED]
    return f"  costliest criteria: {'; '.join(words)}; see results/summary.tsv" if words else ""


def _cost(row):
    """What a criterion costs, the costliest first when sorted, and in words."""
    only, fail, undefined = (
        int(row[name]) for name in ("n_fail_only", "n_fail", "n_undefined_only")
    )
    words = f"{row['criterion']} fails in {fail} (alone in {only})"
    return -only, -fail, -undefined, f"{words}, {undefined} undefined" if undefined else words
