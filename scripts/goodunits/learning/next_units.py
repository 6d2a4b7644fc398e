"""Which units to label next: those nearest to the cut, as many from each session."""

import numpy as np


def choose(sessions, is_labelled, distances, n_wanted):
    """Units to label next, in this order.

    Parameters
    ----------
    sessions : ndarray of str (n_units,)
        Session of each unit.
    is_labelled : ndarray of bool (n_units,)
        These are not chosen; a session with fewer of them comes first.
    distances : ndarray of float (n_units,)
        From the cut; the smallest are chosen in each session.
    n_wanted : int
        At most so many.

    Returns
    -------
    places : list of int
        Places in the arrays: the nearest unit of each session, then the second of each, ...
    """
    names = np.unique(sessions)
    n_labelled = {name: int(is_labelled[sessions == name].sum()) for name in names}
    queues = {}
    for name in sorted(names, key=n_labelled.get):
        open_units = np.flatnonzero((sessions == name) & ~is_labelled)
        queues[name] = open_units[np.argsort(distances[open_units], kind="stable")]
    turns = max(map(len, queues.values()), default=0)
    in_turn = [
        queue[turn] for turn in range(turns) for queue in queues.values() if turn < len(queue)
    ]
    return [int(place) for place in in_turn[:n_wanted]]
