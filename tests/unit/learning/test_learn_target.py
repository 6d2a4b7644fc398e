"""The target learn over results on disk: what it writes, and what it says of bad input."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

import made_labels
from goodunits.base.errors import GoodunitsError
from goodunits.catalogue import all_metrics
from goodunits.config import scorecard_files
from goodunits.criteria import label_rules
from goodunits.learning import fragments, learn, units
from goodunits.scorecards import points

OPTIONS = made_labels.OPTIONS


@pytest.fixture(scope="module")
def curated():
    """Units of six sessions and the labels that a curator gave to half of them."""
    table, scores = made_labels.metrics(n_sessions=6, units_per_session=60)
    theirs, _ = made_labels.by_curators(scores)
    return table, theirs


@pytest.fixture(scope="module")
def done(curated, tmp_path_factory):
    """Folder of results after the target, what it said, and the decisions it learned from."""
    table, theirs = curated
    results = tmp_path_factory.mktemp("learn") / "results"
    part = np.arange(len(theirs)) % 2 == 0
    decisions = made_labels.as_decisions(table.chosen(part), theirs[part])
    sessions = made_labels.write_results(results, table, decisions)
    lines = learn.learn(sessions, {}, OPTIONS, [], results / "learn.md")
    return results, lines, decisions


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def said_of(tmp_path, table, decisions=None, columns=None, near=(), **options):
    """What the target says of these units, line by line."""
    results = tmp_path / "results"
    sessions = made_labels.write_results(results, table, decisions)
    options = {**OPTIONS, **options}
    return learn.learn(sessions, columns or {}, options, list(near), results / "learn.md")


def one_with(lines, words):
    found = [line for line in lines if words in line]
    assert len(found) == 1, lines
    return found[0]


def write_labels(path, rows, header=("session", "cluster_id", "group")):
    lines = ["\t".join(map(str, row)) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_every_table_is_written_and_counts_are_those_of_the_labels(done, curated):
    results, lines, decisions = done
    rows = rows_of(results / "agreement.tsv")
    overall = next(r for r in rows if r["against"] == "criteria" and r["session"] == "all sessions")
    assert int(overall["n_units"]) == sum(map(len, decisions.values()))
    n_good = sum(label == "good" for given in decisions.values() for label in given.values())
    assert int(overall["both_good"]) + int(overall["only_first_good"]) == n_good
    by_session = [r for r in rows if r["session"] in decisions]
    assert {r["session"] for r in by_session} == set(decisions)
    for column in ("n_units", "both_good", "neither_good"):
        assert sum(int(r[column]) for r in by_session) == int(overall[column])
    assert "disagrees most: ks_contamination < 0.2" in "\n".join(lines)
    assert (results / "learn.md").read_text().startswith("# Learned from labels")


def test_units_to_look_at_again_are_those_where_somebody_disagrees(done):
    results, _, decisions = done
    rows = rows_of(results / "agreement_units.tsv")
    assert rows
    for row in rows:
        label = decisions[row["session"]][int(row["cluster_id"])]
        assert row["label"] == label
    overall = rows_of(results / "agreement.tsv")[0]
    assert len(rows) >= int(overall["only_first_good"]) + int(overall["only_second_good"])
    surprise = [abs((row["label"] == "good") - float(row["probability_of_good"])) for row in rows]
    assert surprise == pytest.approx(sorted(surprise, reverse=True))


def test_units_to_label_next_are_not_labelled_yet_and_of_every_session(done):
    results, _, decisions = done
    rows = rows_of(results / "label_next.tsv")
    assert len(rows) == OPTIONS["n_next"]
    assert {row["session"] for row in rows} == set(decisions)
    assert not [row for row in rows if int(row["cluster_id"]) in decisions[row["session"]]]


def test_the_scorecard_is_one_that_can_be_applied_and_gives_the_same_probability(done, curated):
    results, *_ = done
    table, _ = curated
    path = results / "learned/scorecard.yaml"
    plain = scorecard_files.read_plain(path)
    assert plain["fitted_on"]["n_sorts"] == 6 and len(plain["fitted_on"]["sha256"]) == 64
    assert plain["recommended_cut"] in [row["cut"] for row in plain["measured"]]
    card = scorecard_files.read(path)
    rows = rows_of(results / "label_next.tsv")
    for row in rows:
        given = points.points(card, table.rows[int(row["cluster_id"])])
        applied = points.score(card, given)
        assert float(row["probability_of_good"]) == pytest.approx(applied, abs=6e-4)


def test_a_learned_score_can_be_a_criterion_and_is_compared_then(done, curated, tmp_path):
    results, _, decisions = done
    table, _ = curated
    plain = scorecard_files.read_plain(results / "learned/scorecard.yaml")
    cut = plain["recommended_cut"]
    block = {"isolated": {"all": [f"score.mine >= {cut}"], "phy": "good"}, "mua": "rest"}
    sessions = made_labels.write_results(tmp_path / "results", table, decisions, block)
    for *_, path in sessions:
        now = json.loads(Path(path).read_text()) | {"cards": {"mine": plain}}
        Path(path).write_text(json.dumps(now))
    lines = learn.learn(sessions, {}, OPTIONS, [], tmp_path / "results/learn.md")
    alike = next(r for r in rows_of(tmp_path / "results/agreement.tsv"))
    first = next(r for r in rows_of(results / "agreement.tsv"))
    assert (alike["against"], alike["session"]) == ("criteria", "all sessions")
    assert float(alike["kappa"]) > float(first["kappa"])  # it was fitted on these labels
    assert one_with(lines, "if it was learned from these labels")
    assert one_with(lines, f"disagrees most: score.mine >= {cut}")
    assert "score" in rows_of(tmp_path / "results/label_next.tsv")[0]["reason"]


def test_new_thresholds_are_a_config_that_gives_the_labels_it_promises(tmp_path, curated):
    table, _ = curated
    wanted = {"good": {"all": ["ks_contamination < 0.4", "firing_rate >= 0.5"]}, "mua": "rest"}
    kinds, of_metrics = all_metrics.kinds(), all_metrics.units()
    rules = label_rules.parse_labels(wanted, kinds, of_metrics)
    theirs = np.array([v.label == "good" for v in units.verdicts(table, rules)], bool)
    lines = said_of(tmp_path, table, made_labels.as_decisions(table, theirs))
    assert one_with(lines, "ks_contamination < 0.2 -> ")
    text = (tmp_path / "results/learned/criteria.yaml").read_text()
    block = yaml.safe_load(text)["labels"]
    assert list(block) == ["good", "mua"] and block["mua"] == "rest"
    rules = label_rules.parse_labels(block, kinds, of_metrics)
    ours = np.array([v.label == "good" for v in units.verdicts(table, rules)], bool)
    assert (ours == theirs).mean() > 0.97


def test_what_an_earlier_run_learned_goes_when_nothing_can_be_learned_any_more(tmp_path, curated):
    table, theirs = curated
    lines = said_of(tmp_path, table, made_labels.as_decisions(table, theirs))
    results = tmp_path / "results"
    assert (results / "learned/scorecard.yaml").exists()
    sessions = [
        (name, "", str(results / name), str(results / name / "rules.json"))
        for name in np.unique(table.sessions)
    ]
    for _, _, own, _ in sessions:
        empty = '{"decisions": {}, "inherited": {}, "ks_labels": {}, "labels_before": {}}'
        (results / own / "found.json").write_text(empty)
    lines = learn.learn(sessions, {}, OPTIONS, [], results / "learn.md")
    assert one_with(lines, "score: no unit is labelled yet")
    assert not (results / "learned/scorecard.yaml").exists()
    assert len(rows_of(results / "label_next.tsv")) == OPTIONS["n_next"]


def test_too_few_labels_and_one_class_only_are_said_in_one_line(tmp_path, curated):
    table, theirs = curated
    few = table.chosen(np.arange(30))
    lines = said_of(tmp_path / "few", table, made_labels.as_decisions(few, theirs[:30]))
    assert "too little to learn from: 30 labelled unit(s) in 1 session(s)" in one_with(
        lines, "score:"
    )
    everything = made_labels.as_decisions(table, np.ones(len(theirs), bool))
    lines = said_of(tmp_path / "one", table, everything)
    assert "all 360 labelled unit(s) are good" in one_with(lines, "score:")


def test_two_curators_are_compared_with_each_other_and_with_the_criteria(tmp_path, curated):
    table, theirs = curated
    random = np.random.default_rng(4)
    second = np.where(random.random(len(theirs)) < 0.1, ~theirs, theirs)
    for name, labels in (("anna", theirs), ("ben", second)):
        for session in np.unique(table.sessions):
            here = table.sessions == session
            pairs = zip(table.ids[here], labels[here], strict=True)
            rows = [(i, made_labels.label_of(is_good)) for i, is_good in pairs]
            write_labels(tmp_path / f"{name}-{session}.tsv", rows, ("cluster_id", "group"))
    curators = {"anna": "anna-{session}.tsv", "ben": "ben-{session}.tsv"}
    lines = said_of(tmp_path, table, curators=curators, near=[tmp_path])
    assert "labels by most of anna, ben" in lines[0]
    rows = rows_of(tmp_path / "results/agreement.tsv")
    overall = {(r["labels_by"], r["against"]): r for r in rows if r["session"] == "all sessions"}
    between = overall["anna", "ben"]
    n_alike = int(between["both_good"]) + int(between["neither_good"])
    assert n_alike == int((theirs == second).sum())
    kappa = float(between["kappa"])
    assert float(between["kappa_low"]) < kappa < float(between["kappa_high"])
    assert kappa > float(overall["anna", "criteria"]["kappa"])
    # of two who disagree nobody is right
    assert int(overall["most of anna, ben", "criteria"]["n_units"]) == n_alike


def test_labels_from_a_column_of_the_sheet(tmp_path, curated):
    table, theirs = curated
    columns = {}
    for session in np.unique(table.sessions)[:2]:
        here = np.flatnonzero(table.sessions == session)[:5]
        rows = [(table.ids[place], made_labels.label_of(theirs[place])) for place in here]
        path = write_labels(tmp_path / f"by hand {session}.tsv", rows, ("cluster_id", "quality"))
        columns[str(session)] = {"curated": path.name}
    columns[str(np.unique(table.sessions)[2])] = {"curated": ""}
    lines = said_of(tmp_path, table, columns=columns, near=[tmp_path], labels="curated")
    assert "labels by curated: 10 of 360 units in 2 session(s)" in lines[0]


def test_bad_labels_are_said_in_a_line_each_and_stop_no_other(tmp_path, curated):
    table, theirs = curated
    rows = [("s00", 0, "good"), ("s00", 1, "mua"), ("s00", 1, "good"), ("s00", 4711, "good")]
    rows += [("s1", 60, "good"), ("s02", 121, "noise"), ("s02", 122, "unsorted")]
    path = write_labels(tmp_path / "labels.tsv", rows)
    lines = said_of(tmp_path, table, labels=str(path))
    assert "2 of 360 units in 2 session(s), 1 of them good" in lines[0]
    assert "line 4: session 's00', cluster 1 has two labels" in one_with(lines, "two labels")
    assert "1 id(s)" in one_with(lines, "4711")
    assert "session 's1' (1 row(s)) is not in the dataset" in one_with(lines, "did you mean")
    assert one_with(lines, "4 session(s) without labels by ")
    assert len([line for line in lines if line.startswith("note:")]) == 4


@pytest.mark.parametrize(
    ("header", "column", "words"),
    [
        (("session", "cluster_id", "a", "b"), None, "which column has the labels? found a, b"),
        (("session", "cluster_id", "quality", "b"), "qualiti", "did you mean 'quality'"),
        (("session", "unit", "group", "b"), None, "should name a cluster_id column"),
    ],
)
def test_a_column_that_is_not_there_is_named(tmp_path, curated, header, column, words):
    table, _ = curated
    path = write_labels(tmp_path / "labels.tsv", [("s00", 0, "good", "x")], header)
    with pytest.raises(GoodunitsError) as error:
        said_of(tmp_path, table, labels=str(path), column=column)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path, curated):
    table, _ = curated
    with pytest.raises(GoodunitsError, match="'curatd': no such file .* columns of the sheet: cur"):
        said_of(tmp_path, table, labels="curatd", columns={"s00": {"curated": "x.tsv"}})


def test_sessions_without_metrics_are_left_out_by_name(tmp_path, curated):
    table, theirs = curated
    results = tmp_path / "results"
    sessions = made_labels.write_results(results, table, made_labels.as_decisions(table, theirs))
    (results / "s03/metrics.tsv").unlink()
    (results / "s04/metrics.tsv").write_text("cluster_id\tnonsense\n")
    lines = learn.learn(sessions, {}, OPTIONS, [], results / "learn.md")
    assert "in 4 session(s)" in lines[0]
    assert "no metrics yet; run snakemake first" in one_with(lines, "'s03'")
    assert one_with(lines, "s04")
    for name in np.unique(table.sessions):
        (results / name / "metrics.tsv").unlink(missing_ok=True)
    with pytest.raises(GoodunitsError, match="no metrics yet"):
        learn.learn(sessions, {}, OPTIONS, [], results / "learn.md")


def test_no_class_that_counts_as_good(tmp_path, curated):
    table, _ = curated
    with pytest.raises(GoodunitsError, match="learn.good: none of the classes good, mua"):
        said_of(tmp_path, table, good=["single"])


def test_names_that_do_harm_elsewhere_do_none_here(tmp_path, curated):
    table, theirs = curated
    evil = "<script>\x1b[31m|=1+1"
    rows = [
        (session, i, made_labels.label_of(is_good))
        for session, i, is_good in zip(table.sessions, table.ids, theirs, strict=True)
    ]
    path = write_labels(tmp_path / "labels.tsv", rows)
    curators = {evil: str(path), "=ben": str(path), "`<script>": str(path)}
    lines = said_of(tmp_path, table, curators=curators, max_metrics=1)
    results = tmp_path / "results"
    texts = ["\n".join(lines), (results / "learn.md").read_text()]
    texts += [(results / "learned" / name).read_text() for name in ("scorecard.yaml",)]
    assert not any("\x1b" in text for text in texts)
    assert "<script>" not in texts[1]
    cells = [cell for row in rows_of(results / "agreement.tsv") for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith("=")]
    yaml.safe_load(texts[2])


def test_fragments_keep_the_form_of_several_sets_and_what_phy_shows():
    texts = {
        "labels": {"isolated": {"any": ["n_spikes > 500", "ks_refractory"], "phy": "good"}},
        "striatum": {"good": {"all": ["abs(depth) < 900"], "undefined": "pass"}},
        "cortex": {"noise": {"all": ["n_spikes < 10"]}, "good": {"all": ["firing_rate >= 1"]}},
    }
    kinds, of_metrics = all_metrics.kinds(), all_metrics.units()
    sets = {}
    for name, classes in texts.items():
        rules = label_rules.parse_labels({**classes, "mua": "rest"}, kinds, of_metrics)
        numbers = {c: 7.5 for c in rules.criteria if c.operator != "is"}
        sets[name] = (rules, numbers)
    plain = yaml.safe_load(fragments.criteria_yaml(sets, ["of anna\nand ben"]))
    blocks = {"labels": plain["labels"], **plain["criteria_sets"]}
    assert set(blocks) == set(texts)
    for name, (rules, _) in sets.items():
        again = label_rules.parse_labels(blocks[name], kinds, of_metrics)
        assert again.labels == rules.labels and again.shown_as == rules.shown_as
        assert [c.target for c in again.criteria if c.operator != "is"] == [7.5] * (
            len(again.criteria) - (name == "labels")
        )
    assert blocks["striatum"]["good"]["undefined"] == "pass"
