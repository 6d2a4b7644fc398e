"""Label rules: reading them, labelling units by them, and saying why."""

import math
import random

import pytest

from goodunits.base.errors import SessionError
from goodunits.criteria.label_rules import parse_labels
from goodunits.criteria.unit_verdict import label_unit
from imports import loaded_by
from made_criteria import DEFAULT, KINDS, THREE, UNIT, UNITS, good_if, verdict


@pytest.mark.parametrize(
    ("item", "changes", "expected"),
    [
        ("presence_ratio >= 0.8", {}, "good"),
        ("presence_ratio > 0.8", {}, "mua"),
        ("presence_ratio <= .8", {}, "good"),
        ("presence_ratio < 8e-1", {}, "mua"),
        ("presence_ratio == 0.8", {}, "good"),
        ("presence_ratio != 0.8", {}, "mua"),
        ("n_spikes>=5000", {}, "good"),
        ("n_spikes < inf", {}, "good"),
        ("firing_rate < inf", {"firing_rate": math.inf}, "mua"),
        ("peak_ratio > -2", {}, "good"),
        ("peak_ratio >= 1.5", {}, "mua"),
        ("abs(peak_ratio) >= 1.5", {}, "good"),
        ("abs( peak_ratio )<1.5", {}, "mua"),
        ("ks_refractory", {}, "good"),
        ("ks_refractory", {"ks_refractory": False}, "mua"),
        ("not ks_refractory", {}, "mua"),
        ("not  ks_refractory", {"ks_refractory": False}, "good"),
        ("ks_label == good", {}, "good"),
        ("ks_label == 'good'", {}, "good"),
        ("ks_label != good", {}, "mua"),
        ("ks_label in [good, mua]", {}, "good"),
        ("ks_label in [noise]", {}, "mua"),
        ("ks_label not in [noise, mua]", {}, "good"),
        ("ks_label not in [noise, good]", {}, "mua"),
        ({"presence_ratio": {"greater": 0.8, "less": None, "abs": False}}, {}, "good"),
        ({"presence_ratio": {"greater": 0.1, "less": 0.5}}, {}, "mua"),
        ({"peak_ratio": {"greater": 1.5, "abs": True}}, {}, "good"),
        ({"presence_ratio": {"greater": "1e-3"}}, {}, "good"),
    ],
)
def test_criterion_decides_label(item, changes, expected):
    assert verdict(good_if(item), **changes).label == expected


@pytest.mark.parametrize(
    ("metric", "item"),
    [
        ("ks_contamination", "ks_contamination < 0.2"),
        ("ks_contamination", "ks_contamination != 0.2"),
        ("ks_refractory", "ks_refractory"),
        ("ks_refractory", "not ks_refractory"),
        ("ks_label", "ks_label != noise"),
        ("ks_label", "ks_label not in [noise, mua]"),
        ("peak_ratio", "abs(peak_ratio) <= 3"),
        ("presence_ratio", {"presence_ratio": {"greater": 0.5}}),
    ],
)
@pytest.mark.parametrize("nothing", [None, math.nan])
def test_undefined_fails_unless_told_to_pass(metric, item, nothing):
    values = {metric: nothing}
    for policy, expected in (
        ({}, "mua"),
        ({"undefined": "fail"}, "mua"),
        ({"undefined": "pass"}, "good"),
    ):
        found = verdict(good_if(item, **policy), **values)
        assert found.label == expected
        assert list(found.results.values()) == ["undefined"]


def test_undefined_policy_of_an_item_overrules_that_of_the_class():
    block = good_if(
        {"presence_ratio": {"greater": 0.5, "undefined": "pass"}},
        {"all": ["firing_rate >= 1"], "undefined": "pass"},
        "ks_contamination < 0.2",
    )
    assert verdict(block, presence_ratio=None, firing_rate=None).label == "good"
    assert verdict(block, ks_contamination=None).label == "mua"
    block["good"]["undefined"] = "pass"
    block["good"]["all"][0]["presence_ratio"]["undefined"] = "fail"
    assert verdict(block, ks_contamination=None).label == "good"
    assert verdict(block, presence_ratio=None).label == "mua"


def test_first_matching_class_wins():
    assert verdict(THREE).label == "good"
    assert verdict(THREE, n_spikes=99).label == "noise"
    assert verdict(THREE, presence_ratio=0.3).label == "mua"
    reordered = {name: THREE[name] for name in ("good", "noise", "mua")}
    assert verdict(reordered, n_spikes=99).label == "good"


def test_results_hold_every_criterion_once_whatever_class_matched():
    block = {**THREE, "good": {"all": ["presence_ratio  <  1e-1", "ks_refractory"]}}
    found = verdict(block, n_spikes=99, ks_refractory=None)
    assert found.results == {
        "n_spikes < 100": "pass",
        "presence_ratio < 0.1": "fail",
        "ks_refractory": "undefined",
    }
    rules = parse_labels(block, KINDS)
    assert tuple(criterion.text for criterion in rules.criteria) == tuple(found.results)
    assert rules.metrics == ("n_spikes", "presence_ratio", "ks_refractory")
    assert rules.labels == ("noise", "good", "mua")


def test_nested_groups():
    block = good_if(
        "ks_refractory",
        {"any": ["firing_rate >= 9", {"all": ["n_spikes > 9", "ks_label == good"]}]},
    )
    assert verdict(block).label == "good"
    assert verdict(block, ks_label="mua").label == "mua"
    assert verdict(block, ks_label="mua", firing_rate=9).label == "good"
    assert verdict(block, ks_refractory=False).label == "mua"


def test_bare_spikeinterface_dictionary_is_all_of_them():
    block = {
        "good": {"presence_ratio": {"greater": 0.5, "less": None}, "firing_rate": {"less": 4}},
        "mua": "rest",
    }
    assert verdict(block).label == "mua"
    assert verdict(block, firing_rate=4.0).label == "good"
    as_any = {"good": {"any": block["good"]}, "mua": "rest"}
    assert verdict(as_any).label == "good"


def test_thresholds_without_numbers_are_not_in_use():
    block = good_if({"presence_ratio": {"greater": None, "less": math.nan}}, "firing_rate >= 1")
    found = verdict(block, presence_ratio=None)
    assert found.label == "good"
    assert list(found.results) == ["firing_rate >= 1"]


def test_list_of_classes_means_the_same_as_a_mapping():
    as_list = [{label: spec} for label, spec in THREE.items()]
    for changes in {}, {"n_spikes": 9}, {"presence_ratio": 0.3}:
        assert verdict(as_list, **changes) == verdict(THREE, **changes)


def test_missing_column_is_an_error_not_an_undefined_value():
    rules = parse_labels(DEFAULT, KINDS)
    values = {name: value for name, value in UNIT.items() if name != "firing_rate"}
    with pytest.raises(SessionError, match="no column 'firing_rate'"):
        label_unit(rules, values)


def test_tutorial_criteria_on_a_real_sort(oracle):
    """Kilosort's own numbers give what the tutorial meant, not what its np.logical_and gives."""
    found = oracle("dev_a")
    rules = parse_labels(DEFAULT, KINDS, UNITS)
    verdicts = {
        unit: label_unit(
            rules,
            {
                "ks_refractory": row["is_ref"],
                "ks_contamination": row["R12"],
                "firing_rate": row["fr"],
                "presence_ratio": row["presence"],
            },
        )
        for unit, row in found["units"].items()
    }
    good = {unit for unit, verdict in verdicts.items() if verdict.label == "good"}
    assert good == {unit for unit, row in found["units"].items() if row["good"]}
    assert found["verbatim"]["21"] and "21" not in good
    assert verdicts["21"].reason.startswith("firing_rate 0.78")
    assert verdicts["21"].reason.endswith(" Hz, needs >= 1")


def random_thresholds(source):
    """Random SpikeInterface thresholds of some of the metrics a to d, at least one in use."""
    found = {"a": {"greater": source.choice([-1, 0, 0.5])}}
    for metric in "bcd":
        limits = sorted(source.sample([-2, -1, -0.5, 0, 0.5, 1, 2], 2))
        item = {"greater": limits[0], "less": limits[1], "abs": source.random() < 0.3}
        for key in ("greater", "less"):
            if source.random() < 0.3:
                item[key] = source.choice([None, math.nan])
        if source.random() < 0.8:
            found[metric] = item
    return found


@pytest.mark.parametrize("seed", range(10))
def test_same_labels_as_spikeinterface(seed):
    """SpikeInterface's 'ignore' is 'pass' for 'all' and 'fail' for 'any'."""
    pandas = pytest.importorskip("pandas")
    curation = pytest.importorskip("spikeinterface.curation")
    source = random.Random(seed)
    values = [math.nan, math.inf, -math.inf, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 0.3, -0.7]
    rows = [{metric: source.choice(values) for metric in "abcd"} for _ in range(200)]
    kinds = dict.fromkeys("abcd", "float")
    found = set()
    policies = {
        ("all", "fail"): "fail",
        ("all", "pass"): "pass",
        ("all", "ignore"): "pass",
        ("any", "fail"): "fail",
        ("any", "pass"): "pass",
        ("any", "ignore"): "fail",
    }
    for (mode, nan_policy), undefined in policies.items():
        thresholds = random_thresholds(source)
        theirs = curation.threshold_metrics_label_units(
            pandas.DataFrame(rows),
            thresholds,
            pass_label="good",
            fail_label="mua",
            operator="and" if mode == "all" else "or",
            nan_policy=nan_policy,
        )["label"]
        spec = thresholds if mode == "all" else {"any": thresholds}
        rules = parse_labels({"good": {**spec, "undefined": undefined}, "mua": "rest"}, kinds)
        ours = [label_unit(rules, row).label for row in rows]
        assert ours == list(theirs)
        found.update(ours)
    assert found == {"good", "mua"}


def test_import_is_light():
    loaded = loaded_by("goodunits.criteria.unit_verdict")
    assert "goodunits.criteria.unit_verdict" in loaded
    assert not {"numpy", "pandas", "yaml", "jsonschema"} & loaded
