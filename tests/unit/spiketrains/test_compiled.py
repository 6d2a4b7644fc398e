"""The compiled loops give exactly what the numpy functions give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodunits.kilosort import sort_files
from goodunits.metrics import ks_refractory
from goodunits.spiketrains import loops, unit_spikes
from real_sorts import SORTS

pytest.importorskip("numba", reason="without numba there are no compiled loops to compare")

# Halves of milliseconds at 30 kHz, where rounding alone decides the bin.
EDGES = [15 + 30 * lag for lag in (0, 1, 9, 10, 49, 50, 249, 250, 499)]


@pytest.fixture
def always_compiled(monkeypatch):
    """Take the compiled loops for sessions of any size."""
    monkeypatch.setattr(loops, "COMPILED_FROM_SPIKES", 0)


@pytest.mark.parametrize("name", SORTS)
def test_real_sorts(name, pristine_sorts, monkeypatch):
    sort = sort_files.read_sort(pristine_sorts / name)
    found = []
    for least in (10**9, 0):
        monkeypatch.setattr(loops, "COMPILED_FROM_SPIKES", least)
        units = unit_spikes.group_by_unit(sort.spike_samples, sort.spike_clusters)
        scores = ks_refractory.refractoriness(units, 30_000.0, acg_threshold=0.2, q12_threshold=0.2)
        found.append((units, scores))
    (units, scores), (compiled_units, compiled_scores) = found
    np.testing.assert_array_equal(units.order, compiled_units.order)
    np.testing.assert_array_equal(units.samples, compiled_units.samples)
    for metric, column in scores.items():
        assert list(column.values) == list(compiled_scores[metric].values), metric


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(EDGES), st.integers(0, 40_000)), min_size=1, max_size=60),
    st.integers(0, 10**9),
)
def test_pairs_at_bin_edges(steps, start):
    train = np.cumsum([start, *steps]).astype(np.int64)
    expected = ks_refractory.pairs_within(train, 30_000.0)
    compiled = ks_refractory.counter_for(loops.COMPILED_FROM_SPIKES)
    assert compiled is not ks_refractory.pairs_within
    assert compiled(train, 30_000.0) == expected


def test_unsorted_times_and_gaps_in_ids(always_compiled):
    rng = np.random.default_rng(0)
    samples, clusters = rng.integers(0, 10**6, 5000), rng.choice([3, 70, 4000], 5000)
    units = unit_spikes.group_by_unit(samples, clusters)
    assert units.unit_ids.tolist() == [3, 70, 4000]
    for row, unit_id in enumerate(units.unit_ids):
        np.testing.assert_array_equal(units.train(row), np.sort(samples[clusters == unit_id]))
