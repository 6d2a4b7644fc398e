"""What is said of criteria and classes that do not tell the units of a session apart."""

import json

import pytest

from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, undecided, unit_verdict
from imports import loaded_by

BLOCK = {
    "noise": {"any": ["n_spikes < 50", "ks_q12 > 0.9"]},
    "good": {"all": ["firing_rate >= 1", "presence_ratio >= 0.5"], "undefined": "pass"},
    "mua": "rest",
}
STEADY = {"n_spikes": 900, "ks_q12": 0.1, "firing_rate": 3.0, "presence_ratio": 0.9}


def notes(*units, block=BLOCK):
    """Notes on some units, by the changes to a steady one."""
    rules = label_rules.parse_labels(block, all_metrics.kinds())
    rows = []
    for change in units:
        verdict = unit_verdict.label_unit(rules, {**STEADY, **change})
        rows.append({"label_criteria": verdict.label, **verdict.results})
    return undecided.notes(rows, json.loads(label_rules.canonical(block)))


def units(n, **change):
    """Some like units."""
    return [change] * n


def test_nothing_is_said_where_each_criterion_tells():
    mixed = [
        *units(6, firing_rate=0.5),
        *units(6, presence_ratio=0.3),
        *units(6, n_spikes=9),
        *units(6),
        *units(2, ks_q12=0.95),
    ]
    assert notes(*mixed) == []


def test_a_criterion_that_every_unit_meets_is_said_once():
    mixed = [*units(6, firing_rate=0.5), *units(6), *units(2, n_spikes=9)]
    assert notes(*mixed) == [
        "criteria that cannot tell here: presence_ratio >= 0.5 met by every unit"
    ]


def test_a_criterion_that_no_unit_meets_or_that_is_undefined_in_all_is_said():
    mixed = [
        *units(6, firing_rate=0.5, presence_ratio=None, n_spikes=9),
        *units(6, firing_rate=0.2, presence_ratio=None),
    ]
    assert notes(*mixed) == [
        "by the criteria no unit is good",
        "criteria that cannot tell here: firing_rate >= 1 met by no unit; presence_ratio >= 0.5 "
        "undefined in every unit",
    ]


@pytest.mark.parametrize(
    ("change", "label"), [({"n_spikes": 9}, "noise"), ({}, "good"), ({"firing_rate": 0.1}, "mua")]
)
def test_a_class_that_takes_all_units_is_said(change, label):
    assert f"by the criteria every unit is {label}" in notes(*units(12, **change))


def test_of_a_few_units_nothing_is_said():
    assert notes(*units(9)) == []


def test_light():
    assert not {"numpy", "pandas", "yaml"} & loaded_by("goodunits.criteria.undecided")
