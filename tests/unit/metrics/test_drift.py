"""Residual drift, against SpikeInterface's own code and known movement."""

import warnings

import numpy as np
import pytest
from spikeinterface.metrics.quality import misc_metrics as peer

from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics.drift import NAMES, drift
from goodunits.spiketrains.unit_spikes import group_by_unit
from si_analyzer import Analyzer

FS = 30_000.0
BLOCK = {
    "interval_s": 60,
    "min_spikes_per_interval": 100,
    "min_fraction_valid_intervals": 0.5,
    "min_n_intervals": 2,
}


def one_unit(train, depths_um, duration_s=600.0, **changes):
    spikes = group_by_unit(np.asarray(train, np.int64), np.zeros(len(train), np.int32))
    columns = drift(spikes, np.asarray(depths_um), FS, duration_s, **{**BLOCK, **changes})
    return [columns[name].reasons.get(0, columns[name].values[0]) for name in NAMES]


def steady_train(rate_hz=10, duration_s=600):
    return (np.arange(0, duration_s, 1 / rate_hz) * FS).astype(np.int64)


@pytest.mark.parametrize("interval_s", [60, 47.3])
@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c", "dev_a_curated"])
def test_real_units_drift_as_in_spikeinterface(name, interval_s, pristine_sorts):
    folder = next((pristine_sorts / name).rglob("spike_times.npy")).parent
    session = read_sort(folder)
    spikes = group_by_unit(session.spike_samples, session.spike_clusters)
    depths_um = np.load(folder / "spike_positions.npy")[:, 1]
    ours = drift(
        spikes, depths_um, FS, session.recording_duration_s, **BLOCK | {"interval_s": interval_s}
    )
    analyzer = Analyzer(session, spikes, depths_um.astype([("y", np.float32)]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about units with few spikes
        theirs = peer.compute_drift_metrics(analyzer, interval_s=interval_s)
    for each in NAMES:
        expected = [getattr(theirs, each)[unit] for unit in analyzer.unit_ids]
        np.testing.assert_allclose(ours[each].values, expected, atol=1e-4)
        assert np.isfinite(ours[each].values).sum() >= 8


def test_a_known_movement():
    train = steady_train()
    moved = 100 + np.where(train < 300 * FS, 0.0, 12.0)
    assert one_unit(train, moved) == pytest.approx([12, 6, 6])
    still = one_unit(train, np.full(len(train), 100.0))
    assert still == [0, 0, 0]


def test_more_movement_is_more_drift_and_where_the_unit_lies_does_not_matter():
    train = steady_train()
    slow = np.linspace(0, 1, len(train))
    ptp = [one_unit(train, 40 + scale * slow)[0] for scale in (0, 5, 20, 80)]
    assert ptp == sorted(ptp) and len(set(ptp)) == 4
    assert one_unit(train, 3000 + 20 * slow) == pytest.approx(one_unit(train, 20 * slow), abs=1e-9)


def test_times_count_in_seconds_at_any_sampling_rate():
    train = steady_train()
    depths = 100 + 20 * np.linspace(0, 1, len(train))
    halved = group_by_unit(train // 2, np.zeros(len(train), np.int32))
    at_half_rate = drift(halved, depths, FS / 2, 600.0, **BLOCK)
    assert at_half_rate["drift_ptp"].values[0] == pytest.approx(one_unit(train, depths)[0])


def test_what_cannot_be_said_has_a_reason():
    train = steady_train()
    depths = np.full(len(train), 50.0)
    assert one_unit(train, depths, duration_s=100) == ["recording_too_short"] * 3
    assert one_unit(train, depths, 0.001, min_n_intervals=1) == ["recording_too_short"] * 3
    assert one_unit(train[:1], depths[:1]) == ["too_few_spikes"] * 3
    early = train < 240 * FS  # 4 whole intervals of 10
    assert one_unit(train[early], depths[early]) == ["too_few_spikes"] * 3
    assert one_unit(train[early], depths[early], min_fraction_valid_intervals=0.6)[0] == 0
    assert one_unit(train, np.where(train < 60 * FS, np.nan, 50)) == ["not_finite"] * 3
