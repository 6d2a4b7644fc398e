"""Find the parents of clusters that Phy made by merging or splitting. Standard library only.

Phy gives every merged or split cluster a new id and copies the label of its largest parent. To know
such a copy from a decision, a write remembers a few spikes of every cluster: where they are now
tells which clusters a new one came from. Phy counts ids up, so an id that is skipped was a cluster
in between: then the new one has more than one step behind it, and which label was copied depends on
their order.
"""

from typing import NamedTuple

from goodunits.session_folder import npy_items

UNCLEAR = object()  # which label was copied depends on the order of steps


class Seen(NamedTuple):
    """What is known of a folder whose clusters may have been merged or split.

    Attributes
    ----------
    units : dict of int to dict
        Per cluster at our last write: `n_spikes` and some `spikes` (indices into the file).
    bases : tuple of dict of int to str
        Labels as we left them then; two where a write was cut short.
    decisions : dict of int to str
        Decisions known then.
    labels : dict of int to str
        Groups now.
    clusters_file : path-like
        The present `spike_clusters.npy`.
    """

    units: dict
    bases: tuple
    decisions: dict
    labels: dict
    clusters_file: object


def copied_labels(seen, said, merges):
    """Labels that new clusters copied from parents whose label was ours, not a person's.

    Parameters
    ----------
    seen : Seen
        What is known of the folder.
    said, merges : dict
        Groups that Phy's log says a person gave, and the parents of each cluster that it says was
        merged.

    Returns
    -------
    copied : dict of int to str
        For each new id that copied its label: that label.
    unclear : list of int
        New ids whose label may be a copy or a person's: neither the clusters nor the log tell.
    """
    parents, gone = _parents(seen)
    there, known = seen.labels.keys() | parents.keys(), _known_ids(seen)
    copied, unclear = {}, []
    for cluster_id in sorted(there - known):
        candidates = parents.get(cluster_id) or gone
        is_one_step = cluster_id in parents and _is_one_step(cluster_id, there, known)
        made = [_copy(seen, base, candidates, is_one_step) for base in seen.bases if base]
        label = seen.labels.get(cluster_id)
        if len(set(made)) == 1 and made[0] is not UNCLEAR:
            is_said = label is not None and said.get(cluster_id) == label
            if made[0] is not None and not is_said:
                copied[cluster_id] = made[0]
        elif label in {base.get(parent) for base in seen.bases for parent in candidates}:
            if cluster_id not in merges:
                unclear.append(cluster_id)
            elif label not in _said_of(cluster_id, said, merges):
                copied[cluster_id] = label
    return copied, unclear


def _copy(seen, base, candidates, is_one_step):
    """Label that a new cluster copied if it was ours; None if not; UNCLEAR where steps matter."""
    ours = {i: base.get(i) for i in candidates if base.get(i) != seen.decisions.get(i)}
    if is_one_step:
        return ours.get(max(candidates, key=_sizes(seen)))
    possible = {ours.get(i) for i in candidates}
    if len(possible) > 1:
        return UNCLEAR
    return possible.pop() if possible else None


def _sizes(seen):
    """Function that gives the number of spikes of a cluster."""

    def size(unit):
        return seen.units[unit]["n_spikes"]

    return size


def _known_ids(seen):
    """Ids that there were at our last write."""
    return seen.units.keys() or {i for base in seen.bases for i in base}


def _is_one_step(cluster_id, there, known):
    """Whether no cluster between can have come and gone before this one was made."""
    newest = max(known)
    between = sum(newest < i < cluster_id for i in there)
    return cluster_id <= newest or between == cluster_id - newest - 1


def _said_of(cluster_id, said, merges):
    """Groups that people gave to a cluster or to those that it was merged of."""
    waiting, asked = [cluster_id], set()
    while waiting:
        one = waiting.pop()
        if one not in asked:
            asked.add(one)
            waiting += merges.get(one, ())
    return {said[i] for i in asked if i in said}


def _parents(seen):
    """Parents of each new cluster by their spikes; and clusters that are no more."""
    owners = [(unit, spike) for unit, record in seen.units.items() for spike in record["spikes"]]
    values = npy_items.read_items(seen.clusters_file, [spike for _, spike in owners])
    if values is None:
        return {}, set()
    parents, kept = {}, set()
    for (unit, _), now in zip(owners, values, strict=True):
        if now not in seen.units:
            parents.setdefault(now, set()).add(unit)
        elif now == unit:
            kept.add(unit)
    rows = set() if seen.units else seen.labels.keys()
    return parents, _known_ids(seen) - kept - rows


def given_again(units, cluster_ids, clusters_file):
    """Which ids are of other spikes now: Phy counts anew where somebody put the clusters back.

    Parameters
    ----------
    units : dict of int to dict
        As `Seen.units`, also of clusters that were gone at our last write.
    cluster_ids : iterable of int
        Ids to ask about; those without a record are passed over.
    clusters_file : path-like
        The present `spike_clusters.npy`.

    Returns
    -------
    ids : set of int
        Empty where the file cannot be read.
    """
    first = {i: units[i]["spikes"][0] for i in cluster_ids if i in units}
    values = npy_items.read_items(clusters_file, list(first.values()))
    if values is None:
        return set()
    moved = {i for i, now in zip(first, values, strict=True) if now != i}
    if not moved:
        return moved
    # A row of a cluster that is no more, as a restore leaves it, is no id given again.
    there = npy_items.read_items(
        clusters_file, [spike for record in units.values() for spike in record["spikes"]]
    )
    return moved.intersection(there or ()) - survivors(units, moved, clusters_file)


def survivors(units, cluster_ids, clusters_file):
    """Say which of some clusters still own a spike that they owned at our last write.

    Parameters
    ----------
    units, clusters_file
        As for `given_again`.
    cluster_ids : iterable of int
        Clusters to ask about, all with a record.

    Returns
    -------
    ids : set of int
        Empty where the file cannot be read.
    """
    owners = [(unit, spike) for unit in cluster_ids for spike in units[unit]["spikes"]]
    values = npy_items.read_items(clusters_file, [spike for _, spike in owners])
    if values is None:
        return set()
    return {unit for (unit, _), now in zip(owners, values, strict=True) if now == unit}
