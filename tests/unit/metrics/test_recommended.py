"""The shipped scorecard and presets/recommended.yaml, on made trains and on units with truth."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from test_any_sort import trains_session
from test_pairs import make_sort, on_channels

from goodunits.catalogue import all_metrics
from goodunits.config import scorecard_files, yaml_file
from goodunits.criteria import label_rules, unit_verdict
from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import compute
from goodunits.scorecards import points, quantities, scoring
from made_trains import contaminated_train, poisson_train, refractory_train
from real_sorts import PROJECT

PARAMETERS = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]
PRESET = yaml_file.load_yaml(PROJECT / "presets" / "recommended.yaml")
CARD_FILE = PROJECT / "presets" / "scorecards" / "isolated.yaml"
CARDS = {"isolated": scorecard_files.read(CARD_FILE)}
SAID = scorecard_files.read_plain(CARD_FILE)
RULES = label_rules.parse_labels(
    PRESET["labels"], all_metrics.kinds() | quantities.kinds(CARDS), all_metrics.units()
)
MEASURED = [name for name in RULES.metrics if name in all_metrics.METRICS]
NAMES = all_metrics.names_wanted((), {*MEASURED, *CARDS["isolated"].metrics})


def labels(sort):
    """Labels of the units of a sort by the preset."""
    table = compute.compute_metrics(sort, PARAMETERS, None, NAMES)
    rows = []
    for place, unit_id in enumerate(table.unit_ids.tolist()):
        why = table.undefined.get(unit_id, {})
        values = {
            name: None if name in why else column[place] for name, column in table.columns.items()
        }
        rows.append({"cluster_id": unit_id, **values})
    scored = scoring.of_units(rows, table.undefined, CARDS)
    return [
        unit_verdict.label_unit(RULES, row | scored[row["cluster_id"]].values).label for row in rows
    ]


def test_random_trains_are_never_good():
    rng = np.random.default_rng(21)
    for duration_s in (600, 3600):
        for n_spikes in (11, 100, 600, 2000, 5000, 20_000):
            trains = [poisson_train(rng, n_spikes, duration_s) for _ in range(20)]
            assert "good" not in labels(trains_session(trains, duration_s))


def test_random_trains_with_the_template_of_a_neuron_are_never_good(tmp_path):
    """All but the spike times is as it should be."""
    rng = np.random.default_rng(24)
    shapes = [on_channels(np.roll([5.0, 1, 0, 0, 0, 0, 0, 0], place)) for place in range(8)]
    for n_spikes in (50, 300, 2000, 6000):
        trains = [poisson_train(rng, n_spikes, 600) for _ in shapes]
        folder = make_sort(tmp_path / str(n_spikes), trains, shapes)
        assert "good" not in labels(read_sort(folder, 600))


def test_contaminated_neurons_are_not_good():
    rng = np.random.default_rng(22)
    dirty = [contaminated_train(rng, rate_hz, 3600, 2, 0.3)[0] for rate_hz in (2, 5, 20)]
    assert "good" not in labels(trains_session(dirty, 3600))


def test_of_a_neuron_that_was_found_twice_not_both_are_good():
    rng = np.random.default_rng(23)
    train = refractory_train(rng, 10, 3600, 2)
    worse = train[rng.random(len(train)) < 0.8] + 4
    found = labels(trains_session([worse, train], 3600))
    assert found.count("good") <= 1
    assert "copy" in found


@pytest.fixture(scope="module")
def bench():
    """The modules of bench/truth that read and judge the table."""
    sys.path.insert(0, str(PROJECT / "bench" / "truth"))
    try:
        import labels as judging
        import units

        yield SimpleNamespace(units=units, labels=judging)
    finally:
        sys.path.pop(0)


def test_the_card_says_on_which_table_it_was_fitted(bench):
    rows = bench.units.read()
    assert SAID["fitted_on"]["sha256"] == bench.units.sha256()
    assert SAID["fitted_on"]["n_units"] == len(rows)
    assert SAID["fitted_on"]["n_sorts"] == len({row["sort"] for row in rows})


def test_what_the_card_claims_was_measured_on_sorts_left_out(bench):
    """Its table is that of left_out.csv, unit by unit."""
    rows = bench.units.read()
    scores = bench.labels.left_out_scores(rows)
    for claim in SAID["measured"]:
        good = [score >= claim["cut"] for score in scores]
        found = bench.labels.judged(rows, good)
        assert found.n_good == pytest.approx(claim["n_units"], abs=1)  # scores are rounded
        assert found.precision == pytest.approx(claim["precision"], abs=0.01)
        assert found.recall == pytest.approx(claim["recall"], abs=0.01)


def test_the_card_itself_ranks_the_table_at_least_as_well_as_left_out(bench):
    """It has seen these units: below what it claims of unseen ones it would be another card."""
    rows = bench.units.read()
    card = CARDS["isolated"]
    scores = [points.score(card, points.points(card, row)) for row in rows]
    assert all(0 <= score <= 1 for score in scores)
    found = bench.labels.judged(rows, [score >= SAID["recommended_cut"] for score in scores])
    claim = next(c for c in SAID["measured"] if c["cut"] == SAID["recommended_cut"])
    assert found.precision >= claim["precision"] - 0.02
    assert found.recall >= claim["recall"] - 0.02


def test_the_balanced_preset_uses_the_cut_that_the_card_recommends():
    block = yaml_file.load_yaml(PROJECT / "presets" / "balanced.yaml")["labels"]
    assert f"score >= {SAID['recommended_cut']}" in block["good"]["all"]


def test_the_page_shows_the_tables_that_the_files_give(bench):
    judging = bench.labels
    rows = bench.units.read()
    scores = judging.left_out_scores(rows)
    ways = judging.all_ways(rows, scores)
    texts = (
        judging.markdown(rows, ways),
        judging.by_kind(rows, ways),
        judging.by_fifth(rows, scores),
    )
    page = judging.PAGE.read_text(encoding="utf-8")
    assert judging.filled(page, texts) == page, "python bench/truth/labels.py --write"


def test_no_neuron_is_good_twice_and_other_presets_are_beaten_on_sorts_left_out(bench):
    rows = bench.units.read()
    ways = bench.labels.all_ways(rows, bench.labels.left_out_scores(rows))
    found = {name: bench.labels.judged(rows, good) for name, good in ways.items()}
    ours, balanced = (found[f"`presets/{name}.yaml`"] for name in ("recommended", "balanced"))
    assert ours.twice == balanced.twice == 0
    for name in ("bombcell", "ibl", "strict"):
        other = found[f"`presets/{name}.yaml`"]
        assert ours.precision > other.precision, name
        assert ours.recall > other.recall, name
    for name in ("allen", "tutorial"):
        other = found[f"`presets/{name}.yaml`"]
        assert balanced.precision > other.precision, name
        assert balanced.recall > other.recall, name
