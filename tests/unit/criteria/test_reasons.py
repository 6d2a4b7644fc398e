"""Why a unit has its label, in words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodunits.criteria.label_rules import parse_labels
from goodunits.criteria.unit_verdict import describe, full_reason, label_unit
from made_criteria import DEFAULT, KINDS, THREE, UNIT, UNITS, good_if, verdict


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
