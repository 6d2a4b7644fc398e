"""Facts that only Kilosort4's own log holds: its version and the exact length it sorted."""

import re
from typing import NamedTuple

from goodunits.base import guarded

_VERSION = re.compile(r"Kilosort version (\S+)\s*$")
_N_SAMPLES = re.compile(r"N samples: ([0-9]{1,18})\s*$")


class KilosortLog(NamedTuple):
    """What was found in the log.

    Attributes
    ----------
    version : str or None
        Version of Kilosort that made the sort; None if the log does not say.
    n_samples : int or None
        Number of samples sorted (from tmin to tmax); None if the log does not say.
    """

    version: str | None
    n_samples: int | None


def read_log(path):
    """Read the version and the number of sorted samples from ``kilosort4.log``.

    Kilosort starts the file anew for each sort. Should it hold several, the last one counts.

    Parameters
    ----------
    path : path-like
        The log; bytes that are not UTF-8 do not matter.

    Returns
    -------
    KilosortLog

    Raises
    ------
    OSError, SessionError
        If the file cannot be read.
    """
    version = n_samples = None
    for line in guarded.lines(path, guarded.LOG_BYTES):
        if found := _VERSION.search(line):
            version, n_samples = found[1], None
        elif found := _N_SAMPLES.search(line):
            n_samples = int(found[1])
    return KilosortLog(version, n_samples)
