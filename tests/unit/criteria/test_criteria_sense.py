"""Criteria that cannot do what they say are refused, with range and unit."""

import math

import numpy as np
import pytest
import yaml

from goodunits.catalogue import all_metrics
from goodunits.criteria import sense
from goodunits.criteria.label_rules import parse_labels
from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import compute
from goodunits.scorecards import quantities
from real_sorts import PROJECT

DEFAULTS = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))


def lines(*items, mode="all"):
    """Problems of one class of criteria."""
    block = {"good": {mode: list(items)}, "mua": "rest"}
    rules = parse_labels(block, all_metrics.kinds(), all_metrics.units())
    return sense.problems(rules, all_metrics.METRICS, "labels")


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (
            "presence_ratio >= 80",
            "'presence_ratio >= 80' never holds: presence_ratio is a fraction from 0 to 1; write "
            "0.8 or 80 %",
        ),
        (
            "contamination_upper_bound < 15",
            "'contamination_upper_bound < 15' always holds: contamination_upper_bound is a "
            "fraction from 0 to 1; write 0.15 or 15 %",
        ),
        (
            "ks_contamination < 0",
            "'ks_contamination < 0' never holds: ks_contamination is 0 or more; remove the line",
        ),
        (
            "peak_to_trough_duration < 0.1",
            "'peak_to_trough_duration < 0.1' always holds: peak_to_trough_duration is in s, from "
            "0 to 0.02; write 0.0001 or 0.1 ms",
        ),
        ("firing_rate >= inf", "'firing_rate >= inf': inf is no threshold"),
        ("n_spikes < inf", "'n_spikes < inf': inf is no threshold"),
        ({"firing_rate_recording": {"less": math.inf}}, "inf is no threshold"),
        ("presence_ratio >= 0", "'presence_ratio >= 0' always holds"),
        ("presence_ratio > 1", "'presence_ratio > 1' never holds"),
        ("presence_ratio_allen >= 1", "is a fraction from 0 to 0.99"),
        ("firing_rate >= -1 Hz", "firing_rate is in Hz, 0 or more"),
        ("silhouette > 2", "silhouette is from -1 to 1"),
        ("abs(silhouette) >= 0", "'abs(silhouette) >= 0' always holds"),
        ("presence_ratio == 1.5", "'presence_ratio == 1.5' never holds"),
        ("presence_ratio != 50", "'presence_ratio != 50' always holds"),
        ("ks_label == Good", "ks_label is good or mua, found 'Good', did you mean 'good'?"),
        ("ks_label in [good, MUA]", "ks_label is good or mua, found 'MUA', did you mean 'mua'?"),
        ("ks_label != noise", "ks_label is good or mua, found 'noise'"),
    ],
)
def test_a_criterion_that_cannot_tell_is_refused(item, problem):
    (line,) = lines(item)
    assert line.startswith("labels.good: ")
    assert problem in line


@pytest.mark.parametrize(
    "item",
    [
        "presence_ratio >= 1",
        "presence_ratio > 0",
        "ks_contamination < 1.5",
        "n_spikes >= 100000",
        "peak_to_trough_duration < 0.4 ms",
        "noise_cutoff_ks < -3",
        "abs(noise_cutoff_ks) < 5",
        "depth > -100",
        "ks_label in [good, mua]",
        "sliding_rp_violation <= 0.5",
        "amplitude_cutoff_ks < 0.5",
    ],
)
def test_a_criterion_that_can_tell_is_taken(item):
    assert lines(item) == []


@pytest.mark.parametrize(
    "pair",
    [
        ("n_spikes > 1000", "n_spikes < 500"),
        ("n_spikes > 500", "n_spikes <= 500"),
        ("n_spikes == 3", "n_spikes == 4"),
        ("abs(noise_cutoff_ks) > 3", "abs(noise_cutoff_ks) < 2"),
        ("ks_refractory", "not ks_refractory"),
        ("ks_label == good", "ks_label == mua"),
        ("ks_label == good", "ks_label != good"),
    ],
)
def test_criteria_that_exclude_each_other_are_refused(pair):
    (line,) = lines(*pair)
    assert f"'{pair[0]}' and '{pair[1]}' exclude each other under 'all'" in line
    assert lines("firing_rate >= 1", {"any": ["ks_q12 < 0.1", {"all": list(pair)}]}) == [line]
    assert lines(*pair, mode="any") == []


@pytest.mark.parametrize(
    "pair",
    [
        ("n_spikes > 500", "n_spikes < 1000"),
        ("n_spikes >= 500", "n_spikes <= 500"),
        ("n_spikes > 500", "n_spikes != 600"),
        ("n_spikes > 500", "n_spikes > 1000"),
        ("noise_cutoff_ks > 3", "abs(noise_cutoff_ks) < 5"),
        ("ks_label != good", "ks_label != mua"),
    ],
)
def test_criteria_that_can_hold_together_are_taken(pair):
    assert lines(*pair) == []


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c", "dev_a_curated"])
def test_every_measured_value_is_within_the_limits_of_its_metric(name, pristine_sorts):
    folder = next((pristine_sorts / name).rglob("spike_times.npy")).parent
    table = compute.compute_metrics(
        read_sort(folder), DEFAULTS["metrics"], None, tuple(all_metrics.METRICS)
    )
    assert set(table.columns) == set(all_metrics.METRICS)
    for metric, column in table.columns.items():
        record = all_metrics.METRICS[metric]
        if record.kind == "label":
            assert {value for value in column if value} <= set(record.values)
        elif record.kind != "bool":
            values = np.array([np.nan if value is None else value for value in column], float)
            low, high = record.limits
            inside = (values >= low) & (values <= high) | np.isnan(values)
            assert inside.all(), (metric, values[~inside])


@pytest.mark.parametrize("path", ["config.yaml", *(PROJECT / "presets").glob("*.yaml")], ids=str)
def test_what_is_shipped_makes_sense(path):
    config = yaml.safe_load((PROJECT / path).read_text(encoding="utf-8"))
    cards = config.get("scorecards", {})
    kinds = all_metrics.kinds() | quantities.kinds(cards)
    rules = parse_labels(config["labels"], kinds, all_metrics.units())
    records = all_metrics.METRICS | quantities.records(cards)
    assert sense.problems(rules, records, "labels") == []
