"""What was found out, as a text in Markdown and as a few lines for the terminal."""

import math
import re

from goodunits.base.errors import one_line
from goodunits.learning import fragments, numbers, score

SHOWN_UNITS = 10
SHOWN_NOTES = 8  # on the terminal
SHOWN_CRITERIA = 8


def terminal(things, found, path):
    """Lines for the terminal.

    Parameters
    ----------
    things : Material
        What there is to learn from.
    found : Findings
        What was found out.
    path : path-like
        File that has all of it.

    Returns
    -------
    lines : list of str
    """
    n_sessions = len(set(things.table.sessions[found.labelled]))
    n_good = int(found.theirs.sum())
    lines = [
        f"labels by {things.who}: {len(found.labelled)} of {len(things.table.ids)} units "
        f"in {n_sessions} session(s), {n_good} of them good"
    ]
    lines += [_compared_line(row) for row in found.compared if not row.session]
    worst = next((row for row in found.criteria if row.n_good_failing), None)
    if worst:
        lines.append(
            f"disagrees most: {worst.text}, which {worst.n_good_failing} of their {n_good} good "
            f"units fail, {worst.n_good_failing_alone} of them only this"
        )
    for row in found.sets:
        lines.append(
            f"thresholds{_of_set(row.name)}: {row.why_not or _gain(row.gain, row.gain_interval)}"
        )
        lines += [] if row.why_not else [f"  {line}" for line in _threshold_lines(row)]
    lines.append(f"score: {found.why_not or _gain(found.gain, found.gain_interval)}")
    lines += [f"note: {note}" for note in things.notes[:SHOWN_NOTES]]
    if len(things.notes) > SHOWN_NOTES:
        lines.append(f"note: and {len(things.notes) - SHOWN_NOTES} more")
    lines.append(f"Nothing was changed. All of it: {path}")
    return [one_line(line) for line in dict.fromkeys(lines)]


def _compared_line(row):
    """One comparison over all sessions."""
    alike = row.agreement
    kappa = numbers.with_interval(alike.kappa, alike.kappa_interval)
    return (
        f"{row.theirs} | {row.ours}: kappa {kappa}, "
        f"precision {numbers.share(alike.precision)}, recall {numbers.share(alike.recall)}, "
        f"{alike.n_units} units"
    )


def _gain(gain, interval):
    """How much better, and whether that may be chance."""
    said = f"kappa {gain:+.2f} ({interval[0]:+.2f} to {interval[1]:+.2f}) over the criteria"
    if interval[0] > 0:
        return said
    return f"{said}: may be chance" if gain > 0 else f"{said}: no better"


def _of_set(name):
    """Name of a criteria set where it is not the standard one."""
    return "" if name == "labels" else f" of criteria set {name}"


def _threshold_lines(row):
    """Old and new number of each criterion, with its spread."""
    return [
        f"{criterion.text} -> {numbers.text(number)} "
        f"({numbers.text(row.spread[criterion][0])} to {numbers.text(row.spread[criterion][1])})"
        for criterion, number in row.thresholds.items()
    ]


def markdown(things, found):
    """All that was found out, to read.

    Parameters
    ----------
    things : Material
        What there is to learn from.
    found : Findings
        What was found out.

    Returns
    -------
    text : str
    """
    parts = [
        ["# Learned from labels", "", *_head(things, found)],
        _agreement_part(found),
        _sessions_part(found),
        _criteria_part(found),
        *(_thresholds_part(row) for row in found.sets),
        _score_part(things, found),
        _units_part(things, found),
    ]
    if things.notes:
        parts.append(["## Left out, or in doubt", "", *(f"- {_cell(n)}" for n in things.notes)])
    return "\n".join("\n".join([*part, ""]) for part in parts if part)


def _head(things, found):
    """What it is about."""
    n_sessions = len(set(things.table.sessions[found.labelled]))
    return [
        f"Labels by {_cell(things.who)}: {len(found.labelled)} of {len(things.table.ids)} units in "
        f"{n_sessions} of {len(things.rules)} session(s). Good are {int(found.theirs.sum())}, by "
        f"the label(s) {_cell(', '.join(things.good))}.",
        "",
        "In brackets: where a number would lie in nine of ten cases, had other sessions like these",
        "been labelled. Kappa is agreement beyond chance: 1 is full, 0 is what chance gives.",
    ]


def _agreement_part(found):
    """Table of agreement over all sessions."""
    rows = [
        [
            row.theirs,
            row.ours,
            *(str(n) for n in row.agreement[:5]),
            numbers.with_interval(row.agreement.precision, row.agreement.precision_interval),
            numbers.with_interval(row.agreement.recall, row.agreement.recall_interval),
            numbers.with_interval(row.agreement.kappa, row.agreement.kappa_interval),
        ]
        for row in found.compared
        if not row.session
    ]
    header = ["labels by", "against", "units", "both good", "only the first", "only the second"]
    header += ["neither", "precision", "recall", "kappa"]
    notes = [
        "",
        "What was learned is scored on sessions that it was not learned from. The agreement of two "
        "curators is as much as any rule can reach.",
    ]
    return ["## Agreement", "", *_table(header, rows), *notes]


def _sessions_part(found):
    """Table of agreement by session."""
    rows = [
        [
            row.session,
            row.theirs,
            row.ours,
            *(str(n) for n in row.agreement[:5]),
            numbers.share(row.agreement.kappa),
        ]
        for row in found.compared
        if row.session
    ]
    header = ["session", "labels by", "against", "units", "both good", "only the first"]
    header += ["only the second", "neither", "kappa"]
    return ["## By session", "", *_table(header, rows)] if rows else []


def _criteria_part(found):
    """Table of the criteria, each alone."""
    rows = [
        [
            f"`{row.text}`",
            str(row.n_good_failing),
            str(row.n_good_failing_alone),
            numbers.share(row.agreement.kappa),
        ]
        for row in found.criteria[:SHOWN_CRITERIA]
    ]
    header = ["criterion", "their good units that fail it", "that fail only it", "kappa if alone"]
    return ["## Which criterion disagrees most", "", *_table(header, rows)] if rows else []


def _thresholds_part(row):
    """What other numbers would give."""
    head = [f"## Thresholds{_of_set(row.name)} that agree best", ""]
    if row.why_not:
        return [*head, f"None: {row.why_not}."]
    lines = [
        [
            f"`{criterion.text}`",
            numbers.text(number),
            " to ".join(numbers.text(end) for end in row.spread[criterion]),
        ]
        for criterion, number in row.thresholds.items()
    ]
    kappas = [numbers.with_interval(a.kappa, a.kappa_interval) for a in (row.before, row.after)]
    return [
        *head,
        f"On sessions left out: kappa {kappas[1]} instead of {kappas[0]}; gain "
        f"{_gain(row.gain, row.gain_interval)}. To paste: `learned/criteria.yaml`.",
        "",
        *_table(["criterion now", "number that agrees best", "with sessions left out"], lines),
    ]


def _score_part(things, found):
    """The score, its steps and what it gives at several cuts."""
    head = ["## A score", ""]
    if found.learned is None:
        return [*head, f"None: {found.why_not}."]
    learned = found.learned
    steps = [[f"`{name}`", text] for name, text in fragments.points_rows(learned)]
    cuts = [
        [numbers.text(row["cut"]), numbers.share(row["precision"]), numbers.share(row["recall"])]
        for row in score.by_cut(learned, found.theirs)
    ]
    return [
        *head,
        f"Points of {len(steps)} metric(s) add up; a unit is good from a probability of "
        f"{numbers.text(learned.cut)}. On sessions left out: "
        f"{_gain(found.gain, found.gain_interval)}.",
        "To paste: `learned/scorecard.yaml`.",
        "",
        *_table(["metric", "points"], steps),
        "",
        f"Precision and recall on sessions left out, {_cell(things.who)} taken for right:",
        "",
        *_table(["cut", "precision", "recall"], cuts),
    ]


def _units_part(things, found):
    """The first units to look at again and to label next."""
    parts = []
    for title, chosen, path in (
        ("Units to look at again", found.again, "agreement_units.tsv"),
        ("Units to label next", found.next, "label_next.tsv"),
    ):
        rows = [
            [
                things.table.sessions[place],
                str(things.table.ids[place]),
                "-" if math.isnan(probability) else f"{probability:.2f}",
                things.theirs.get(str(things.table.sessions[place]), {}).get(
                    int(things.table.ids[place]), "-"
                ),
                _cell(things.verdicts[place].reason),
            ]
            for place, probability in chosen[:SHOWN_UNITS]
        ]
        if rows:
            header = ["session", "unit", "probability of good", "their label", "the criteria say"]
            said = f"{len(chosen)} in `{path}`; the first:"
            parts += [f"## {title}", "", said, "", *_table(header, rows), ""]
    return parts[:-1]


def _table(header, rows):
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines]


def _cell(text):
    """A text that is harmless in a table of Markdown, and in HTML made of it."""
    text = one_line(str(text)).replace("|", "\\|")
    if re.fullmatch(r"`[^`]*`", text):  # code is shown as it stands
        return text
    return text.replace("<", "&lt;").replace(">", "&gt;")
