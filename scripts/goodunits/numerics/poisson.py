"""Poisson probabilities of whole arrays, and how large a mean a count leaves possible.

numpy alone: importing scipy.special takes longer than all that is computed here.
"""

import math
from statistics import NormalDist

import numpy as np

# Counts this many standard deviations from the mean have a probability of 0 or 1: the least that
# matters here is 1e-6.
FAR_IN_SD = 12
TERM_PRECISION = 1e-16
# Newton's last step, in standard deviations: the error left is about its square.
LAST_STEP_IN_SD = 1e-6
MAX_NEWTON_STEPS = 50


def cumulative(counts, means):
    """Probability of a count or less: P(X <= counts) for Poisson X with the given mean.

    The terms of the shorter tail are summed from the count outwards, where they only fall:
    P(X <= n) = p_n (1 + n/m + n(n-1)/m^2 + ...) for m > n, and
    P(X > n) = p_n (m/(n+1) + m^2/((n+1)(n+2)) + ...) otherwise.

    Parameters
    ----------
    counts : integer array
        Counts, >= 0.
    means : float array
        Means, > 0, of a shape that broadcasts with the counts.

    Returns
    -------
    float64 array
        Probabilities, 0 to 1.
    """
    counts, means = np.broadcast_arrays(np.asarray(counts, float), np.asarray(means, float))
    shape = counts.shape
    counts, means = counts.ravel(), means.ravel()
    probabilities = (counts >= means).astype(float)
    near = np.abs(counts - means) <= FAR_IN_SD * np.sqrt(np.maximum(counts, means) + 1)
    counts, means = counts[near], means[near]
    below = means > counts
    tails = np.where(below, 1.0, 0.0)
    terms = np.ones(len(counts))
    step = 0
    active = np.arange(len(counts))
    while len(active):
        down, n, mean = below[active], counts[active], means[active]
        ratios = np.where(down, np.maximum(n - step, 0) / mean, mean / (n + step + 1))
        terms[active] *= ratios
        tails[active] += terms[active]
        step += 1
        active = active[terms[active] > TERM_PRECISION * tails[active]]
    tails *= probability_of(counts, means)
    probabilities[near] = np.where(below, tails, 1 - tails)
    return np.clip(probabilities, 0, 1).reshape(shape)


def probability_of(counts, means):
    """Probability of exactly a count.

    Parameters
    ----------
    counts : array (n,)
        Counts, >= 0.
    means : float array (n,)
        Means, > 0.

    Returns
    -------
    float64 array (n,)
        Probabilities.
    """
    log_factorials = np.array([math.lgamma(count + 1) for count in counts])
    return np.exp(counts * np.log(means) - means - log_factorials)


def upper_limit(counts, confidence):
    """Exact upper confidence limit of a Poisson mean (Garwood 1936, Biometrika 28:437).

    The largest mean under which so few events still have a probability of 1 - confidence:
    P(X <= count | limit) = 1 - confidence.

    Parameters
    ----------
    counts : integer array
        Observed counts, >= 0.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    float64 array
        Limits, same shape. The true mean lies above them in at most 1 - confidence of cases.
    """
    counts = np.asarray(counts)
    different, where = np.unique(counts, return_inverse=True)
    different = different.astype(float)
    # Start: Wilson and Hilferty 1931, doi:10.1073/pnas.17.12.684. Then Newton on the logarithm of
    # the probability, which is concave in the mean.
    z_score = NormalDist().inv_cdf(confidence)
    shape = different + 1
    limits = shape * (1 - 1 / (9 * shape) + z_score / (3 * np.sqrt(shape))) ** 3
    limits = np.maximum(limits, 1e-3)
    active = np.arange(len(different))
    for _ in range(MAX_NEWTON_STEPS):
        n, limit = different[active], limits[active]
        below = cumulative(n, limit)
        change = np.log(below / (1 - confidence)) * below / probability_of(n, limit)
        limits[active] = np.maximum(limit + change, limit / 2)
        active = active[np.abs(change) > LAST_STEP_IN_SD * np.sqrt(limit)]
        if not len(active):
            break
    return limits[where].reshape(counts.shape)
