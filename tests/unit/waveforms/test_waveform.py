"""Shape of a waveform, against scipy and SpikeInterface's own code."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import signal
from spikeinterface.metrics.template import metrics as peer

from goodunits.kilosort.probe_geometry import unwhitening_matrix
from goodunits.kilosort.sort_files import read_sort
from goodunits.waveforms import template_shape

PARAMETERS = {"min_prominence": 0.3, "edge_exclusion_ms": 0.09, "baseline_duration_ms": 0.5}
FS = 300_000.0  # 30 kHz, ten times as fine


@pytest.fixture(scope="module", params=["dev_a", "dev_b", "dev_c"])
def real_waveforms(request, pristine_sorts):
    """Unwhitened template of each unit on its peak channel, ten times as fine."""
    folder = next((pristine_sorts / request.param).rglob("spike_times.npy")).parent
    templates = np.load(folder / "templates.npy").astype(float)
    matrix, _, _ = unwhitening_matrix(read_sort(folder), templates.shape[2])
    unwhitened = templates @ matrix
    on_peak = [each[:, np.ptp(each, axis=0).argmax()] for each in unwhitened]
    return np.array(on_peak) @ template_shape.upsampling_matrix(templates.shape[1]).T


def spike(n_samples=61, trough=20, width=3.0, after=0.4):
    """A trough and a slower, lower peak 15 samples later, at 30 kHz."""
    t = np.arange(n_samples) - trough
    return -np.exp(-((t / width) ** 2)) + after * np.exp(-(((t - 15) / 6) ** 2))


def fine(coarse):
    return template_shape.upsampling_matrix(len(coarse)) @ coarse


def by_peer(wave):
    """What SpikeInterface's functions say of a finely sampled waveform."""
    info = peer.get_trough_and_peak_idx(wave, FS, 0.3, 0.09)
    widths = peer.get_waveform_widths(info, FS)
    halves = peer.get_half_widths(wave, FS, info)
    counts = peer.get_number_of_peaks(info)
    found = {
        "peak_to_trough_duration": peer.get_peak_to_trough_duration(info, FS),
        "main_to_next_extremum_duration": peer.get_main_to_next_extremum_duration(wave, info, FS),
        "trough_half_width": halves[0],
        "peak_half_width": halves[1],
        **widths,
        **peer.get_waveform_ratios(wave, info),
        "num_positive_peaks": counts[0],
        "num_negative_peaks": counts[1],
        "waveform_baseline_flatness": peer.get_waveform_baseline_flatness(wave, FS),
    }
    return found, info


def test_real_templates_have_spikeinterfaces_shape(real_waveforms):
    compared = 0
    for wave in real_waveforms:
        ours = template_shape.shape(wave, FS, **PARAMETERS)
        theirs, info = by_peer(wave)
        if min(info["peak_before_index"], info["peak_after_index"]) < 0:
            continue  # it reads a peak that is not there from the end of the waveform
        assert set(ours) == set(theirs)
        for name, value in ours.items():
            if isinstance(value, str):
                late = value == "template_too_short" and np.abs(wave).argmax() < 150
                assert late or math.isnan(theirs[name]), (name, value)
            else:
                assert value == pytest.approx(theirs[name], rel=1e-9), name
                compared += 1
    assert compared > 10 * len(real_waveforms)


def test_upsampling_is_that_of_scipy():
    coarse = np.random.default_rng(1).normal(size=61)
    np.testing.assert_allclose(fine(coarse), signal.resample_poly(coarse, 10, 1), atol=1e-12)


VALUES = hnp.arrays(float, st.integers(3, 60), elements=st.integers(-5, 5).map(float))


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_peaks_prominences_and_widths_are_those_of_scipy(values):
    peaks = template_shape.find_peaks(values)
    theirs, properties = signal.find_peaks(values, prominence=0, width=0)
    assert peaks.tolist() == theirs.tolist()
    for place, peak in enumerate(peaks):
        height = template_shape.prominence(values, peak)
        assert height == properties["prominences"][place]
        assert template_shape.width(values, peak, height) == pytest.approx(
            properties["widths"][place]
        )


def test_a_known_spike():
    found = template_shape.shape(fine(spike()), FS, **PARAMETERS)
    assert found["peak_to_trough_duration"] == pytest.approx(15 / 30_000, rel=0.02)
    # exp(-(t/3)^2) is above one half for 2 * 3 * sqrt(ln 2) samples.
    assert found["trough_half_width"] == pytest.approx(4.995 / 30_000, rel=0.03)
    assert found["main_peak_to_trough_ratio"] == pytest.approx(0.4, rel=0.02)
    assert (found["num_positive_peaks"], found["num_negative_peaks"]) == (1, 1)
    assert found["waveform_baseline_flatness"] < 0.1


def test_durations_are_in_seconds_and_ratios_have_no_unit_at_any_sampling_rate():
    fast = template_shape.shape(fine(spike()), FS, **PARAMETERS)
    slow = template_shape.shape(fine(spike()), FS * 2 / 3, **PARAMETERS)
    for name in ("peak_to_trough_duration", "trough_half_width", "trough_width"):
        assert slow[name] == pytest.approx(1.5 * fast[name])
    assert slow["main_peak_to_trough_ratio"] == pytest.approx(fast["main_peak_to_trough_ratio"])


def test_size_changes_nothing():
    small, large = (template_shape.shape(s * fine(spike()), FS, **PARAMETERS) for s in (1, 1000))
    assert small == pytest.approx(large)


def test_an_upside_down_spike_is_known_by_its_main_peak():
    found = template_shape.shape(-fine(spike()), FS, **PARAMETERS)
    assert found["main_peak_to_trough_ratio"] == pytest.approx(1 / 0.4, rel=0.02)
    assert found["main_to_next_extremum_duration"] == pytest.approx(15 / 30_000, rel=0.02)


def test_a_ripple_adds_peaks_and_an_uneven_baseline_shows():
    ripple = 0.6 * np.sin(np.arange(61) * 0.9)
    plain = template_shape.shape(fine(spike()), FS, **PARAMETERS)
    rippled = template_shape.shape(fine(spike() + ripple), FS, **PARAMETERS)
    assert rippled["num_positive_peaks"] > plain["num_positive_peaks"]
    assert rippled["num_negative_peaks"] > plain["num_negative_peaks"]
    assert rippled["waveform_baseline_flatness"] > 5 * plain["waveform_baseline_flatness"]


def test_a_baseline_that_holds_the_spike_is_no_baseline():
    early = template_shape.shape(fine(spike(trough=8)), FS, **PARAMETERS)
    assert early["waveform_baseline_flatness"] == "template_too_short"


@settings(deadline=None, max_examples=100)
@given(
    hnp.arrays(float, st.integers(1, 80), elements=st.floats(-1e3, 1e3, width=32)),
    st.sampled_from([1e4, FS, 1e6]),
)
def test_any_waveform_gives_finite_values_or_reasons(coarse, frequency_hz):
    wave = fine(coarse)
    if np.abs(wave).max() < 1e-6:
        return
    found = template_shape.shape(wave, frequency_hz, **PARAMETERS)
    assert tuple(found) == template_shape.NAMES
    for value in found.values():
        assert isinstance(value, str) or (math.isfinite(value) and value >= 0)
