"""Burst indices."""

import numpy as np

from goodunits.metrics import bursts
from goodunits.spiketrains import pair_lags
from made_trains import FREQUENCY_HZ, grouped, poisson_train


def indices(trains, frequency_hz=FREQUENCY_HZ):
    """Both indices of some trains."""
    spikes = grouped(trains)
    columns = bursts.burst_indices(spikes, pair_lags.count_lags(spikes, frequency_hz), frequency_hz)
    return columns["burst_index_royer"], columns["burst_index_doublets"]


def test_random_firing_has_an_index_near_1():
    royer, doublets = indices([poisson_train(np.random.default_rng(0), 60_000, 1800)])
    assert 0.95 < royer.values[0] < 1.05
    # The highest of twelve bins: a little above their mean.
    assert 0.95 < doublets.values[0] < 1.2


def test_bursts_raise_both_and_their_inner_interval_decides_which():
    rng = np.random.default_rng(1)
    random = poisson_train(rng, 20_000, 1800)
    first = random[::4]
    short = np.sort(np.append(random, first + 120))
    longer = np.sort(np.append(random, first + 210))
    royer, doublets = indices([random, short, longer])
    assert royer.values[1] > 2 * royer.values[0]
    assert doublets.values[1] > 2 * doublets.values[0]
    # 7 ms: a doublet, but not among the 3 to 5 ms of Royer.
    assert royer.values[2] < 1.5
    assert doublets.values[2] > 2 * doublets.values[0]


def test_the_short_window_ends_where_its_bins_end():
    # 2.5 ms = 75 samples is inside, 5.5 ms = 165 is outside; one pair at 250 ms as baseline.
    for lag, inside in ((74, False), (75, True), (164, True), (165, False)):
        train = np.array([0, lag, 10**6, 10**6 + 7500])
        royer, _ = indices([train])
        assert (royer.values[0] > 0) == inside


def test_without_a_baseline_there_is_no_index():
    royer, doublets = indices([np.array([0, 100]), np.array([5])])
    for column in (royer, doublets):
        assert np.isnan(column.values).all()
        assert column.reasons == {0: "no_pairs_in_baseline", 1: "no_pairs_in_baseline"}


def test_any_sampling_frequency_gives_whole_bins():
    train = poisson_train(np.random.default_rng(2), 30_000, 900)
    for frequency_hz in (10_000.0, 24_414.0625, 31_250.0):
        scaled = np.round(train / FREQUENCY_HZ * frequency_hz).astype(np.int64)
        royer, doublets = indices([scaled], frequency_hz)
        assert 0.9 < royer.values[0] < 1.1
        assert 0.9 < doublets.values[0] < 1.3
