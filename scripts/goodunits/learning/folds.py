"""Leave out whole sessions: units of one are alike, so a part of it would tell of the rest."""

import numpy as np

MAX_FOLDS = 10


def of_sessions(sessions, max_folds=MAX_FOLDS):
    """Fold of each unit, every session whole in one fold.

    Parameters
    ----------
    sessions : ndarray of str (n_units,)
        Session of each unit.
    max_folds : int
        At most so many folds; with fewer sessions each is a fold of its own.

    Returns
    -------
    folds : ndarray of int (n_units,)
        The folds are about equally large.
    """
    names, places, counts = np.unique(sessions, return_inverse=True, return_counts=True)
    n_folds = min(max_folds, len(names))
    sizes, fold_of = np.zeros(n_folds, int), np.zeros(len(names), int)
    for place in np.argsort(-counts, kind="stable"):
        fold_of[place] = np.argmin(sizes)
        sizes[fold_of[place]] += counts[place]
    return fold_of[places]
