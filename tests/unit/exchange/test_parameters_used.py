"""Which parameters a metric was computed with, held against what changes when one is changed."""

import copy

import pytest
import yaml

from goodunits.catalogue import all_metrics
from goodunits.exchange import parameters_used
from goodunits.kilosort import sort_files
from goodunits.metrics import compute
from real_sorts import PROJECT

DEFAULTS = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]
PARAMETERS = [(metric, name) for metric, block in DEFAULTS.items() for name in block]
# Of those without a number by default.
NUMBERS = {"n_bin_edges": 7, "acg_threshold": 0.1}
PERIOD_MS = 1.7


@pytest.fixture(scope="module")
def values(pristine_sorts):
    """Function that computes all metrics of a real sort; cells as text by metric."""
    sort = sort_files.read_sort(pristine_sorts / "dev_b")

    def of(parameters):
        table = compute.compute_metrics(sort, parameters, {}, list(all_metrics.METRICS))
        return {name: list(map(str, cells)) for name, cells in table.columns.items()}

    return of


@pytest.fixture(scope="module")
def by_default(values):
    """Metrics with the parameters of config.yaml."""
    return values(DEFAULTS)


def other_than(metric, name):
    """Another value of a parameter."""
    value = DEFAULTS[metric][name]
    if value is None:
        return NUMBERS.get(name, PERIOD_MS)
    return max(1, value // 3) if isinstance(value, int) else value * 0.31


@pytest.mark.parametrize(("metric", "name"), PARAMETERS)
def test_what_a_parameter_changes_is_said_to_use_it(values, by_default, metric, name):
    measured = {"parameters": DEFAULTS}
    used = {each: parameters_used.used(each, measured) for each in all_metrics.METRICS}
    used_by = {each for each in used if f"{metric}.{name}" in used[each]} | {metric}
    parameters = copy.deepcopy(DEFAULTS)
    parameters[metric][name] = other_than(metric, name)
    found = values(parameters)
    assert {each for each in found if found[each] != by_default[each]} <= used_by
