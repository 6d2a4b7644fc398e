"""The catalogue of metrics."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from goodunits.catalogue import all_metrics
from goodunits.metrics import compute
from imports import loaded_by

PROJECT = Path(__file__).resolve().parents[3]
WHOLE_BLOCK = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]


def problems(block):
    return list(jsonschema.Draft202012Validator(all_metrics.json_schema()).iter_errors(block))


def test_the_names_that_users_of_the_tutorial_know_are_there():
    assert {"firing_rate", "presence_ratio", "ks_contamination", "ks_refractory"} <= set(
        all_metrics.METRICS
    )


@pytest.mark.parametrize("metric", all_metrics.METRICS.values(), ids=list(all_metrics.METRICS))
def test_every_record_is_complete(metric):
    assert metric.kind in ("float", "int", "bool", "label")
    assert metric.better in ("higher", "lower", "none")
    assert metric.description.endswith(".")
    assert metric.group in all_metrics.GROUPS
    assert metric.version >= 1
    for parameter in metric.parameters:
        assert parameter.kind in all_metrics.SCHEMA_TYPES
        assert parameter.description.endswith(".")


def test_every_group_has_a_function_and_a_known_cost():
    assert set(compute.GROUP_FUNCTIONS) == set(all_metrics.GROUPS)
    assert {group.cost for group in all_metrics.GROUPS.values()} <= {"always", "on_request"}


def test_kinds_are_those_of_the_records_in_order():
    assert list(all_metrics.kinds()) == list(all_metrics.METRICS)
    assert all_metrics.kinds()["ks_refractory"] == "bool"
    assert all_metrics.kinds()["n_spikes"] == "int"


def test_the_schema_is_valid_and_takes_a_whole_block_and_parts_of_it():
    jsonschema.Draft202012Validator.check_schema(all_metrics.json_schema())
    assert problems(WHOLE_BLOCK) == []
    assert problems({"presence_ratio": {"n_bin_edges": 10}}) == []
    assert problems({}) == []


@pytest.mark.parametrize(
    "block",
    [
        {"presence_ration": {}},
        {"n_spikes": {}},
        {"presence_ratio": {"bin_duration": 300}},
        {"presence_ratio": {"bin_duration_s": 0}},
        {"presence_ratio": {"bin_duration_s": None}},
        {"presence_ratio": {"bin_duration_s": "300"}},
        {"presence_ratio": {"n_bin_edges": 1}},
        {"presence_ratio": {"n_bin_edges": 9.5}},
        {"presence_ratio": {"min_fraction_of_mean": -0.1}},
        {"presence_ratio": {"min_n_bins": True}},
        {"ks_refractory": {"q12_threshold": 1.5}},
        {"ks_refractory": {"acg_threshold": 0}},
        {"ks_refractory": None},
    ],
)
def test_the_schema_refuses_wrong_keys_and_values(block):
    assert problems(block) != []


def test_light_modules_import_nothing_heavy():
    loaded = loaded_by("goodunits.catalogue.all_metrics", "goodunits.result_files.metrics_tsv")
    assert not {"numpy", "pandas", "yaml", "jsonschema"} & loaded
