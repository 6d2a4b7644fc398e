"""A score from labels: fitted, tried on sessions left out whole, with a cut and a probability."""

from typing import NamedTuple

import numpy as np

from goodunits.learning import agreement, boosting, folds

CUTS = np.arange(0.05, 0.96, 0.01)  # tried
SHOWN_CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class Learned(NamedTuple):
    """A score, and how it does on sessions that it was not fitted on.

    Attributes
    ----------
    score : Score
        Fitted on all units.
    link : tuple of float
        Intercept and slope of the probability.
    cut : float
        Probability from which units are called good: that of best agreement.
    probability : ndarray of float (n_units,)
        Of each unit by a score that was fitted without its session.
    is_good : ndarray of bool (n_units,)
        By this probability and a cut from the other sessions.
    """

    score: boosting.Score
    link: tuple
    cut: float
    probability: np.ndarray
    is_good: np.ndarray


def learn(values, theirs, sessions, directions, max_metrics):
    """Find a score and try it on sessions left out whole.

    Parameters
    ----------
    values : dict of str to ndarray (n_units,)
        Metrics that may be used, NaN where undefined.
    theirs : ndarray of bool (n_units,)
        Which units people call good.
    sessions : ndarray of str (n_units,)
        Session of each unit, at least two of them.
    directions : dict of str to int
        Which way is better: 1, -1, or 0 for neither.
    max_metrics : int
        At most so many metrics are used.

    Returns
    -------
    Learned
    """
    fold_of = folds.of_sessions(sessions)
    totals = np.zeros((len(boosting.CHECKPOINTS), len(theirs)))
    for fold in range(fold_of.max() + 1):
        left_out = fold_of == fold
        kept = {name: column[~left_out] for name, column in values.items()}
        tested = {name: column[left_out] for name, column in values.items()}
        fitted = boosting.fit(kept, theirs[~left_out], directions, max_metrics)
        totals[:, left_out] = [boosting.totals(score, tested) for score in fitted]
    best = int(np.argmin([_loss(total, theirs) for total in totals]))
    total = totals[best]
    probability, is_good = _by_other_folds(total, theirs, fold_of)
    score = boosting.fit(values, theirs, directions, max_metrics)[best]
    link = boosting.calibrate(total, theirs)
    cut = best_cut(boosting.probability(total, link), theirs)
    return Learned(score, link, cut, probability, is_good)


def _loss(total, theirs):
    """Mean logistic loss of sums of points, once they are calibrated."""
    share = boosting.probability(total, boosting.calibrate(total, theirs))
    given = np.where(theirs, share, 1 - share)
    return -np.log(given.clip(1e-9)).mean()


def _by_other_folds(total, theirs, fold_of):
    """Probability and label of each unit, by what the other folds say of the same sums."""
    probability, is_good = np.zeros(len(total)), np.zeros(len(total), bool)
    for fold in range(fold_of.max() + 1):
        here = fold_of == fold
        link = boosting.calibrate(total[~here], theirs[~here])
        cut = best_cut(boosting.probability(total[~here], link), theirs[~here])
        probability[here] = boosting.probability(total[here], link)
        is_good[here] = probability[here] >= cut
    return probability, is_good


def best_cut(probability, theirs):
    """The cut of best agreement; in the middle where several are equally good.

    Parameters
    ----------
    probability : ndarray of float (n_units,)
        Of each unit, to be good.
    theirs : ndarray of bool (n_units,)
        Which units people call good.

    Returns
    -------
    cut : float
        With two digits.
    """
    kappas = np.array([agreement.kappa_of(theirs, probability >= cut) for cut in CUTS])
    kappas = np.where(np.isnan(kappas), -1.0, kappas)
    return round(float(np.median(CUTS[kappas >= kappas.max() - 1e-9])), 2)


def by_cut(learned, theirs):
    """Precision and recall at several cuts, on sessions left out whole.

    Parameters
    ----------
    learned : Learned
        The score.
    theirs : ndarray of bool (n_units,)
        Which units people call good.

    Returns
    -------
    rows : list of dict
        `cut`, `precision`, `recall`, `n_units`; cuts at which no unit is good are left out.
    """
    rows = []
    for cut in sorted({*SHOWN_CUTS, learned.cut}):
        ours = learned.probability >= cut
        counts = np.bincount(2 * theirs.astype(int) + ours, minlength=4)
        if ours.any():
            shares = (agreement.precision(counts), agreement.recall(counts))
            precision, recall = (round(float(share), 3) for share in shares)
            row = {"cut": cut, "precision": precision, "recall": recall, "n_units": len(theirs)}
            rows.append(row)
    return rows
