"""Labels of the units of the table by each way to choose good units, and how right they are.

    python bench/truth/labels.py [--write]

With --write they are put into docs/choosing-criteria.md too. A unit is scored by a card that was
not fitted on its sort: left_out.csv is what `fit.py --left-out` wrote. others.csv may hold labels
of other programs: program, sort, cluster_id, label.
"""

import argparse
import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import units
import yaml

from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict
from goodunits.scorecards import quantities

GOOD = "good"
LEFT_OUT = Path(__file__).with_name("left_out.csv")
PAGE = units.PROJECT / "docs" / "choosing-criteria.md"
OTHERS = Path(__file__).with_name("others.csv")


class Found(NamedTuple):
    """How right the labels good are.

    Attributes
    ----------
    precision, recall : float or None
        Share of the good units that are isolated neurons, and of these that are good.
    twice : int
        Neurons with more than one good unit.
    n_good : int
        Units called good.
    """

    precision: float | None
    recall: float | None
    twice: int
    n_good: int


def main():
    """Print the tables over all sorts and by kinds of recordings."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--table", type=Path, default=units.TABLE)
    arguments.add_argument("--left-out", type=Path, default=LEFT_OUT)
    arguments.add_argument("--write", action="store_true", help="into the page of the docs")
    chosen = arguments.parse_args()
    rows = units.read(chosen.table)
    good = all_ways(rows, left_out_scores(rows, chosen.left_out))
    texts = markdown(rows, good), by_kind(rows, good), by_fifth(rows, left_out_scores(rows))
    print("\n\n".join(texts))
    if chosen.write:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), texts), encoding="utf-8")


def filled(page, texts):
    """The page with each text between its two marks."""
    for name, text in zip(("ways", "kinds", "fifths"), texts, strict=True):
        before, rest = page.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- end of {name} -->\n")[1]
        page = f"{before}<!-- {name} -->\n\n{text}\n\n<!-- end of {name} -->\n{after}"
    return page


def by_fifth(rows, scores):
    """Mean score and share of isolated units in each fifth of the units by score."""
    ranked = sorted(zip(scores, (row["isolated"] for row in rows), strict=True))
    lines = ["| fifth of the units by score | mean score | share that is isolated |"]
    lines.append("| --- | --- | --- |")
    for place in range(5):
        part = ranked[place * len(ranked) // 5 : (place + 1) * len(ranked) // 5]
        mean, right = (sum(values) / len(part) for values in zip(*part, strict=True))
        lines.append(f"| {place + 1} | {mean:.2f} | {right:.2f} |")
    return "\n".join(lines)


def left_out_scores(rows, path=LEFT_OUT):
    """Score of each unit by a card of the other sorts."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        found = {
            (row["sort"], int(row["cluster_id"])): float(row["score"])
            for row in csv.DictReader(file)
        }
    return [found[row["sort"], row["cluster_id"]] for row in rows]


def all_ways(rows, scores):
    """Whether each unit is good, by the name of each way to choose."""
    project = units.PROJECT
    tutorial = by_criteria(rows, preset(project / "config.yaml"))
    ways = {
        "Kilosort 4.1.7": [row["ks_label"] == GOOD for row in rows],
        "`config.yaml` (the tutorial's numbers)": tutorial,
        "the same and `pc_spread_ratio < 5`, where it is known": [
            good and (row["pc_spread_ratio"] or 0) < 5
            for row, good in zip(rows, tutorial, strict=True)
        ],
    }
    for path in sorted((project / "presets").glob("*.yaml")):
        if "scorecards" not in whole(path):
            ways[f"`presets/{path.name}`"] = by_criteria(rows, preset(path))
    ways |= others(rows)
    scored = [
        row | dict.fromkeys(quantities.by_quantity(["isolated"]), score)
        for row, score in zip(rows, scores, strict=True)
    ]
    for name in ("recommended", "balanced"):
        block = preset(project / "presets" / f"{name}.yaml")
        ways[f"`presets/{name}.yaml`"] = by_criteria(scored, block)
    for cut in (0.5, 0.6, 0.7, 0.8, 0.9):
        ways[f"`score >= {cut}`"] = [score >= cut for score in scores]
    return ways


def preset(path):
    """The label classes of a configuration file."""
    return whole(path)["labels"]


def whole(path):
    """A configuration file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def by_criteria(rows, block):
    """Whether each unit is labelled good."""
    kinds = all_metrics.kinds() | quantities.kinds(["isolated"])
    rules = label_rules.parse_labels(block, kinds, all_metrics.units())
    return [unit_verdict.label_unit(rules, row).label == GOOD for row in rows]


def others(rows, path=OTHERS):
    """Labels of other programs, by the program's name; only those that have all units."""
    if not Path(path).exists():
        return {}
    found = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = row["sort"], int(row["cluster_id"])
            found.setdefault(row["program"], {})[place] = row["label"]
    places = [(row["sort"], row["cluster_id"]) for row in rows]
    return {
        name: [labels[place] == GOOD for place in places]
        for name, labels in found.items()
        if labels.keys() >= set(places)
    }


def judged(rows, good):
    """How right the labels of some units are."""
    chosen = [row for row, is_good in zip(rows, good, strict=True) if is_good]
    right = sum(row["isolated"] for row in chosen)
    there = sum(row["isolated"] for row in rows)
    neurons = Counter((row["sort"], row["neuron"]) for row in chosen if is_of_neuron(row))
    twice = sum(count > 1 for count in neurons.values())
    precision = right / len(chosen) if chosen else None
    return Found(precision, right / there if there else None, twice, len(chosen))


def is_of_neuron(row):
    """Whether at least half of the neuron is in the unit, and half of the unit of the neuron."""
    return row["true_contamination"] <= 0.5 and row["recall"] >= 0.5


def markdown(rows, ways):
    """The table of all ways over all units."""
    n_sorts = len({row["sort"] for row in rows})
    n_isolated = sum(row["isolated"] for row in rows)
    lines = [
        f"{n_sorts} sorts, {len(rows)} units, of which {n_isolated} are well isolated neurons.",
        "",
        "| `good` by | share of those good that are such neurons | share of such neurons found | "
        "same neuron good twice | good units |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, good in ways.items():
        found = judged(rows, good)
        lines.append(
            f"| {name} | {share(found.precision)} | {share(found.recall)} | {found.twice} | "
            f"{found.n_good} |"
        )
    return "\n".join(lines)


def share(value):
    """A share as text."""
    return "–" if value is None else f"{value:.2f}"


def kinds_of(row):
    """The kinds of recording that a unit's sort belongs to."""
    dense = "more than one neuron per channel" if row["density"] > 1 else "up to one per channel"
    noise = row["noise_uv"]
    spread = (
        "noise shared by neighbours" if row["noise_decay_um"] else "noise of each channel alone"
    )
    minutes = row["minutes"]
    length = (
        "60 minutes" if minutes >= 60 else "15 and 20 minutes" if minutes > 10 else "10 minutes"
    )
    kinds = [
        {"none": "no drift", "slow": "slow drift", "jumps": "jumps"}[row["drift"]],
        dense,
        spread,
        length,
        f"probe: {row['probe']}",
    ]
    if noise:
        kinds.append("noise below 9 uV" if noise < 9 else "noise of 9 uV and more")
    return kinds


def by_kind(rows, ways):
    """The balanced preset and Kilosort's label by kind of recording."""
    names = ["Kilosort 4.1.7", "`presets/balanced.yaml`"]
    lines = [
        "| recordings | sorts | units | isolated | Kilosort: right / found | balanced: right / "
        "found / twice |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind in dict.fromkeys(kind for row in rows for kind in kinds_of(row)):
        places = [place for place, row in enumerate(rows) if kind in kinds_of(row)]
        own = [rows[place] for place in places]
        kilosort, ours = (judged(own, [ways[name][place] for place in places]) for name in names)
        lines.append(
            f"| {kind} | {len({row['sort'] for row in own})} | {len(own)} | "
            f"{sum(row['isolated'] for row in own)} | {share(kilosort.precision)} / "
            f"{share(kilosort.recall)} | {share(ours.precision)} / {share(ours.recall)} / "
            f"{ours.twice} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
