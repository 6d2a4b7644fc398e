"""Presence ratios and firing range of other tools, on trains worked by hand."""

import numpy as np
import pytest

from goodunits.base.errors import SessionError
from goodunits.metrics import presence, rates
from made_trains import FREQUENCY_HZ, grouped


def seconds(*times_s):
    """Spike train from times in s."""
    return np.round(np.array(times_s) * FREQUENCY_HZ).astype(np.int64)


STEADY = seconds(*np.arange(0, 600.5, 0.5))
FIRST_HALF = seconds(*np.arange(1, 300, 0.5))


def test_the_allen_ratio_is_at_most_99_percent():
    column = presence.presence_allen(grouped([STEADY, FIRST_HALF, STEADY[:1]]), FREQUENCY_HZ)
    assert column.values[0] == 0.99
    # The bins are 600/99 s long: 50 of them start before 300 s.
    assert column.values[1:].tolist() == [0.5, 0.01]


def test_the_allen_ratio_is_that_of_a_histogram_in_seconds():
    rng = np.random.default_rng(1)
    trains = [np.sort(rng.integers(0, 900 * 30000, n)) for n in (1, 30, 300, 3000)]
    column = presence.presence_allen(grouped(trains), FREQUENCY_HZ)
    times_s = [train / FREQUENCY_HZ for train in trains]
    together = np.concatenate(times_s)
    edges_s = np.linspace(together.min(), together.max(), 100)
    expected = [np.count_nonzero(np.histogram(each, edges_s)[0]) / 100 for each in times_s]
    assert column.values.tolist() == expected


def test_spikeinterface_counts_from_0_to_the_end_of_the_recording():
    trains = grouped([STEADY, FIRST_HALF])
    settings = {"bin_duration_s": 60, "mean_fr_ratio_thresh": 0}
    n_samples = round(659 * FREQUENCY_HZ)
    column = presence.presence_si(trains, n_samples, FREQUENCY_HZ, **settings)
    assert column.values.tolist() == [1, 0.5]
    longer = presence.presence_si(trains, round(1200 * FREQUENCY_HZ), FREQUENCY_HZ, **settings)
    assert longer.values.tolist() == [0.55, 0.25]


def test_spikeinterfaces_threshold_is_the_mean_count_rounded_down():
    # 11 spikes in 10 bins: 1.1 on average, so a bin needs more than 1.
    train = np.sort(np.append(seconds(*np.arange(30, 600, 60)), seconds(31)))
    column = presence.presence_si(
        grouped([train]),
        round(600 * FREQUENCY_HZ),
        FREQUENCY_HZ,
        bin_duration_s=60,
        mean_fr_ratio_thresh=1,
    )
    assert column.values.tolist() == [0.1]


def test_bombcell_wants_a_twentieth_of_the_busy_bins():
    single = seconds(30, 630)
    busy = seconds(*np.arange(0, 300, 0.5), 330, 630)
    column = presence.presence_bombcell(grouped([single, busy]), FREQUENCY_HZ, bin_duration_s=60)
    # From 0 to 630 s: 10 bins. Busy: 5 with 120 spikes, one with a single one.
    assert column.values.tolist() == [0.1, 0.5]


def test_the_firing_range_of_a_unit_that_is_silent_half_the_time():
    column = rates.firing_range(
        grouped([STEADY[:-1], FIRST_HALF]),
        round(600 * FREQUENCY_HZ),
        FREQUENCY_HZ,
        bin_duration_s=5,
    )
    assert column.values.tolist() == [0, 2]


def test_short_recordings_are_undefined_with_a_reason():
    spikes = grouped([seconds(1, 2), seconds(1)])
    n_samples = round(3 * FREQUENCY_HZ)
    columns = [
        presence.presence_si(
            spikes, n_samples, FREQUENCY_HZ, bin_duration_s=60, mean_fr_ratio_thresh=0
        ),
        presence.presence_bombcell(spikes, FREQUENCY_HZ, bin_duration_s=60),
        rates.firing_range(spikes, n_samples, FREQUENCY_HZ, bin_duration_s=5),
        presence.presence_allen(grouped([seconds(1, 1), seconds(1)]), FREQUENCY_HZ),
    ]
    for column in columns:
        assert np.isnan(column.values).all()
        assert column.reasons == {0: "recording_too_short", 1: "recording_too_short"}


def test_a_damaged_time_is_an_error_not_a_full_memory():
    with pytest.raises(SessionError, match="damaged time"):
        rates.firing_range(grouped([STEADY]), 10**15, FREQUENCY_HZ, bin_duration_s=5)
