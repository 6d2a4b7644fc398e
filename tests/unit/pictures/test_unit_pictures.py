"""What is drawn of each unit, against counts made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from goodunits.kilosort import sort_files
from goodunits.metrics import compute
from goodunits.pictures import unit_pictures
from goodunits.spiketrains import pair_lags
from goodunits.spiketrains.pair_lags import count_lags
from goodunits.spiketrains.unit_spikes import group_by_unit
from real_sorts import PROJECT

RATE_HZ = 30000


def test_the_autocorrelogram_counts_every_pair():
    random = np.random.default_rng(1)
    train = np.unique(random.integers(0, 60 * RATE_HZ, 3000))
    spikes = group_by_unit(train, np.zeros(len(train), dtype=int))
    rates = unit_pictures.autocorrelograms_hz(count_lags(spikes, RATE_HZ), spikes.counts(), RATE_HZ)
    apart_ms = (train[None, :] - train[:, None])[np.triu_indices(len(train), 1)] / RATE_HZ * 1000
    bins = np.floor(np.round(apart_ms / unit_pictures.ACG_BIN_MS, 6)).astype(int)
    pairs = np.bincount(bins[bins < unit_pictures.ACG_BINS], minlength=unit_pictures.ACG_BINS)
    width_s = unit_pictures.ACG_BIN_MS / 1000
    assert rates.shape == (1, unit_pictures.ACG_BINS)
    np.testing.assert_allclose(rates[0], pairs / len(train) / width_s)


def test_the_crosscorrelogram_counts_every_pair():
    random = np.random.default_rng(2)
    train = np.sort(random.integers(0, 60 * RATE_HZ, 2000))
    other = np.sort(np.concatenate([train[::3] + 40, random.integers(0, 60 * RATE_HZ, 2500)]))
    rates = unit_pictures.crosscorrelogram_hz(train, other, RATE_HZ)
    lags_ms = (other[None, :] - train[:, None]).ravel() / RATE_HZ * 1000
    half, n_bins = unit_pictures.ACG_BINS, 2 * unit_pictures.ACG_BINS
    bins = np.floor(np.round(lags_ms / unit_pictures.ACG_BIN_MS, 6)).astype(int) + half
    pairs = np.bincount(bins[(bins >= 0) & (bins < n_bins)], minlength=n_bins)
    np.testing.assert_allclose(rates, pairs / len(train) / (unit_pictures.ACG_BIN_MS / 1000))
    # 40 samples are 1.33 ms.
    assert rates.argmax() == half + 2


def test_the_crosscorrelogram_of_many_spikes_at_one_time_is_bounded():
    train = np.full(50_000, 1000)
    counts, n_used = pair_lags.count_lags_between(train, train, np.array([-10, 0, 10]))
    assert counts.tolist() == [0, n_used * len(train)]
    assert counts.sum() <= pair_lags.MAX_PAIRS


def test_the_crosscorrelogram_without_spikes_is_empty():
    none, some = np.zeros(0, dtype=np.int64), np.array([5, 9])
    for train, other in ((none, some), (some, none), (none, none)):
        assert not unit_pictures.crosscorrelogram_hz(train, other, RATE_HZ).any()


def test_the_firing_rate_is_spikes_over_time():
    spikes = group_by_unit(np.array([0, 1, 2, 25, 39]), np.zeros(5, dtype=int))
    rates = unit_pictures.firing_rates_hz(spikes, np.array([0, 10, 20, 30, 40]), 2.0)
    assert rates.tolist() == [[1.5, 0, 0.5, 0.5]]


def test_amplitudes_are_quantiles_of_each_bin():
    times, amplitudes = np.arange(100), np.arange(100.0)
    low, middle, high = unit_pictures.amplitude_quantiles(times, amplitudes, [0, 50, 50, 100])
    assert middle.tolist() == [24, 0, 74]
    assert (low < middle)[[0, 2]].all() and (middle < high)[[0, 2]].all()


@pytest.fixture
def drawn(sort_folder, tmp_path):
    """Function that draws a real sort without some of its files."""
    parameters = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]

    def draw(*without):
        folder = sort_folder("dev_b", tmp_path / f"sort{len(without)}")
        for name in without:
            (folder / name).unlink()
        sort = sort_files.read_sort(folder)
        table = compute.compute_metrics(sort, parameters, None)
        path = tmp_path / f"{len(without)}.npz"
        unit_pictures.write(sort, table, path)
        with np.load(path) as file:
            return table, {name: file[name] for name in file.files}

    return draw


def test_a_real_sort_has_every_picture(drawn):
    table, pictures = drawn()
    for name in ("acg", "rate", "amplitude", "template", "channels", "positions_um"):
        assert len(pictures[name]) == len(table.unit_ids), name
    peaks = np.array([int(peak) for peak in table.columns["peak_channel"]])
    assert (pictures["channels"][:, 0] == peaks).all()
    # The largest value of a template is on its peak channel, up to channels of nearly its size.
    heights = np.ptp(pictures["template"].astype(int), axis=2)
    assert (heights[:, 0] >= heights.max(axis=1) - 1).all()
    candidates = [[one.cluster_id, one.merge_with] for one in table.merge_candidates]
    assert pictures["pair_ids"].tolist() == candidates[: unit_pictures.MOST_PAIRS]
    assert pictures["ccg"].shape == (len(candidates), 2 * unit_pictures.ACG_BINS)
    assert (pictures["ccg_max_hz"] > 0).any()
    counted = pictures["rate"] / 255 * pictures["rate_max_hz"][:, None]
    bin_s = pictures["duration_s"] / unit_pictures.TIME_BINS
    np.testing.assert_allclose(counted.sum(axis=1) * bin_s, table.columns["n_spikes"], rtol=0.05)


def test_what_a_sort_lacks_is_left_out(drawn):
    _, pictures = drawn("templates.npy", "amplitudes.npy")
    assert {"acg", "rate"} <= set(pictures)
    assert not {"template", "amplitude", "problem"} & set(pictures)


def test_without_pairs_there_are_all_other_pictures(drawn, monkeypatch):
    monkeypatch.setattr(unit_pictures, "MOST_PAIRS", 0)
    table, pictures = drawn()
    assert "problem" not in pictures and len(pictures["acg"]) == len(table.unit_ids)
    assert pictures["pair_ids"].shape == (0, 2) and len(pictures["ccg"]) == 0


def test_a_fault_never_stops_the_session(tmp_path):
    table = SimpleNamespace(unit_ids=np.array([1]), spikes=None)
    unit_pictures.write(SimpleNamespace(sampling_frequency_hz=1.0), table, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        assert "unexpected" in str(file["problem"])
