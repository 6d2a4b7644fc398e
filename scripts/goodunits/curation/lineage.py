"""Find the parents of clusters that Phy made by merging or splitting. Standard library only.

Phy gives every merged or split cluster a new id and copies a label of its parents (`_copy`). To
know such a copy from a decision, a write remembers a few spikes of every cluster: where they are
now tells which clusters a new one came from. Phy counts ids up, so an id that is skipped was a
cluster in between, or a step that was undone: where a new one may have more than one step behind
it, which label was copied depends on their order.
"""

from typing import NamedTuple

from goodunits.base.errors import SessionError
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
    again : set of int
        Ids among those of `units` that are of other spikes now, see `given_again`.
    lost_rows : bool
        Whether clusters have lost their row since then, so that Phy may not have known all labels.
    """

    units: dict
    bases: tuple
    decisions: dict
    labels: dict
    clusters_file: object
    again: set = frozenset()
    lost_rows: bool = False


class Traced(NamedTuple):
    """Where the spikes of the clusters of our last write are now.

    Attributes
    ----------
    parents : dict of int to set of int
        Clusters of then by the new ones that have some of their spikes.
    gone : set of int
        Clusters of then that are no more.
    undone : set of int
        Those of them that somebody undid by putting clusters back; what came back had no label.
    there : set of int
        Ids that there are now.
    newest : int
        Largest id that no step of Phy made since then: it counts on from there.
    """

    parents: dict
    gone: set
    undone: set
    there: set
    newest: int

    def n_skipped(self, cluster_id):
        """Number of ids before this one that Phy gave to clusters that are no more.

        Counted, not listed: a program may give a cluster any number.
        """
        n_given = max(cluster_id - self.newest - 1, 0)
        return n_given - sum(self.newest < i < cluster_id for i in self.there)

    def skipped_among(self, ids, cluster_id):
        """Those of some ids that Phy gave before this one to clusters that are no more."""
        return [i for i in ids if self.newest < i < cluster_id and i not in self.there]


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
    traced = _trace(seen)
    copied, unclear = {}, []
    # An id up to the newest came back with clusters that somebody put back, and copied nothing.
    for cluster_id in sorted(i for i in traced.there if i > traced.newest):
        label = seen.labels.get(cluster_id)
        if label is not None and said.get(cluster_id) == label:
            continue
        candidates, is_one_step = _candidates(cluster_id, traced, seen.units)
        copies = {_copy(seen, base, candidates, is_one_step) for base in seen.bases if base}
        copy = copies.pop() if len(copies) == 1 else UNCLEAR
        ours, theirs = _labels_of(seen, candidates)
        if copy is UNCLEAR:
            heard = set()
            if is_logged := cluster_id in merges:
                named = traced.skipped_among(said, cluster_id)
                splits = [i for i in named if i not in merges]
                heard = _said_of([*candidates, cluster_id, *splits], said, merges)
            copy = _copy_in_steps(label, ours, theirs, heard, is_logged)
        elif (traced.undone or seen.lost_rows) and label != copy and label in ours:
            copy = UNCLEAR  # Phy may not have known the label of the largest parent
        if copy is UNCLEAR:
            unclear.append(cluster_id)
        elif copy is not None:
            copied[cluster_id] = copy
    return copied, unclear


def _copy_in_steps(label, ours, theirs, heard, is_logged):
    """Label that a cluster copied if it was ours, by Phy's log; None if not; UNCLEAR without."""
    if label not in ours | theirs or label in heard:
        return None
    if not is_logged or label in ours & theirs:
        return UNCLEAR
    return label if label in ours else None


def _labels_of(seen, candidates):
    """Labels of some clusters that no person gave, and those that are decisions of people."""
    ours = {x for base in seen.bases for x in _ours(seen, base, candidates).values()}
    theirs = {seen.decisions.get(i) for i in candidates}
    return ours - {None}, theirs - {None}


def _candidates(cluster_id, traced, units):
    """Clusters that a new one can have its label of; and whether one step of Phy made it of all.

    With no id skipped, all that each step made is there still. With one, a merge of two or a split
    in two is one step, since with a cluster in between more would be merged, or left.
    """
    n_skipped = traced.n_skipped(cluster_id)
    if cluster_id not in traced.parents:  # few spikes, none of them remembered
        unsure = {i for i in traced.gone if i in units and _is_sampled(units[i])}
        return (unsure or traced.gone) - traced.undone, False
    until = cluster_id if n_skipped == 0 else None
    olds, news = _family(cluster_id, traced.parents, until)
    is_one_step = n_skipped == 0 or n_skipped == 1 and len(olds) + len(news) <= 3
    return olds - traced.undone, is_one_step


def _is_sampled(unit):
    """Whether a cluster has more spikes than are remembered."""
    return unit["n_spikes"] > len(unit["spikes"])


def _family(cluster_id, parents, until=None):
    """Clusters that exchanged spikes to make a new one: a lasso over several labels all alike.

    Parameters
    ----------
    cluster_id : int
        The new one.
    parents : dict of int to set of int
        As of `Traced`.
    until : int, optional
        The largest new id to look at.

    Returns
    -------
    olds, news : set of int
    """
    asked = [i for i in parents if until is None or i <= until]
    olds, news = set(parents[cluster_id]), {cluster_id}
    while more := {i for i in asked if i not in news and parents[i] & olds}:
        news |= more
        olds = olds.union(*(parents[i] for i in more))
    return olds, news


def _copy(seen, base, candidates, is_one_step):
    """Label that a new cluster copied if it was ours; None if not; UNCLEAR where steps matter.

    Phy gives what it makes in one step the only label that there is among the parents, else that
    of the largest, and of equally large ones that of the lowest id.
    """
    ours = _ours(seen, base, candidates)
    if is_one_step:
        labelled = sorted(i for i in candidates if i in base)
        is_common = len({base[i] for i in labelled}) == 1
        among = labelled if is_common else sorted(candidates)
        return ours.get(max(among, key=_sizes(seen))) if among else None
    possible = {ours.get(i) for i in candidates}
    if len(possible) > 1:
        return UNCLEAR
    return possible.pop() if possible else None


def _ours(seen, base, candidates):
    """Labels of some clusters that no person gave."""
    return {i: base.get(i) for i in candidates if base.get(i) != seen.decisions.get(i)}


def _sizes(seen):
    """Function that gives the number of spikes of a cluster."""

    def size(unit):
        return seen.units[unit]["n_spikes"]

    return size


def _said_of(cluster_ids, said, merges):
    """Groups that people gave to some clusters or to those that they were merged of."""
    waiting, asked = list(cluster_ids), set()
    while waiting:
        one = waiting.pop()
        if one not in asked:
            asked.add(one)
            waiting += merges.get(one, ())
    return {said[i] for i in asked if i in said}


def _trace(seen):
    """See where the spikes are now; without a readable file only by which labels there are."""
    owners = [(unit, spike) for unit, record in seen.units.items() for spike in record["spikes"]]
    values = npy_items.read_items(seen.clusters_file, [spike for _, spike in owners]) or []
    known = (seen.units.keys() or {i for base in seen.bases for i in base}) - seen.again
    parents, kept = {}, set()
    for (unit, _), now in zip(owners, values, strict=False):
        if now not in known:
            parents.setdefault(now, set()).add(unit)
        elif now == unit:
            kept.add(unit)
    # Phy counts up: spikes with a lower id again were put back, and Phy knows no label of theirs.
    lower = {now for now, olds in parents.items() if any(now < old for old in olds)}
    back = lower - seen.again
    undone = seen.again.union(*(parents[now] for now in back))
    rows = set() if seen.units else seen.labels.keys()
    gone = known - kept - rows if values or not seen.units else set()
    there = (seen.labels.keys() | parents.keys()) - known
    return Traced(parents, gone, undone, there, max((known - undone) | back, default=-1))


def are_as_left(units, clusters_file):
    """Whether no cluster was merged, split or put back since our last write.

    Parameters
    ----------
    units, clusters_file
        As of `Seen`.

    Returns
    -------
    are_as_left : bool
        Phy gives what it changes a new id, so one spike of each cluster tells.
    """
    first = {i: record["spikes"][0] for i, record in units.items()}
    return npy_items.read_items(clusters_file, list(first.values())) == list(first)


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
    now = dict(zip(first, values or [], strict=False))
    moved = {i for i in now if now[i] != i}
    if not moved:
        return moved
    # A row of a cluster that is no more, as a restore leaves it, is no id given again.
    there = npy_items.read_items(
        clusters_file, [spike for record in units.values() for spike in record["spikes"]]
    )
    again = moved.intersection(there or ())
    if any(now[i] < i for i in moved - again):  # clusters were put back: see small ones, too
        again |= moved & _present(clusters_file)
    return again - survivors(units, again, clusters_file)


def _present(clusters_file):
    """Ids of all present clusters."""
    import numpy as np  # only where somebody put clusters back

    from goodunits.base import npy_array

    try:
        return set(np.unique(npy_array.read(clusters_file)).tolist())
    except SessionError:  # missing or damaged: said when the session is measured
        return set()


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
