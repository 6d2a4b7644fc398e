"""Extent of a template over the probe, against SpikeInterface's own code."""

import numpy as np
import pytest
from spikeinterface.metrics.template import metrics as peer

from goodunits.kilosort.probe_geometry import unwhitening_matrix
from goodunits.kilosort.sort_files import read_sort
from goodunits.waveforms import template_extent

COLUMN_UM = np.stack([np.zeros(24), 20.0 * np.arange(24)], axis=1)


def near(positions_um, peak, radius_um=100):
    return np.linalg.norm(positions_um - positions_um[peak], axis=1) <= radius_um


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_real_templates_have_spikeinterfaces_extent(name, pristine_sorts):
    folder = next((pristine_sorts / name).rglob("spike_times.npy")).parent
    templates = np.load(folder / "templates.npy").astype(float)
    positions_um = np.load(folder / "channel_positions.npy").astype(float)
    unwhitened = templates @ unwhitening_matrix(read_sort(folder), templates.shape[2])[0]
    n_fitted = 0
    for template in unwhitened:
        sizes = np.ptp(template, axis=0)
        close = near(positions_um, sizes.argmax())
        ours = template_extent.exp_decay(sizes, positions_um, radius_um=100, min_r2=0.2)
        theirs = peer.get_exp_decay(
            template[:, close], positions_um[close], peak_function="ptp", min_r2=0.2
        )
        if isinstance(ours, str):
            assert np.isnan(theirs)
        elif not np.isnan(theirs):
            # Its search stops a little short of the least squares, or in a worse valley.
            assert squares(ours, sizes[close], positions_um[close]) <= 1.0001 * squares(
                theirs, sizes[close], positions_um[close]
            )
            n_fitted += abs(ours / theirs - 1) < 0.01
        assert template_extent.spread(
            sizes, positions_um[:, 1], min_fraction_of_peak=0.2, smoothing_um=20
        ) == peer.get_spread(
            template,
            positions_um,
            30_000,
            depth_direction="y",
            spread_threshold=0.2,
            spread_smooth_um=20,
            column_range=None,
        )
    assert n_fitted >= 0.8 * len(unwhitened)


def squares(decay, sizes, positions_um):
    """Squares left by the best amplitude and offset within the limits, searched on a grid."""
    distances = np.linalg.norm(positions_um - positions_um[sizes.argmax()], axis=1)
    amplitudes = np.linspace(0.5, 1.5, 301)[:, None, None] * sizes.max()
    offsets = np.linspace(0, 2, 301)[None, :, None] * sizes.min()
    left = sizes - amplitudes * np.exp(-decay * distances) - offsets
    return (left**2).sum(axis=2).min()


@pytest.mark.parametrize("decay", [0.005, 0.02, 0.08])
def test_a_known_decay_is_found(decay):
    distances = np.abs(COLUMN_UM[:, 1] - COLUMN_UM[12, 1])
    sizes = 50 * np.exp(-decay * distances) + 3
    found = template_extent.exp_decay(sizes, COLUMN_UM, radius_um=200, min_r2=0.2)
    assert found == pytest.approx(decay, rel=1e-3)


def test_no_decay_is_said_where_there_is_none():
    flat = np.ones(24)
    assert template_extent.exp_decay(flat, COLUMN_UM, radius_um=100, min_r2=0.2) == "poor_fit"
    assert (
        template_extent.exp_decay(flat, COLUMN_UM, radius_um=30, min_r2=0.2) == "too_few_channels"
    )
    assert (
        template_extent.exp_decay(flat[:1], COLUMN_UM[:1], radius_um=30, min_r2=0)
        == "too_few_channels"
    )


def test_a_wider_template_spreads_further():
    distances = np.abs(COLUMN_UM[:, 1] - COLUMN_UM[12, 1])
    found = [
        template_extent.spread(
            np.exp(-distances / scale), COLUMN_UM[:, 1], min_fraction_of_peak=0.2, smoothing_um=20
        )
        for scale in (15, 40, 80)
    ]
    assert found == sorted(found) and found[0] < found[2]
    one = template_extent.spread(np.ones(1), np.zeros(1), min_fraction_of_peak=0.2, smoothing_um=20)
    assert one == 0
