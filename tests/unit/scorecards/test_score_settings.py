"""Scorecards in the configuration: what is found, checked, and depends on them."""

import json
from pathlib import Path

import pytest

import prepared
from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.config import scorecard_files, settings
from goodunits.criteria import label_rules, undecided
from goodunits.scorecards import quantities

CARD = {
    "scorecard": "trains",
    "format_version": 1,
    "version": "1",
    "states": "A test.",
    "intercept": 0.2,
    "steps": {
        "sliding_rp_confidence": {"edges": [0.3], "points": [-1.5, 0.2], "undefined": -0.5},
        "l_ratio": {"edges": [0.1], "points": [1, 0], "undefined": 0},
    },
    "probability": {"intercept": 0, "slope": 1},
}


def good_if(text):
    """Labels by one criterion."""
    return {"good": {"all": [text]}, "mua": "rest"}


BY_SCORE = good_if("score >= 0.7")


@pytest.fixture
def write_card(tmp_path):
    """Function writing a scorecard beside the config file."""

    def write(name="card.yaml", **changes):
        path = tmp_path / name
        path.write_text(scorecard_files.as_yaml(CARD | changes), encoding="utf-8")
        return path

    return write


@pytest.fixture
def prepare(tmp_path, monkeypatch, sort_folder, write_card):
    """Function preparing a run over a sort, with a card in the working folder."""
    monkeypatch.chdir(tmp_path)
    dataset = sort_folder("dev_b").parent
    write_card()

    def run(config_files=(), config_words=None, **config):
        return prepared.prepare(
            {"dataset": str(dataset), **config},
            tmp_path,
            config_files=config_files,
            config_words=config_words or {},
        )

    return run


def labels_kept(run):
    """What the labels of the session depend on, as it reaches the jobs."""
    return Path(run.labels_file("dev_b")).read_bytes()


def test_a_card_has_its_metrics_computed_without_being_named_in_criteria(prepare):
    assert "l_ratio" not in prepare().metric_names()
    names = prepare(scorecards={"trains": "card.yaml"}).metric_names()
    assert {"l_ratio", "sliding_rp_confidence"} <= set(names)
    assert not {"score", "score.trains"} & set(names)


def test_without_cards_nothing_is_said_of_them(prepare):
    run = prepare()
    assert "scorecards" not in json.loads(run.labels_text("dev_b"))
    assert labels_kept(run).decode() == run.labels_text("dev_b")


def test_what_a_card_says_of_itself_changes_nothing_and_its_points_do(prepare, write_card):
    config = {"scorecards": {"trains": "card.yaml"}, "labels": BY_SCORE}
    before = labels_kept(prepare(**config))
    write_card(states="Another text.", measured_on="Mars", recommended_cut=0.7)
    assert labels_kept(prepare(**config)) == before
    write_card(intercept=0.3)
    run = prepare(**config)
    assert labels_kept(run) != before
    (told,) = json.loads(run.phy_text("dev_b"))["scorecards"]
    assert told["sha256"] != json.loads(before)["scorecards"][0]["sha256"]
    assert {**told, "sha256": ""} == {
        "name": "trains",
        "scorecard": "trains",
        "version": "1",
        "sha256": "",
        "n_metrics": 2,
    }


def test_which_card_is_first_matters(prepare, write_card):
    write_card("other.yaml", intercept=2)
    cards = {"trains": "card.yaml", "other": "other.yaml"}
    first = labels_kept(prepare(scorecards=cards, labels=BY_SCORE))
    swapped = dict(reversed(cards.items()))
    assert labels_kept(prepare(scorecards=swapped, labels=BY_SCORE)) != first


def test_the_cards_of_the_last_file_hold_whole(tmp_path, prepare, write_card):
    write_card("mine.yaml")
    preset, mine = tmp_path / "preset.yaml", tmp_path / "own.yaml"
    preset.write_text("scorecards: {isolated: card.yaml}\n")
    mine.write_text("scorecards: {mine: mine.yaml}\n")
    mixed = {"isolated": "card.yaml", "mine": "mine.yaml"}  # as Snakemake mixes them
    assert list(prepare([preset, mine], scorecards=mixed).cards) == ["mine"]
    words = {"scorecards": {"isolated": "card.yaml"}}
    assert list(prepare([mine], words, scorecards=mixed).cards) == ["isolated"]


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            {"labels": BY_SCORE},
            "labels.good.all[0]: in 'score >= 0.7': score is asked for, but no scorecard is "
            "configured; name one under 'scorecards:', such as {isolated: isolated}",
        ),
        (
            {"scorecards": {"trains": "card.yaml"}, "labels": good_if("score.mine > 0.5")},
            "labels.good.all[0]: in 'score.mine > 0.5': score.mine is asked for, but no scorecard "
            "has this name; configured: score.trains",
        ),
        (
            {"scorecards": {"trains": "card.yaml"}, "labels": good_if("score >= 70")},
            "labels.good: 'score >= 70' never holds: score is a fraction from 0 to 1; write 0.7 or "
            "70 %",
        ),
        (
            {"scorecards": {"trains": "gone.yaml"}},
            "scorecards.trains: no scorecard 'gone.yaml'; looked in ",
        ),
        ({"scorecards": "card.yaml"}, "scorecards: found the text 'card.yaml', expected a mapping"),
        ({"scorecards": {"a-b": "card.yaml"}}, "scorecards: found the text 'a-b', expected a name"),
        ({"scorecards": {"trains": 3}}, "scorecards.trains: found the number 3, expected text"),
        ({"phy_columns": ["score"]}, "phy_columns[0]: 'score' is asked for, but no scorecard is"),
    ],
)
def test_each_mistake_is_one_line(prepare, config, line):
    with pytest.raises(ConfigError) as error:
        prepare(**config)
    (problem,) = error.value.problems
    assert problem.startswith(line)


def test_a_score_may_be_in_percent_and_in_any_set_of_criteria(prepare):
    block = {"good": {"any": ["score.trains >= 70 %", "not ks_refractory"]}, "mua": "rest"}
    run = prepare(
        scorecards={"trains": "card.yaml"}, criteria_sets={"area": block}, phy_columns=["score"]
    )
    assert "score.trains >= 0.7" in settings.labels_text(run.settings, "area")


def test_a_session_where_a_third_of_a_card_is_undefined_is_noted():
    kinds = all_metrics.kinds() | quantities.kinds(["trains"])
    label_rules.parse_labels(BY_SCORE, kinds)
    classes, said = (
        json.loads(label_rules.canonical(BY_SCORE)),
        [{"name": "trains", "n_metrics": 3}],
    )

    def notes(*counts):
        rows = [{"label_criteria": "mua", "score_undefined": str(n)} for n in counts]
        return undecided.notes(rows, classes, said)

    assert notes(1, 1, 1) == []
    assert notes(0, 3, 1) == ["more than a third of what scorecard 'trains' needs is undefined"]
