"""What the page shows of a unit's score, of pairs that may be one neuron, and of labels by hand."""

import json

import pytest
import yaml

import made_cards
import made_report
from browser.conftest import PROJECT, make
from goodunits.base import tsv
from goodunits.learning import learn
from goodunits.result_files import learned_tables
from goodunits.scorecards import card, points

ISOLATED = PROJECT / "presets" / "scorecards" / "isolated.yaml"
CARDS = {
    "isolated": card.from_plain(yaml.safe_load(ISOLATED.read_text(encoding="utf-8"))),
    "small": card.from_plain(made_cards.plain()),
}
SCORED = {"good": {"all": ["score >= 0.6", "score.small >= 0.2"]}, "mua": "rest"}
BY_HAND = [(0, "good"), (3, "noise"), (9, "mua"), (11, "good")]


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """A report of two sessions that were labelled by scores and partly by hand."""
    results = tmp_path_factory.mktemp("scored")
    rows = [
        made_report.session(results, "one", 30, 1, labels=SCORED, cards=CARDS, by_hand=BY_HAND),
        made_report.session(results, "two", 20, 2, labels=SCORED, cards=CARDS),
    ]
    agreed = ["anna", "criteria", "", *[4, 1, 1, 1, 1], *["0.5"] * 9]
    agreed[2] = learned_tables.ALL_SESSIONS
    following = ["two", _ids(results, "two")[4], "mua", "0.498", "score 0.4, needs >= 0.6"]
    for name, header, row in (
        (learned_tables.AGREEMENT, learn.AGREEMENT, agreed),
        (learned_tables.LABEL_NEXT, learn.NEXT, following),
    ):
        (results / name).write_bytes(tsv.format_results(header, [row]))
    return make(results, rows)


@pytest.fixture
def opened(browser, scored):
    """The report in the browser."""
    browser.resize(1400)
    browser.problems.clear()
    browser.open(scored)
    return browser


def _ids(results, session):
    _, units = tsv.read_table(results / session / "written" / "labels.tsv")
    return [unit["cluster_id"] for unit in units]


def points_there(page, session, column):
    """Score and points by metric of every unit of a session, as the page adds them up."""
    return page.run(
        f"""(async () => {{
        const session = gu.head.sessions.find((one) => one.id === {json.dumps(session)});
        const block = await gu.block(session.place), sha = session.scores[{json.dumps(column)}];
        const card = gu.head.cards[sha];
        return Array.from({{length: session.n}}, (_, row) => {{
          const points = gu.points(card, gu.pictureOf(block, 'steps-' + sha, row).data);
          const told = points.map((one) => [one.metric, one.points, one.best]);
          return [gu.scoreOf(card, points), told];
        }}); }})()"""
    )


@pytest.mark.parametrize("session", ["one", "two"])
@pytest.mark.parametrize(("column", "name"), [("score", "isolated"), ("score.small", "small")])
def test_the_page_adds_points_up_as_the_label_did(opened, scored, session, column, name):
    rows, _, _, _ = made_report.units_of(scored.parent, session)
    _, units = tsv.read_table(scored.parent / session / "written" / "labels.tsv")
    there = points_there(opened, session, column)
    assert len(there) == len(rows)
    for (score, given), row, unit in zip(there, rows, units, strict=True):
        assert score == pytest.approx(float(unit[column]), rel=1e-9)
        for shown, here in zip(given, points.points(CARDS[name], row), strict=True):
            assert shown == [here.metric, pytest.approx(here.points), pytest.approx(here.best)]


def test_a_unit_shows_what_spoke_for_it_and_against_it(opened, scored):
    opened.run("gu.openUnit(5)")
    shown = "[...document.querySelectorAll('#unit figure h3')].map((one) => one.textContent)"
    titles = opened.run(shown)
    _, units = tsv.read_table(scored.parent / "one" / "written" / "labels.tsv")
    for column in ("score", "score.small"):
        title = next(one for one in titles if one.startswith(f"{column} "))
        assert float(title.split()[1].rstrip(";")) == pytest.approx(
            float(units[5][column]), rel=0.01
        )
        assert "against it" in title
    assert opened.problems == []


def test_a_pair_is_shown_side_by_side(opened, scored):
    first, second = made_report.made_pairs(sorted(map(int, _ids(scored.parent, "one"))))[0]
    opened.run("gu.openUnit(0)")
    rows = "document.querySelectorAll('[aria-label=\"pairs of one\"] tbody tr').length"
    assert opened.run(rows) == 2
    assert f"unit {second}" in opened.run("document.querySelector('#unit ul.plain').textContent")
    opened.run("document.querySelector('[aria-label=\"pairs of one\"] tbody button').focus()")
    opened.key("Enter")
    opened.wait_for("!!document.getElementById('pair-title')")
    title = opened.run("document.getElementById('pair-title').textContent")
    assert title == f"Units {first} and {second}: one neuron with probability 0.9"
    # Two autocorrelograms, the cross-correlogram, the templates, both over time.
    assert opened.run("document.querySelectorAll('#pair figure svg').length") == 5
    bars = """[...document.querySelectorAll('#pair figure')].find((one) => one.textContent
      .includes('Cross-correlogram')).querySelectorAll('svg > rect').length"""
    assert opened.run(bars) == 48
    assert opened.problems == []


def test_labels_by_hand_are_held_against_the_criteria(opened, scored):
    _, _, labels, by_criteria = made_report.units_of(scored.parent, "one")
    ids = sorted(labels)
    alike = sum((by_criteria[ids[k]] == "good") == (label == "good") for k, label in BY_HAND)
    title = opened.run("document.getElementById('people-title').textContent")
    assert title == f"The criteria agree with people on {alike} of 4 units labelled by hand"
    differ = (
        "document.querySelectorAll('[aria-label=\"units on which they differ\"] tbody tr').length"
    )
    assert opened.run(differ) == len(BY_HAND) - alike
    said = opened.run("document.getElementById('people-view').textContent")
    assert "anna" in said and "0.5 (0.5 to 0.5)" in said


def test_a_unit_to_label_next_opens(opened, scored):
    unit = _ids(scored.parent, "two")[4]
    opened.run(
        "document.querySelector('[aria-label=\"units to label next\"] tbody button').click()"
    )
    opened.wait_for(
        f"document.getElementById('unit-title')?.textContent.startsWith('Unit {unit} ')"
    )
    assert opened.run("location.hash") == f"#session=two&unit={unit}"


def test_another_card_in_force_is_said(browser, scored, tmp_path):
    kept = scored.parent / ".run" / "labels-labels-keep.json"
    before = kept.read_text()
    kept.write_text("{}")
    try:
        page = browser
        page.problems.clear()
        page.open(make(scored.parent, _rows_of(scored.parent)))
        page.run("gu.openUnit(5)")
        assert "another scorecard is in force" in page.run(
            "document.getElementById('unit').textContent"
        )
        assert page.problems == []
    finally:
        kept.write_text(before)
        make(scored.parent, _rows_of(scored.parent))


def _rows_of(results):
    return tsv.read_table(results / "sessions.tsv")[1]


def test_the_line_of_chance_knows_when_units_fire(opened):
    """Units that fire in turn have no pairs by chance; firing half the time doubles the rate."""
    block = """({pictures: {rate: {shape: [2, 4],
      data: new Uint8Array([255, 0, 255, 0, 0, 255, 0, 255])}}, scales: {rate_max_hz: [10, 20]}})"""
    chance = opened.run(f"[[0, 0], [0, 1], [1, 1]].map((two) => gu.chanceHz({block}, ...two))")
    assert chance == [10, 0, 20]
