"""Which loops over spikes a session is treated with: those of numpy, or the compiled ones.

Both give exactly the same. Numba is a choice: there is none for some machines.
"""

import importlib.util
import os

# From here on the compiled loops repay the import of numba.
COMPILED_FROM_SPIKES = 3_000_000
SLOWER = (
    "numba is not there or cannot be loaded, so large sorts take about twice as long to measure; "
    "the values are the same (pip install numba)"
)


def compiled_for(n_spikes):
    """The module of the compiled loops, None where numpy is as fast or numba cannot be loaded.

    Parameters
    ----------
    n_spikes : int
        Spikes of the whole session.
    """
    if n_spikes < COMPILED_FROM_SPIKES:
        return None
    try:
        from goodunits.spiketrains import compiled
    except (ImportError, OSError):  # not installed, for another numpy, or its library is missing
        return None
    return compiled


def note(n_spikes):
    """One line where a session is treated slowly for want of numba, else None."""
    if n_spikes < COMPILED_FROM_SPIKES or compiled_for(n_spikes):
        return None
    return SLOWER


def note_for_folders(folders):
    """One line where sessions will be slow for want of numba, else None.

    Parameters
    ----------
    folders : iterable of path-like
        Session folders, which need not exist.
    """
    if not is_numba_missing():
        return None
    count = sum(_is_large(os.path.join(folder, "spike_times.npy")) for folder in folders)
    return f"{count} large sort(s): {SLOWER}" if count else None


def is_numba_missing():
    """Whether numba is not installed; it is not loaded to find out."""
    return importlib.util.find_spec("numba") is None


def _is_large(path):
    """Whether a file of spike times, of 8 bytes each as Kilosort writes them, is a large one."""
    try:
        return os.path.getsize(path) >= 8 * COMPILED_FROM_SPIKES
    except OSError:
        return False
