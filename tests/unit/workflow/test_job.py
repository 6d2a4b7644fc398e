"""A light step gets from its command line what Snakemake's `script:` would hand it."""

import pytest

from goodunits.workflow import light_step
from imports import loaded_by

# dataclasses brings inspect along: a fifth of what such a step takes.
HEAVY = {"numpy", "pandas", "yaml", "jsonschema", "dataclasses", "inspect"}


def test_words_become_the_parts_of_a_job():
    found = light_step.from_words(
        ["rule=apply_thresholds", "log=logs/a b.log", "session=s1", 'params.settings={"a": "x=1"}']
        + [
            "resources.mem_mb=750",
            "input.metrics=m.tsv",
            "input.found=f.json",
            "output.labels=results/s1/labels.tsv",
        ]
    )
    assert (found.rule, found.log, found.wildcards.session) == (
        "apply_thresholds",
        ["logs/a b.log"],
        "s1",
    )
    assert found.resources.mem_mb == "750"
    assert found.params.settings == '{"a": "x=1"}'
    assert (found.input.metrics, found.input[1]) == ("m.tsv", "f.json")
    assert found.output[0] == found.output.labels == "results/s1/labels.tsv"


@pytest.mark.parametrize("name", ["backup_labels", "apply_thresholds", "write_phy"])
def test_a_light_step_imports_nothing_heavy(name):
    loaded = loaded_by(name)
    assert "goodunits.workflow.light_step" in loaded
    assert not HEAVY & loaded
