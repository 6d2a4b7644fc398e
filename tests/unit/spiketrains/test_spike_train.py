"""Counts, rates and presence."""

import math

import numpy as np
import pytest

from goodunits.base.errors import SessionError
from goodunits.metrics.presence import presence
from goodunits.metrics.rates import rates
from goodunits.spiketrains.unit_spikes import group_by_unit

FS = 1000.0
TUTORIAL = {
    "bin_duration_s": 300,
    "n_bin_edges": 10,
    "min_fraction_of_mean": 0.05,
    "min_n_bins": 9,
    "min_bin_duration_s": 10,
}


def spikes_of(*trains_s, fs=FS):
    samples = np.concatenate([np.rint(np.array(train) * fs).astype(np.int64) for train in trains_s])
    clusters = np.repeat(np.arange(len(trains_s)), [len(train) for train in trains_s])
    return group_by_unit(samples, clusters)


def presence_of(*trains_s, **changed):
    return presence(spikes_of(*trains_s), FS, **{**TUTORIAL, "n_bin_edges": None, **changed})[
        "presence_ratio"
    ]


def test_rates_by_hand():
    columns = rates(spikes_of([0, 1, 2, 4], [3, 5]), FS, recording_duration_s=10)
    assert columns["n_spikes"].values == [4, 2]
    assert columns["firing_rate"].values.tolist() == [1.0, 1.0]
    assert columns["firing_rate_recording"].values.tolist() == [0.4, 0.2]
    assert columns["firing_rate"].reasons == {}


def test_rate_of_one_spike_and_of_spikes_at_one_time_is_undefined_with_a_reason():
    columns = rates(spikes_of([3], [5, 5, 5], [1, 2]), FS, recording_duration_s=10)
    rate = columns["firing_rate"]
    assert np.isnan(rate.values).tolist() == [True, True, False]
    assert rate.reasons == {0: "too_few_spikes", 1: "zero_span"}
    assert columns["firing_rate_recording"].values.tolist() == [0.1, 0.3, 0.2]


def test_presence_counts_the_bins_that_hold_spikes():
    whole = np.arange(0, 1200.001, 1)
    column = presence_of(whole, whole[:600], whole[:601], min_n_bins=2)
    # 4 bins of 300 s; the spike at 600 s is the first of the third bin, more than 5 % of a
    # mean of 150.25 is 7.5 spikes, so that one spike does not make it present.
    assert column.values.tolist() == [1.0, 0.5, 0.5]
    any_spike = presence_of(whole, whole[:601], min_n_bins=2, min_fraction_of_mean=0)
    assert any_spike.values.tolist() == [1.0, 0.75]


def test_the_last_spike_belongs_to_the_last_bin():
    assert presence_of([0, 100, 700, 1200], min_n_bins=2).values.tolist() == [0.75]


def test_bins_are_rounded_to_the_nearest_whole_number():
    assert presence_of([0, 1000], [0], min_n_bins=2).values.tolist() == [2 / 3, 1 / 3]
    assert presence_of([0, 1080], [0], min_n_bins=2).values.tolist() == [0.5, 0.25]


def test_presence_tells_in_a_recording_of_ten_minutes():
    """Two bins of 5 minutes could not: whatever fires in both has a ratio of 1."""
    whole = np.arange(0, 600.1, 0.5)
    few_minutes = whole[((whole > 250) & (whole < 350)) | (whole > 590)]
    column = presence_of(whole, few_minutes, whole[whole < 60])
    assert column.values.tolist() == [1, 4 / 9, 1 / 9]


@pytest.mark.parametrize("span_s", [100, 600, 1800, 2500])
def test_bins_get_shorter_where_fewer_than_nine_would_fit(span_s):
    trains = [np.arange(0, span_s + 0.1, 0.5), np.arange(0, span_s / 2, 0.5)]
    tutorial = presence_of(*trains, n_bin_edges=10).values.tolist()
    assert presence_of(*trains).values.tolist() == tutorial


def test_bins_stay_at_five_minutes_in_a_long_recording():
    whole = np.arange(0, 7200.1, 1)
    assert presence_of(whole, whole[:300]).values.tolist() == [1, 1 / 24]


def test_presence_of_a_short_recording_is_undefined_unless_the_bins_are_fixed():
    short = np.arange(0, 80, 0.5)
    column = presence_of(short, short[:5])
    assert np.isnan(column.values).all()
    assert column.reasons == {0: "recording_too_short", 1: "recording_too_short"}
    assert presence_of(short, n_bin_edges=10).values.tolist() == [1.0]
    assert presence_of(short, min_n_bins=5).values.tolist() == [1.0]


def test_short_bins_that_were_asked_for_are_taken():
    short = np.arange(0, 80, 0.5)
    assert presence_of(short, short[:5], bin_duration_s=5).values.tolist() == [1, 1 / 16]


@pytest.mark.parametrize("n_bin_edges", [None, 10])
def test_presence_of_spikes_at_one_time_is_undefined(n_bin_edges):
    column = presence_of([4, 4], [4], n_bin_edges=n_bin_edges)
    assert np.isnan(column.values).all()
    assert set(column.reasons) == {0, 1}


def test_a_damaged_time_is_an_error_in_words_and_not_out_of_memory():
    spikes = group_by_unit(np.array([1, 2**62]), np.array([0, 0]))
    with pytest.raises(SessionError, match="damaged time"):
        presence(spikes, FS, **{**TUTORIAL, "n_bin_edges": None})


@pytest.mark.parametrize("fs", [30000.0, 29999.954, 32000.0])
def test_presence_is_numpys_histogram_of_times_in_seconds(fs):
    rng = np.random.default_rng(5)
    # Spikes exactly on the edges: 9 bins over 9000 multiples of fs / 10.
    grid = np.rint(np.arange(0, 9001) * fs / 10).astype(np.int64)
    samples = np.sort(np.concatenate([grid[[0, -1]], rng.choice(grid, 300)]))
    clusters = rng.integers(0, 3, len(samples))
    spikes = group_by_unit(samples, clusters)
    found = presence(spikes, fs, **{**TUTORIAL, "min_fraction_of_mean": 0.9})
    times_s = samples / fs
    edges_s = np.linspace(times_s.min(), times_s.max(), 10)
    for row, unit_id in enumerate(spikes.unit_ids):
        counts, _ = np.histogram(times_s[clusters == unit_id], bins=edges_s)
        expected = np.mean(counts > 0.9 * counts.mean())
        assert found["presence_ratio"].values[row] == expected


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c", "dev_a_curated"])
def test_real_sorts_give_the_numbers_of_the_tutorial(name, sort_folder, oracle):
    folder = next(sort_folder(name).rglob("spike_times.npy")).parent
    expected = oracle(name)
    spikes = group_by_unit(
        np.load(folder / "spike_times.npy"), np.load(folder / "spike_clusters.npy")
    )
    rate = rates(spikes, expected["fs"], 600.0)
    present = presence(spikes, expected["fs"], **TUTORIAL)
    assert {str(unit_id) for unit_id in spikes.unit_ids} == set(expected["units"])
    for row, unit_id in enumerate(spikes.unit_ids):
        unit = expected["units"][str(unit_id)]
        assert rate["n_spikes"].values[row] == unit["n"]
        assert math.isclose(rate["firing_rate"].values[row], unit["fr"], rel_tol=1e-9)
        assert math.isclose(present["presence_ratio"].values[row], unit["presence"], rel_tol=1e-9)
