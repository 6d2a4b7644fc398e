"""Whether a unit is rather clean or contaminated, weighed on the pairs that are too close."""

import numpy as np

# Bins of time in which the unit's rate counts as constant.
N_BINS = 60
# Contaminations that are weighed on each side of the limit, at equal odds; above a half it has no
# meaning to say which spikes are the foreign ones.
N_VALUES, LARGEST = 20, 0.5
LARGEST_ODDS = 10.0


def expected_pairs(spikes, n_samples, n_lags):
    """Pairs of spikes of a unit at some lags, if it had no refractory period.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    n_samples : int
        Length of the recording.
    n_lags : int
        Lags in samples.

    Returns
    -------
    float64 array (n_units,)
        From the unit's rate in each of 60 bins, so that silence does not thin out the rest.
    """
    edges = np.linspace(0, n_samples, N_BINS + 1)[1:-1]
    found = np.empty(spikes.n_units)
    for row in range(spikes.n_units):
        train = spikes.train(row)
        ends = np.searchsorted(train, edges)
        counts = np.diff(ends, prepend=0, append=len(train)).astype(np.float64)
        found[row] = (counts * (counts - 1)).sum()
    return found * n_lags * N_BINS / n_samples


def clean_log_odds(n_close, expected, limit):
    """Logarithm of the odds that not more than a limit of a unit's spikes are foreign.

    Of E pairs that independent spikes would have within the refractory period, those with a foreign
    spike are left: m(C) = E (1 - (1 - C)^2). The likelihood of the pairs found, Poisson with mean
    m(C), is averaged over contaminations C up to the limit and over those from there to a half.

    Parameters
    ----------
    n_close : int64 array (n_units,)
        Pairs within the refractory period.
    expected : float64 array (n_units,)
        E, from `expected_pairs`.
    limit : float
        The contamination.

    Returns
    -------
    float64 array (n_units,)
        Natural logarithm, -10 to 10; near 0 where there are too few spikes to tell.
    """
    steps = (np.arange(N_VALUES) + 0.5) / N_VALUES
    sides = [_log_likelihood(n_close, expected, limit * steps)]
    sides.append(_log_likelihood(n_close, expected, limit + (LARGEST - limit) * steps))
    odds = sides[0] - sides[1]
    return np.clip(odds, -LARGEST_ODDS, LARGEST_ODDS)


def _log_likelihood(n_close, expected, contaminations):
    """Logarithm of the mean likelihood over some contaminations, but for what all share."""
    shares = 1 - (1 - contaminations) ** 2
    # A trace of pairs by mistakes of the sorter keeps a single one from being impossible.
    means = expected[:, None] * shares + 0.01
    logs = n_close[:, None] * np.log(means) - means
    most = logs.max(axis=1)
    return most + np.log(np.exp(logs - most[:, None]).mean(axis=1))
