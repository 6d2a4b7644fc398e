"""How the spikes of a unit scatter in PC space, beyond noise, size and slow drift.

Features of one neuron differ by noise, which is much alike in all directions because Kilosort
whitens, by size, which lies along their mean, and by drift, which is slow. What else pulls them
apart in one direction is mostly spikes of another neuron.
"""

import numpy as np

from goodunits.kilosort import pc_features
from goodunits.metrics.metric_column import as_columns

NAME = "pc_spread_ratio"
# Far spikes (overlaps with others) count as if they were as far as nine in ten are.
QUANTILE_OF_FAR = 0.9
# A direction with so small a share of the largest variance has none.
RELATIVE_TOLERANCE = 1e-9


def group(inputs):
    """Columns and notes of the group `pc_spread`."""
    block = dict(inputs.parameters[NAME])
    n_most = block.pop("max_spikes_per_unit")
    units, reasons, notes = pc_features.checked_features(
        inputs.sort, inputs.spikes, inputs.families, n_most
    )
    values = reasons
    if units is not None:
        values = [
            reason or unit_spread_ratio(unit, **block)
            for reason, unit in zip(reasons, units, strict=True)
        ]
    return as_columns([{NAME: value} for value in values]), notes


def unit_spread_ratio(unit, *, n_channels, min_spikes_per_feature, n_spikes_per_run):
    """`spread_ratio` of a unit on its largest channels.

    Parameters
    ----------
    unit : UnitFeatures
        Features of some of its spikes, in time order.
    n_channels : int
        Channels used.
    min_spikes_per_feature : float
        Least number of spikes for each feature (channels times PCs).
    n_spikes_per_run : int
        Spikes in a run whose median is taken off.

    Returns
    -------
    float, or str with the reason
    """
    _, features, reason = unit.cloud(n_channels, min_spikes_per_feature)
    return reason or spread_ratio(features, n_spikes_per_run)


def spread_ratio(features, n_spikes_per_run):
    """How much further spikes scatter in one direction than noise makes them.

    Parameters
    ----------
    features : float array (n_spikes, n_features)
        Features of the spikes of a unit, in time order.
    n_spikes_per_run : int
        Spikes in a run whose median is taken off.

    Returns
    -------
    float, or str with the reason
        Largest variance over the third largest: one direction more may hold what is left of
        drift. At least 1.
    """
    if not np.isfinite(features).all():
        return "not_finite"
    if len(features) < 2:
        return "too_few_spikes"
    mean = features.mean(axis=0)
    runs = np.array_split(features, max(len(features) // n_spikes_per_run, 1))
    scatter = np.concatenate([run - np.median(run, axis=0) for run in runs])
    scatter -= np.outer(scatter @ mean, mean) / max(mean @ mean, np.finfo(float).tiny)
    norms = np.linalg.norm(scatter, axis=1)
    farthest = max(np.quantile(norms, QUANTILE_OF_FAR), np.finfo(float).tiny)
    scatter *= (farthest / np.maximum(norms, farthest))[:, None]
    variances = np.linalg.eigvalsh(np.atleast_2d(np.cov(scatter.T)))[::-1]
    if len(variances) < 3 or not variances[2] > RELATIVE_TOLERANCE * variances[0]:
        return "singular"
    return float(variances[0] / variances[2])
