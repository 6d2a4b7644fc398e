"""The target `learn`: read labels and metrics, find out what they say, write it down."""

from pathlib import Path

import numpy as np

from goodunits.base import files, tsv
from goodunits.dataset import session_search
from goodunits.learning import findings, fragments, label_sources, material, score, words
from goodunits.result_files import learned_tables

AGREEMENT = (
    "labels_by", "against", "session", "n_units", "both_good", "only_first_good",
    "only_second_good", "neither_good", "precision", "precision_low", "precision_high", "recall",
    "recall_low", "recall_high", "kappa", "kappa_low", "kappa_high",
)  # fmt: skip
AGAIN = ("session", "cluster_id", "label", "label_criteria", "probability_of_good", "reason")
NEXT = ("session", "cluster_id", "label_criteria", "probability_of_good", "reason")
LEARNED_FOLDER = "learned"
CARD = "learned"
CRITERIA_FILE, SCORECARD_FILE = "criteria.yaml", "scorecard.yaml"


def places_near(given, base_folders):
    """Where relative paths of label files are looked up: where one runs, and beside the sheet.

    Parameters
    ----------
    given : str
        Dataset, as configured.
    base_folders : list of path-like
        Where a relative one is looked up.

    Returns
    -------
    places : list of Path
    """
    place = session_search.locate(given, base_folders)
    return [Path(base_folders[0]), place if place.is_dir() else place.parent]


def learn(sessions, columns, options, near, text):
    """Learn from the labels of people; write the tables, and give the lines for the terminal.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder, file with the label rules in force.
    columns : dict of str to dict of str to str
        Columns of the user's own in the sheet, by session.
    options : dict
        The block `learn` of the configuration.
    near : list of path-like
        Where relative paths of label files are looked up.
    text : path-like
        File for all of it as a text; the tables lie beside it.

    Returns
    -------
    lines : list of str

    Raises
    ------
    GoodunitsError
        In one line, where there is nothing to compare.
    """
    places = [
        label_sources.Place(session, folder, own, columns.get(session, {}))
        for session, folder, own, _ in sessions
    ]
    rules = {session: in_force for session, _, _, in_force in sessions}
    things = material.gather(places, rules, options, near)
    found = findings.find(things, options)
    write(things, found, Path(text))
    return words.terminal(things, found, text)


def write(things, found, text):
    """Write the tables, the text and the fragments; those of an earlier time go.

    Parameters
    ----------
    things : Material
        What there is to learn from.
    found : Findings
        What was found out.
    text : Path
        As for `learn`.
    """
    results = text.parent
    tables = {
        learned_tables.AGREEMENT: (AGREEMENT, [_agreement_row(row) for row in found.compared]),
        learned_tables.LOOK_AGAIN: (AGAIN, [_unit_row(things, AGAIN, *one) for one in found.again]),
        learned_tables.LABEL_NEXT: (NEXT, [_unit_row(things, NEXT, *one) for one in found.next]),
    }
    for name, (header, rows) in tables.items():
        files.write_if_changed(results / name, tsv.format_results(header, rows))
    files.write_if_changed(text, words.markdown(things, found).encode())
    folder = results / LEARNED_FOLDER
    _keep_or_remove(folder / CRITERIA_FILE, _criteria_text(things, found))
    card = folder / SCORECARD_FILE
    _keep_or_remove(card, _scorecard_text(things, found, card))


def _keep_or_remove(path, text):
    """Write a file, or remove that of an earlier time where there is nothing to write."""
    if text is None:
        path.unlink(missing_ok=True)
    else:
        files.write_if_changed(path, text.encode())


def _agreement_row(row):
    """Row of agreement.tsv; without a session: of all."""
    alike = row.agreement
    shares = [
        number
        for name in ("precision", "recall", "kappa")
        for number in (getattr(alike, name), *getattr(alike, f"{name}_interval"))
    ]
    cells = ["" if np.isnan(number) else f"{number:.4f}" for number in shares]
    return [row.theirs, row.ours, row.session or learned_tables.ALL_SESSIONS, *alike[:5], *cells]


def _unit_row(things, columns, place, probability):
    """Row of a table of units."""
    session, i = str(things.table.sessions[place]), int(things.table.ids[place])
    verdict = things.verdicts[place]
    cells = {
        "session": session,
        "cluster_id": i,
        "label": things.theirs.get(session, {}).get(i, ""),
        "label_criteria": verdict.label,
        "probability_of_good": "" if np.isnan(probability) else f"{probability:.3f}",
        "reason": verdict.reason,
    }
    return [cells[name] for name in columns]


def _criteria_text(things, found):
    """Criteria with the thresholds that agree best; None where none are better."""
    better = [row for row in found.sets if not row.why_not]
    if not better:
        return None
    said = [f"Thresholds that agree best with labels by {things.who}."]
    said += [
        f"{row.name}: {row.before.n_units} units; on sessions left out kappa {row.after.kappa:.2f} "
        f"instead of {row.before.kappa:.2f}, gain {row.gain:+.2f} ({row.gain_interval[0]:+.2f} to "
        f"{row.gain_interval[1]:+.2f})."
        for row in better
    ]
    said.append("Nothing reads this file: put it into your config, or give it by --configfile.")
    return fragments.criteria_yaml({row.name: (row.rules, row.thresholds) for row in better}, said)


def _scorecard_text(things, found, path):
    """The scorecard; None where there is none."""
    if found.learned is None:
        return None
    table = things.table.chosen(found.labelled)
    names = list(found.learned.score.tables)
    what = {
        "by": things.who,
        "what": f"labels by {things.who}",
        "n_sorts": len(set(table.sessions)),
        "n_units": len(found.theirs),
        "sha256": fragments.hash_of(table, found.theirs, names),
    }
    said = [
        f"Learned from labels by {things.who}; gain in kappa over the criteria, on sessions left "
        f"out, {found.gain:+.2f} ({found.gain_interval[0]:+.2f} to {found.gain_interval[1]:+.2f}).",
        "Nothing reads this file until a config names it, such as this one:",
        f"  scorecards: {{{CARD}: {path}}}",
        f"  labels: {{good: {{all: [score.{CARD} >= {found.learned.cut}]}}, mua: rest}}",
    ]
    rows = score.by_cut(found.learned, found.theirs)
    return fragments.scorecard_yaml(found.learned, rows, CARD, what, said)
