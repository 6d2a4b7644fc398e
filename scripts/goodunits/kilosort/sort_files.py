"""Reading of one session: the results folder of a Kilosort sort, as Phy opens it.

Only numpy is needed: no torch, no Kilosort, and nothing in the folder is executed.
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from goodunits.base import npy_array
from goodunits.base.errors import SessionError
from goodunits.kilosort.kilosort_log import KilosortLog, read_log
from goodunits.kilosort.ops_file import read_ops
from goodunits.kilosort.params_file import read_params

# What sources may differ by, as a share: clocks do, and Kilosort counts whole batches.
RATE_TOLERANCE, DURATION_TOLERANCE = 0.01, 0.02
MAX_DURATION_S = 100 * 86400


@dataclass(frozen=True, eq=False)
class Sort:
    """The spikes of one sort and what the folder says about it.

    Attributes
    ----------
    folder : pathlib.Path
        The session folder.
    spike_samples : numpy.ndarray of int64, shape (n_spikes,)
        Spike times in samples, in the order of the file (which may be unsorted), all >= 0.
    spike_clusters : numpy.ndarray of int32 or int64, shape (n_spikes,)
        Cluster id of each spike, after any curation in Phy; all >= 0, gaps are normal.
    spike_templates : numpy.ndarray of int32 or int64, shape (n_spikes,), or None
        Cluster id of each spike as Kilosort gave it; None without ``spike_templates.npy``.
    sampling_frequency_hz : float
        From ``params.py``, else from ``ops.npy``.
    recording_duration_s : float
        Length of the sorted part of the recording.
    recording_duration_source : str
        "session sheet", "kilosort4.log", "ops.npy" (exact to a batch, 2 s by default), or
        "last spike" (a lower bound).
    kilosort_version : str
        From ``kilosort4.log``, else "unknown".
    acg_threshold : float or None
        Kilosort's limit of R12 for "good"; None if ``ops.npy`` does not say.
    duplicate_spike_bins : int or None
        Kilosort removed spikes of a cluster closer than this many samples; None if unknown.
    notes : tuple of str
        Things worth saying, one line each.
    files_read : tuple of str
        Names of the files that were read.
    """

    folder: Path
    spike_samples: np.ndarray
    spike_clusters: np.ndarray
    spike_templates: np.ndarray | None
    sampling_frequency_hz: float
    recording_duration_s: float
    recording_duration_source: str
    kilosort_version: str
    acg_threshold: float | None
    duplicate_spike_bins: int | None
    notes: tuple[str, ...]
    files_read: tuple[str, ...]


def read_sort(folder, recording_duration_s=None):
    """Read and check the spike files of a session and what is known about the recording.

    Parameters
    ----------
    folder : path-like
        Results folder of Kilosort 4 (2.5 and 3 work too), as opened by Phy.
    recording_duration_s : float, optional
        Length of the recording in seconds, where the user knows it; it wins over the files.

    Returns
    -------
    Sort

    Raises
    ------
    SessionError
        If the folder or a spike file is missing, damaged, or does not fit the others, or if the
        sample rate is unknown. ``ops.npy`` and ``kilosort4.log`` are optional: a fault in them is
        a note.
    """
    folder = Path(folder)
    _check_folder(folder)
    notes, files_read = [], []
    samples, clusters, templates = _read_spikes(folder, notes, files_read)
    params = _read_settings(folder, notes, files_read)
    ops = _read_optional(folder, "ops.npy", read_ops, {}, notes, files_read)
    log = _read_optional(
        folder, "kilosort4.log", read_log, KilosortLog(None, None), notes, files_read
    )
    rate_hz = _sampling_frequency_hz(folder, params, ops, notes)
    # Times are counted from the start of the file even if only tmin to tmax was sorted.
    span_s = (int(samples.max()) - int(samples.min())) / rate_hz
    if recording_duration_s is None:
        duration_s, source = _recording_duration(folder, samples, span_s, rate_hz, ops, log, notes)
    else:
        duration_s = _given_duration(folder, recording_duration_s, span_s, notes)
        source = "session sheet"
    if duration_s > MAX_DURATION_S:
        raise SessionError(
            f"{folder}: a recording of {duration_s / 86400:.0f} days by {source}; see that "
            "sample_rate in params.py is right and spike_times.npy whole"
        )
    bins = _ops_number(ops, "duplicate_spike_bins")
    return Sort(
        folder=folder,
        spike_samples=samples,
        spike_clusters=clusters,
        spike_templates=templates,
        sampling_frequency_hz=rate_hz,
        recording_duration_s=duration_s,
        recording_duration_source=source,
        kilosort_version=log.version or "unknown",
        acg_threshold=_ops_number(ops, "acg_threshold"),
        duplicate_spike_bins=None if bins is None else int(bins),
        notes=tuple(notes),
        files_read=tuple(files_read),
    )


def load_array(sort, name, mmap=False, per_spike=False):
    """Read a further .npy file of a session.

    Parameters
    ----------
    sort : Sort
        The sort.
    name : str
        Name of the file, for example "templates.npy".
    mmap : bool
        Map the file (read-only) instead of reading it into memory.
    per_spike : bool
        Demand one row per spike.

    Returns
    -------
    numpy.ndarray or None
        The array as stored; None if there is no such file.

    Raises
    ------
    SessionError
        If the file cannot be read, is cut short, holds Python objects or records, or has another
        number of rows than there are spikes (`per_spike`).
    """
    path = sort.folder / name
    if not path.exists():
        return None
    array = npy_array.read(path, mmap)
    n_spikes = len(sort.spike_samples)
    if per_spike and array.shape[:1] != (n_spikes,):
        raise SessionError(
            f"{path}: shape {array.shape}, expected one row for each of the {n_spikes} spikes in "
            "spike_times.npy; the files come from different sorts"
        )
    return array


def _check_folder(folder):
    """Raise unless there is a folder with something in it."""
    try:
        names = os.listdir(folder)
        os.stat(os.path.join(folder, "."))  # fails where names may be listed but not opened
    except FileNotFoundError as error:
        raise SessionError(
            f"{folder}: no such folder; check the path and that the disk is there"
        ) from error
    except NotADirectoryError as error:
        raise SessionError(
            f"{folder}: is a file, expected the folder that holds spike_times.npy"
        ) from error
    except OSError as error:
        raise SessionError(f"{folder}: cannot be opened ({error.strerror})") from error
    if not names:
        raise SessionError(f"{folder}: the folder is empty, expected Kilosort's results")


def _read_spikes(folder, notes, files_read):
    """Spike times, cluster ids and original ids (or None), checked against each other."""
    times_path = folder / "spike_times.npy"
    if not times_path.exists():
        raise SessionError(f"{times_path}: no such file; {_where_else(folder)}")
    times = _whole_numbers(times_path, npy_array.read(times_path), "time", "in samples")
    samples = np.ascontiguousarray(times, dtype=np.int64)
    files_read.append(times_path.name)
    if not len(samples):
        raise SessionError(f"{times_path}: holds no spikes; leave this session out")
    found = {}
    for name in ("spike_clusters.npy", "spike_templates.npy"):
        path = folder / name
        if not path.exists():
            continue
        ids = _whole_numbers(path, npy_array.read(path), "cluster id", "as integers")
        if len(ids) != len(samples):
            raise SessionError(
                f"{folder}: spike_times.npy has {len(samples)} spikes but {name} has {len(ids)}; "
                "the files come from different sorts or a copy was cut short"
            )
        dtype = np.int32 if ids.max() < 2**31 else np.int64
        found[name] = np.ascontiguousarray(ids, dtype=dtype)
        files_read.append(name)
    templates = found.get("spike_templates.npy")
    clusters = found.get("spike_clusters.npy", templates)
    if clusters is None:
        raise SessionError(
            f"{folder / 'spike_clusters.npy'}: no such file, nor spike_templates.npy to take its "
            "place; copy the whole results folder of Kilosort"
        )
    if "spike_clusters.npy" not in found:
        notes.append("spike_clusters.npy: missing, spike_templates.npy (before curation) is used")
    return samples, clusters, templates


def _where_else(folder):
    """Say where the spikes are, if a subfolder has them."""
    below = sorted(path.parent.name for path in folder.glob("*/spike_times.npy"))
    if below:
        return f"the subfolder '{below[0]}' has one: give that folder as the session"
    return "expected the results folder of Kilosort, the one that Phy opens"


def _whole_numbers(path, array, what, unit):
    """The same numbers as one dimension, checked to be whole and within 0 and 2**63 - 1."""
    if array.ndim == 2 and array.shape[1] == 1:  # Kilosort 2.5 and 3
        array = array[:, 0]
    if array.ndim != 1:
        raise SessionError(f"{path}: shape {array.shape}, expected (n_spikes,) or (n_spikes, 1)")
    if array.dtype.kind not in "iuf":
        raise SessionError(f"{path}: type {array.dtype}, expected one {what} per spike, {unit}")
    if not array.size:
        return array
    lowest, highest = array.min(), array.max()
    if array.dtype.kind == "f":
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise SessionError(f"{path}: holds NaN or infinity, expected whole numbers {unit}")
        if max(-lowest, highest) > 2**53 or not np.array_equal(array, np.rint(array)):
            raise SessionError(
                f"{path}: holds fractions or numbers beyond 2**53, expected whole numbers {unit}"
            )
    if lowest < 0:
        raise SessionError(f"{path}: holds a negative {what} ({int(lowest)}), expected >= 0")
    if highest >= 2**63:
        raise SessionError(f"{path}: holds {int(highest)}, too large for a {what}")
    return array


def _read_settings(folder, notes, files_read):
    """Values in params.py; an empty dict without the file."""
    path = folder / "params.py"
    if not path.exists():
        return {}
    values, skipped = read_params(path)
    notes.extend(skipped)
    files_read.append(path.name)
    return values


def _read_optional(folder, name, read, default, notes, files_read):
    """What `read` finds in a file that may be missing; a fault is a note."""
    path = folder / name
    if not path.exists():
        return default
    try:
        content = read(path)
    except (SessionError, OSError) as error:
        reason = " ".join(str(error).replace(f"{path}: ", "").split())
        notes.append(f"{name}: {reason}; ignored")
        return default
    files_read.append(name)
    return content


def _sampling_frequency_hz(folder, params, ops, notes):
    """Sample rate from params.py, else from ops."""
    from_ops = _ops_number(ops, "fs")
    if "sample_rate" not in params:
        if from_ops is None:
            raise SessionError(
                f"{folder}: no sample rate; expected a line such as 'sample_rate = 30000.0' in "
                "params.py, add it"
            )
        if from_ops <= 0:
            raise SessionError(f"{folder / 'ops.npy'}: fs is {from_ops}, expected > 0 Hz")
        notes.append("params.py: no sample_rate, fs of ops.npy is used")
        return from_ops
    rate = params["sample_rate"]
    if not _is_number(rate) or rate <= 0:
        raise SessionError(
            f"{folder / 'params.py'}: sample_rate is {repr(rate)[:60]}, expected a number > 0 "
            "in Hz, such as 30000.0; correct it"
        )
    if from_ops is not None and abs(from_ops - rate) > RATE_TOLERANCE * rate:
        raise SessionError(
            f"{folder / 'params.py'}: sample_rate is {rate} Hz, but fs of ops.npy {from_ops} Hz; "
            "correct sample_rate, or remove ops.npy if it is of another sort"
        )
    if from_ops is not None and from_ops != rate:
        notes.append(f"sample rate: params.py says {rate} Hz (used), ops.npy {from_ops} Hz")
    return float(rate)


def _given_duration(folder, duration_s, span_s, notes):
    """Length that the user gave, in seconds."""
    if not _is_number(duration_s) or duration_s <= 0:
        raise SessionError(
            f"{folder}: recording_duration_s is {duration_s!r}, expected seconds > 0"
        )
    if duration_s * (1 + DURATION_TOLERANCE) < span_s:
        raise SessionError(
            f"{folder}: recording_duration_s is {duration_s} s in the session sheet, but the "
            f"spikes span {span_s:.3f} s; correct it, or leave it empty to read it from the sort"
        )
    if duration_s < span_s:
        notes.append(
            f"recording_duration_s: {duration_s} s in the session sheet (used), but the spikes "
            f"span {span_s:.3f} s"
        )
    return float(duration_s)


def _recording_duration(folder, samples, span_s, rate_hz, ops, log, notes):
    """Length of the recording in seconds and the file that it was found in."""
    log_s = None if log.n_samples is None else log.n_samples / rate_hz
    ops_s, batch_s = _ops_duration(ops, rate_hz)
    candidates = [(log_s, "kilosort4.log"), (ops_s, "ops.npy")]
    if log_s is not None and ops_s is not None and abs(log_s - ops_s) > batch_s:
        # Kilosort writes the log from the start of a run and ops.npy at the end of a sort.
        notes.append(
            f"kilosort4.log: {log_s:.3f} s, but ops.npy {ops_s:.3f} s; the log is of another run, "
            "ops.npy is used"
        )
        candidates = candidates[1:]
    for duration_s, source in candidates:
        if duration_s is not None and duration_s >= span_s and duration_s > 0:
            return duration_s, source
        if duration_s is not None and duration_s * (1 + DURATION_TOLERANCE) < span_s:
            raise SessionError(
                f"{folder / source}: {duration_s:.3f} s, but the spikes span {span_s:.3f} s; see "
                "that sample_rate in params.py is right and spike_times.npy whole, or remove "
                f"{source} if it is of another sort"
            )
        if duration_s is not None:
            notes.append(
                f"{source}: {duration_s:.3f} s, but the spikes span {span_s:.3f} s; ignored"
            )
    notes.append("recording length: unknown, taken to end at the last spike")
    return (int(samples.max()) + 1) / rate_hz, "last spike"


def _ops_duration(ops, rate_hz):
    """Sorted length in seconds by ops (None if unknown), and by how much it may be wrong."""
    n_batches, batch_samples = _ops_number(ops, "Nbatches"), _ops_number(ops, "batch_size")
    if not n_batches or not batch_samples:
        return None, 0.0
    # Since Kilosort 4.1.2; the count of batches is then rounded down.
    downsampling = _ops_number(ops, "batch_downsampling") or 1
    batch_s = batch_samples * downsampling / rate_hz
    return n_batches * batch_s, batch_s


def _ops_number(ops, key):
    """Finite number in ops or, as older versions have it, in its settings; else None."""
    settings = ops.get("settings")
    for place in (ops, settings if isinstance(settings, dict) else {}):
        if _is_number(place.get(key)):
            return float(place[key])
    return None


def _is_number(value):
    """Whether a value is a finite int or float."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
