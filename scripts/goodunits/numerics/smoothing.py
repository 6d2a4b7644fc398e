"""Smoothing of a row of numbers."""

import math

import numpy as np


def gaussian_smooth(values, sigma, mode):
    """Smooth a row of numbers with a Gaussian cut at four standard deviations.

    Parameters
    ----------
    values : array (n,)
        The numbers.
    sigma : float
        Standard deviation in places; 0 changes nothing.
    mode : str
        What lies beyond the ends, as in `numpy.pad`: "edge" or "symmetric".

    Returns
    -------
    float64 array (n,)
    """
    radius = math.floor(4 * sigma + 0.5)
    if radius < 1:
        return np.asarray(values, dtype=np.float64)
    places = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (places / sigma) ** 2)
    padded = np.pad(np.asarray(values, dtype=np.float64), radius, mode=mode)
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")
