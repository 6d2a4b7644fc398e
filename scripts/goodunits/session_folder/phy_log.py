"""Which groups Phy's own log says a person gave. Standard library only."""

import re
from pathlib import Path

from goodunits.base import guarded

MAX_DIGITS = 18  # of a cluster id

# Compiled only where there is a log, which costs more than reading it.
PHY_SAID = (
    r"Change metadata_group for clusters? (?P<ids>[0-9, ]+) to (?P<label>[^\x1b]*)"
    r"|Merge clusters (?P<parents>[0-9, ]+) to (?P<made>[0-9]{1,18})\."
)


def labelled_in_phy(folder):
    """Last group that Phy's own log says a person gave to each cluster, empty without a log.

    The log also holds actions that were never saved: it can confirm a label in the file, not
    replace it.
    """
    return read_log(folder)[0]


def read_log(folder):
    """What Phy's own log tells; nothing without a log.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.

    Returns
    -------
    said : dict of int to str
        As `labelled_in_phy`.
    merges : dict of int to tuple of int
        Parents of each cluster that it says was made by a merge. Phy logs no ids of splits.
    """
    said, merges = {}, {}
    try:
        for line in guarded.lines(Path(folder, "phy.log"), guarded.LOG_BYTES):
            if found := re.search(PHY_SAID, line):
                _hear(said, merges, found)
    except OSError:
        return {}, {}
    return said, merges


def _hear(said, merges, found):
    """Add what one line of Phy's log tells."""
    if found["made"]:  # a new cluster: what was said before was of another one, never saved
        made = int(found["made"])
        said.pop(made, None)
        merges[made] = _ids(found["parents"])
        return
    label, dot, _ = found["label"].rpartition(".")
    if label and dot:
        said |= dict.fromkeys(_ids(found["ids"]), label)


def _ids(text):
    """Cluster ids in a row."""
    return tuple(int(i) for i in text.replace(",", " ").split() if len(i) <= MAX_DIGITS)
