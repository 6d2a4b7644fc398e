"""Scatter of PC features to one side: known clouds, invariances, a real sort with known truth."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from test_isolation import as_unit

from goodunits.metrics import pc_spread
from real_sorts import DATA

BLOCK = {"n_channels": 4, "min_spikes_per_feature": 2, "n_spikes_per_run": 40}


def cloud(n_spikes=1000, n_channels=4, seed=1):
    """Spikes of one neuron: its mean features and noise, equal in all directions."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(0, 8, 6 * n_channels)
    return mean + rng.normal(size=(n_spikes, 6 * n_channels)), mean


def ratio(features):
    return pc_spread.spread_ratio(features, BLOCK["n_spikes_per_run"])


def across(mean, seed=2):
    """A direction across the mean."""
    line = np.random.default_rng(seed).normal(size=len(mean))
    line -= mean * (line @ mean) / (mean @ mean)
    return line / np.linalg.norm(line)


def test_four_hand_made_directions():
    """Spikes at +-4, +-2, +-1 along three axes, far along none: variances 16, 4 and 1 to 1."""
    axes = np.concatenate([np.eye(4)[:3], -np.eye(4)[:3]]) * np.array([4, 2, 1, 0])
    features = np.tile(axes, (50, 1)) + np.array([0, 0, 0, 100.0])
    assert np.quantile(np.linalg.norm(axes, axis=1), 0.9) == 4  # the largest: nothing is cut
    assert pc_spread.spread_ratio(features, 300) == pytest.approx(16)


def test_noise_alone_gives_about_one():
    assert 1 <= ratio(cloud()[0]) < 1.3


def test_another_neuron_in_one_spike_of_ten_is_seen():
    features, mean = cloud()
    features[::10] += 8 * across(mean)
    assert ratio(features) > 3


def test_the_more_of_another_neuron_the_larger():
    found = []
    for share in (0, 0.05, 0.1, 0.2, 0.4):
        features, mean = cloud()
        features[np.random.default_rng(3).random(len(features)) < share] += 5 * across(mean)
        found.append(ratio(features))
    assert found == sorted(found) and found[-1] > 3 * found[0]


def test_size_drift_and_a_few_far_spikes_do_not_matter():
    features, mean = cloud()
    plain = ratio(features)
    rng = np.random.default_rng(4)
    assert ratio(features + rng.normal(0, 0.3, (1000, 1)) * mean) == pytest.approx(plain, rel=0.02)
    drift = np.linspace(0, 20, 1000)[:, None] * across(mean)
    assert ratio(features + drift) == pytest.approx(plain, rel=0.05)
    overlaps = features.copy()
    overlaps[::50] += 100 * across(mean)
    assert ratio(overlaps) < 1.6 < 50 < ratio_without_cut(overlaps)


def ratio_without_cut(features):
    """Largest over third largest variance across the mean, far spikes and all."""
    mean = features.mean(axis=0)
    scatter = features - mean
    scatter = scatter - np.outer(scatter @ mean, mean) / (mean @ mean)
    variances = np.linalg.eigvalsh(np.cov(scatter.T))[::-1]
    return variances[0] / variances[2]


def test_scale_and_rotation_do_not_matter():
    features, mean = cloud()
    features[::5] += 4 * across(mean)
    turn = stats.ortho_group.rvs(features.shape[1], random_state=5)
    assert ratio(7.5 * features) == pytest.approx(ratio(features))
    # Medians of runs turn with the cloud but for a little.
    assert ratio(features @ turn) == pytest.approx(ratio(features), rel=0.03)


def test_what_cannot_be_said_has_a_reason():
    features, _ = cloud(n_spikes=48)
    assert pc_spread.unit_spread_ratio(as_unit(features), **BLOCK) >= 1
    assert pc_spread.unit_spread_ratio(as_unit(features[:47]), **BLOCK) == "too_few_spikes"
    nowhere = as_unit(features)
    nowhere.channels[:] = -1
    assert pc_spread.unit_spread_ratio(nowhere, **BLOCK) == "channels_unknown"
    assert ratio(np.ones((100, 6))) == "singular"
    features[3, 2] = np.inf
    assert ratio(features) == "not_finite"


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 90), st.integers(1, 24), st.integers(0, 3), st.integers(0, 10_000))
def test_any_cloud_gives_a_ratio_or_a_reason(n_spikes, n_features, most, seed):
    rng = np.random.default_rng(seed)
    found = ratio(rng.integers(-most, most + 1, (n_spikes, n_features)).astype(float))
    assert found in ("singular", "too_few_spikes") or 1 <= found < np.inf


def test_in_a_real_sort_the_units_that_scatter_most_hold_foreign_spikes():
    """Features of up to 200 spikes of each unit of dev_a, from its pc_features.npy."""
    truth = json.loads((DATA / "dev_a.truth.json").read_text())["clusters"]
    with np.load(DATA / "dev_a.pc_features_sample.npz") as sample:
        ratios = {unit: ratio(sample[unit].astype(float)) for unit in sample.files}
    widest = sorted(ratios, key=ratios.get)[-3:]
    assert all(truth[unit]["true_contamination"] > 0.1 for unit in widest)
    clean = [unit for unit in ratios if truth[unit]["true_contamination"] == 0]
    assert max(ratios[unit] for unit in clean) < min(ratios[unit] for unit in widest)
