"""The table of labels with scores in it, and the tables that are made of it."""

import logging

import pytest

from goodunits.base import tsv
from goodunits.catalogue import all_metrics
from goodunits.curation import label_units
from goodunits.curation.curation_record import Curation
from goodunits.result_files import labels_tsv
from goodunits.scorecards import card
from goodunits.tables import units_tsv
from imports import loaded_by

LINK = {"intercept": 0, "slope": 1}
STEPS = {
    "sliding_rp_confidence": {"edges": [0.5], "points": [-2, 2], "undefined": -1},
    "template_snr_whitened": {"edges": [5], "points": [-1, 1], "undefined": 0},
}
CARD = card.from_plain(
    {
        "scorecard": "small",
        "version": "1",
        "intercept": 0,
        "steps": STEPS,
        "probability": LINK,
    }
)
BLOCK = {"good": {"all": ["score >= 0.7"]}, "mua": "rest"}
UNITS = {2: (0.9, 8.0), 5: (0.2, 8.0), 9: (None, None)}
WHY = {9: {"sliding_rp_confidence": "too_few_spikes", "template_snr_whitened": "file_missing"}}
SEEN = Curation({5: "good"}, {}, {}, {}, [])


def label(units=UNITS, block=BLOCK, cards=None):
    """Content of labels.tsv."""
    rows = [
        {"cluster_id": i, **dict(zip(STEPS, values, strict=True))} for i, values in units.items()
    ]
    return label_units.label_units(rows, WHY, block, "keep", SEEN, cards or {"small": CARD})


@pytest.fixture
def session(tmp_path):
    """Session with its two tables."""
    (tmp_path / "labels.tsv").write_bytes(label())
    metrics = tsv.format_table(["cluster_id", "rate"], [[i, i / 2] for i in UNITS])
    (tmp_path / "metrics.tsv").write_bytes(metrics)
    return "s1", tmp_path


def test_scores_stand_between_the_labels_and_the_criteria(session):
    header, rows = tsv.read_table(session[1] / "labels.tsv")
    assert header == [*labels_tsv.FIXED_COLUMNS, "score", "score_undefined", "score >= 0.7"]
    assert labels_tsv.scores_in(header) == ["score", "score_undefined"]
    assert labels_tsv.criteria_in(header) == ["score >= 0.7"]
    assert [row["score_undefined"] for row in rows] == ["0", "0", "2"]
    assert [float(row["score"]) > 0.7 for row in rows] == [True, False, False]


def test_a_criterion_of_a_named_score_is_no_score():
    header = [*labels_tsv.FIXED_COLUMNS, *labels_tsv.score_columns(["a", "b"]), "score.b >= 0.7"]
    scores = ["score", "score_undefined", "score.b", "score.b_undefined"]
    assert labels_tsv.scores_in(header) == scores
    assert labels_tsv.criteria_in(header) == ["score.b >= 0.7"]


def test_undefined_metrics_get_a_label_and_are_said(session):
    _, (_, by_hand, unknown) = tsv.read_table(session[1] / "labels.tsv")
    assert unknown["label"] == "mua"
    for said in (
        "undefined: too_few_spikes",
        "undefined: file_missing",
        "score 0.269, needs >= 0.7",
    ):
        assert said in unknown["reason"]
    assert by_hand["reason"].startswith("labelled good by hand; the criteria say mua: score 0.269")


def test_a_session_with_little_to_go_by_is_logged_once(caplog):
    with caplog.at_level(logging.WARNING):
        label()
        assert caplog.messages == []  # two of six values
        label({2: (0.9, None), 9: (None, None)})
    (message,) = caplog.messages
    assert message.startswith(
        "scorecard 'small': 75% of its metrics are undefined in these 2 units"
    )


def test_a_card_that_no_criterion_names_gives_its_column_all_the_same():
    block = {"good": {"all": ["sliding_rp_confidence >= 0.5"]}, "mua": "rest"}
    header = label(block=block).decode().splitlines()[0].split("\t")
    assert header[-3:] == ["score", "score_undefined", "sliding_rp_confidence >= 0.5"]


def test_the_table_of_all_units_has_the_scores(session):
    lines = units_tsv.units_tsv([session]).decode().splitlines()
    header = lines[0].split("\t")
    assert header[-3:] == ["score", "score_undefined", "rate"]
    _, rows = tsv.read_table(session[1] / "labels.tsv")
    place = header.index("score")
    assert [line.split("\t")[place] for line in lines[1:]] == [row["score"] for row in rows]


def test_labelling_is_light_with_and_without_scores():
    loaded = loaded_by("goodunits.curation.label_units", "goodunits.scorecards.scoring")
    assert loaded.isdisjoint({"numpy", "yaml", "dataclasses", "inspect", "jsonschema"})
    assert "goodunits.scorecards.points" not in loaded_by("goodunits.curation.label_units")
    assert set(CARD.metrics) <= set(all_metrics.METRICS)
