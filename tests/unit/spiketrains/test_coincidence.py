"""Synchrony and duplicates, against counting by hand and the known truth of real sorts."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import duplicates, synchrony
from goodunits.spiketrains import coincidence, loops
from goodunits.spiketrains.unit_spikes import count_ids

DATA = Path(__file__).resolve().parents[2] / "data"
SPIKES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), min_size=1, max_size=50)


def prepared(samples, clusters):
    """Spikes in time order, and how many each unit has."""
    samples, clusters = np.array(samples, dtype=np.int64), np.array(clusters, dtype=np.int32)
    unit_ids, counts = count_ids(clusters)
    return coincidence.in_time_order(samples, clusters, unit_ids), unit_ids, counts


def everything(samples, clusters, window_samples=12):
    """All columns of synchrony and duplicates by name."""
    ordered, unit_ids, counts = prepared(samples, clusters)
    pairs, partners = coincidence.coincidences(ordered, window_samples)
    return (
        synchrony.synchrony(ordered, counts, repeated=_any_repeated(samples, clusters))
        | synchrony.tolerant_synchrony(ordered, partners, counts)
        | duplicates.duplicates(unit_ids, pairs, counts)
    )


def _any_repeated(samples, clusters):
    """Whether any unit has two spikes on one sample."""
    return len(set(zip(samples, clusters, strict=True))) < len(samples)


@settings(deadline=None)
@given(SPIKES, st.sampled_from([2, 2**18]), st.sampled_from([0, 10**9]))
def test_synchrony_and_pairs_are_those_counted_by_hand(spikes, chunk, compiled_from):
    spikes.sort()
    samples, clusters = (np.array(each) for each in zip(*spikes, strict=True))
    unit_ids = np.unique(clusters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coincidence, "CHUNK", chunk)
        patch.setattr(coincidence, "PAIRS_CHUNK", chunk)
        patch.setattr(loops, "COMPILED_FROM_SPIKES", compiled_from)
        found = everything(samples, clusters)
        pairs, _ = coincidence.coincidences(prepared(samples, clusters)[0], 12)
    near = np.abs(samples[:, None] - samples[None, :]) <= 12
    others = (near & (clusters[:, None] != clusters[None, :])).sum(axis=1)
    on_sample = (samples[:, None] == samples[None, :]).sum(axis=1)
    for row, unit_id in enumerate(unit_ids):
        own = clusters == unit_id
        for least in synchrony.SYNCHRONY_SIZES:
            n_events = len(np.unique(samples[own & (on_sample >= least)]))
            assert found[f"sync_spike_{least}"].values[row] == n_events / own.sum()
            share = np.mean(others[own] >= least - 1)
            assert found[f"sync_tolerant_{least}"].values[row] == pytest.approx(share)
        for other, other_id in enumerate(unit_ids):
            n_pairs = near[np.ix_(own, clusters == other_id)].sum()
            assert pairs[row, other] == (0 if other == row else n_pairs)


def test_a_copy_with_fewer_spikes_is_told_from_the_better_one():
    train = np.arange(100) * 3000
    copy = train[::2] + 5
    lone = np.arange(50) * 3000 + 1500
    found = everything(
        np.concatenate([train, copy, lone]), np.repeat([7, 3, 9], [len(train), len(copy), 50])
    )
    # Rows: 3 (the copy), 7, 9.
    assert found["duplicate_of"].values == [7, 3, None]
    assert found["duplicate_is_better"].values == [False, True, None]
    assert found["duplicate_share"].values.tolist() == [1, 0.5, 0]
    assert found["duplicate_agreement"].values.tolist() == [0.5, 0.5, 0]
    assert found["duplicate_of"].reasons == {2: "no_coincidence"}
    assert found["sync_tolerant_2"].values.tolist() == [1, 0.5, 0]
    assert found["sync_spike_2"].values.tolist() == [0, 0, 0]


def test_of_two_equal_copies_one_is_the_better():
    train = np.arange(10) * 3000
    found = everything(np.tile(train, 2), np.repeat([4, 2], 10))
    assert found["duplicate_is_better"].values == [True, False]
    assert found["sync_spike_2"].values.tolist() == [1, 1]


def test_the_window_is_counted_from_either_side_and_includes_its_edge():
    samples, clusters = [0, 12, 1000, 1013], [0, 1, 1, 0]
    assert everything(samples, clusters)["duplicate_share"].values.tolist() == [0.5, 0.5]
    assert everything(samples, clusters, 13)["duplicate_share"].values.tolist() == [1, 1]


def test_one_unit_and_one_spike_have_no_partner():
    found = everything([5], [3])
    assert found["duplicate_of"].values == [None]
    assert found["duplicate_agreement"].values.tolist() == [0]
    assert found["sync_spike_2"].values.tolist() == [0]


def test_the_order_of_the_file_and_a_later_start_change_nothing():
    rng = np.random.default_rng(3)
    samples, clusters = np.sort(rng.integers(0, 30_000, 3000)), rng.integers(0, 5, 3000)
    mixed = rng.permutation(3000)
    expected = everything(samples, clusters)
    for other in (everything(samples[mixed], clusters[mixed]), everything(samples + 77, clusters)):
        for name, column in expected.items():
            np.testing.assert_array_equal(column.values, other[name].values)


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_units_that_share_half_of_their_spikes_are_the_same_neuron_in_real_sorts(name, sort_folder):
    session = read_sort(sort_folder(name))
    truth = json.loads((DATA / f"{name}.truth.json").read_text())["clusters"]
    found = everything(session.spike_samples, session.spike_clusters)
    unit_ids = count_ids(session.spike_clusters)[0].tolist()
    shares, partners = found["duplicate_share"].values, found["duplicate_of"].values
    flagged = [row for row in range(len(unit_ids)) if shares[row] >= 0.5]
    same = [
        truth[str(unit_ids[row])]["unit"] == truth[str(partners[row])]["unit"] for row in flagged
    ]
    assert len(flagged) >= 5
    assert np.mean(same) >= 0.9


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_every_neuron_that_was_found_twice_whole_is_flagged_and_one_copy_stays(name, sort_folder):
    session = read_sort(sort_folder(name))
    truth = json.loads((DATA / f"{name}.truth.json").read_text())["clusters"]
    found = everything(session.spike_samples, session.spike_clusters)
    unit_ids = count_ids(session.spike_clusters)[0].tolist()
    keep = {
        unit_id: found["duplicate_share"].values[row] < 0.5
        or found["duplicate_is_better"].values[row]
        for row, unit_id in enumerate(unit_ids)
    }
    by_neuron = {}
    for unit_id, entry in truth.items():
        if entry["recall"] > 0.6 and entry["true_contamination"] < 0.3:
            by_neuron.setdefault(entry["unit"], []).append(int(unit_id))
    assert any(len(copies) > 1 for copies in by_neuron.values())
    for copies in by_neuron.values():
        assert sum(keep[unit_id] for unit_id in copies) == 1
