"""Poisson probabilities and limits, against scipy."""

import numpy as np
import pytest

from goodunits.numerics import poisson

stats = pytest.importorskip("scipy.stats")

COUNTS = np.array([0, 1, 2, 3, 10, 57, 1000, 12345, 1_000_000])


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_the_upper_limit_is_garwoods(confidence):
    expected = stats.chi2.ppf(confidence, 2 * (COUNTS + 1)) / 2
    np.testing.assert_allclose(poisson.upper_limit(COUNTS, confidence), expected, rtol=1e-9)


def test_the_limit_without_any_event_is_the_rule_of_three():
    assert poisson.upper_limit(np.array([0]), 0.95)[0] == pytest.approx(-np.log(0.05), rel=1e-12)


def test_limits_keep_the_shape_and_repeated_counts_agree():
    counts = np.array([[3, 0], [0, 3]])
    limits = poisson.upper_limit(counts, 0.9)
    assert limits.shape == (2, 2)
    assert limits[0, 0] == limits[1, 1] and limits[0, 1] == limits[1, 0]


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99, 1, 1.01, 1.1, 3])
def test_cumulative_probabilities_are_those_of_scipy(share):
    means = COUNTS * share + 0.01
    expected = stats.poisson.cdf(COUNTS, means)
    np.testing.assert_allclose(poisson.cumulative(COUNTS, means), expected, atol=1e-8)


def test_cumulative_probabilities_broadcast_counts_and_means():
    table = poisson.cumulative(np.array([[0], [5]]), np.array([0.1, 1, 100]))
    np.testing.assert_allclose(table, stats.poisson.cdf([[0], [5]], [0.1, 1, 100]), atol=1e-12)
    assert np.all(np.diff(table, axis=1) < 0)
