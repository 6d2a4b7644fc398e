"""Find the parents of clusters that Phy made by merging or splitting. Standard library only.

Phy gives every merged or split cluster a new id and copies the label of its largest parent. To know
such a copy from a decision, a write remembers a few spikes of every cluster: where they are now
tells which clusters a new one came from.
"""

import math
import re
import struct
from pathlib import Path

from goodunits import guarded, npy_header
from goodunits.errors import SessionError

SAMPLED_SPIKES = 32
MAX_DIGITS = 18  # of a cluster id
INTEGERS = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}
PHY_SAID = re.compile(
    r"Change metadata_group for clusters? (?P<ids>[0-9, ]+) to (?P<label>[^\x1b]*)"
    r"|Merge clusters [0-9, ]+ to (?P<made>[0-9]{1,18})\."
)


def read_items(path, indices):
    """Read a few integers of a one-column `.npy` file without loading it.

    Parameters
    ----------
    path : path-like
        File of shape (n,) or (n, 1), integers.
    indices : list of int
        Which items.

    Returns
    -------
    values : list of int or None
        None if there is no such array or an index lies outside it.
    """
    try:
        with npy_header.opened(path) as (file, header):
            return _read_items(file, header, indices)
    except SessionError:
        return None  # missing or damaged: said when the session is measured


def _read_items(file, header, indices):
    """Read items by their place in an open file."""
    code, length = INTEGERS.get(header.dtype[-2:]), math.prod(header.shape)
    if code is None or len(header.shape) not in (1, 2) or header.shape[0] != length:
        return None
    if any(not 0 <= index < length for index in indices):
        return None
    code = (">" if header.dtype[0] == ">" else "<") + code
    values = []
    for index in indices:
        file.seek(header.data_at + index * header.item_bytes)
        values.append(struct.unpack(code, file.read(header.item_bytes))[0])
    return values


def inherited_labels(units, base, decisions, clusters_file):
    """Labels that new clusters copied from parents whose label was ours, not a person's.

    Parameters
    ----------
    units : dict of int to dict
        Per cluster at our last write: `n_spikes` and some `spikes` (indices into the file).
    base : dict of int to str
        Labels as we left them then.
    decisions : dict of int to str
        Decisions known then.
    clusters_file : path-like
        The present `spike_clusters.npy`.

    Returns
    -------
    inherited : dict of int to str
        For each id that is new: the label of its largest parent.
    """
    owners = [(unit, spike) for unit, record in units.items() for spike in record["spikes"]]
    values = read_items(clusters_file, [spike for _, spike in owners])
    if values is None:
        return {}
    parents = {}
    for (unit, _), now in zip(owners, values, strict=True):
        if now not in units:
            parents.setdefault(now, set()).add(unit)
    inherited = {}
    for cluster_id, candidates in parents.items():
        largest = max(candidates, key=lambda unit: units[unit]["n_spikes"])
        if largest in base and base[largest] != decisions.get(largest):
            inherited[cluster_id] = base[largest]
    return inherited


def survivors(units, cluster_ids, clusters_file):
    """Say which of some clusters still own the spikes that they owned at our last write."""
    owners = [(unit, spike) for unit in cluster_ids for spike in units[unit]["spikes"]]
    values = read_items(clusters_file, [spike for _, spike in owners])
    if values is None:
        return set()
    return {unit for (unit, _), now in zip(owners, values, strict=True) if now == unit}


def labelled_in_phy(folder):
    """Last group that Phy's own log says a person gave to each cluster, empty without a log.

    The log also holds actions that were never saved: it can confirm a label in the file, not
    replace it.
    """
    said = {}
    try:
        for line in guarded.lines(Path(folder, "phy.log"), guarded.LOG_BYTES):
            if found := PHY_SAID.search(line):
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
