"""How well the spikes of a unit part from those of its neighbours in PC space.

A unit is compared with all spikes of its neighbours together, on its own largest channels.
Neighbours are the units that were measured on its peak channel, and, as in SpikeInterface, a
channel on which a neighbour was not measured counts as 0. Of large units only some spikes are
looked at; in the isolation distance and the L-ratio each stands for as many as were left out.
"""

import math

import numpy as np

from goodunits.kilosort import pc_features
from goodunits.metrics.metric_column import as_columns


def group(inputs):
    """Columns and notes of the group `isolation`."""
    sort, spikes = inputs.sort, inputs.spikes
    block = dict(inputs.parameters["isolation_distance"])
    n_most = block.pop("max_spikes_per_unit")
    units, reasons, notes = pc_features.checked_features(sort, spikes, inputs.families, n_most)
    rows = [dict.fromkeys(NAMES, reason) for reason in reasons]
    if units is not None:
        found = isolation(units, **block, **inputs.parameters["nn_hit_rate"])
        rows = [
            row if reason else own for reason, row, own in zip(reasons, rows, found, strict=True)
        ]
    return as_columns(rows), notes


MAHALANOBIS = ("isolation_distance", "l_ratio")
NEAREST = ("nn_hit_rate", "nn_miss_rate")
NAMES = (*MAHALANOBIS, "d_prime", *NEAREST, "silhouette")

# A neighbour has most of its spikes measured on the peak channel of the unit.
MIN_SHARE_OF_NEIGHBOUR = 0.5
# The spikes of others whose nearest spikes are looked at, at most; and how many at a time.
MAX_OTHER_QUERIES = 1000
QUERIES_AT_A_TIME = 256


def isolation(units, *, n_channels, min_spikes_per_feature, n_neighbors):
    """Isolation of all units.

    Parameters
    ----------
    units : list of UnitFeatures
        As `pc_features.load_features` gives them.
    n_channels : int
        Channels that are compared.
    min_spikes_per_feature : float
        Least number of spikes looked at for each feature (channels times PCs).
    n_neighbors : int
        Nearest spikes looked at.

    Returns
    -------
    list of dict of str to (float or str)
        Per unit the metrics in NAMES; a text is the reason why there is none.
    """
    rows = []
    for unit in units:
        channels, own, reason = unit.cloud(n_channels, min_spikes_per_feature)
        if reason:
            rows.append(dict.fromkeys(NAMES, reason))
            continue
        near = [
            other
            for other in units
            if other is not unit and other.share_with(channels[0]) >= MIN_SHARE_OF_NEIGHBOUR
        ]
        if not near:
            rows.append(dict.fromkeys(NAMES, "no_neighbours"))
            continue
        others = [other.on(channels) for other in near]
        weights = [other.n_spikes / len(other.values) for other in near]
        rows.append(_compare(own, unit.n_spikes, others, weights, n_neighbors))
    return rows


def _compare(own, n_own, others, weights, n_neighbors):
    """All metrics of one unit."""
    pooled = np.concatenate(others)
    pooled_weights = np.repeat(weights, [len(other) for other in others])
    if not np.isfinite(own).all() or not np.isfinite(pooled).all():
        return dict.fromkeys(NAMES, "not_finite")
    values = [
        *mahalanobis_metrics(own, pooled, n_own, pooled_weights),
        d_prime(own, pooled),
        *nearest_neighbour_rates(own, pooled, n_neighbors),
        silhouette(own, others),
    ]
    return dict(zip(NAMES, values, strict=True))


def mahalanobis_metrics(own, others, n_own, weights):
    """Isolation distance (Harris 2001) and L-ratio (Schmitzer-Torbert 2005).

    Parameters
    ----------
    own : float array (n, n_features)
        Features of the unit's spikes.
    others : float array (m, n_features)
        Features of other spikes.
    n_own : int
        Number of spikes of the unit, of which `own` may be a sample.
    weights : float array (m,)
        How many spikes each of the others stands for.

    Returns
    -------
    isolation_distance, l_ratio : float, or str with the reason
    """
    covariance = np.atleast_2d(np.cov(own.T))
    if np.linalg.matrix_rank(covariance) < len(covariance):
        return "singular", "singular"
    away = others - own.mean(axis=0)
    squares = np.einsum("ij,ij->i", away, np.linalg.solve(covariance, away.T).T)
    by_distance = np.argsort(squares)
    within = np.cumsum(weights[by_distance])
    wanted = min(n_own, within[-1])
    # Weights are no whole numbers, so their sum may miss the count by a rounding error.
    place = min(int(np.searchsorted(within, wanted * (1 - 1e-9))), len(squares) - 1)
    l_ratio = np.sum(weights * chi2_tail(squares, own.shape[1])) / n_own
    return float(squares[by_distance[place]]), float(l_ratio)


def chi2_tail(values, n_degrees):
    """Probability that a chi-square variable exceeds a value.

    Parameters
    ----------
    values : float array (n,)
        Values >= 0.
    n_degrees : int
        Degrees of freedom, >= 1.

    Returns
    -------
    float64 array (n,)
    """
    half = np.asarray(values, dtype=np.float64) / 2
    log_half = np.log(np.maximum(half, np.finfo(float).tiny))
    # Finite sums (Abramowitz and Stegun 26.4.4 and 26.4.5).
    if n_degrees % 2:
        tail = np.array([math.erfc(math.sqrt(value)) for value in half.tolist()])
    else:
        tail = np.zeros(len(half))
    for term in range(n_degrees // 2):
        power = term + 0.5 * (n_degrees % 2)
        tail += np.exp(power * log_half - half - math.lgamma(power + 1))
    return np.clip(tail, 0.0, 1.0)


def d_prime(own, others):
    """Distance of two clouds along the line that parts them best, in standard deviations.

    Parameters
    ----------
    own, others : float array (n, n_features)
        Features of the spikes of the unit and of others.

    Returns
    -------
    float, or str with the reason
    """
    apart = own.mean(axis=0) - others.mean(axis=0)
    spreads = [np.atleast_2d(np.cov(cloud.T, bias=True)) for cloud in (own, others)]
    pooled = (len(own) * spreads[0] + len(others) * spreads[1]) / (len(own) + len(others))
    line = np.linalg.lstsq(pooled, apart, rcond=None)[0]
    variance = sum(line @ each @ line for each in spreads) / 2
    if not variance > 0:
        return "singular"
    return float(line @ apart / np.sqrt(variance))


def nearest_neighbour_rates(own, others, n_neighbors):
    """Shares of the unit's spikes among the nearest spikes of its own and of other spikes.

    Parameters
    ----------
    own, others : float array (n, n_features)
        Features of the spikes of the unit and of others.
    n_neighbors : int
        Nearest spikes looked at, without the spike itself.

    Returns
    -------
    hit_rate, miss_rate : float, or str with the reason
    """
    points = np.concatenate([own, others])
    if len(points) <= n_neighbors:
        return "too_few_spikes", "too_few_spikes"
    step = max(len(others) // MAX_OTHER_QUERIES, 1)
    queries = np.concatenate([np.arange(len(own)), np.arange(len(own), len(points), step)])
    norms = np.einsum("ij,ij->i", points, points)
    shares = np.empty(len(queries))
    for start in range(0, len(queries), QUERIES_AT_A_TIME):
        part = queries[start : start + QUERIES_AT_A_TIME]
        distances = norms - 2 * points[part] @ points.T
        distances[np.arange(len(part)), part] = np.inf
        nearest = np.argpartition(distances, n_neighbors - 1, axis=1)[:, :n_neighbors]
        shares[start : start + len(part)] = (nearest < len(own)).mean(axis=1)
    return float(shares[: len(own)].mean()), float(shares[len(own) :].mean())


def silhouette(own, others):
    """Simplified silhouette: distances to centres instead of between spikes.

    Parameters
    ----------
    own : float array (n, n_features)
        Features of the unit's spikes.
    others : list of float array (m, n_features)
        Features of the spikes of each other unit.

    Returns
    -------
    float, or str with the reason
    """
    to_own = np.linalg.norm(own - own.mean(axis=0), axis=1)
    to_others = [np.linalg.norm(own - other.mean(axis=0), axis=1) for other in others]
    to_nearest = min(to_others, key=np.mean)
    larger = np.maximum(to_own, to_nearest)
    if not larger.all():
        return "singular"
    return float(np.mean((to_nearest - to_own) / larger))
