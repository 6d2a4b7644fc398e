"""Pairs of spikes of two units whose lag is in some range, for all pairs of units."""

import numpy as np

from goodunits.spiketrains import loops
from goodunits.spiketrains.coincidence import coincidences


def pairs_between(ordered, least_lag, largest_lag):
    """Count the pairs of spikes of different units at some lags, to either side.

    Parameters
    ----------
    ordered : TimeOrdered
        The spikes.
    least_lag, largest_lag : int
        Lags in samples from the one to the other, both included, count.

    Returns
    -------
    int64 array (n_units, n_units)
        Symmetric, 0 on the diagonal.
    """
    compiled = loops.compiled_for(len(ordered.samples))
    if compiled is None:
        pairs, _ = coincidences(ordered, largest_lag)
        if least_lag > 0:
            pairs = pairs - coincidences(ordered, least_lag - 1)[0]
        return pairs

    pairs = compiled.count_pairs_of_units(
        ordered.samples, ordered.rows, ordered.n_units, least_lag, largest_lag
    )
    pairs = pairs + pairs.T
    np.fill_diagonal(pairs, 0)
    return pairs
