"""Threshold files of SpikeInterface label as SpikeInterface does, on random metrics with gaps."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from spikeinterface.curation import (
    bombcell_get_default_thresholds,
    bombcell_label_units,
    threshold_metrics_label_units,
)

from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, thresholds_file, unit_verdict

OURS = {"num_spikes": "n_spikes", "presence_ratio": "presence_ratio_si"}
NOT_HERE = ("amplitude_median", "snr", "amplitude_cutoff")
N_UNITS = 3000


def expanded(tmp_path, content, spec=None):
    """The block `labels` that a file gives."""
    (tmp_path / "mine.json").write_text(json.dumps(content))
    return thresholds_file.expand({"labels": spec or "mine.json"}, [tmp_path])["labels"]


def labels_by(block, frame):
    """Labels by our criteria of metrics under their names."""
    rules = label_rules.parse_labels(block, all_metrics.kinds(), all_metrics.units())
    rows = frame.rename(columns=OURS).to_dict("records")
    return [unit_verdict.label_unit(rules, row).label for row in rows]


def random_metrics(thresholds, seed):
    """Values around each threshold, on it, and some that could not be computed."""
    rng = np.random.default_rng(seed)
    frame = {}
    for name, limits in thresholds.items():
        ends = [limits[key] for key in ("greater", "less") if limits.get(key) is not None] or [1.0]
        values = rng.choice(ends, N_UNITS) * rng.choice([0.5, 1.0, 1.0, 1.0, 1.02], N_UNITS)
        values[rng.random(N_UNITS) < 0.03] = math.nan
        frame[name] = values * rng.choice([1, 1, 1, -1], N_UNITS) if limits.get("abs") else values
    return pd.DataFrame(frame)


@pytest.mark.parametrize("seed", range(3))
def test_bombcell_thresholds_give_the_labels_of_spikeinterface(tmp_path, seed):
    thresholds = bombcell_get_default_thresholds()
    here = {
        section: {name: limits for name, limits in part.items() if name not in NOT_HERE}
        for section, part in thresholds.items()
    }
    frame = random_metrics({k: v for part in here.values() for k, v in part.items()}, seed)
    theirs = bombcell_label_units(thresholds=here, external_metrics=frame)
    spec = {"thresholds": "mine.json", "without": list(NOT_HERE)}
    ours = labels_by(expanded(tmp_path, thresholds, spec), frame)
    assert ours == theirs.iloc[:, 0].tolist()
    assert set(ours) == {"noise", "non_soma", "good", "mua"}


@pytest.mark.parametrize("section", ["noise", "mua", "non-somatic"])
def test_a_file_with_some_sections_only(tmp_path, section):
    thresholds = bombcell_get_default_thresholds()
    part = {k: v for k, v in thresholds[section].items() if k not in NOT_HERE}
    frame = random_metrics(part, 7)
    theirs = bombcell_label_units(thresholds={section: part}, external_metrics=frame)
    assert labels_by(expanded(tmp_path, {section: part}), frame) == theirs.iloc[:, 0].tolist()


def test_thresholds_of_one_class_give_the_labels_of_spikeinterface(tmp_path):
    thresholds = {
        "num_spikes": {"greater": 300, "less": None},
        "presence_ratio": {"greater": 0.7},
        "firing_rate": {"greater": 0.1, "less": 50},
        "drift_ptp": {"less": 100, "abs": True},
        "snr": {"greater": None, "less": None},
    }
    frame = random_metrics(thresholds, 1)
    theirs = threshold_metrics_label_units(frame, thresholds, fail_label="mua")
    frame = frame.rename(columns={"firing_rate": "firing_rate_recording"})
    block = expanded(tmp_path, thresholds, {"good": "mine.json", "mua": "rest"})
    assert labels_by(block, frame) == theirs["label"].tolist()


@pytest.mark.parametrize(
    ("content", "spec", "words"),
    [
        ({"mua": {"snr": {"greater": 5}}}, None, "without: [snr]"),
        ({"mua": {"snr": {"greater": 5}}}, None, "needs the raw recording"),
        ({"snr": {"greater": 5}}, None, "write 'good: mine.json'"),
        ({"noise": {}}, {"good": "mine.json", "mua": "rest"}, "write 'labels: mine.json'"),
        ({"mua": {"n_spikes": {"more": 5}}}, None, "expected greater, less and abs only"),
        ({"mua": {"n_spikes": {"less": "five"}}}, None, "expected a number or null"),
        ({"mua": [1]}, None, "expected metrics with greater and less"),
        ([1], None, "expected metrics with their thresholds"),
        ({}, "other.json", "other.json: not found"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path, content, spec, words):
    with pytest.raises(ConfigError) as caught:
        expanded(tmp_path, content, spec)
    (problem,) = caught.value.problems
    assert problem.startswith("labels") and words in problem


def test_broken_json_is_one_line(tmp_path):
    (tmp_path / "mine.json").write_text("{")
    with pytest.raises(ConfigError, match="mine.json: not JSON"):
        thresholds_file.expand({"criteria_sets": {"a": "mine.json"}}, [tmp_path])


def test_criteria_in_the_configuration_stay_as_they_are(tmp_path):
    blocks = [{"good": {"all": ["n_spikes > 1"]}}, {"mua": "rest"}]
    config = {"labels": blocks, "criteria_sets": {"a": dict(good="rest")}, "dataset": "x"}
    assert thresholds_file.expand(config, [tmp_path]) == config
