"""The sorts that golden values are made of, and the files that hold the values.

Needs numpy alone, so that it works in the environments of the other tools too.
"""

import hashlib
import json
import math
import platform
import random
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from real_sorts import PACKS, SORTS

FOLDER = Path(__file__).parent
FREQUENCY_HZ = 30000
MADE_DURATION_S = 1200
N_SAMPLES = MADE_DURATION_S * FREQUENCY_HZ
# Units of the made session, by what is known of them.
MADE_UNITS = {
    "clean_5_hz": 1,
    "clean_20_hz": 2,
    "foreign_10_percent": 4,
    "foreign_40_percent": 5,
    "poisson_censored": 6,
    "poisson_10_hz": 7,
    "poisson_slow": 8,
    "on_bin_edges": 11,
    "first_half": 12,
    "ten_spikes": 13,
    "two_spikes": 17,
    "same_samples": 20,
    "bursts_of_two": 21,
    "every_5_s": 30,
    "every_5_s_not_last": 31,
}
SESSIONS = (*SORTS, "made")


def made_session():
    """Spikes of units of known making, from 0 to 1200 s.

    Only Python's `random.random` is used, whose numbers are the same in all versions.

    Returns
    -------
    samples, clusters : int64 arrays (n_spikes,)
        In time order.
    """
    draw = random.Random(20)
    trains = {
        "clean_5_hz": _refractory(draw, 6000, 90),
        "clean_20_hz": _refractory(draw, 24000, 60),
        "foreign_10_percent": _refractory(draw, 21600, 90) + _poisson(draw, 2400),
        "foreign_40_percent": _refractory(draw, 14400, 90) + _poisson(draw, 9600),
        "poisson_censored": _refractory(draw, 12000, 7),
        "poisson_10_hz": _poisson(draw, 12000),
        "poisson_slow": _poisson(draw, 240),
        "on_bin_edges": [15 * (sample // 15) for sample in _poisson(draw, 9600)],
        "first_half": [sample // 2 for sample in _refractory(draw, 4800, 120)],
        "ten_spikes": [start + lag for start in _poisson(draw, 5) for lag in (0, 60)],
        "two_spikes": _poisson(draw, 2),
        "same_samples": 2 * _poisson(draw, 1000) + _poisson(draw, 2000),
        "bursts_of_two": [start + lag for start in _poisson(draw, 2000) for lag in (0, 30)],
        "every_5_s": range(0, N_SAMPLES + 1, 5 * FREQUENCY_HZ),
        "every_5_s_not_last": range(75000, N_SAMPLES, 5 * FREQUENCY_HZ),
    }
    samples = np.concatenate([np.array(train, dtype=np.int64) for train in trains.values()])
    unit_ids = [MADE_UNITS[name] for name in trains]
    clusters = np.repeat(np.array(unit_ids), [len(train) for train in trains.values()])
    order = np.argsort(samples, kind="stable")
    return samples[order], clusters[order]


def read_spikes(folder):
    """Spike times in samples and clusters of a sort, in time order.

    Parameters
    ----------
    folder : path-like
        The sort.

    Returns
    -------
    samples, clusters : int64 arrays (n_spikes,)
    """
    samples = np.load(Path(folder) / "spike_times.npy").ravel().astype(np.int64)
    clusters = np.load(Path(folder) / "spike_clusters.npy").ravel().astype(np.int64)
    order = np.argsort(samples, kind="stable")
    return samples[order], clusters[order]


def digest(samples, clusters):
    """Fingerprint of spikes, so that values are not compared with those of other spikes.

    Parameters
    ----------
    samples, clusters : int64 arrays (n_spikes,)
        As of `made_session`.

    Returns
    -------
    str
    """
    data = np.stack([samples, clusters]).astype("<i8").tobytes()
    return hashlib.sha256(data).hexdigest()


def make(peer, packages, values_of):
    """Record what another tool says of all sessions, as <peer>.json beside this file.

    Parameters
    ----------
    peer : str
        Name of the file.
    packages : list of str
        Packages whose versions are recorded.
    values_of : callable
        Of samples and clusters; gives a dict of unit id to dict of name to value.
    """
    made_with = {"python": platform.python_version()}
    made_with |= {package: version(package) for package in packages}
    sessions = {}
    with tempfile.TemporaryDirectory() as folder:
        for pack in set(PACKS.values()):
            shutil.unpack_archive(pack, folder)
        for name in SESSIONS:
            spikes = made_session() if name == "made" else read_spikes(Path(folder) / name)
            units = {str(unit_id): _plain(row) for unit_id, row in values_of(*spikes).items()}
            sessions[name] = {"sha256": digest(*spikes), "units": units}
    _write(FOLDER / f"{peer}.json", {"made_with": made_with, "sessions": sessions})


def read(peer):
    """What `make` recorded.

    Parameters
    ----------
    peer : str
        Name of the file.

    Returns
    -------
    dict
    """
    return json.loads((FOLDER / f"{peer}.json").read_text(encoding="utf-8"))


def _poisson(draw, n_spikes):
    """Spikes at random times, ascending."""
    return sorted(int(draw.random() * N_SAMPLES) for _ in range(n_spikes))


def _refractory(draw, n_spikes, gap):
    """Spikes at random times that leave at least a gap (samples) between each other."""
    free = N_SAMPLES - gap * n_spikes
    times = sorted(int(draw.random() * free) for _ in range(n_spikes))
    return [time + gap * index for index, time in enumerate(times)]


def _plain(row):
    """Values as JSON has them; null for NaN."""
    values = {name: np.asarray(value).item() for name, value in row.items()}
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in values.items()
    }


def _write(path, recorded):
    """One line for each unit, so that a change can be read."""
    text = json.dumps(recorded, indent=1)
    text = text.replace("\n     ", " ").replace("\n    }", " }")
    path.write_text(text + "\n", encoding="utf-8")
