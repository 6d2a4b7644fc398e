"""Which groups Phy's own log says a person gave. Standard library only."""

import re
from pathlib import Path

from goodunits.base import guarded

MAX_DIGITS = 18  # of a cluster id

# Compiled only where there is a log, which costs more than reading it.
PHY_SAID = (
    r"Change metadata_group for clusters? (?P<ids>[0-9, ]+) to (?P<label>[^\x1b]*)"
    r"|Merge clusters [0-9, ]+ to (?P<made>[0-9]{1,18})\."
)


def labelled_in_phy(folder):
    """Last group that Phy's own log says a person gave to each cluster, empty without a log.

    The log also holds actions that were never saved: it can confirm a label in the file, not
    replace it.
    """
    said = {}
    try:
        for line in guarded.lines(Path(folder, "phy.log"), guarded.LOG_BYTES):
            if found := re.search(PHY_SAID, line):
                _hear(said, found)
    except OSError:
        return {}
    return said


def _hear(said, found):
    """Add what one line of Phy's log tells."""
    if found["made"]:  # a new cluster: what was said before was of another one, never saved
        said.pop(int(found["made"]), None)
        return
    label, dot, _ = found["label"].rpartition(".")
    if label and dot:
        ids = found["ids"].replace(",", " ").split()
        said |= {int(i): label for i in ids if len(i) <= MAX_DIGITS}
