"""Isolation of clouds of spikes, against SpikeInterface's own code and known overlap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from spikeinterface.metrics.quality import pca_metrics as peer

from goodunits.kilosort.pc_features import UnitFeatures
from goodunits.metrics import isolation

BLOCK = {"n_channels": 2, "min_spikes_per_feature": 5, "n_neighbors": 5}


def clouds(distance, sizes=(300, 400, 250), n_features=12, seed=1):
    """Gaussian clouds in a row, `distance` apart."""
    rng = np.random.default_rng(seed)
    scales = rng.uniform(0.5, 2, n_features)
    direction = rng.normal(size=n_features)
    direction *= distance / np.linalg.norm(direction)
    return [
        rng.normal(size=(size, n_features)) * scales + place * direction
        for place, size in enumerate(sizes)
    ]


def as_unit(cloud, n_pcs=6, n_spikes=None, first_channel=0):
    """A cloud as a unit measured on its own channels."""
    n_channels = cloud.shape[1] // n_pcs
    values = cloud.reshape(len(cloud), n_channels, n_pcs).transpose(0, 2, 1)
    channels = np.tile(np.arange(n_channels) + first_channel, (len(cloud), 1))
    return UnitFeatures(values.astype(np.float32), channels, n_spikes or len(cloud))


def pooled(parts):
    labels = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return np.concatenate(parts), labels


@pytest.mark.parametrize("distance", [0.5, 3, 10])
def test_all_metrics_are_spikeinterfaces_if_every_spike_is_looked_at(distance):
    parts = clouds(distance)
    points, labels = pooled(parts)
    rows = isolation.isolation([as_unit(part) for part in parts], **BLOCK)
    for unit, row in enumerate(rows):
        distance_2, l_ratio = peer.mahalanobis_metrics(points, labels, unit)
        hit, miss = peer.nearest_neighbors_metrics(points, labels, unit, 10_000, 5)
        expected = {
            "isolation_distance": distance_2,
            "l_ratio": l_ratio,
            "d_prime": abs(peer.d_prime_metric(points, labels, unit)),
            "nn_hit_rate": hit,
            "nn_miss_rate": miss,
            "silhouette": peer.simplified_silhouette_score(points, labels, unit),
        }
        # Features are stored as float32.
        assert row == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_clouds_further_apart_are_better_isolated():
    found = [
        isolation.isolation([as_unit(part) for part in clouds(distance)], **BLOCK)[0]
        for distance in (0, 1, 3, 9)
    ]
    for name in ("isolation_distance", "d_prime", "nn_hit_rate", "silhouette"):
        values = [row[name] for row in found]
        assert values == sorted(values) and values[-1] > values[0], name
    for name in ("l_ratio", "nn_miss_rate"):
        values = [row[name] for row in found]
        assert values == sorted(values, reverse=True) and values[-1] < 0.01, name


def test_a_sample_gives_about_the_same_distances_as_all_spikes():
    parts = clouds(3, sizes=(1500, 3000, 800))
    whole = isolation.isolation([as_unit(part) for part in parts], **BLOCK)
    samples = [as_unit(part[::10], n_spikes=len(part)) for part in parts]
    sampled = isolation.isolation(samples, **BLOCK)
    for all_spikes, some in zip(whole, sampled, strict=True):
        assert some["isolation_distance"] == pytest.approx(
            all_spikes["isolation_distance"], rel=0.3
        )
        assert some["d_prime"] == pytest.approx(all_spikes["d_prime"], abs=0.2)
        assert some["silhouette"] == pytest.approx(all_spikes["silhouette"], abs=0.05)


def test_the_order_of_units_and_spikes_does_not_matter():
    parts = clouds(2)
    first = isolation.isolation([as_unit(part) for part in parts], **BLOCK)
    turned = isolation.isolation([as_unit(part[::-1]) for part in parts[::-1]], **BLOCK)[::-1]
    for name in set(isolation.NAMES) - {"nn_miss_rate"}:
        for one, other in zip(first, turned, strict=True):
            assert one[name] == pytest.approx(other[name], rel=1e-6), name


def test_what_cannot_be_said_has_a_reason():
    near, far = clouds(3, sizes=(300, 300))
    alone = isolation.isolation([as_unit(near), as_unit(far, first_channel=50)], **BLOCK)
    assert [set(row.values()) for row in alone] == [{"no_neighbours"}] * 2
    few = isolation.isolation([as_unit(near[:59]), as_unit(far)], **BLOCK)[0]
    assert set(few.values()) == {"too_few_spikes"}
    flat = near.copy()
    flat[:, 3] = 0
    assert isolation.isolation([as_unit(flat), as_unit(far)], **BLOCK)[0]["l_ratio"] == "singular"
    broken = near.copy()
    broken[0, 0] = np.nan
    rows = isolation.isolation([as_unit(broken), as_unit(far)], **BLOCK)
    assert set(rows[0].values()) == {"not_finite"}
    nowhere = as_unit(near)
    nowhere.channels[:] = -1
    assert set(isolation.isolation([nowhere], **BLOCK)[0].values()) == {"channels_unknown"}


def test_channels_on_which_a_neighbour_was_not_measured_count_as_zero():
    near, far = clouds(6, sizes=(300, 300))
    unit, other = as_unit(near), as_unit(far)
    sizes = unit.sizes()
    least = min(sizes, key=sizes.get)
    other.channels[:, least] = -1
    hidden = far.copy()
    hidden[:, 6 * least : 6 * least + 6] = 0
    expected = isolation.isolation([unit, as_unit(hidden)], **BLOCK)[0]
    assert isolation.isolation([unit, other], **BLOCK)[0] == pytest.approx(expected)


@pytest.mark.parametrize("n_degrees", [1, 2, 3, 5, 6, 24, 25, 60])
def test_the_tail_of_chi_square_is_that_of_scipy(n_degrees):
    values = np.concatenate([[0.0], np.geomspace(1e-6, 3000, 60)])
    expected = stats.chi2.sf(values, n_degrees)
    np.testing.assert_allclose(
        isolation.chi2_tail(values, n_degrees), expected, rtol=1e-9, atol=1e-300
    )


@settings(deadline=None, max_examples=30)
@given(
    st.integers(1, 80),
    st.integers(1, 80),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(0, 10_000),
)
def test_any_clouds_give_finite_values_or_reasons(n_own, n_other, n_channels, n_pcs, seed):
    rng = np.random.default_rng(seed)
    units = [
        as_unit(rng.integers(-2, 3, (n, n_channels * n_pcs)).astype(float), n_pcs)
        for n in (n_own, n_other)
    ]
    block = {"n_channels": 4, "min_spikes_per_feature": 1.1, "n_neighbors": 5}
    for row in isolation.isolation(units, **block):
        assert tuple(row) == isolation.NAMES
        for value in row.values():
            assert isinstance(value, str) or np.isfinite(value)
