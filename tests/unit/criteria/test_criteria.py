"""Label rules: reading them, labelling units by them, and saying why."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodunits.base.errors import SessionError
from goodunits.criteria.label_rules import parse_labels
from goodunits.criteria.unit_verdict import describe, full_reason, label_unit
from imports import loaded_by

KINDS = {
    "ks_refractory": "bool",
    "ks_contamination": "float",
    "firing_rate": "float",
    "presence_ratio": "float",
    "peak_ratio": "float",
    "n_spikes": "int",
    "ks_label": "label",
}
UNITS = {"firing_rate": "Hz"}
UNIT = {
    "ks_refractory": True,
    "ks_contamination": 0.1,
    "firing_rate": 5.0,
    "presence_ratio": 0.8,
    "peak_ratio": -1.5,
    "n_spikes": 5000,
    "ks_label": "good",
}
DEFAULT = {
    "good": {
        "all": [
            "ks_refractory",
            "ks_contamination < 0.2",
            "firing_rate >= 1",
            "presence_ratio >= 0.5",
        ]
    },
    "mua": "rest",
}
THREE = {
    "noise": {"any": ["n_spikes < 100", "presence_ratio < 0.1"]},
    "good": {"all": ["ks_refractory", "presence_ratio >= 0.5"]},
    "mua": "rest",
}


def good_if(*items, mode="all", **more):
    """Labels block with one class of criteria."""
    return {"good": {mode: list(items), **more}, "mua": "rest"}


def verdict(block, why_undefined=None, **changes):
    """Verdict on the standard unit with some metrics changed."""
    rules = parse_labels(block, KINDS, UNITS)
    return label_unit(rules, {**UNIT, **changes}, why_undefined)


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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "meets all criteria of good"),
        ({"presence_ratio": 0.31}, "presence_ratio 0.31, needs >= 0.5"),
        (
            {"presence_ratio": 0.31, "firing_rate": 0.5},
            "firing_rate 0.5 Hz, needs >= 1; presence_ratio 0.31, needs >= 0.5",
        ),
        ({"ks_refractory": False}, "ks_refractory is false, needs true"),
        ({"ks_contamination": None}, "ks_contamination undefined (too_few_spikes), needs < 0.2"),
        ({"presence_ratio": math.nan}, "presence_ratio undefined, needs >= 0.5"),
    ],
)
def test_reason_with_one_class(changes, reason):
    assert verdict(DEFAULT, {"ks_contamination": "too_few_spikes"}, **changes).reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "meets all criteria of good"),
        ({"n_spikes": 12}, "meets a criterion of noise: n_spikes 12, meets < 100"),
        (
            {"presence_ratio": 0.3},
            "not good: presence_ratio 0.3, needs >= 0.5",
        ),
    ],
)
def test_reason_with_several_classes(changes, reason):
    assert verdict(THREE, **changes).reason == reason


def test_full_reason_names_all_classes_above():
    rules = parse_labels(THREE, KINDS, UNITS)
    not_noise = "not noise: n_spikes 5000, needs < 100 or presence_ratio 0.3, needs < 0.1"
    assert full_reason(rules, {**UNIT, "presence_ratio": 0.3}) == (
        f"{not_noise}; not good: presence_ratio 0.3, needs >= 0.5"
    )
    assert full_reason(rules, UNIT) == (
        f"meets all criteria of good; {not_noise.replace('0.3', '0.8')}"
    )
    assert full_reason(rules, {**UNIT, "n_spikes": 12}) == (
        "meets a criterion of noise: n_spikes 12, meets < 100"
    )


def test_a_mua_unit_says_why_it_is_not_good_wherever_the_classes_stand():
    good, mua = {"all": ["firing_rate >= 9"]}, {"any": ["n_spikes > 9", "n_spikes > 9999"]}
    why = "not good: firing_rate 5 Hz, needs >= 9"
    block = {"good": good, "mua": mua, "noise": "rest"}
    assert verdict(block).reason == f"meets a criterion of mua: n_spikes 5000, meets > 9; {why}"
    reason = verdict(block, n_spikes=3).reason
    assert reason == "not mua: n_spikes 3, needs > 9 or n_spikes 3, needs > 9999"
    block = {"good": good, "noise": {"any": ["n_spikes < 9"]}, "mua": "rest"}
    assert verdict(block).reason == why


def test_reason_stays_short_however_many_criteria_there_are():
    many = [f"n_spikes > {10_000 + place}" for place in range(40)]
    for mode in "all", "any":
        reason = verdict(good_if(*many, mode=mode)).reason
        assert reason.endswith("35 more")
        rules = parse_labels(good_if(*many, mode=mode), KINDS)
        assert all(text.split()[-1] in full_reason(rules, UNIT) for text in many)
    few = [text.replace(">", "<") for text in many]
    assert verdict(good_if(*few, mode="any")).reason.endswith("; 35 more")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("not ks_refractory", "ks_refractory is true, needs false"),
        ("ks_label == mua", "ks_label good, needs mua"),
        ("ks_label != good", "ks_label good, needs other than good"),
        ("ks_label in [mua, noise]", "ks_label good, needs mua or noise"),
        ("ks_label not in [mua, good]", "ks_label good, needs neither good nor mua"),
        ("abs(peak_ratio) < 1", "abs(peak_ratio) 1.5, needs < 1"),
        (
            {"any": ["firing_rate > 9", {"all": ["n_spikes < 9", "ks_label == mua"]}]},
            "firing_rate 5 Hz, needs > 9 or (n_spikes 5000, needs < 9; ks_label good, needs mua)",
        ),
    ],
)
def test_reason_of_a_miss(item, reason):
    found = verdict(good_if(item))
    assert (found.label, found.reason) == ("mua", reason)


def test_reason_names_what_let_a_unit_in():
    block = good_if("ks_refractory", {"any": ["firing_rate > 9", "ks_label == good"]})
    assert verdict(block).reason == "meets all criteria of good: ks_label good"
    block = good_if("presence_ratio >= 0.5", undefined="pass")
    why = {"presence_ratio": "recording_too_short"}
    assert verdict(block, why, presence_ratio=None).reason == (
        "meets all criteria of good: presence_ratio undefined (recording_too_short), counts as met"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.4999, "0.4999"), (math.nextafter(0.5, 0), "0.4999999999999999"), (0.3333333, "0.333")],
)
def test_value_in_a_reason_never_reads_as_the_threshold(value, shown):
    found = verdict(good_if("presence_ratio >= 0.5"), presence_ratio=value)
    assert found.reason == f"presence_ratio {shown}, needs >= 0.5"


def test_whole_digits_of_a_value_are_all_shown():
    found = verdict(good_if("firing_rate < 1"), firing_rate=12345.6)
    assert found.reason == "firing_rate 12346 Hz, needs < 1"


numbers = st.floats(allow_nan=False, width=64)


@given(value=numbers, threshold=numbers, sign=st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_reason_read_back_gives_the_same_result(value, threshold, sign):
    """The numbers in a reason, taken literally, support the label."""
    rules = parse_labels(good_if(f"presence_ratio {sign} {threshold!r}"), KINDS)
    found = label_unit(rules, {"presence_ratio": value})
    if found.label == "mua":
        shown = float(found.reason.split()[1].rstrip(","))
        assert label_unit(rules, {"presence_ratio": shown}).label == "mua"
        assert math.isclose(shown, value, rel_tol=0.01)
    (text,) = found.results
    assert float(text.split()[-1]) == threshold


def test_describe_says_the_rules_in_words():
    assert describe(parse_labels(DEFAULT, KINDS, UNITS)) == (
        "A unit is labelled good if ks_refractory is true, ks_contamination < 0.2, "
        "firing_rate >= 1 Hz and presence_ratio >= 0.5. All other units are labelled mua. "
        "A criterion whose metric is undefined is not met."
    )
    block = {
        "noise": {"any": ["n_spikes < 100", "ks_label in [noise, mua]"]},
        "good": {"all": ["not ks_refractory", "firing_rate >= 1"], "undefined": "pass"},
        "mua": "rest",
    }
    assert describe(parse_labels(block, KINDS)) == (
        "A unit is labelled noise if n_spikes < 100 or ks_label is mua or noise. "
        "Otherwise it is labelled good if ks_refractory is false (or undefined) "
        "and firing_rate >= 1 (or undefined). All other units are labelled mua. "
        "A criterion whose metric is undefined is not met, unless 'or undefined' is said."
    )


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
