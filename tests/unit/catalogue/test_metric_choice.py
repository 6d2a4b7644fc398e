"""Which metrics a run computes: the cheap ones, and the groups that somebody asks for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import prepared
from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.catalogue.record import Group, Metric, Parameter

PROJECT = Path(__file__).resolve().parents[3]
PRESETS = sorted((PROJECT / "presets").glob("*.yaml"))
COSTLY = Metric(
    name="slow_metric",
    kind="float",
    unit="",
    description="Takes long.",
    formula="",
    reference="",
    better="higher",
    group="costly",
    parameters=(Parameter("size", "int", "", "Size.", minimum=1),),
)


@pytest.fixture
def with_costly_group(monkeypatch):
    """A group in the catalogue that is computed on request only."""
    group = Group("costly", "on_request", "Costly.")
    monkeypatch.setitem(all_metrics.GROUPS, "costly", group)
    monkeypatch.setitem(all_metrics.METRICS, "slow_metric", COSTLY)


@pytest.fixture
def text_of(sort_folder, tmp_path, monkeypatch, with_costly_group):
    """Function giving what the metrics of a run over one sort depend on."""
    folder = sort_folder("dev_a")
    defaults = (PROJECT / "config.yaml").read_text(encoding="utf-8")
    defaults = defaults.replace("\nmetrics:\n", "\nmetrics:\n  slow_metric: {size: 3}\n")
    (tmp_path / "config.yaml").write_text(defaults, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def text(**config):
        run = prepared.prepare(
            {"dataset": str(folder), **config},
            tmp_path,
            defaults_file=tmp_path / "config.yaml",
            write=False,
        )
        return json.loads(run.metrics_text())

    return text


def test_a_costly_group_waits_until_it_is_asked_for(text_of):
    text = text_of()
    assert "slow_metric" not in text["names"]
    assert "slow_metric" not in text["parameters"]
    assert {"n_spikes", "contamination_upper_bound", "duplicate_of"} <= set(text["names"])


@pytest.mark.parametrize(
    "config",
    [
        {"metric_groups": ["costly"]},
        {"phy_columns": ["slow_metric"]},
        {"labels": {"good": {"all": ["slow_metric > 1"]}, "mua": "rest"}},
        {"criteria_sets": {"area": {"good": {"any": ["slow_metric > 1"]}, "mua": "rest"}}},
    ],
)
def test_a_group_a_criterion_and_a_phy_column_switch_it_on(text_of, config):
    text = text_of(**config)
    assert text["names"][-1] == "slow_metric"
    assert text["parameters"]["slow_metric"] == {"size": 3}


def test_what_is_not_computed_does_not_count(text_of):
    assert text_of(metrics={"slow_metric": {"size": 9}}) == text_of()
    wanted = {"metric_groups": ["costly"]}
    assert text_of(metrics={"slow_metric": {"size": 9}}, **wanted) != text_of(**wanted)


def test_criteria_on_metrics_that_are_computed_anyway_change_nothing(text_of):
    labels = {"good": {"all": ["contamination_upper_bound < 0.1"]}, "mua": "rest"}
    assert text_of(labels=labels, phy_columns=["burst_index_royer"]) == text_of()


def test_a_misspelled_group_is_named_with_the_nearest(text_of):
    with pytest.raises(ConfigError, match="'costl', did you mean 'costly'"):
        text_of(metric_groups=["costl"])


@pytest.mark.parametrize("preset", PRESETS, ids=[path.stem for path in PRESETS])
def test_every_preset_works_by_configfile(preset, sort_folder, tmp_path):
    config = tmp_path / "mine.yaml"
    config.write_text(f"dataset: {sort_folder('dev_a')}\n", encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", PROJECT / "Snakefile", "-n"]
    done = subprocess.run(
        [*command, "--configfile", preset, config],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_each_preset_says_how_it_is_used_and_what_it_leaves_out():
    assert {"allen", "bombcell", "ibl", "recommended", "strict", "tutorial"} <= {
        p.stem for p in PRESETS
    }
    for preset in PRESETS:
        text = preset.read_text(encoding="utf-8")
        assert f"--configfile presets/{preset.name}" in text
        assert "Left out" in text or "Differs" in text
