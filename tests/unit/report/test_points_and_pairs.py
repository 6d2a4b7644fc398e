"""What the page is given of scores, of pairs that may be one neuron, and of what was learned."""

import json

import numpy as np
import pytest

import made_cards
import made_report
from goodunits.base import tsv
from goodunits.learning import learn
from goodunits.report import report_data, report_pairs, report_people, report_points
from goodunits.result_files import learned_tables
from goodunits.scorecards import card

SMALL = card.from_plain(made_cards.plain())
BY_SCORE = {"good": {"all": ["score >= 0.5"]}, "mua": "rest"}


def test_steps_count_the_edges_that_are_reached():
    metrics = {
        "sliding_rp_confidence": np.array([0.1, 0.2, 0.95, np.nan]),
        "ks_refractory": np.array([0.0, 1.0, np.nan, 1.0]),
        "presence_ratio": np.array([0.5, 0.49, 1.0, 0.0]),
        "firing_rate": np.array([0.5, 1.0, 10.0, 99.0]),
    }
    steps = report_points.steps_of_units(SMALL, metrics, 4)
    assert SMALL.metrics == tuple(metrics)
    assert steps.tolist() == [[0, 0, 1, 0], [1, 1, 0, 1], [3, -1, 1, 2], [-1, 1, 0, 2]]


def test_a_word_counts_as_good_or_not_and_a_missing_metric_is_undefined():
    steps = {"edges": [0.5], "points": [-1, 1], "undefined": 0}
    by_label = card.from_plain(made_cards.plain(steps={"ks_label": steps}, pairs=[]))
    found = report_points.steps_of_units(by_label, {"ks_label": ["good", "mua", ""]}, 3)
    assert found.tolist() == [[1], [0], [report_points.UNDEFINED]]
    assert (report_points.steps_of_units(SMALL, {}, 2) == report_points.UNDEFINED).all()


def test_only_the_card_that_made_the_labels_is_shown(tmp_path):
    rows = [made_report.session(tmp_path, "a", 6, labels=BY_SCORE, cards={"small": SMALL})]
    made_report.table(tmp_path, rows)
    (part,) = report_data.gather(tmp_path, {}).sessions
    assert list(part.steps) == [card.sha256(SMALL)]
    assert part.steps[card.sha256(SMALL)].shape == (6, len(SMALL.metrics))
    other = card.from_plain(made_cards.plain(intercept=7))
    made_report.scored_by(tmp_path, {"small": other})
    assert report_data.gather(tmp_path, {}).sessions[0].steps == {}


@pytest.mark.parametrize("text", ["", "[]", '{"cards": []}', '{"cards": {"a": {"steps": 3}}}'])
def test_a_broken_file_of_cards_leaves_the_page_without_points(tmp_path, text):
    made_report.table(tmp_path, [made_report.session(tmp_path, "a", 6)])
    (tmp_path / ".run" / "labels-labels-keep.json").write_text(text)
    dataset = report_data.gather(tmp_path, {})
    assert dataset.cards == {} and len(dataset.sessions[0].units) == 6


def test_of_many_units_the_page_has_no_points_and_fewer_pairs(tmp_path, monkeypatch):
    monkeypatch.setattr(report_data, "POINTS_UNITS", 5)
    monkeypatch.setattr(report_data, "MANY_PAIRS_UNITS", 5)
    monkeypatch.setattr(report_data, "FEWER_PAIRS", 1)
    rows = [made_report.session(tmp_path, "a", 6, labels=BY_SCORE, cards={"small": SMALL})]
    made_report.table(tmp_path, rows)
    (part,) = report_data.gather(tmp_path, {}).sessions
    assert part.steps == {} and len(part.pairs) == 1 and len(part.units) == 6


def test_pairs_know_their_units_and_their_picture(tmp_path):
    made_report.session(tmp_path, "a", 8)
    path = tmp_path / "a" / report_data.PICTURES
    with np.load(path) as file:
        ids = file["unit_ids"].tolist()
        pictures = {"pair_ids": file["pair_ids"][::-1]}
    first, second = report_pairs.read(tmp_path / "a", ids, pictures, 100)
    assert (first["rows"], first["picture"], second["rows"], second["picture"]) == (
        [0, 1],
        1,
        [2, 3],
        0,
    )
    assert report_pairs.read(tmp_path / "a", ids, {}, 1)[0]["picture"] == -1
    assert report_pairs.read(tmp_path / "a", ids[2:], {}, 100) == [
        second | {"rows": [0, 1], "picture": -1}
    ]
    assert report_pairs.read(tmp_path / "b", ids, {}, 100) == []


def test_what_was_learned_is_that_of_all_sessions(tmp_path):
    assert report_people.read(tmp_path) is None
    cells = [str(number) for number in range(len(learn.AGREEMENT) - 3)]
    rows = [["anna", "criteria", name, *cells] for name in ("day1", learned_tables.ALL_SESSIONS)]
    table = tmp_path / learned_tables.AGREEMENT
    table.write_bytes(tsv.format_results(learn.AGREEMENT, rows))
    learned = report_people.read(tmp_path)
    assert [row["session"] for row in learned["agreement"]] == [learned_tables.ALL_SESSIONS]
    assert learned["next"] == [] and json.dumps(learned)


@pytest.mark.parametrize("damage", ["cluster_id\n", "cluster_id\nx\n", "merge_with\n1\n", ""])
def test_damaged_candidates_cost_no_unit(tmp_path, damage):
    row = made_report.session(tmp_path, "a", 8)
    made_report.table(tmp_path, [row])
    (tmp_path / "a" / report_pairs.NAME).write_text(damage)
    (part,) = report_data.gather(tmp_path, {}).sessions
    assert part.row["status"] == "labelled" and len(part.units) == 8 and part.pairs == []
