"""Find the parents of clusters that Phy made by merging or splitting. Standard library only.

Phy gives every merged or split cluster a new id and copies the label of its largest parent. To know
such a copy from a decision, a write remembers a few spikes of every cluster: where they are now
tells which clusters a new one came from.
"""

import ast
import re
import struct
from pathlib import Path

SAMPLED_SPIKES = 32
INTEGERS = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}
PHY_SAID = re.compile(
    r"Change metadata_group for clusters? (?P<ids>[\d, ]+) to (?P<label>[^\x1b\r\n]+)\."
    r"|Merge clusters [\d, ]+ to (?P<made>\d+)\."
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
        with open(path, "rb") as file:
            return _read_items(file, indices)
    except (OSError, ValueError, SyntaxError, LookupError, TypeError, struct.error):
        return None  # missing or damaged: said when the session is measured


def _read_items(file, indices):
    """Read items by their place in an open file."""
    magic = file.read(8)
    if magic[:6] != b"\x93NUMPY":
        return None
    size = struct.unpack("<H" if magic[6] == 1 else "<I", file.read(2 if magic[6] == 1 else 4))
    header = ast.literal_eval(file.read(size[0]).decode("latin1"))
    start, code = file.tell(), INTEGERS.get(header["descr"][1:])
    if code is None or any(not 0 <= i < header["shape"][0] for i in indices):
        return None
    code = (">" if header["descr"][0] == ">" else "<") + code
    width, values = struct.calcsize(code), []
    for index in indices:
        file.seek(start + index * width)
        values.append(struct.unpack(code, file.read(width))[0])
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
    try:
        text = Path(folder, "phy.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    said = {}
    for line in PHY_SAID.finditer(text):
        if line["made"]:  # a new cluster: what was said before was of another one, never saved
            said.pop(int(line["made"]), None)
        else:
            said |= {int(i): line["label"] for i in line["ids"].replace(",", " ").split()}
    return said
