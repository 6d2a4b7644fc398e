"""What the explorer says against what apply_thresholds does, unit by unit."""

import json
import random

import pytest
import yaml

import made_report
from browser.conftest import PROJECT, make
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict
from goodunits.curation import label_units
from goodunits.report import report_data, report_files
from goodunits.scorecards import card, quantities

SESSIONS = ("one", "two")
ISOLATED = PROJECT / "presets" / "scorecards" / "isolated.yaml"
CARDS = {"isolated": card.from_plain(yaml.safe_load(ISOLATED.read_text(encoding="utf-8")))}
KINDS = all_metrics.kinds() | quantities.kinds(CARDS)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A report of two sessions, and everything that is known of their units."""
    results = tmp_path_factory.mktemp("explorer")
    by_hand = [(0, "good"), (3, "noise"), (9, "mua")]
    rows = [
        made_report.session(results, name, 60, seed, by_hand=by_hand if seed else (), cards=CARDS)
        for seed, name in enumerate(SESSIONS)
    ]
    return make(results, rows)


@pytest.fixture(scope="module")
def opened(browser, made):
    """The report in the browser."""
    browser.problems.clear()
    browser.open(made)
    return browser


def labels_there(page, block):
    """Labels by the page: by the criteria alone, and with those given by hand."""
    rules = json.dumps(report_data.plain_rules(block))
    return page.run(
        f"gu.explorer.start({rules}).then(() => "
        "[gu.explorer.criteriaLabels(), gu.explorer.labels(), gu.rules.yaml(gu.explorer.block)])"
    )


def labels_here(made, block):
    """The same as apply_thresholds has it."""
    rules = label_rules.parse_labels(block, KINDS, all_metrics.units())
    alone, final = [], []
    for name in SESSIONS:
        rows, why, labels, by_criteria = made_report.units_of(made.parent, name)
        _, units = label_units.tsv.read_table(made.parent / name / "written" / "labels.tsv")
        for row, unit in zip(rows, units, strict=True):
            scored = {"score": float(unit["score"])} if "score" in unit else {}
            said = unit_verdict.label_unit(rules, row | scored, why.get(row["cluster_id"])).label
            alone.append(said)
            final.append(said if unit["source"] == "criteria" else unit["label"])
    return alone, final


def same(page, made, block):
    """Compare the labels, and the criteria that are to be pasted."""
    alone, final, text = labels_there(page, block)
    assert (alone, final) == labels_here(made, block), block
    pasted = yaml.safe_load(text)["labels"]
    assert label_rules.canonical(pasted) == label_rules.canonical(block)


def test_the_criteria_in_force_label_as_the_run_did(opened, made):
    same(opened, made, made_report.LABELS)
    as_run = opened.run("Array.from(gu.units.ids, (_, i) => gu.word(gu.units.label, i))")
    assert as_run == labels_here(made, made_report.LABELS)[1]


@pytest.mark.parametrize("name", report_files.PRESETS)
def test_each_preset(opened, made, name):
    block = yaml.safe_load((PROJECT / "presets" / name).read_text())["labels"]
    same(opened, made, block)


def test_what_a_criterion_alone_costs_is_what_is_gained_without_it(opened, made):
    """Labels that people gave stay, so they cost nothing."""
    criteria = made_report.LABELS["good"]["all"]
    now = labels_here(made, made_report.LABELS)[1].count("good")
    labels_there(opened, made_report.LABELS)
    said = opened.run("gu.explorer.costs(0).map((one) => [gu.rules.text(one.check), one.keepsOut])")
    assert [text for text, _ in said] == criteria
    for text, cost in said:
        rest = [one for one in criteria if one != text]
        block = {"good": {"all": rest}, "mua": "rest"}
        assert labels_here(made, block)[1].count("good") - now == cost
    labels_there(opened, made_report.LABELS)
    combined = opened.run("gu.explorer.combinations(0, Infinity).combinations")
    alone = {criteria[one["set"][0]]: one["n"] for one in combined if len(one["set"]) == 1}
    assert alone == {text: cost for text, cost in said if cost}


def random_check(dice, known):
    """A criterion on any metric; often at a value that a unit has."""
    name = dice.choice(list(known))
    values = [value for value in known[name] if value is not None] or [1]
    if KINDS[name] == "bool":
        return dice.choice([name, f"not {name}"])
    if KINDS[name] == "label":
        return (
            f"{name} {dice.choice(['== good', '!= mua', 'in [good, mua]', 'not in [good, noise]'])}"
        )
    value = dice.choice(values) if dice.random() < 0.6 else round(dice.uniform(-1, 5), 3)
    sign = dice.choice(["<", "<=", ">", ">=", "==", "!="])
    quantity = f"abs({name})" if dice.random() < 0.2 else name
    return f"{quantity} {sign} {float(value)!r}"


def random_node(dice, known, depth):
    """A criterion or a group of them."""
    if depth == 0 or dice.random() < 0.4:
        return random_check(dice, known)
    parts = [random_node(dice, known, depth - 1) for _ in range(dice.randint(1, 4))]
    node = {dice.choice(["all", "any"]): parts}
    return node | ({"undefined": dice.choice(["pass", "fail"])} if dice.random() < 0.5 else {})


def random_block(dice, known):
    """Ordered classes of random criteria."""
    classes = {}
    for label in dice.sample(["noise", "good", "axon", "maybe-2"], dice.randint(1, 3)):
        parts = [random_node(dice, known, 2) for _ in range(dice.randint(1, 4))]
        classes[label] = {dice.choice(["all", "any"]): parts}
    return {**classes, "mua": "rest"}


@pytest.mark.parametrize("seed", range(40))
def test_random_criteria(opened, made, seed):
    rows = [row for name in SESSIONS for row in made_report.units_of(made.parent, name)[0]]
    known = {name: [row[name] for row in rows] for name in rows[0] if name in KINDS}
    same(opened, made, random_block(random.Random(seed), known))


def test_the_sweep_counts_what_each_threshold_gives(opened, made):
    opened.run(f"gu.explorer.start({json.dumps(report_data.plain_rules(made_report.LABELS))})")
    thresholds = [0.0, 0.3, 1.0, 2.5, 7.0]
    swept = opened.run(
        "gu.explorer.sweep(gu.rules.checks(gu.explorer.block.classes[0][1])"
        f".find((check) => check.metric === 'firing_rate'), {thresholds})"
    )
    for threshold, count in zip(thresholds, swept, strict=True):
        lines = [*made_report.LABELS["good"]["all"][:2], f"firing_rate >= {threshold}"]
        block = {"good": {"all": [*lines, "presence_ratio >= 0.5"]}, "mua": "rest"}
        assert labels_here(made, block)[1].count("good") == count


def test_of_many_units_the_thresholds_in_use_are_exact_too(browser, tmp_path, monkeypatch):
    """Numbers of 32 bits do not tell 0.2 from its neighbours, and a label hangs on that."""
    monkeypatch.setattr(report_data, "EXACT_UNITS", 0)

    def near(columns):
        close = [0.2, 0.2 - 1e-12, 0.2 + 1e-12, 0.19999999, 0.20000001, 0.199, 0.201, None]
        columns["ks_contamination"] = close
        columns["presence_ratio"] = [0.5, 0.5 - 1e-12, 0.5 + 1e-12, 0.7, 0.8, 0.9, 1.0, 0.95]
        columns["ks_refractory"] = [True] * 8
        columns["firing_rate"] = [1.0, 2.0, 2.0, 2.0, 1.0 - 1e-12, 3.0, 2.0, 2.0]

    rows = [made_report.session(tmp_path, name, 8, 3, change=near) for name in SESSIONS]
    made = make(tmp_path, rows)
    browser.problems.clear()
    browser.open(made)
    assert not browser.run("gu.head.exact")
    same(browser, made, made_report.LABELS)
