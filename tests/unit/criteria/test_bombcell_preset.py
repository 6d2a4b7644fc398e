"""The bombcell preset gives the labels of SpikeInterface's bombcell on the same metrics."""

import math

import pandas as pd
import pytest
import yaml
from spikeinterface.curation import bombcell_curation as peer

from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict
from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import compute
from real_sorts import PROJECT

DEFAULTS = yaml.safe_load((PROJECT / "config.yaml").read_text())["metrics"]
PRESET = yaml.safe_load((PROJECT / "presets" / "bombcell.yaml").read_text())
THEIR_NAMES = {"n_spikes": "num_spikes", "presence_ratio_si": "presence_ratio"}
LEFT_OUT = ("amplitude_median", "snr", "amplitude_cutoff", "isolation_distance", "l_ratio")


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c", "dev_a_curated"])
def test_labels_are_those_of_spikeinterface(name, pristine_sorts):
    folder = next((pristine_sorts / name).rglob("spike_times.npy")).parent
    rules = label_rules.parse_labels(PRESET["labels"], all_metrics.kinds())
    table = compute.compute_metrics(read_sort(folder), DEFAULTS, None, rules.metrics)
    thresholds = peer.bombcell_get_default_thresholds()
    thresholds["mua"] = {k: v for k, v in thresholds["mua"].items() if k not in LEFT_OUT}
    frame = pd.DataFrame(table.columns, index=table.unit_ids).rename(columns=THEIR_NAMES)
    theirs = peer.bombcell_label_units(thresholds=thresholds, external_metrics=frame)[
        "bombcell_label"
    ]
    labels = {}
    for row, unit_id in enumerate(table.unit_ids.tolist()):
        values = {metric: column[row] for metric, column in table.columns.items()}
        verdict = unit_verdict.label_unit(rules, values, table.undefined.get(unit_id, {}))
        labels[unit_id] = verdict.label
        assert len(verdict.reason) < 300
        if verdict.label == "mua":
            assert verdict.reason.startswith("not good: ")
        shape = [values[metric] for metric in thresholds["noise"]]
        if not any(value is None or math.isnan(value) for value in shape):
            assert verdict.label == theirs[unit_id], (unit_id, verdict.reason)
        elif verdict.label != theirs[unit_id]:
            assert theirs[unit_id] == "noise"
    assert len(set(labels.values())) >= 3
