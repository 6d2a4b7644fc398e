"""Labels by a score, through the whole workflow: what is written, said, and done again."""

import json
import re

import pytest
from helpers import DATASET, SORTS, jobs_of, read_tsv, write_config

from goodunits.config import scorecard_files
from goodunits.result_files import metrics_tsv
from goodunits.scorecards import points

LABELLING = ("apply_thresholds", "write_phy")
CARD = """
scorecard: trains
format_version: 1
version: "1"
states: a test
intercept: 0.2
steps:
  sliding_rp_confidence: {edges: [0.3, 0.9], points: [-1.5, 0.2, 1], undefined: -0.5}
  ks_label: {edges: [1], points: [-0.4, 0.4], undefined: 0}
pairs:
  - metrics: [presence_ratio, firing_rate]
    edges: [[0.5], [1]]
    points: [[-1, -0.5, 0], [0, 0.5, 0], [0, 0, 0]]
probability: {intercept: 0, slope: 1}
"""
LABELS = """
scorecards: {trains: card.yaml}
phy_columns: [score]
labels:
  good: {all: [score >= 0.7]}
  doubtful: {phy: mua, all: [score.trains >= 0.4]}
  mua: rest
"""


@pytest.fixture
def by_score(changeable):
    """The shared run, labelled by a score with a card beside the config file."""
    folder = changeable.configfile.parent
    write_config(folder / "card.yaml", CARD)
    config = write_config(folder / "score.yaml", LABELS)
    said = changeable.succeed(configfile=config)
    assert "compute_metrics" not in said
    return changeable, config


def test_a_score_labels_and_is_explained_and_a_new_cut_labels_only(by_score):
    work, config = by_score
    scorecard = scorecard_files.read(config.with_name("card.yaml"))
    for session in SORTS:
        check_session(work, session, scorecard)
    check_reruns(work, config)
    low = min(work.table("dev_b/labels.tsv"), key=score_of)
    asked = ["session=dev_b", f"unit={low['cluster_id']}"]
    explained = work.succeed("explain", configfile=config, config=asked)
    assert low["reason"] in explained
    assert "by scorecard 'trains' (trains, version 1)" in explained
    assert all(metric in explained for metric in scorecard.metrics)


def score_of(row):
    """Score of a unit in labels.tsv."""
    return float(row["score"])


def check_session(work, session, scorecard):
    """What the tables and the session folder say agrees with the card."""
    rows, _ = metrics_tsv.read_metrics(work.folder / "results" / session / "metrics.tsv")
    metrics = {row["cluster_id"]: row for row in rows}
    phy = {i["cluster_id"]: i for i in read_tsv(work.dataset / session / "cluster_gu_score.tsv")}
    groups = read_tsv(work.dataset / session / "cluster_group.tsv")
    groups = {row["cluster_id"]: row["group"] for row in groups}
    for row in work.table(f"{session}/labels.tsv"):
        values = metrics[int(row["cluster_id"])]
        score = points.score(scorecard, points.points(scorecard, values))
        assert float(row["score"]) == pytest.approx(score)
        expected = "good" if score >= 0.7 else "doubtful" if score >= 0.4 else "mua"
        assert row["label_criteria"] == expected
        assert phy[row["cluster_id"]]["gu_score"] == row["score"]
        if row["source"] == "criteria":
            assert groups[row["cluster_id"]] == ("mua" if expected == "doubtful" else expected)
            assert re.search(r"score(\.trains)? [0-9.e-]+, (needs|meets) >= 0", row["reason"])
    receipt = json.loads((work.folder / "results" / session / "written.json").read_text())
    (told,) = receipt["settings"]["scorecards"]
    assert (told["name"], told["version"]) == ("trains", "1")


def check_reruns(work, config):
    """A cut, the card, a comment in it, and a metric that was not computed."""
    labelling = jobs_of(LABELLING, SORTS) | DATASET
    assert work.plan(configfile=config) == set()
    cut = write_config(config.with_name("cut.yaml"), LABELS.replace(">= 0.7", ">= 0.8"))
    assert work.plan(configfile=cut) == labelling
    card = config.with_name("card.yaml")
    write_config(card, CARD.replace("states: a test", "states: another text  # and a comment"))
    assert work.plan(configfile=config) == set()
    write_config(card, CARD.replace("intercept: 0.2", "intercept: 0.3"))
    assert work.plan(configfile=config) == labelling
    write_config(card, CARD.replace("firing_rate]", "l_ratio]"))
    assert work.plan(configfile=config) == labelling | jobs_of(["compute_metrics"], SORTS)
    write_config(card, CARD)
    assert work.plan(configfile=config) == set()


def test_bad_scorecards_stop_the_run_in_a_line_each(labelled):
    folder = labelled.configfile.parent
    write_config(folder / "bad card.yaml", CARD.replace("format_version: 1", "format_version: 7"))
    config = write_config(folder / "bad.yaml", LABELS.replace("card.yaml", "bad card.yaml"))
    said = labelled.run(configfile=config, options=["-n"])
    assert said.returncode == 1
    assert "bad card.yaml, format_version: found 7" in said.stdout
    assert "Traceback" not in said.stdout
    config = write_config(
        folder / "none.yaml", LABELS.replace("scorecards: {trains: card.yaml}", "")
    )
    said = labelled.run(configfile=config, options=["-n"]).stdout
    assert "phy_columns[0]: 'score' is asked for, but no scorecard is configured" in said
