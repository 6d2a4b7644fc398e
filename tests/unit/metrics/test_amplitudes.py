"""Statistics of Kilosort's amplitudes, against SpikeInterface's own code and known damage."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.ndimage import gaussian_filter1d
from spikeinterface.metrics.quality import misc_metrics as peer

from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import amplitudes
from goodunits.numerics import smoothing
from goodunits.spiketrains.unit_spikes import group_by_unit
from si_analyzer import Analyzer

FS = 30_000.0
BLOCKS = {
    "amplitude_cv_median_ks": {"n_spikes_per_bin": 50, "min_n_bins": 10},
    "amplitude_cutoff_ks": {"n_bins": 100, "smoothing_bins": 3, "min_spikes_per_bin": 5},
    "noise_cutoff_ks": {"n_bins": 100, "low_quantile": 0.1, "high_quantile": 0.25},
}


def one_unit(train, values, duration_s=600.0, blocks=BLOCKS):
    """Metrics of one unit by name; a text is the reason why there is none."""
    spikes = group_by_unit(np.asarray(train, np.int64), np.zeros(len(train), np.int32))
    columns = amplitudes.amplitude_statistics(
        spikes, np.asarray(values, np.float32), FS, duration_s, blocks
    )
    return {name: column.reasons.get(0, column.values[0]) for name, column in columns.items()}


def a_train(n, rng, duration_s=600.0):
    return np.sort(rng.integers(0, int(duration_s * FS), n))


@pytest.fixture(scope="module", params=["dev_a", "dev_b", "dev_c", "dev_a_curated"])
def real(request, pristine_sorts):
    folder = next((pristine_sorts / request.param).rglob("spike_times.npy")).parent
    session = read_sort(folder)
    spikes = group_by_unit(session.spike_samples, session.spike_clusters)
    values = np.load(folder / "amplitudes.npy")
    columns = amplitudes.amplitude_statistics(
        spikes, values, FS, session.recording_duration_s, BLOCKS
    )
    owned = np.split(values[spikes.order], spikes.starts[1:-1])
    return SimpleNamespace(
        session=session, spikes=spikes, columns=columns, owned=owned, values=values
    )


def test_cutoffs_of_real_units_are_spikeinterfaces(real):
    noise = [peer._noise_cutoff(own.astype(float)) for own in real.owned]
    few = [len(own) < 100 for own in real.owned]  # of which we say nothing
    noise = np.where(np.array(few)[:, None], np.nan, noise)
    cutoff = [peer.amplitude_cutoff(own.astype(float)) for own in real.owned]
    columns = real.columns
    np.testing.assert_allclose(columns["amplitude_cutoff_ks"].values, cutoff, atol=1e-12)
    np.testing.assert_allclose(columns["noise_cutoff_ks"].values, noise[:, 0], rtol=1e-9)
    np.testing.assert_allclose(columns["noise_ratio_ks"].values, noise[:, 1], rtol=1e-9)
    medians = [np.median(own) for own in real.owned]
    np.testing.assert_allclose(columns["amplitude_median_ks"].values, medians, rtol=1e-6)


def test_cv_over_time_of_real_units_is_spikeinterfaces(real):
    analyzer = Analyzer(real.session, real.spikes, real.values)
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by the spikes of empty bins
        theirs = peer.compute_amplitude_cv_metrics(analyzer)
    n_compared = 0
    for row, unit in enumerate(analyzer.unit_ids):
        ours = [real.columns[f"amplitude_cv_{each}_ks"].values[row] for each in ("median", "range")]
        if not np.isnan(theirs.amplitude_cv_median[unit]):
            expected = [theirs.amplitude_cv_median[unit], theirs.amplitude_cv_range[unit]]
            assert ours == pytest.approx(expected, rel=1e-4)
            n_compared += 1
    assert n_compared >= 8


def test_a_silent_stretch_does_not_undo_the_cv():
    rng = np.random.default_rng(2)
    values = rng.normal(30, 3, 4000)
    train = a_train(4000, rng)
    whole = one_unit(train, values)["amplitude_cv_median_ks"]
    gap = (train > 200 * FS) & (train < 400 * FS)
    silent = one_unit(train[~gap], values[~gap])["amplitude_cv_median_ks"]
    assert whole == pytest.approx(0.1, rel=0.05)
    assert silent == pytest.approx(0.1, rel=0.05)


def test_slow_changes_are_in_the_cv_but_not_in_its_median_over_time():
    rng = np.random.default_rng(3)
    train = a_train(6000, rng)
    values = rng.normal(1, 0.05, 6000) * np.linspace(40, 20, 6000)
    found = one_unit(train, values)
    assert found["amplitude_cv_ks"] > 3 * found["amplitude_cv_median_ks"]
    assert found["amplitude_cv_median_ks"] == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize("lost", [0.05, 0.2, 0.4])
def test_truncation_raises_the_cutoffs_about_to_the_share_that_is_lost(lost):
    rng = np.random.default_rng(4)
    values = np.sort(rng.normal(50, 5, 40_000))
    whole = one_unit(a_train(40_000, rng), rng.permutation(values))
    kept = values[int(lost * len(values)) :]
    cut = one_unit(a_train(len(kept), rng), rng.permutation(kept))
    assert whole["amplitude_cutoff_ks"] < 0.01
    assert cut["amplitude_cutoff_ks"] == pytest.approx(lost, abs=0.06)
    assert cut["noise_cutoff_ks"] > whole["noise_cutoff_ks"] + 0.5
    assert cut["noise_ratio_ks"] > whole["noise_ratio_ks"] + 0.1


def test_the_cutoff_looks_at_the_low_end_of_the_amplitudes():
    """A Gaussian without its lowest 15 % misses 15 %, without its highest 15 % nothing."""
    rng = np.random.default_rng(8)
    values = np.sort(rng.normal(50, 5, 100_000))
    n_lost = 15_000
    without_low = one_unit(a_train(85_000, rng), rng.permutation(values[n_lost:]))
    without_high = one_unit(a_train(85_000, rng), rng.permutation(values[:-n_lost]))
    assert without_low["amplitude_cutoff_ks"] == pytest.approx(0.15, abs=0.03)
    assert without_high["amplitude_cutoff_ks"] < 0.001


def test_too_few_spikes_and_odd_values_have_reasons():
    one = one_unit([1000], [20.0])
    assert one["amplitude_median_ks"] == 20
    undefined = {name for name, value in one.items() if value == "too_few_spikes"}
    assert undefined == set(amplitudes.NAMES) - {"amplitude_median_ks"}
    assert set(one_unit([10, 20], [20.0, np.nan]).values()) == {"not_finite"}
    assert one_unit(np.arange(1000) * 9000, np.zeros(1000))["amplitude_cv_ks"] == "zero_mean"
    constant = one_unit(np.arange(1000) * 9000, np.full(1000, 7.0))
    assert constant["amplitude_cv_ks"] == 0


def test_the_order_of_the_spikes_in_the_file_does_not_matter():
    rng = np.random.default_rng(5)
    train, values = a_train(3000, rng), rng.normal(30, 3, 3000)
    shuffled = rng.permutation(3000)
    assert one_unit(train, values) == one_unit(train[shuffled], values[shuffled])


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(np.float32, st.integers(1, 700), elements=st.floats(0, 1e4, width=32)),
    st.floats(0.001, 1000),
)
def test_any_amplitudes_give_finite_values_or_reasons(values, duration_s):
    train = np.arange(len(values)) * 3
    for value in one_unit(train, values, duration_s).values():
        assert isinstance(value, str) or np.isfinite(value)


@pytest.mark.parametrize("mode, peers_mode", [("edge", "nearest"), ("symmetric", "reflect")])
@pytest.mark.parametrize("sigma", [0, 0.1, 1, 3.3])
def test_smoothing_is_that_of_scipy(mode, peers_mode, sigma):
    values = np.random.default_rng(6).normal(size=20)
    expected = gaussian_filter1d(values, sigma, mode=peers_mode) if sigma else values
    np.testing.assert_allclose(smoothing.gaussian_smooth(values, sigma, mode), expected, atol=1e-12)
