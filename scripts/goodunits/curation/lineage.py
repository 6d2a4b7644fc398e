"""Find the parents of clusters that Phy made by merging or splitting. Standard library only.

Phy gives every merged or split cluster a new id and copies the label of its largest parent. To know
such a copy from a decision, a write remembers a few spikes of every cluster: where they are now
tells which clusters a new one came from.
"""

from goodunits.session_folder import npy_items


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
    values = npy_items.read_items(clusters_file, [spike for _, spike in owners])
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
    values = npy_items.read_items(clusters_file, [spike for _, spike in owners])
    if values is None:
        return set()
    return {unit for (unit, _), now in zip(owners, values, strict=True) if now == unit}
