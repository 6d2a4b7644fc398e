"""What is learned from labels: rules that are known, curators that are made, and noise."""

import numpy as np
import pytest

import made_labels
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules
from goodunits.learning import agreement, boosting, findings, folds, next_units, score, units

CONFIGURED = {
    "good": {"all": ["ks_contamination < 0.2", "firing_rate >= 1", "presence_ratio >= 0.5"]},
    "mua": "rest",
}
KNOWN = {"ks_contamination": 0.31, "firing_rate": 0.7, "presence_ratio": 0.62}
KNOWN_RULE = {
    "good": {
        "all": ["ks_contamination < 0.31", "firing_rate >= 0.7", "presence_ratio >= 0.62"],
    },
    "mua": "rest",
}


def rules_of(block):
    return label_rules.parse_labels(block, all_metrics.kinds(), all_metrics.units())


def good_by(block, table):
    verdicts = units.verdicts(table, rules_of(block))
    return np.array([verdict.label == "good" for verdict in verdicts], bool)


def learn(table, theirs, max_metrics=8):
    values = units.usable_metrics(table)
    directions = units.directions(values)
    return score.learn(values, theirs, table.sessions, directions, max_metrics)


def kappa_left_out(table, theirs):
    return agreement.compare(theirs, learn(table, theirs).is_good, table.sessions).kappa


@pytest.fixture(scope="module")
def made():
    """Units of eleven sessions, labels of a curator, and the chance behind each label."""
    table, scores = made_labels.metrics(units_per_session=70)
    return table, *made_labels.by_curators(scores)


@pytest.fixture(scope="module")
def learned(made):
    """What is learned from the labels of the curator."""
    table, theirs, _ = made
    return learn(table, theirs)


def test_thresholds_of_a_known_rule_are_found_within_sampling_error(made):
    table, *_ = made
    theirs = good_by(KNOWN_RULE, table)
    found = findings.new_thresholds("labels", rules_of(CONFIGURED), table, theirs, ["good"])
    assert found.why_not is None
    assert found.after.kappa > 0.95 and found.gain > 0.3
    for criterion, number in found.thresholds.items():
        values = np.sort(units.column(table, criterion.metric))
        places = np.searchsorted(values, [number, KNOWN[criterion.metric]])
        assert abs(places[0] - places[1]) <= 0.03 * len(values), criterion
        low, high = found.spread[criterion]
        assert low <= number <= high


def test_a_score_of_a_known_rule_agrees_with_it(made):
    table, *_ = made
    assert kappa_left_out(table, good_by(KNOWN_RULE, table)) >= 0.95


def test_of_shuffled_labels_there_is_nothing_to_learn(made):
    table, theirs, _ = made
    options = {"metrics": [], "max_metrics": 8}
    for seed in range(2):
        shuffled = np.random.default_rng(seed).permutation(theirs)
        found, why_not = findings.find_score(table, shuffled, options)
        assert found is None
        assert why_not.startswith("nothing to learn")


def test_labels_as_curators_give_them_are_learned_nearly_as_far_as_they_can_be(made, learned):
    table, theirs, chance = made
    cuts = np.arange(0.1, 0.9, 0.02)
    ceiling = max(agreement.kappa_of(theirs, chance >= cut) for cut in cuts)
    assert 0.62 < ceiling < 0.74  # as curators agree among themselves
    assert agreement.compare(theirs, learned.is_good, table.sessions).kappa >= 0.55


@pytest.mark.hazards
def test_some_120_labels_over_all_sessions_reach_most_of_what_all_labels_give():
    few, everything = [], []
    for seed in range(3):
        table, scores = made_labels.metrics(n_sessions=10, units_per_session=60, seed=seed)
        theirs, _ = made_labels.by_curators(scores, seed)
        names = np.unique(table.sessions)
        tested = np.isin(table.sessions, names[-2:])
        spread = [np.flatnonzero(table.sessions == name)[:15] for name in names[:-2]]
        few.append(kappa_on(table, theirs, np.concatenate(spread), tested))
        everything.append(kappa_on(table, theirs, np.flatnonzero(~tested), tested))
    assert sum(map(len, spread)) == 120
    assert np.mean(few) > 0.7 * np.mean(everything) > 0.3


def kappa_on(table, theirs, chosen, tested):
    """Kappa on some units of a score that was learned from others."""
    part = table.chosen(chosen)
    learned = learn(part, theirs[chosen])
    values = {name: units.column(table, name)[tested] for name in learned.score.tables}
    total = boosting.totals(learned.score, values)
    return agreement.kappa_of(
        theirs[tested], boosting.probability(total, learned.link) >= learned.cut
    )


def test_points_go_the_way_that_the_catalogue_calls_better(made):
    table, theirs, _ = made
    learned = learn(table, ~theirs)  # as if a curator wanted the worst units
    for name, found in learned.score.tables.items():
        sign = units.directions([name])[name]
        assert (sign * np.diff(found.points) >= -1e-9).all(), name


def test_no_more_metrics_and_steps_than_people_can_read(made):
    table, theirs, _ = made
    tables = learn(table, theirs, max_metrics=3).score.tables
    assert len(tables) == 3
    for found in tables.values():
        assert 1 <= len(found.edges) <= boosting.MAX_EDGES
        assert len(found.points) == len(found.edges) + 1


def test_undefined_values_have_points_of_their_own():
    random = np.random.default_rng(3)
    values = random.normal(size=400)
    values[:100] = np.nan
    theirs = np.isnan(values) | (values > 1)
    found = boosting.fit({"x": values}, theirs, {"x": 1}, 1)[-1]
    assert found.tables["x"].undefined > found.tables["x"].points[0] + 1
    total = boosting.totals(found, {"x": np.array([np.nan, -1.0, 2.0])})
    assert total[0] > 0 > total[1] and total[2] > 0


def test_the_probability_is_right_on_sessions_left_out(made, learned):
    *_, chance = made
    probability = learned.probability
    for low, high in zip((0, 0.2, 0.6), (0.2, 0.6, 1.01), strict=True):
        here = (probability >= low) & (probability < high)
        assert abs(probability[here].mean() - chance[here].mean()) < 0.1


def test_sessions_are_left_out_whole():
    sessions = np.repeat([f"s{n}" for n in range(23)], np.arange(1, 24))
    fold_of = folds.of_sessions(sessions)
    assert all(len(set(fold_of[sessions == name])) == 1 for name in set(sessions))
    sizes = np.bincount(fold_of)
    assert len(sizes) == folds.MAX_FOLDS and sizes.max() < 2 * sizes.min()


def test_kappa_and_its_interval():
    theirs = np.array([1, 1, 0, 0, 1, 0, 0, 0] * 20, bool)
    sessions = np.repeat(["a", "b", "c", "d"], 40)
    same = agreement.compare(theirs, theirs, sessions)
    assert (same.kappa, same.kappa_interval) == (1, (1, 1))
    ours = theirs.copy()
    ours[::8] = False  # 20 of 60 good units are missed
    found = agreement.compare(theirs, ours, sessions)
    assert (found.both, found.only_theirs, found.only_ours, found.neither) == (40, 20, 0, 100)
    assert found.precision == 1 and found.recall == pytest.approx(2 / 3)
    # observed 140/160, by chance 60/160 * 40/160 + 100/160 * 120/160
    assert found.kappa == pytest.approx((140 / 160 - 0.5625) / (1 - 0.5625))
    assert found.kappa_interval[0] < found.kappa < found.kappa_interval[1]
    gain, interval = agreement.kappa_gain(theirs, ours, theirs, sessions)
    assert gain == pytest.approx(1 - found.kappa) and interval[0] > 0


def test_an_interval_is_wide_where_sessions_differ():
    theirs = np.tile([True, False], 200)
    sessions = np.repeat(["a", "b", "c", "d"], 100)
    one_bad = np.where(sessions == "a", ~theirs, theirs)
    spread = theirs.copy()
    spread[::4], spread[1::4] = ~theirs[::4], theirs[1::4]
    widths = []
    for ours in (one_bad, spread):
        low, high = agreement.compare(theirs, ours, sessions).kappa_interval
        widths.append(high - low)
    assert widths[0] > 2 * widths[1]


def test_one_class_in_both_has_no_kappa():
    found = agreement.compare(np.ones(5, bool), np.ones(5, bool), np.array(["a"] * 5))
    assert np.isnan(found.kappa) and found.precision == 1


def test_units_to_label_next_are_near_the_cut_and_of_every_session():
    sessions = np.repeat(["a", "b", "c"], [50, 50, 2])
    is_labelled = np.zeros(102, bool)
    is_labelled[:30] = True
    distances = np.abs(np.linspace(-1, 1, 102))
    chosen = next_units.choose(sessions, is_labelled, distances, 12)
    assert len(chosen) == len(set(chosen)) == 12 and not is_labelled[chosen].any()
    assert [int((sessions[chosen] == name).sum()) for name in "abc"] == [5, 5, 2]
    assert set(sessions[chosen[:2]]) == {"b", "c"}  # nothing is labelled there yet
    of_b = [place for place in chosen if sessions[place] == "b"]
    left = np.setdiff1d(np.flatnonzero(sessions == "b"), of_b)
    assert distances[of_b].max() <= distances[left].min()
