"""How alike the templates of any two units are, over channels and time, at the best shift.

Templates of a sort are made of few curves (Kilosort 4: six), so they are written in terms of
curves first: all cosines at a shift are then one small product of matrices.
"""

from dataclasses import dataclass

import numpy as np

from goodunits.kilosort.unit_templates import unit_template

# Curves are looked for on so many channels of each template.
CHANNELS_LOOKED_AT = 8
# A curve that holds less than this share of the energy of all templates is rounding.
LEAST_ENERGY = 1e-10
# Where the curves miss more than this of the energy of a template, each sample is a curve.
MOST_ENERGY_LOST = 1e-5


@dataclass(frozen=True)
class Likeness:
    """Similarity of the templates of all pairs of units.

    Attributes
    ----------
    whitened : float64 array (n_units, n_units)
        Cosine of two templates at the best shift, symmetric; -inf on the diagonal and for units
        without a template.
    raw : float64 array (n_units, n_units) or None
        The same of the templates before whitening; None if the whitening is not known.
    reasons : dict of int to str
        Why a unit has no template, by row.
    raw_reason : str
        Why there is no `raw`.
    """

    whitened: np.ndarray
    raw: np.ndarray | None
    reasons: dict
    raw_reason: str = ""


def likeness(families, templates, unwhiten, raw_reason, max_shift_samples):
    """Compare the templates of all units.

    Parameters
    ----------
    families : list of (int64 array, int64 array)
        Templates of each unit and their spike counts, as `unit_templates.parents` gives.
    templates : float array (n_templates, n_samples, n_channels)
        Whitened templates as Kilosort stores them.
    unwhiten : float64 array (n_channels, n_channels) or None
        As `probe_geometry.unwhitening_matrix` gives it.
    raw_reason : str
        Why there is no such matrix.
    max_shift_samples : int
        Shifts up to this, to either side, are tried.

    Returns
    -------
    Likeness
    """
    shapes = np.zeros((len(families), *templates.shape[1:]), dtype=np.float32)
    reasons = {}
    for row, family in enumerate(families):
        template = unit_template(family, templates)
        if template is None:
            reasons[row] = "template_unknown"
        elif not np.isfinite(template).all():
            reasons[row] = "not_finite"
        elif not template.any():
            reasons[row] = "empty_template"
        else:
            shapes[row] = template / np.sqrt((template**2).sum())
    curves, parts = _in_curves(shapes)
    whitened = _best_cosines(parts, curves, max_shift_samples)
    raw = None
    if unwhiten is not None:
        raw = _best_cosines(parts @ unwhiten.astype(np.float32), curves, max_shift_samples)
    for between in (whitened, raw):
        if between is not None:
            np.fill_diagonal(between, -np.inf)
            between[list(reasons)] = -np.inf
            between[:, list(reasons)] = -np.inf
    return Likeness(whitened, raw, reasons, raw_reason)


def _in_curves(shapes):
    """Write templates of size 1 as sums of few curves.

    Returns
    -------
    curves : float32 array (n_samples, n_curves)
        Orthonormal; found on the largest channels of each template, all there can be if these do
        not tell.
    parts : float32 array (n_units, n_curves, n_channels)
        How much of each curve is on each channel.
    """
    sizes = np.ptp(shapes, axis=1)
    largest = np.argsort(-sizes, axis=1)[:, :CHANNELS_LOOKED_AT]
    samples = np.take_along_axis(shapes, largest[:, None, :], axis=2).astype(np.float64)
    columns = np.moveaxis(samples, 1, 0).reshape(shapes.shape[1], -1)
    energies, curves = np.linalg.eigh(columns @ columns.T)
    curves = curves[:, energies > LEAST_ENERGY * energies.sum()].astype(np.float32)
    parts = np.matmul(curves.T, shapes)
    lost = (shapes**2).sum(axis=(1, 2)) - (parts**2).sum(axis=(1, 2))
    if lost.max() > MOST_ENERGY_LOST:
        return np.eye(shapes.shape[1], dtype=np.float32), shapes
    return curves, parts


def _best_cosines(parts, curves, max_shift_samples):
    """Cosine of any two templates at the best shift; what is shifted in is 0.

    `parts` (n_units, n_curves, n_channels) says how much of each curve is on each channel.
    """
    n_units, n_samples = len(parts), len(curves)
    norms = np.linalg.norm(parts.reshape(n_units, -1), axis=1)
    parts = parts / np.where(norms > 0, norms, 1)[:, None, None]
    flat = parts.reshape(n_units, -1)
    best = np.full((n_units, n_units), -np.inf)
    for shift in range(min(max_shift_samples, n_samples - 1) + 1):
        later = curves[shift:].T @ curves[: n_samples - shift]
        cosines = (flat @ np.matmul(later, parts).reshape(n_units, -1).T).astype(np.float64)
        # The other way round is the shift to the other side.
        best = np.maximum(best, np.maximum(cosines, cosines.T))
    return np.clip(best, -1, 1)
