"""Scorecards that cannot be used: one clear line each; and where a card is looked for."""

import math

import pytest

from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.config import scorecard_files
from goodunits.scorecards import card_checks
from made_cards import PAIR, STEPS, plain, without


def step(**changes):
    """A card with one step changed."""
    return plain(steps=STEPS | {"ks_refractory": STEPS["ks_refractory"] | changes})


def pair(**changes):
    """A card with its pair changed."""
    return plain(pairs=[PAIR | changes])


def lacking_key(key):
    """A card with a key of one step missing."""
    return plain(steps={"ks_refractory": without(STEPS["ks_refractory"], key)})


FLAG = "steps.ks_refractory"
UNKNOWN = plain(steps={"firing_rat": STEPS["ks_refractory"]})
FLAT = {"intercept": 0, "slope": 0}
MISTAKES = [
    ({}, "no scorecard: expected keys such as scorecard, format_version"),
    (plain(format_version=2), "format_version: found 2, this version of goodunits reads up to"),
    (plain(format_version="1"), "format_version: found '1', expected 1"),
    (without(plain(), "intercept"), "intercept: is missing"),
    (plain(intercpt=1), "intercpt: unknown key, did you mean 'intercept'?"),
    (plain(version=1.0), "version: found 1.0, expected text; put it in quotes"),
    (plain(intercept=math.nan), "intercept: found nan, expected a number from -1000 to 1000"),
    (plain(intercept="1e-3"), "intercept: found the text '1e-3', expected a number"),
    (plain(steps={}, pairs=[]), "steps: is missing or empty"),
    (plain(steps=[1]), "steps: expected a mapping"),
    (UNKNOWN, "steps.firing_rat: unknown metric 'firing_rat', did you mean 'firing_rate'?"),
    (step(edges=[]), f"{FLAG}.edges: expected a list of rising numbers, found []"),
    (step(edges=[1, 1], points=[1, 2, 3]), f"{FLAG}.edges: 1 stands before 1, expected rising"),
    (step(edges=[math.inf]), f"{FLAG}.edges: found inf, expected finite numbers"),
    (step(points=[1]), f"{FLAG}.points: 1 numbers, expected 2, one for each of steps"),
    (step(points=[1, math.inf]), f"{FLAG}.points[1]: found inf, expected a number from"),
    (step(points=[1, True]), f"{FLAG}.points[1]: found True, expected a number"),
    (step(undefined=None), f"{FLAG}.undefined: found None, expected a number"),
    (lacking_key("undefined"), f"{FLAG}.undefined: is missing"),
    (lacking_key("edges"), f"{FLAG}.edges: is missing"),
    (pair(metrics=["firing_rate"]), "pairs[0].metrics: expected two metrics, found ['firing_rate"),
    (pair(metrics=["firing_rate", "wrong_x"]), "pairs[0].metrics: unknown metric 'wrong_x'"),
    (pair(edges=[[1]]), "pairs[0].edges: expected two lists"),
    (pair(edges=[[1], [2, 1]]), "pairs[0].edges[1]: 2 stands before 1"),
    (pair(points=PAIR["points"][:2]), "pairs[0].points: 2 rows, expected 3, one for each step of"),
    (pair(points=[[1, 2, 3]] * 3), "pairs[0].points[0]: 3 numbers, expected 4"),
    (plain(probability={"intercept": 0}), "probability.slope: is missing"),
    (plain(probability=FLAT), "probability.slope: found 0, expected more than 0"),
    (plain(recommended_cut=70), "recommended_cut: found 70, expected a number between 0 and 1"),
]


@pytest.mark.parametrize(("data", "line"), MISTAKES, ids=[line for _, line in MISTAKES])
def test_each_mistake_in_a_card_is_one_line(data, line):
    first = card_checks.problems(data, all_metrics.kinds())[0]
    assert first.startswith(line)
    assert "\n" not in first


def test_all_mistakes_are_said_with_the_file_and_the_key(tmp_path):
    path = tmp_path / "mine.yaml"
    data = step(points=[1, math.nan], undefined=None)
    path.write_text(scorecard_files.as_yaml(data), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        scorecard_files.read_configured({"mine": "mine.yaml"}, [tmp_path], tmp_path.joinpath)
    assert error.value.problems == [
        f"scorecards.mine: {path}, steps.ks_refractory.points[1]: found nan, expected a number "
        "from -1000 to 1000",
        f"scorecards.mine: {path}, steps.ks_refractory.undefined: found None, expected a number",
    ]


def test_a_card_that_is_not_there_or_no_yaml_is_one_line(tmp_path):
    (tmp_path / "bad.yaml").write_text("steps: [1\n")
    said = {"gone": "gone.yaml", "far": "/nowhere/x.yaml", "bad": "bad.yaml"}
    with pytest.raises(ConfigError) as error:
        scorecard_files.read_configured(said, [tmp_path], tmp_path.joinpath)
    gone, far, bad = error.value.problems
    assert gone.startswith(f"scorecards.gone: no scorecard 'gone.yaml'; looked in {tmp_path}")
    assert far.startswith("scorecards.far: no scorecard '/nowhere/x.yaml'; expected a YAML file")
    assert bad.startswith(f"scorecards.bad: {tmp_path / 'bad.yaml'}, line ")


def test_a_path_counts_from_the_config_file_first_and_a_name_is_a_shipped_card(tmp_path):
    here, project = tmp_path / "here", tmp_path / "project"
    for folder, name in (
        (here, "one.yaml"),
        (project, "one.yaml"),
        (project, "presets/scorecards/two.yaml"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(scorecard_files.as_yaml(plain()), encoding="utf-8")
    find = project.joinpath
    assert scorecard_files.locate("one.yaml", [here], find) == here / "one.yaml"
    assert scorecard_files.locate("one.yaml", [tmp_path], find) == project / "one.yaml"
    assert scorecard_files.locate("two", [here], find) == project / "presets/scorecards/two.yaml"
