"""Grouping of spikes by unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodunits.spiketrains.unit_spikes import count_ids, group_by_unit


def trains_of(spikes):
    return {int(unit_id): spikes.train(row).tolist() for row, unit_id in enumerate(spikes.unit_ids)}


def test_hand_worked_grouping_with_a_gap_in_the_ids():
    spikes = group_by_unit(np.array([1, 2, 3, 5, 8]), np.array([7, 0, 7, 0, 3], dtype=np.int32))
    assert trains_of(spikes) == {0: [2, 5], 3: [8], 7: [1, 3]}
    assert spikes.counts().tolist() == [2, 1, 2]
    assert spikes.order.tolist() == [1, 3, 4, 0, 2]
    assert spikes.in_time_order


def test_unsorted_times_are_sorted_within_each_unit_and_said_so():
    spikes = group_by_unit(np.array([50, 40, 10, 20, 30]), np.array([1, 2, 1, 2, 1]))
    assert trains_of(spikes) == {1: [10, 30, 50], 2: [20, 40]}
    assert spikes.order.tolist() == [2, 4, 0, 3, 1]
    assert not spikes.in_time_order


def test_the_input_arrays_are_not_changed():
    samples, clusters = np.array([9, 4, 6]), np.array([1, 1, 0])
    group_by_unit(samples, clusters)
    assert samples.tolist() == [9, 4, 6]
    assert clusters.tolist() == [1, 1, 0]


@pytest.mark.parametrize("ids", [(0, 255), (3, 256), (1, 65_536), (0, 2**31 - 1), (5, 2**40)])
def test_ids_of_any_size(ids):
    clusters = np.array([ids[1], ids[0], ids[1]], dtype=np.int64)
    spikes = group_by_unit(np.array([1, 2, 3]), clusters)
    assert trains_of(spikes) == {ids[0]: [2], ids[1]: [1, 3]}


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.sampled_from([0, 1, 2, 9, 300, 70_000, 2**22])),
        min_size=1,
        max_size=200,
    )
)
def test_every_spike_is_in_its_unit_once_and_in_order(spike_list):
    samples, clusters = (np.array(part, dtype=np.int64) for part in zip(*spike_list, strict=True))
    spikes = group_by_unit(samples, clusters)
    assert sorted(spikes.order.tolist()) == list(range(len(samples)))
    assert np.array_equal(samples[spikes.order], spikes.samples)
    for row, unit_id in enumerate(spikes.unit_ids):
        expected = np.sort(samples[clusters == unit_id])
        assert np.array_equal(spikes.train(row), expected)


def test_count_ids_counts_only_ids_that_occur():
    unit_ids, counts = count_ids(np.array([4, 4, 0, 9], dtype=np.int32))
    assert unit_ids.tolist() == [0, 4, 9]
    assert counts.tolist() == [1, 2, 1]
