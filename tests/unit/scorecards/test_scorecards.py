"""Scorecards: points, score and reason, worked out by hand and for any card."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodunits.base.errors import ConfigError, SessionError
from goodunits.catalogue import all_metrics
from goodunits.config import scorecard_files
from goodunits.criteria import label_rules, unit_verdict
from goodunits.scorecards import (
    card,
    explained,
    points,
    quantities,
    reasons,
    scoring,
)
from imports import loaded_by
from made_cards import PAIR, plain, without

CARD = card.from_plain(plain())
CLEAN = {
    "sliding_rp_confidence": 0.95,
    "ks_refractory": True,
    "presence_ratio": 0.8,
    "firing_rate": 3.0,
}


def told(values, scorecard=CARD):
    """Points by metric."""
    return {item.metric: item.points for item in points.points(scorecard, values)}


def score(values, scorecard=CARD):
    """Score of a unit."""
    return points.score(scorecard, points.points(scorecard, values))


def test_points_and_score_worked_out_by_hand():
    given_points = points.points(CARD, CLEAN)
    assert [item.metric for item in given_points] == list(CLEAN)
    assert [item.points for item in given_points] == [1.1, 0.5, 0.3, 0.3]  # 0.6 of the pair, halved
    assert [item.best for item in given_points] == [1.1, 0.5, 0.3, 0.3]
    assert points.total(CARD, given_points) == pytest.approx(1.8)  # -0.4 + 1.1 + 0.5 + 0.6
    assert points.score(CARD, given_points) == pytest.approx(
        1 / (1 + math.exp(-3.7))
    )  # 0.1 + 2 * 1.8


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.1999, -1.5), (0.2, -0.2), (0.4999, -0.2), (0.5, 0.4), (0.9, 1.1), (math.inf, 1.1)],
)
def test_a_value_on_an_edge_is_on_the_step_above_it(value, expected):
    assert told({"sliding_rp_confidence": value})["sliding_rp_confidence"] == expected


@pytest.mark.parametrize("value", [None, math.nan])
def test_an_undefined_value_gets_the_points_of_undefined(value):
    values = CLEAN | {"sliding_rp_confidence": value, "presence_ratio": value}
    given_points = told(values)
    assert given_points["sliding_rp_confidence"] == -0.7
    assert given_points["presence_ratio"] == given_points["firing_rate"] == 0.15  # last row: 0.3
    assert told(CLEAN | {"firing_rate": value})["presence_ratio"] == 0  # last column
    both = CLEAN | {"presence_ratio": value, "firing_rate": value}
    assert told(both)["firing_rate"] == -0.05


def test_a_yes_no_metric_and_a_label_count_as_one_and_nothing():
    assert told({"ks_refractory": True})["ks_refractory"] == 0.5
    assert told({"ks_refractory": False})["ks_refractory"] == -1
    steps = {"ks_label": {"edges": [0.5], "points": [-1, 1], "undefined": 0}}
    scorecard = card.from_plain(plain(steps=steps, pairs=[]))
    labels = ("good", "mua", None)
    assert [told({"ks_label": label}, scorecard)["ks_label"] for label in labels] == [1, -1, 0]


def test_the_same_metric_in_a_step_and_two_pairs_has_all_its_points_together():
    other = PAIR | {"metrics": ["firing_rate", "sliding_rp_confidence"], "edges": [[2], [0.5, 0.9]]}
    given_points = told(CLEAN, card.from_plain(plain(pairs=[PAIR, other])))
    assert given_points["firing_rate"] == pytest.approx(0.3 + 0.1)  # other: row 1, column 2 is 0.2
    assert given_points["sliding_rp_confidence"] == pytest.approx(1.1 + 0.1)


def test_far_too_many_points_are_still_a_score():
    for slope in (1, 1000):
        link = {"intercept": 0, "slope": slope}
        steps = {"firing_rate": {"edges": [1], "points": [-1000, 1000], "undefined": 0}}
        scorecard = card.from_plain(plain(steps=steps, pairs=[], probability=link))
        assert 0 <= score({"firing_rate": 0.5}, scorecard) < 1e-200
        assert score({"firing_rate": 2.0}, scorecard) == 1


NUMBERS = st.floats(-1000, 1000)
EDGES = st.lists(st.floats(-100, 100), min_size=1, max_size=5, unique=True).map(sorted)
NAMES = st.sampled_from(sorted(all_metrics.METRICS))
VALUES = st.one_of(st.none(), st.just(math.nan), st.floats(-200, 200), st.booleans())


@st.composite
def steps(draw):
    """Steps of one metric."""
    edges = draw(EDGES)
    count = len(edges) + 1
    given_points = draw(st.lists(NUMBERS, min_size=count, max_size=count))
    return {"edges": edges, "points": given_points, "undefined": draw(NUMBERS)}


@st.composite
def pairs(draw):
    """Table of one pair."""
    metrics = draw(st.lists(NAMES, min_size=2, max_size=2, unique=True))
    edges = [draw(EDGES), draw(EDGES)]
    rows, columns = (len(side) + 2 for side in edges)
    row = st.lists(NUMBERS, min_size=columns, max_size=columns)
    return {
        "metrics": metrics,
        "edges": edges,
        "points": draw(st.lists(row, min_size=rows, max_size=rows)),
    }


@st.composite
def cards(draw):
    """Any scorecard as in a file."""
    return plain(
        intercept=draw(NUMBERS),
        steps=draw(st.dictionaries(NAMES, steps(), min_size=1, max_size=4)),
        pairs=draw(st.lists(pairs(), max_size=3)),
        probability={"intercept": draw(NUMBERS), "slope": draw(st.floats(0.01, 100))},
    )


@given(cards())
@settings(max_examples=25, deadline=None)
def test_any_card_reads_back_the_same_from_file_and_from_the_prepared_text(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("card") / "card.yaml"
    path.write_text(scorecard_files.as_yaml(data), encoding="utf-8")
    assert scorecard_files.read_plain(path) == data
    read = scorecard_files.read(path)
    assert card.from_plain(card.as_plain(read)) == read
    assert card.sha256(read) == card.sha256(card.from_plain(data))


@given(cards(), st.dictionaries(NAMES, VALUES))
@settings(max_examples=25, deadline=None)
def test_points_of_any_unit_add_up_to_what_its_tables_say(data, values):
    scorecard = card.from_plain(data)
    given_points = points.points(scorecard, values)
    in_tables = [scorecard.intercept]
    for step in scorecard.steps:
        place = points.place_of(points.defined(values.get(step.metric)), step.edges)
        in_tables.append(step.undefined if place is None else step.points[place])
    for pair in scorecard.pairs:
        row, column = (
            points.place_of(points.defined(values.get(metric)), edges)
            for metric, edges in zip(pair.metrics, pair.edges, strict=True)
        )
        row = pair.points[-1] if row is None else pair.points[row]
        in_tables.append(row[-1] if column is None else row[column])
    total = points.total(scorecard, given_points)
    assert total == pytest.approx(math.fsum(in_tables), abs=1e-9)
    assert total == math.fsum([scorecard.intercept, *(item.points for item in given_points)])
    assert 0 <= points.score(scorecard, given_points) <= 1
    assert all(item.points <= item.best + 1e-9 for item in given_points)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_of_a_metric_whose_points_rise_is_never_a_lower_score(one, other):
    low, high = (score(CLEAN | {"sliding_rp_confidence": value}) for value in sorted((one, other)))
    assert low <= high


# The reason


@pytest.fixture
def no_words(monkeypatch):
    """A catalogue without words of its own."""
    for name, record in all_metrics.METRICS.items():
        monkeypatch.setitem(all_metrics.METRICS, name, record._replace(lacks=""))


def words(values, scorecard=CARD, why=None):
    """Reason of a score."""
    return reasons.words(scorecard, points.points(scorecard, values), values, why)


def test_the_reason_names_what_cost_most_and_how_much(monkeypatch, no_words):
    record = all_metrics.METRICS["sliding_rp_confidence"]._replace(lacks="contamination unproven")
    monkeypatch.setitem(all_metrics.METRICS, "sliding_rp_confidence", record)
    values = CLEAN | {"sliding_rp_confidence": 0.31, "firing_rate": 12.0}
    expected = (
        "contamination unproven -1.3 (sliding_rp_confidence 0.31), "
        "firing_rate -0.2 (12 Hz), presence_ratio -0.2 (0.8)"
    )
    assert words(values) == expected


def test_the_rest_of_the_costs_is_summed_up(no_words):
    values = dict.fromkeys(CLEAN)
    said = words(values, why={"firing_rate": "too_few_spikes"})
    assert said == (
        "sliding_rp_confidence -1.8 (undefined), ks_refractory -0.5 (undefined), "
        "firing_rate -0.35 (undefined: too_few_spikes), 1 other -0.35"
    )


def test_a_unit_with_all_points_has_no_reason():
    assert words(CLEAN) == ""


def test_a_unit_that_the_words_speak_of_is_named(monkeypatch, no_words):
    record = all_metrics.METRICS["firing_rate"]._replace(lacks="a copy of unit {duplicate_of}")
    monkeypatch.setitem(all_metrics.METRICS, "firing_rate", record)
    values = CLEAN | {"firing_rate": 12.0}
    assert "a copy of unit 12 -0.2 (firing_rate 12 Hz)" in words(values | {"duplicate_of": 12})
    assert "firing_rate -0.2 (12 Hz)" in words(values | {"duplicate_of": None})


def test_a_value_is_not_rounded_onto_another_step(no_words):
    assert "(0.19996)" in words(CLEAN | {"sliding_rp_confidence": 0.19996})
    assert "(0.123)" in words(CLEAN | {"sliding_rp_confidence": 0.12345})


@given(cards(), st.dictionaries(NAMES, VALUES))
@settings(max_examples=25, deadline=None)
def test_the_numbers_of_any_reason_add_up_to_what_the_unit_lacks(data, values):
    scorecard = card.from_plain(data)
    given_points = points.points(scorecard, values)
    lacks = sum(item.points - item.best for item in given_points)
    said = re.findall(r" ([+-][0-9.]+)(?= \(|$)", reasons.words(scorecard, given_points, values))
    assert sum(map(float, said)) == pytest.approx(lacks, abs=0.005 * (len(given_points) + 4))


def test_words_of_metrics_are_short_and_name_metrics_only():
    for metric in all_metrics.METRICS.values():
        assert len(re.sub(r"{\w+}", "123", metric.lacks)) <= 45, metric.name
        assert set(re.findall(r"{(\w+)}", metric.lacks)) <= set(all_metrics.METRICS)


# Labels by score


RULES = label_rules.parse_labels(
    {"good": {"all": ["score >= 0.7", "firing_rate >= 0.1"]}, "mua": "rest"},
    all_metrics.kinds() | quantities.kinds(["small"]),
    all_metrics.units(),
)


def labelled(values, rules=RULES):
    """Verdict of one unit by its score."""
    row = {"cluster_id": 3, **values}
    scored = scoring.of_units([row], {}, {"small": CARD})[3]
    return unit_verdict.label_unit(rules, row | scored.values, {}, scored.costs)


def test_a_low_score_says_what_it_comes_from(no_words):
    verdict = labelled(CLEAN | {"sliding_rp_confidence": 0.31, "ks_refractory": False})
    assert verdict.label == "mua"
    assert verdict.reason == (
        "score 0.13, needs >= 0.7: ks_refractory -1.5 (false), sliding_rp_confidence -1.3 (0.31)"
    )
    assert verdict.results["score >= 0.7"] == "fail"


def test_a_high_score_says_its_number():
    assert labelled(CLEAN).reason == "meets all criteria of good: score 0.976, meets >= 0.7"


def test_a_low_score_that_makes_a_class_says_what_it_comes_from(no_words):
    kinds = all_metrics.kinds() | quantities.kinds(["small"])
    rules = label_rules.parse_labels(
        {"contaminated": {"all": ["score.small < 0.9"]}, "x": "rest"}, kinds
    )
    reason = labelled(CLEAN | {"ks_refractory": False}, rules).reason
    assert reason == (
        "meets all criteria of contaminated: score.small 0.668, meets < 0.9: "
        "ks_refractory -1.5 (false)"
    )
    assert labelled(CLEAN, rules).reason == "score.small 0.976, needs < 0.9"


def test_scores_of_several_cards_have_names_and_the_first_is_the_score():
    other = card.from_plain(plain(intercept=-5))
    scored = scoring.of_units([{"cluster_id": 3, **CLEAN}], {}, {"small": CARD, "strict": other})[3]
    assert scored.values["score"] == scored.values["score.small"] == pytest.approx(score(CLEAN))
    assert scored.values["score.strict"] == pytest.approx(score(CLEAN, other))
    assert list(quantities.columns(["small", "strict"])) == ["score", "score.strict"]


def test_a_table_that_was_measured_for_other_cards_is_said_to_be_one():
    row = {"cluster_id": 1, **without(CLEAN, "firing_rate")}
    with pytest.raises(SessionError, match="no column 'firing_rate', which scorecard 'small' need"):
        scoring.of_units([row], {}, {"small": CARD})


def test_a_session_with_too_many_undefined_metrics_is_noted_once():
    rows = [{"cluster_id": i, **CLEAN} for i in range(6)]
    assert scoring.notes(rows, {"small": CARD}) == []
    for row in rows:
        row["sliding_rp_confidence"] = None
    assert scoring.notes(rows, {"small": CARD}) == []  # a quarter
    for row in rows[:4]:
        row["firing_rate"] = math.nan
    (note,) = scoring.notes(rows, {"small": CARD})
    assert note.startswith("scorecard 'small': 42% of its metrics are undefined in these 6 units")
    assert "sliding_rp_confidence in 6, firing_rate in 4" in note


def test_applying_a_card_loads_standard_library_only():
    loaded = loaded_by("goodunits.scorecards.scoring", "goodunits.scorecards.card")
    assert loaded.isdisjoint({"numpy", "yaml", "pandas", "jsonschema", "dataclasses", "inspect"})


# Explained


def explained_with(scorecard, cell):
    """What is explained of a unit whose score stands in labels.tsv, by a card in force."""
    prepared = {"cards": {"small": card.as_plain(scorecard)}} if scorecard else {}
    cards = card.of_settings(prepared)
    row = {"score": str(cell), "score_undefined": "0", "label": "mua", "score >= 0.7": "fail"}
    return explained.of_unit(row, CLEAN, {}, cards)


def test_explained_are_all_points_of_a_unit_and_their_sum():
    told = explained_with(CARD, score(CLEAN))
    assert told.values["score"] == told.values["score.small"] == score(CLEAN)
    numbers = [float(line.split()[0]) for line in told.lines[1:-1]]
    assert sum(numbers) == pytest.approx(1.8)  # of the metrics, and for every unit
    assert "+1.80 together" in told.lines[-2]
    assert told.lines[-1] == "score = 1 / (1 + exp(-(0.1 + 2 * 1.8)))"


def test_a_score_by_another_card_than_that_in_force_is_said_to_be_one():
    told = explained_with(card.from_plain(plain(intercept=0)), score(CLEAN))
    assert told.lines == ["score 0.976: by another scorecard than the one in force now; run again"]
    assert (told.values["score"], told.costs["score"]) == (score(CLEAN), "")


def test_a_score_without_a_card_in_force_is_its_number():
    assert explained_with(None, 0.25) == ({"score": 0.25}, {}, [])


def test_a_wrong_name_is_answered_with_the_shipped_ones(tmp_path):
    folder = tmp_path / scorecard_files.SHIPPED
    folder.mkdir(parents=True)
    for name in ("isolated", "stable"):
        (folder / f"{name}.yaml").write_text(scorecard_files.as_yaml(plain()), encoding="utf-8")
    with pytest.raises(ConfigError, match="no scorecard 'isolatd'; .*did you mean 'isolated'"):
        scorecard_files.locate("isolatd", [tmp_path], tmp_path.joinpath)
