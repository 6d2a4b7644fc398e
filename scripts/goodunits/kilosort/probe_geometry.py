"""The probe of a sort, and the matrix that undoes its whitening."""

from dataclasses import dataclass

import numpy as np

from goodunits.kilosort.optional_files import load, unusable

# What Kilosort adds to the diagonal before it inverts the whitening matrix.
RIDGE = 1e-5


@dataclass(frozen=True)
class Probe:
    """Where the channels of the templates are.

    Attributes
    ----------
    positions_um : float64 array (n_channels, 2) or None
        Their places in micrometres.
    shanks : array (n_channels,)
        The shank of each.
    channel_map : array (n_channels,)
        Their numbers in the recording.
    why_nowhere : str
        Why there are no places.
    """

    positions_um: np.ndarray | None
    shanks: np.ndarray
    channel_map: np.ndarray
    why_nowhere: str = "file_missing"


def unwhitening_matrix(sort, n_channels):
    """Matrix M with which T_w @ M is a template before whitening.

    Parameters
    ----------
    sort : Sort
        The sort.
    n_channels : int
        Number of channels of the templates.

    Returns
    -------
    matrix : float64 array (n_channels, n_channels) or None
    reason : str
        "" or why there is none.
    notes : tuple of str
        What is wrong with the files.
    """
    inverse = load(sort, "whitening_mat_inv.npy", 2)
    if inverse.array is not None and inverse.array.shape != (n_channels, n_channels):
        return None, "file_unusable", (_misfit("whitening_mat_inv.npy", inverse.array, n_channels),)
    if inverse.array is not None and not np.isfinite(inverse.array).all():
        inverse = unusable("whitening_mat_inv.npy", "holds NaN or infinity")
    if inverse.array is not None and not _is_stand_in(inverse.array):
        return inverse.array.T.astype(np.float64), "", ()
    # Until 4.0.6 Kilosort wrote 0.005 times the identity there, and the real one under this name.
    real = load(sort, "whitening_mat_dat.npy", 2)
    if real.array is None or real.array.shape != (n_channels, n_channels):
        reason = inverse.reason or "whitening_unknown"
        return None, reason, (*inverse.notes, *real.notes)
    ridged = real.array.astype(np.float64) + RIDGE * np.eye(n_channels)
    try:
        matrix = np.linalg.inv(ridged).T
    except np.linalg.LinAlgError:
        matrix = np.full_like(ridged, np.nan)
    if not np.isfinite(matrix).all():
        return None, "file_unusable", (*inverse.notes, _not_finite("whitening_mat_dat.npy"))
    return matrix, "", inverse.notes


def load_probe(sort, n_channels):
    """Channels of the templates; what is not known of them is left out.

    Parameters
    ----------
    sort : Sort
        The sort.
    n_channels : int
        Number of channels of the templates.

    Returns
    -------
    probe : Probe
    notes : list of str
        What is wrong with the files.
    """
    wanted = {"channel_positions.npy": 2, "channel_shanks.npy": 1, "channel_map.npy": 1}
    arrays, notes = {}, []
    for name, n_dims in wanted.items():
        loaded = load(sort, name, n_dims, min_columns=n_dims)
        notes += loaded.notes
        arrays[name] = loaded.array
        if loaded.array is not None and len(loaded.array) != n_channels:
            notes.append(_misfit(name, loaded.array, n_channels))
            arrays[name] = None
        if loaded.array is not None and not np.isfinite(loaded.array).all():
            notes.append(_not_finite(name))
            arrays[name] = None
    positions, shanks, channel_map = arrays.values()
    is_positions_there = (sort.folder / "channel_positions.npy").exists()
    if positions is not None and not _are_plausible(positions):
        notes.append("channel_positions.npy: not the places of channels in um; left out")
        positions = None
    return Probe(
        positions_um=None if positions is None else positions[:, :2].astype(np.float64),
        shanks=np.zeros(n_channels) if shanks is None else shanks,
        channel_map=np.arange(n_channels) if channel_map is None else channel_map,
        why_nowhere="file_unusable" if is_positions_there else "file_missing",
    ), notes


def _is_stand_in(matrix):
    """Whether a whitening matrix is a multiple of the identity, so whitens nothing."""
    return len(matrix) > 1 and np.allclose(matrix, matrix[0, 0] * np.eye(len(matrix)))


def _are_plausible(positions_um):
    """Whether channels lie on a probe: within 10 m, and apart by more than a nanometre or not."""
    steps = np.diff(np.sort(positions_um.astype(np.float64), axis=0), axis=0)
    return bool(np.abs(positions_um).max() < 1e7 and not np.any((steps > 0) & (steps < 1e-3)))


def _not_finite(name):
    return f"{name}: holds NaN or infinity, or has no inverse; left out"


def _misfit(name, array, n_channels):
    return f"{name}: shape {array.shape}, but templates.npy has {n_channels} channels; left out"
