"""Merging and checking of the configuration, and the words for what is wrong with it."""

import copy
import datetime
import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.config.settings import (
    canonical_text,
    check_criteria_names,
    label_blocks,
    labels_block,
    labels_text,
    load_settings,
    merge_config,
    metrics_text,
)
from goodunits.config.yaml_file import load_yaml
from goodunits.criteria import label_rules, unit_verdict
from goodunits.dataset.session_entry import SessionEntry
from goodunits.dataset.session_sheet import MANUAL_CURATION
from goodunits.scorecards import quantities

PROJECT = Path(__file__).resolve().parents[3]
CONFIG = PROJECT / "config.yaml"
SCHEMA = PROJECT / "schemas" / "config.schema.yaml"
LABELS = {"good": {"all": ["firing_rate >= 1"]}, "mua": "rest"}


def load(user_config):
    """Settings of a user's configuration over the project's own."""
    return load_settings(
        user_config,
        CONFIG,
        SCHEMA,
        all_metrics.kinds(),
        all_metrics.GROUPS,
        all_metrics.json_schema(),
    )


def problems_of(user_config):
    """Problems that a user's configuration has."""
    with pytest.raises(ConfigError) as caught:
        load(user_config)
    return caught.value.problems


def write_yaml(folder, text):
    """Write a YAML file and give its path."""
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# What is shipped


def test_the_shipped_configuration_is_valid_and_holds_every_parameter():
    settings = load({})
    assert {name: set(block) for name, block in settings.metrics.items()} == {
        name: {parameter.name for parameter in metric.parameters}
        for name, metric in all_metrics.METRICS.items()
        if metric.parameters
    }
    assert settings.manual_curation == "keep"
    assert settings.only == () and settings.phy_columns == ()


def test_the_shipped_labels_are_the_criteria_of_the_tutorial():
    rules = label_rules.parse_labels(load({}).labels, all_metrics.kinds())
    values = {"ks_refractory": True, "ks_contamination": 0.1, "firing_rate": 1.0}
    assert unit_verdict.label_unit(rules, {**values, "presence_ratio": 0.5}).label == "good"
    assert unit_verdict.label_unit(rules, {**values, "presence_ratio": 0.4}).label == "mua"


@pytest.mark.parametrize("preset", sorted((PROJECT / "presets").glob("*.yaml")), ids=str)
def test_every_preset_is_valid(preset):
    settings = load(load_yaml(preset))
    for place, block in label_blocks(settings).items():
        kinds = all_metrics.kinds() | quantities.kinds(settings.scorecards)
        label_rules.parse_labels(block, kinds, where=place)


def test_the_tutorial_preset_changes_the_bins_only():
    plain, tutorial = load({}), load(load_yaml(PROJECT / "presets" / "tutorial.yaml"))
    changed = copy.deepcopy(plain.metrics)
    changed["presence_ratio"]["n_bin_edges"] = 10
    assert tutorial.metrics == changed
    assert labels_text(tutorial) == labels_text(plain)


def test_every_key_of_the_shipped_configuration_has_a_comment_above():
    lines = CONFIG.read_text(encoding="utf-8").splitlines()
    keys = [i for i, line in enumerate(lines) if re.match(r" *[a-z_0-9]+:", line)]
    explained_at_labels = {"good", "all", "mua"}
    bare = {lines[i].split(":")[0].strip() for i in keys if "#" not in lines[i - 1]}
    assert len(keys) >= 15
    assert bare <= explained_at_labels


def test_the_schema_is_valid_strict_and_agrees_with_the_session_sheet():
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == sorted(schema["properties"]) == sorted(load_yaml(CONFIG))
    assert tuple(schema["properties"]["manual_curation"]["enum"]) == MANUAL_CURATION


# Merging


def test_metrics_are_merged_by_parameter_and_labels_replaced_whole():
    labels = {"noise": {"all": ["n_spikes < 10"]}, "other": "rest"}
    settings = load({"metrics": {"presence_ratio": {"min_n_bins": 5}}, "labels": labels})
    shipped = load({})
    assert settings.metrics["presence_ratio"] == {
        **shipped.metrics["presence_ratio"],
        "min_n_bins": 5,
        "min_bin_duration_s": 10,
    }
    assert settings.metrics["ks_refractory"] == shipped.metrics["ks_refractory"]
    assert settings.labels == labels


def test_criteria_sets_are_merged_by_name_and_each_is_replaced_whole():
    base = {"criteria_sets": {"a": LABELS, "b": LABELS}}
    mine = {"noise": {"all": ["n_spikes < 10"]}, "mua": "rest"}
    merged = merge_config(base, {"criteria_sets": {"b": mine}})
    assert merged["criteria_sets"] == {"a": LABELS, "b": mine}


def test_merging_changes_neither_side():
    base = {"metrics": {"m": {"p": 1, "q": 2}}, "labels": LABELS}
    over = {"metrics": {"m": {"q": 3}, "n": {"r": 4}}}
    before = copy.deepcopy((base, over))
    merged = merge_config(base, over)
    assert merged["metrics"] == {"m": {"p": 1, "q": 3}, "n": {"r": 4}}
    merged["metrics"]["n"]["r"] = 5
    merged["labels"]["good"]["all"].clear()
    assert (base, over) == before


def test_a_null_of_the_user_wins_over_a_number():
    base = {"metrics": {"m": {"p": 10}}}
    assert merge_config(base, {"metrics": {"m": {"p": None}}})["metrics"]["m"]["p"] is None


def test_labels_may_be_a_list_of_classes():
    block = [{"good": {"firing_rate": {"greater": 1, "less": None}}}, {"mua": "rest"}]
    assert load({"labels": block}).labels == block


def test_only_may_be_one_pattern():
    assert load({"only": "mouse1*"}).only == ("mouse1*",)
    assert load({"only": ["a", "b"]}).only == ("a", "b")
    assert load({"only": 2024}).only == (2024,)
    assert load({"only": [datetime.date(2024, 5, 1)]}).only == ("2024-05-01",)


# Problems


@pytest.mark.parametrize(
    ("user_config", "words"),
    [
        ({"datset": "x"}, ["datset: unknown key, did you mean 'dataset'?"]),
        ({"presence_ratio": {}}, ["presence_ratio: unknown key; it belongs under 'metrics:'"]),
        ({"dataset": None}, ["dataset: found nothing, expected text", "a folder to search"]),
        ({"dataset": ""}, ["dataset: is empty"]),
        ({"only": [True]}, ["only[0]: found true, expected text or a number"]),
        ({"manual_curation": "kep"}, ["manual_curation:", "'kep', did you mean 'keep'?"]),
        ({"manual_curation": False}, ["manual_curation: found false, known: keep, fill"]),
        ({"metric_groups": ["burst"]}, ["metric_groups[0]:", "did you mean 'bursts'?"]),
        ({"phy_columns": ["presence"]}, ["phy_columns[0]:", "here it is 'presence_ratio'"]),
        ({"phy_columns": ["n_spikes", "n_spikes"]}, ["phy_columns: an entry appears twice"]),
        ({"labels": None}, ["labels: found nothing", "label classes in order"]),
        ({"labels": {"good": ["a > 1"], "mua": "rest"}}, ["labels.good: found a list", "'rest'"]),
        ({"labels": {"my good": "rest"}}, ["labels: found the text 'my good', expected a name"]),
        ({"labels": {True: "rest"}}, ["labels: key true is not text; put it in quotes"]),
        ({"labels": [{"a": "rest", "b": "rest"}]}, ["labels[0]: has more than one entry"]),
        ({"criteria_sets": {"a": {}}}, ["criteria_sets.a: is empty"]),
        ({"criteria_sets": {"labels": LABELS}}, ["criteria_sets: found", "other than 'labels'"]),
        ({"metrics": {"presense_ratio": {}}}, ["metrics.presense_ratio:", "'presence_ratio'?"]),
        ({"metrics": {"n_spikes": {}}}, ["metrics.n_spikes:", "this metric has no parameters"]),
        ({"metrics": {"presence_ratio": None}}, ["metrics.presence_ratio: found nothing"]),
    ],
)
def test_each_mistake_is_one_clear_line(user_config, words):
    problems = problems_of(user_config)
    assert len(problems) == 1
    assert "\n" not in problems[0]
    for text in words:
        assert text in problems[0]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("min_n_bin", 2, ["unknown key, did you mean 'min_n_bins'?"]),
        ("bin_duration_s", 0, ["found the number 0, expected more than 0", "Unit: s"]),
        ("bin_duration_s", "five", ["found the text 'five', expected a number"]),
        ("bin_duration_s", float("inf"), ["found inf, expected a finite number"]),
        ("bin_duration_s", float("nan"), ["found nan, expected a finite number"]),
        ("bin_duration_s", True, ["found true, expected a number"]),
        ("n_bin_edges", 2.5, ["found the number 2.5, expected a whole number or null"]),
        ("n_bin_edges", 1, ["found the number 1, expected at least 2"]),
        ("n_bin_edges", "null", ["found the text 'null'", "write null without quotes"]),
        ("n_bin_edges", "10", ["found the text '10'", "write 10 without quotes (--config"]),
        ("min_fraction_of_mean", "1e-1", ["found the text '1e-1'", "write 0.1 (YAML"]),
        ("min_fraction_of_mean", 5, ["found the number 5, expected at most 1"]),
    ],
)
def test_a_wrong_parameter_says_found_expected_and_meaning(name, value, words):
    problems = problems_of({"metrics": {"presence_ratio": {name: value}}})
    assert len(problems) == 1
    assert problems[0].startswith(f"metrics.presence_ratio.{name}: ")
    for text in words:
        assert text in problems[0]


def test_all_problems_are_reported_at_once():
    user_config = {"only": [{}], "manual_curation": "x", "metrics": {"a": {}}, "b": 1}
    starts = {problem.split(":")[0] for problem in problems_of(user_config)}
    assert starts == {"only[0]", "manual_curation", "metrics.a", "b"}


def test_a_parameter_that_nobody_gives_is_missed(tmp_path):
    config = load_yaml(CONFIG)
    del config["metrics"]["presence_ratio"]["min_n_bins"]
    path = write_yaml(tmp_path, yaml.safe_dump(config, sort_keys=False))
    with pytest.raises(ConfigError) as caught:
        load_settings(
            {}, path, SCHEMA, all_metrics.kinds(), all_metrics.GROUPS, all_metrics.json_schema()
        )
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("metrics.presence_ratio.min_n_bins: is missing")


def test_the_metrics_of_the_schema_are_those_handed_in(tmp_path):
    metrics_schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"speed": {"type": "object", "properties": {"limit": {"type": "number"}}}},
    }
    config = {**load_yaml(CONFIG), "metrics": {"speed": {"limit": 3}}, "phy_columns": ["speed"]}
    path = write_yaml(tmp_path, yaml.safe_dump(config, sort_keys=False))
    settings = load_settings({}, path, SCHEMA, {"speed": "float"}, ["motion"], metrics_schema)
    assert settings.metrics == {"speed": {"limit": 3}}


# YAML files


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("dataset: a\n only: []\n", 2, "check indentation"),
        ("metrics:\n\tpresence_ratio: 1\n", 2, "spaces only"),
        ("only:\n  - *mouse\n", 2, "put a text that starts with * in quotes"),
        ("only: [a, b\ndataset: x\n", 2, "check indentation, colons and quotes"),
        ("labels:\n  good: rest\n  mua: rest\n  good: rest\n", 4, "'good' appears twice"),
        ("dataset: a\nonly: []\ndataset: b\n", 3, "'dataset' appears twice (first in line 1)"),
    ],
)
def test_a_yaml_mistake_is_shown_with_file_and_line(tmp_path, text, line, words):
    path = write_yaml(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_yaml(path)
    assert len(caught.value.problems) == 1
    problem = caught.value.problems[0]
    assert problem.startswith(f"{path}, line {line}") and words in problem
    assert "\n" not in problem


def test_yaml_files_that_are_empty_missing_or_no_mapping(tmp_path):
    assert load_yaml(write_yaml(tmp_path, "# nothing set\n")) == {}
    with pytest.raises(ConfigError, match="expected lines of 'key: value'"):
        load_yaml(write_yaml(tmp_path, "- a\n- b\n"))
    with pytest.raises(ConfigError, match="could not be read"):
        load_yaml(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("dataset: Mäuse\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_yaml(tmp_path / "latin.yaml")
    with pytest.raises(ConfigError, match=r"mine\.yaml: "):
        load_yaml(write_yaml(tmp_path, "only: [2024-02-31]\n"))


# What the rules depend on


def test_canonical_text_has_one_text_per_meaning():
    assert canonical_text({"b": 1, "a": (1, None)}) == canonical_text({"a": [1.0, None], "b": 1.0})
    assert canonical_text({"a": 1}) != canonical_text({"a": 2})
    assert canonical_text({"a": True}) != canonical_text({"a": 1})
    assert canonical_text({"a": 0.5, "b": 0.1}) != canonical_text({"a": 0.1, "b": 0.5})


def text_of(user_config, names=("presence_ratio",)):
    """Text of some metrics, which use the parameters of presence_ratio."""
    return metrics_text(load(user_config), names, ["presence_ratio"])


def test_the_text_of_the_metrics_changes_with_their_names_and_parameters_only():
    text = text_of({})
    assert text_of({"metrics": {"presence_ratio": {"bin_duration_s": 300.0}}}) == text
    assert text_of({"labels": LABELS, "only": ["a"]}) == text
    assert text_of({"metrics": {"ks_refractory": {"q12_threshold": 0.1}}}) == text
    assert text_of({"metrics": {"presence_ratio": {"min_n_bins": 3}}}) != text
    assert text_of({}, names=["presence_ratio", "n_spikes"]) != text
    assert json.loads(text)["names"] == ["presence_ratio"]


def test_the_text_of_labels_belongs_to_the_chosen_set_and_keeps_the_order_of_classes():
    noise = {"noise": {"all": ["n_spikes < 50"]}}
    settings = load(
        {
            "labels": LABELS,
            "criteria_sets": {"first": {**noise, **LABELS}, "list": [noise, *_one_by_one(LABELS)]},
        }
    )
    swapped = load({"criteria_sets": {"x": {"good": LABELS["good"], **noise, "mua": "rest"}}})
    assert labels_text(settings, "first") == labels_text(settings, "list")
    assert labels_text(settings, "first") != labels_text(swapped, "x")
    assert labels_text(settings) == labels_text(load({"labels": _one_by_one(LABELS)}))
    assert labels_block(settings) == LABELS


def _one_by_one(labels):
    """The same classes as a list of one-key mappings."""
    return [{name: block} for name, block in labels.items()]


def test_an_unknown_criteria_set_of_the_sheet_is_named_for_each_session():
    settings = load({"criteria_sets": {"striatum": LABELS}})
    entries = [
        SessionEntry("s1", Path("a"), criteria="striatum"),
        SessionEntry("s2", Path("b"), criteria="striatm"),
        SessionEntry("s3", Path("c")),
    ]
    check_criteria_names(settings, entries[::2])
    with pytest.raises(ConfigError) as caught:
        check_criteria_names(settings, entries)
    assert caught.value.problems == [
        "session 's2': criteria 'striatm' is not one of criteria_sets, did you mean 'striatum'?"
    ]
    with pytest.raises(ConfigError, match="criteria_sets is empty"):
        labels_block(load({}), "striatum")


BOMB = "a0: &a0 [x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
)
MERGES = "a0: &a0 {k: 1}\n" + "".join(
    f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}], k{i}: 1}}\n" for i in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "more than 50000 values"),
        (MERGES, "more than 50000 values"),
        ("labels: &a [*a]\n", "more than 50000 values"),
        ("labels: " + "[" * 5000, "nested too deeply"),
        ("labels: " + "{a: " * 5000, "nested too deeply"),
        ("[1, 2]: 3\n", "key"),
        ("{}: 3\n", "key"),
        ("a: " + "9" * 5000 + "\n", "digits"),
        ("x" * 2_000_000, "larger than 1 MB"),
        ("a: \x1b[2J\n", "special characters"),
    ],
)
def test_files_that_would_take_time_or_memory_are_refused(tmp_path, text, said):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said) as error:
        load_yaml(path)
    (line,) = error.value.problems
    assert len(line) < 500 and line.isprintable()


def test_a_few_aliases_are_fine(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("a: &a [1, 2]\nb: *a\nc: {<<: {d: 1}, e: *a}\n")
    assert load_yaml(path)["c"] == {"d": 1, "e": [1, 2]}


def test_criteria_sets_that_are_one_file_on_macos():
    block = {"good": {"all": ["firing_rate >= 1"]}, "mua": "rest"}
    (problem,) = problems_of({"criteria_sets": {"CA1": block, "ca1": block, "V1": block}})
    assert problem.startswith("criteria_sets: 'CA1' and 'ca1' differ in upper and lower case only")
