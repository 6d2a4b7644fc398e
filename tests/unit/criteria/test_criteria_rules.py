"""Reading label rules: what is wrong with a block, and one text per meaning."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goodunits.base.errors import ConfigError
from goodunits.criteria.label_rules import canonical, parse_labels
from goodunits.criteria.unit_verdict import label_unit
from made_criteria import KINDS, THREE, good_if


def problems(block, where="labels"):
    """All problems of a labels block."""
    with pytest.raises(ConfigError) as caught:
        parse_labels(block, KINDS, where=where)
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


def only_problem(item):
    """The problem of a criterion on its own, without its key path."""
    (problem,) = problems(good_if(item))
    path = "labels.good.all[0]"
    assert problem.startswith(path)
    return problem.removeprefix(path)


# problems


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            "presense_ratio >= 0.5",
            ": unknown metric 'presense_ratio', did you mean 'presence_ratio'?",
        ),
        ({"presense_ratio": {"less": 1}}, "did you mean 'presence_ratio'?"),
        (
            {"presence_ratio": {"greter": 0.5}},
            ".presence_ratio: unknown key 'greter', did you mean 'greater'?",
        ),
        ({"presence_ratio": {"greater": 5, "less": 3}}, "greater 5 is above less 3"),
        ({"presence_ratio": {"greater": True}}, "greater is True, expected a number"),
        ({"presence_ratio": {"greater": "half"}}, "greater is 'half', expected a number"),
        ({"presence_ratio": {"less": 1, "abs": "yes"}}, "abs is 'yes', expected true or false"),
        (
            {"presence_ratio": {"less": 1, "undefined": "ignore"}},
            ".undefined: expected 'fail' or 'pass'",
        ),
        ({"presence_ratio": {}}, "no threshold"),
        ({"presence_ratio": 0.5}, "expected a criterion as text or {greater"),
        ({"ks_refractory": {"greater": 1}}, "ks_refractory is true or false"),
        ("ks_refractory == true", "write 'ks_refractory' or 'not ks_refractory'"),
        ("abs(ks_refractory) < 1", "ks_refractory is true or false"),
        ("firing_rate", "firing_rate is a number, compare it"),
        ("not firing_rate", "firing_rate is a number, compare it"),
        ("firing_rate >= high", "firing_rate is a number, compare it"),
        ("firing_rate in [good, mua]", "firing_rate is a number, compare it"),
        ("ks_label > good", "ks_label is a label, write"),
        ("ks_label == 3", "ks_label is a label, write"),
        ("ks_label", "ks_label is a label, write"),
        ("ks_label in []", "cannot read 'ks_label in []'"),
        ("ks_label in [good mua]", "cannot read"),
        ("firing_rate = 1", "cannot read 'firing_rate = 1', expected e.g."),
        ("firing_rate => 1", "cannot read 'firing_rate => 1'; the sign is written >=, "),
        ("firing_rate =< 1", "cannot read 'firing_rate =< 1'; the sign is written <=, "),
        ("firing_rate >= nan", "firing_rate is a number"),
        ("firing_rate >= 1 and n_spikes > 5", "one comparison per item"),
        ("0.1 < presence_ratio < 0.5", "cannot read"),
        ("presence_ratio >= 50 per cent", "cannot read"),
        ("presence_ratio >= 0,5", "cannot read 'presence_ratio >= 0,5'; write 0.5 for 0,5, "),
        ("__import__('os').system('true') == 0", "cannot read"),
        ("", "cannot read"),
        (None, "expected a criterion as text"),
        (True, "expected a criterion as text"),
        (["ks_refractory"], "expected a criterion as text"),
        ({"any": []}, ".any: expected a list of criteria, found []"),
        ({"any": "ks_refractory"}, ".any: expected a list of criteria"),
    ],
)
def test_bad_criterion_is_one_clear_line(item, expected):
    assert expected in only_problem(item)


GOOD = {"all": ["ks_refractory"]}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (None, "labels: expected classes"),
        ({}, "labels: expected classes"),
        ("good", "labels: expected classes"),
        ([{"good": GOOD, "mua": "rest"}], "labels: each item must be one 'label: ...'"),
        ({"mua": "rest"}, "labels: only 'mua: rest'"),
        ({"good": GOOD}, "labels.good: the last class must be 'rest'"),
        ({"good": GOOD, "mua": "rset"}, "labels.mua: the last class must be 'rest'"),
        ({"mua": "rest", "good": GOOD}, "labels.mua: 'rest' takes all units"),
        ({"good": ["ks_refractory"], "mua": "rest"}, "labels.good: expected 'all:' or 'any:'"),
        ({"good": {"al": ["ks_refractory"]}, "mua": "rest"}, "labels.good: unknown key 'al'"),
        ({"good": {**GOOD, "any": ["ks_refractory"]}, "mua": "rest"}, "both 'all' and 'any'"),
        ({"good": {**GOOD, "undefinde": "pass"}, "mua": "rest"}, "did you mean 'undefined'?"),
        ({"good": {"undefined": "pass"}, "mua": "rest"}, "labels.good: expected 'all:'"),
        ({"good": {"presence_ratio": {"less": None}}, "mua": "rest"}, "every unit would match"),
        ({"unsorted": GOOD, "mua": "rest"}, "'unsorted' is Phy's word"),
        ({"good": GOOD, "unsorted": "rest"}, "'unsorted' is Phy's word"),
        ({"very good": GOOD, "mua": "rest"}, "label 'very good' must be"),
        ({True: GOOD, "mua": "rest"}, "label True must be"),
        ([{"sua": GOOD}, {"SUA": GOOD}, {"mua": "rest"}], "there is a class 'sua' before it"),
        ({"Good": GOOD, "mua": "rest"}, "labels.Good: Phy knows 'good' only in this spelling, did"),
        ({"good": GOOD, "MUA": "rest"}, "did you mean 'mua'?"),
        ({"NOISE": GOOD, "mua": "rest"}, "did you mean 'noise'?"),
    ],
)
def test_bad_classes_are_clear(block, expected):
    assert any(expected in problem for problem in problems(block))


@pytest.mark.parametrize("label", ["sua", "SUA", "non_soma", "Goodish", "2nd"])
def test_classes_of_ones_own_are_taken(label):
    assert parse_labels({label: GOOD, "mua": "rest"}, KINDS).labels == (label, "mua")


def test_all_problems_are_listed_with_their_key():
    block = {
        "good": {"all": ["ks_refractory", "presense_ratio > 1", {"any": ["firing_rate", "x < 1"]}]},
        "noise": {"any": [{"presense_ratio": {"greter": 1}}]},
        "mua": "rest",
    }
    paths = [problem.split(":")[0] for problem in problems(block, where="criteria_sets.strict")]
    assert paths == [
        "criteria_sets.strict.good.all[1]",
        "criteria_sets.strict.good.all[2].any[0]",
        "criteria_sets.strict.good.all[2].any[1]",
        "criteria_sets.strict.noise.any[0].presense_ratio",
        "criteria_sets.strict.noise.any[0].presense_ratio",
    ]


def test_block_that_holds_itself_is_a_problem():
    loop = {"all": ["ks_refractory"]}
    loop["all"].append(loop)
    assert any("nested deeper" in problem for problem in problems({"good": loop, "mua": "rest"}))


# canonical text


@pytest.mark.parametrize(
    "other",
    [
        good_if("presence_ratio>=.5", "firing_rate   >= 1.0"),
        good_if("firing_rate >= 1", "presence_ratio >= 5e-1"),
        good_if("firing_rate >= 1", {"presence_ratio": {"abs": False, "greater": 0.5}}),
        good_if("firing_rate >= 1", {"all": ["presence_ratio >= 0.5"]}, undefined="fail"),
        good_if("firing_rate >= 1", "firing_rate >= 1", "presence_ratio >= 0.5"),
        {
            "good": {"presence_ratio": {"greater": 0.5}, "firing_rate": {"greater": 1}},
            "mua": "rest",
        },
        [{"good": {"all": ["firing_rate >= 1", "presence_ratio >= 0.5"]}}, {"mua": "rest"}],
    ],
)
def test_canonical_is_the_same_for_one_meaning(other):
    assert canonical(other) == canonical(good_if("presence_ratio >= 0.5", "firing_rate >= 1"))


@pytest.mark.parametrize(
    "other",
    [
        good_if("presence_ratio >= 0.5", "firing_rate >= 1", mode="any"),
        good_if("presence_ratio >= 0.5", "firing_rate >= 1", undefined="pass"),
        good_if("presence_ratio >= 0.5", {"firing_rate": {"greater": 1, "undefined": "pass"}}),
        good_if("presence_ratio >= 1", "firing_rate >= 0.5"),
        good_if("presence_ratio > 0.5", "firing_rate >= 1"),
        good_if("presence_ratio >= 0.5"),
        {
            **good_if("presence_ratio >= 0.5", "firing_rate >= 1"),
            "mua": {"all": ["n_spikes > 1"]},
            "noise": "rest",
        },
    ],
)
def test_canonical_differs_for_another_meaning(other):
    assert canonical(other) != canonical(good_if("presence_ratio >= 0.5", "firing_rate >= 1"))


def test_canonical_keeps_the_order_of_classes():
    reordered = {name: THREE[name] for name in ("good", "noise", "mua")}
    assert canonical(reordered) != canonical(THREE)


def test_canonical_refuses_what_cannot_be_read():
    with pytest.raises(ConfigError, match="cannot read"):
        canonical(good_if("firing_rate => 1"))


thresholds = st.one_of(st.integers(-3, 3), st.floats(-3, 3))
leaves = st.one_of(
    st.builds("{} {} {}".format, st.sampled_from("ab"), st.sampled_from(["<", ">="]), thresholds),
    st.builds("abs({}) <= {}".format, st.sampled_from("ab"), thresholds),
    st.sampled_from(["flag", "not flag", "word == good", "word not in [mua, good]"]),
    st.fixed_dictionaries(
        {
            "a": st.fixed_dictionaries(
                {"less": thresholds, "undefined": st.sampled_from(["pass", "fail"])}
            )
        }
    ),
)


def as_groups(items):
    """Groups of some items, with or without a policy for undefined values."""
    lists = st.lists(items, min_size=1, max_size=3)
    policy = {"undefined": st.sampled_from(["pass", "fail"])}
    return st.one_of(
        st.fixed_dictionaries({"all": lists}, optional=policy),
        st.fixed_dictionaries({"any": lists}, optional=policy),
    )


classes = as_groups(st.recursive(leaves, as_groups, max_leaves=5))
toy_units = st.fixed_dictionaries(
    {
        "a": st.one_of(st.none(), thresholds),
        "b": st.one_of(st.just(math.nan), thresholds),
        "flag": st.sampled_from([True, False, None]),
        "word": st.sampled_from(["good", "mua", "noise", None]),
    }
)


@example(
    first={"all": [{"any": ["a > 1", "b > 1"]}, {"any": ["b > 1", "a > 1"]}]},
    second={"all": ["flag"]},
    unit={"a": 2.0, "b": None, "flag": True, "word": "good"},
)
@given(first=classes, second=classes, unit=toy_units)
def test_canonical_text_read_back_labels_every_unit_the_same(first, second, unit):
    kinds = {"a": "float", "b": "float", "flag": "bool", "word": "label"}
    block = {"x": first, "y": second, "z": "rest"}
    text = canonical(block)
    again = json.loads(text)
    assert canonical(again) == text
    ours, theirs = (label_unit(parse_labels(each, kinds), unit) for each in (block, again))
    assert (ours.label, ours.results) == (theirs.label, theirs.results)
