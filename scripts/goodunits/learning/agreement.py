"""How well two sets of good / not good labels agree, with intervals over sessions."""

from typing import NamedTuple

import numpy as np

N_DRAWS = 1000
INTERVAL = (5, 95)  # percentiles of the draws: 90 % of them lie between
SEED = 20240131


class Agreement(NamedTuple):
    """Agreement of some labels with others that are taken for right.

    Attributes
    ----------
    n_units, both, only_theirs, only_ours, neither : int
        Units, and how many are good by both, by one alone, and by none.
    precision, recall, kappa : float
        Share of ours that are theirs, share of theirs that are ours, Cohen's kappa; NaN where
        there is nothing to divide by.
    precision_interval, recall_interval, kappa_interval : tuple of float
        Within which 90 % of the draws of sessions lie.
    """

    n_units: int
    both: int
    only_theirs: int
    only_ours: int
    neither: int
    precision: float
    recall: float
    kappa: float
    precision_interval: tuple
    recall_interval: tuple
    kappa_interval: tuple


def compare(theirs, ours, sessions):
    """Agreement of two sets of labels.

    Parameters
    ----------
    theirs, ours : ndarray of bool (n_units,)
        Whether each unit is good; theirs is taken for right.
    sessions : ndarray of str (n_units,)
        Session of each unit.

    Returns
    -------
    Agreement
    """
    codes = 2 * np.asarray(theirs, int) + np.asarray(ours, int)
    counts = np.bincount(codes, minlength=4)
    drawn = draws(codes, sessions, 4)
    neither, only_ours, only_theirs, both = (int(count) for count in counts)
    return Agreement(
        len(codes),
        both,
        only_theirs,
        only_ours,
        neither,
        *(float(measure(counts)) for measure in MEASURES),
        *(interval(measure(drawn)) for measure in MEASURES),
    )


def kappa_gain(theirs, before, after, sessions):
    """How much better labels agree than others did.

    Parameters
    ----------
    theirs, before, after : ndarray of bool (n_units,)
        Labels that are taken for right, and the two that are compared with them.
    sessions : ndarray of str (n_units,)
        Session of each unit.

    Returns
    -------
    gain : float
        Difference of the two kappas.
    interval : tuple of float
        Of the same draws for both, so that what they share falls out.
    """
    codes = 4 * np.asarray(theirs, int) + 2 * np.asarray(before, int) + np.asarray(after, int)
    counts = np.bincount(codes, minlength=8)
    return float(_gain(counts)), interval(_gain(draws(codes, sessions, 8)))


def _gain(counts):
    """Gain in kappa from counts (..., theirs x before x after)."""
    cube = counts.reshape(*counts.shape[:-1], 2, 2, 2)
    before, after = cube.sum(axis=-1), cube.sum(axis=-2)
    flat = (*counts.shape[:-1], 4)
    return kappa(after.reshape(flat)) - kappa(before.reshape(flat))


def draws(codes, sessions, n_codes):
    """Counts of codes in sessions drawn again, and units drawn again within each.

    Parameters
    ----------
    codes : ndarray of int (n_units,)
        What each unit is.
    sessions : ndarray of str (n_units,)
        Session of each unit.
    n_codes : int
        How many codes there are.

    Returns
    -------
    counts : ndarray of int (N_DRAWS, n_codes)
    """
    names, places = np.unique(sessions, return_inverse=True)
    if len(names) == 0:
        return np.zeros((N_DRAWS, n_codes), int)
    flat = np.bincount(places * n_codes + codes, minlength=len(names) * n_codes)
    table = flat.reshape(len(names), n_codes)
    random = np.random.default_rng(SEED)
    total = np.zeros((N_DRAWS, n_codes), int)
    for chosen in random.integers(len(names), size=(len(names), N_DRAWS)):
        n_units = table[chosen].sum(axis=1)
        total += random.multinomial(n_units, table[chosen] / n_units[:, np.newaxis])
    return total


def interval(values):
    """Interval of some draws; NaN where nothing is defined."""
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return (np.nan, np.nan)
    return tuple(float(value) for value in np.percentile(values, INTERVAL))


def precision(counts):
    """Share of those that we call good which are good; counts (..., 4) by 2 x theirs + ours."""
    return _ratio(counts[..., 3], counts[..., 3] + counts[..., 1])


def recall(counts):
    """Share of the good ones that we call good."""
    return _ratio(counts[..., 3], counts[..., 3] + counts[..., 2])


def kappa(counts):
    """Cohen's kappa: 1 is full agreement, 0 what chance gives; NaN where all is one class."""
    n_units = counts.sum(axis=-1)
    agreed = _ratio(counts[..., 0] + counts[..., 3], n_units)
    theirs = _ratio(counts[..., 2] + counts[..., 3], n_units)
    ours = _ratio(counts[..., 1] + counts[..., 3], n_units)
    by_chance = theirs * ours + (1 - theirs) * (1 - ours)
    return _ratio(agreed - by_chance, 1 - by_chance)


def kappa_of(theirs, ours):
    """Cohen's kappa of two sets of labels alone."""
    codes = 2 * np.asarray(theirs, int) + np.asarray(ours, int)
    return float(kappa(np.bincount(codes, minlength=4)))


def _ratio(part, whole):
    """Quotient, NaN where the divisor is 0."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 1e-12)


MEASURES = (precision, recall, kappa)
