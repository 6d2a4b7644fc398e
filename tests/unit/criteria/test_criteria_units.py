"""Units and signs in criteria as people write them."""

import pytest

from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.criteria.label_rules import canonical, parse_labels


def block(item):
    """Labels block with one criterion."""
    return {"good": {"all": [item]}, "mua": "rest"}


def read(item):
    """Text of a criterion after it is read."""
    (criterion,) = parse_labels(block(item), all_metrics.kinds(), all_metrics.units()).criteria
    return criterion.text


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("peak_to_trough_duration < 0.2 ms", "peak_to_trough_duration < 0.0002"),
        ("peak_to_trough_duration < 0.3ms", "peak_to_trough_duration < 0.0003"),
        ("peak_to_trough_duration > 350 us", "peak_to_trough_duration > 0.00035"),
        ("peak_to_trough_duration > 350 µs", "peak_to_trough_duration > 0.00035"),
        ("peak_to_trough_duration > 3.5e2 μs", "peak_to_trough_duration > 0.00035"),
        ("peak_to_trough_duration > 0.0004 s", "peak_to_trough_duration > 0.0004"),
        ("presence_ratio >= 80 %", "presence_ratio >= 0.8"),
        ("presence_ratio >= 80%", "presence_ratio >= 0.8"),
        ("ks_contamination < 20 %", "ks_contamination < 0.2"),
        ("presence_ratio ≥ 0.8", "presence_ratio >= 0.8"),
        ("presence_ratio ≤ 70 %", "presence_ratio <= 0.7"),
        ("n_spikes ≠ 7", "n_spikes != 7"),
        ("noise_cutoff_ks > −2", "noise_cutoff_ks > -2"),
        ("firing_rate >= 0.5 Hz", "firing_rate >= 0.5"),
        ("firing_rate >= 0.5hz", "firing_rate >= 0.5"),
        ("abs(drift_ptp) < 40 um", "abs(drift_ptp) < 40"),
        ("depth < 2.5 mm", "depth < 2500"),
        ("exp_decay > 0.01 1/um", "exp_decay > 0.01"),
    ],
)
def test_a_unit_is_read_and_converted(written, meaning):
    assert read(written) == meaning
    assert canonical(block(written)) == canonical(block(meaning))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("firing_rate >= 1 ms", "in 'firing_rate >= 1 ms': firing_rate is in Hz, not in ms"),
        ("presence_ratio >= 1 Hz", "presence_ratio has no unit, not in Hz"),
        ("n_spikes >= 80 %", "n_spikes has no unit, not in %"),
        ("drift_ptp < 5 %", "drift_ptp is in um, not in %"),
        ("firing_rate >= 1 furlong", "unknown unit 'furlong'; known: s, ms,"),
        ("amplitude_median_ks > 50 uV", "no metric is in volts"),
        ("firing_rate >= 1 and n_spikes > 5", "one comparison per item"),
        ("ks_label == 1 ms", "ks_label is a label"),
    ],
)
def test_a_unit_of_something_else_is_refused(written, problem):
    with pytest.raises(ConfigError) as caught:
        read(written)
    (line,) = caught.value.problems
    assert problem in line
