"""How the size of a waveform falls off over the channels of the probe."""

import numpy as np

from goodunits.numerics.smoothing import gaussian_smooth

# More points than the curve has parameters.
MIN_CHANNELS = 5
# Limits of the fit (SpikeInterface): decay per um, amplitude and offset relative to the data.
DECAY_LIMITS = (1e-5, 2.0)
AMPLITUDE_LIMITS = (0.5, 1.5)
OFFSET_LIMITS = (0.0, 2.0)
# Decays tried, and how often the finest interval is searched again.
N_TRIED, N_REFINEMENTS = 200, 3


def exp_decay(sizes, positions_um, *, radius_um, min_r2):
    """Spatial decay of a template: lambda of A exp(-lambda d) + c, by least squares.

    SpikeInterface's `exp_decay`, within its limits; the best fit within them is found by trying
    decays, for each of which amplitude and offset follow.

    Parameters
    ----------
    sizes : float array (n_channels,)
        Peak-to-peak size on each channel, not all 0.
    positions_um : float array (n_channels, 2)
        Positions of the channels in micrometres.
    radius_um : float
        Channels up to here from the largest one are used.
    min_r2 : float
        Least coefficient of determination of the fit.

    Returns
    -------
    float, or str with the reason why it is undefined
        In 1/um.
    """
    peak = int(np.argmax(sizes))
    distances = np.linalg.norm(positions_um - positions_um[peak], axis=1)
    near = distances <= radius_um
    if np.count_nonzero(near) < MIN_CHANNELS:
        return "too_few_channels"
    distances, sizes = distances[near], sizes[near]
    decays = np.geomspace(*DECAY_LIMITS, N_TRIED)
    for _ in range(N_REFINEMENTS + 1):
        errors = _errors(decays, distances, sizes, sizes.max())
        best = int(errors.argmin())
        nearest = decays[max(best - 1, 0)], decays[min(best + 1, N_TRIED - 1)]
        found, error = decays[best], errors[best]
        decays = np.geomspace(*nearest, N_TRIED)
    total = np.sum((sizes - sizes.mean()) ** 2)
    if not total or 1 - error / total < min_r2:
        return "poor_fit"
    return float(found)


def _errors(decays, distances, sizes, first):
    """Sum of squares left by the best amplitude and offset within the limits, for each decay."""
    curves = np.exp(-decays[:, None] * distances)
    amplitudes = first * np.array(AMPLITUDE_LIMITS)
    offsets = sizes.min() * np.array(OFFSET_LIMITS)
    centred = curves - curves.mean(axis=1, keepdims=True)
    squares = np.maximum((centred**2).sum(axis=1), np.finfo(float).tiny)
    free = centred @ sizes / squares
    # The error is convex in both, so the best within the limits is free or on an edge.
    candidates = [(free, sizes.mean() - free * curves.mean(axis=1))]
    for amplitude in amplitudes:
        fixed = np.full(len(decays), amplitude)
        candidates.append((fixed, np.clip((sizes - amplitude * curves).mean(axis=1), *offsets)))
    for offset in offsets:
        scale = curves @ (sizes - offset) / (curves**2).sum(axis=1)
        candidates.append((np.clip(scale, *amplitudes), np.full(len(decays), offset)))
    errors = []
    for amplitude, offset in candidates:
        left = sizes - amplitude[:, None] * curves - offset[:, None]
        allowed = (amplitude >= amplitudes[0]) & (amplitude <= amplitudes[1])
        allowed &= (offset >= offsets[0]) & (offset <= offsets[1])
        errors.append(np.where(allowed, (left**2).sum(axis=1), np.inf))
    return np.min(errors, axis=0)


def spread(sizes, depths_um, *, min_fraction_of_peak, smoothing_um):
    """Extent of a template along the probe (SpikeInterface's `spread`).

    Parameters
    ----------
    sizes : float array (n_channels,)
        Peak-to-peak size on each channel, not all 0.
    depths_um : float array (n_channels,)
        Depth of each channel in micrometres.
    min_fraction_of_peak : float
        Channels above this fraction of the largest one belong to the template.
    smoothing_um : float
        Standard deviation of the Gaussian that smooths the sizes along the channels.

    Returns
    -------
    float
        In micrometres.
    """
    by_depth = np.argsort(depths_um)
    sizes, depths_um = sizes[by_depth], depths_um[by_depth]
    steps = np.diff(np.unique(depths_um))
    if len(steps):
        sizes = gaussian_smooth(sizes, smoothing_um / np.median(steps), "symmetric")
    return float(np.ptp(depths_um[sizes > min_fraction_of_peak * sizes.max()]))
