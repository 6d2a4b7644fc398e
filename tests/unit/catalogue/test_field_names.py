"""Names of other programs, and what is said about them."""

import pytest

from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics, field_names
from goodunits.criteria.label_rules import parse_labels
from imports import loaded_by

KNOWN = list(all_metrics.METRICS)


def line(item):
    """Problem of one criterion."""
    with pytest.raises(ConfigError) as caught:
        parse_labels({"good": {"all": [item]}, "mua": "rest"}, all_metrics.kinds())
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("snr", "template_snr_whitened"),
        ("amplitude", "amplitude_median_ks"),
        ("amplitude_uv", "template_ptp_adc"),
        ("amplitude_median", "amplitude_median_ks"),
        ("fr", "firing_rate_recording"),
        ("ContamPct", "ks_contamination"),
        ("KSLabel", "ks_label"),
        ("isi_violations", "isi_violations_ratio"),
        ("ISI_violations", "isi_violations_ratio"),
        ("isi_viol_rate", "isi_violations_ratio"),
        ("presence", "presence_ratio"),
        ("nSpikes", "n_spikes"),
        ("rpv", "isi_contamination_hill"),
        ("fractionRPVs", "rp_contamination"),
        ("dprime", "d_prime"),
        ("Firing_Rate", "firing_rate"),
        ("isolationDistance", "isolation_distance"),
        ("presense_ratio", "presence_ratio"),
    ],
)
def test_a_name_of_the_field_leads_to_what_stands_for_it(name, metric):
    problem = line(f"{name} > 0.1")
    assert f"unknown metric '{name}'" in problem
    assert f"'{metric}'" in problem
    assert len(problem) < 300


@pytest.mark.parametrize(
    ("item", "metric"),
    [("L-ratio < 0.1", "l_ratio"), ("d' > 3", "d_prime"), ("isolation distance > 20", "isolation")],
)
def test_a_name_that_is_no_word_is_known_too(item, metric):
    assert f"here it is '{metric}" in line(item)


@pytest.mark.parametrize("name", ["sd_ratio", "cumulative_drift", "group", "nn_noise_overlap"])
def test_a_name_that_nothing_stands_for_says_why(name):
    assert "nothing stands for it here: " in line(f"{name} > 0.1")


def test_a_name_that_nobody_has_is_no_list_of_all_metrics():
    problem = line("wibble > 1")
    assert problem.endswith("unknown metric 'wibble'; docs/metrics.md lists all metrics")


def test_the_table_names_metrics_that_exist_and_is_without_doubles():
    keys = [field_names._key(name) for entry in field_names.NAMES for name in entry.names]
    assert len(keys) == len(set(keys))
    for entry in field_names.NAMES:
        assert set(entry.here) <= set(KNOWN)
        assert entry.here or entry.note


def test_spikeinterfaces_thresholds_on_names_that_mean_something_else_are_refused():
    block = {
        "noise": {"any": [{"presence_ratio": {"less": 0.1}}]},
        "good": {"firing_rate": {"greater": 1}, "n_spikes": {"greater": 100}},
        "mua": "rest",
    }
    first, second = field_names.pasted(block, "labels")
    assert first.startswith("labels.noise.any[0].presence_ratio: ")
    assert "'presence_ratio_si'" in first
    assert second.startswith("labels.good.firing_rate: ")
    assert "'firing_rate_recording'" in second
    as_text = {"good": {"all": ["firing_rate >= 1", "presence_ratio >= 0.5"]}, "mua": "rest"}
    assert field_names.pasted(as_text, "labels") == []
    renamed = {"good": {"firing_rate_recording": {"greater": 1}}, "mua": "rest"}
    assert field_names.pasted([renamed], "labels") == []


def test_light():
    assert not {"numpy", "pandas", "yaml"} & loaded_by("goodunits.criteria.unit_verdict")
