"""Tell the decisions of people from the labels that programs wrote. Pure functions.

A decision is a label of `cluster_group.tsv` that neither Kilosort nor this workflow put there.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

UNSORTED = "unsorted"
UNDECIDED = ("", UNSORTED)
NONE = MappingProxyType({})
# Whose a final label is: the column `source` of labels.tsv.
MANUAL, INHERITED, CRITERIA = "manual", "inherited", "criteria"


class Known(NamedTuple):
    """What is known of `cluster_group.tsv`, to compare the present one with.

    Attributes
    ----------
    accounted : bool
        Whether the file says what it said when it was last accounted for: it holds no news.
    bases : tuple of dict of int to str
        Labels as they were left and accounted for; two where a write was cut short and either may
        be in the folder. An empty one stands for a file without groups.
    decisions : dict of int to str
        Decisions seen so far.
    copied : dict of int to str
        For ids new since our last write: the label that Phy copied from a parent whose label was
        ours.
    programs : dict of int to str
        Where there is no base, or the file has Kilosort's header: labels that a program gave, so
        that a group equal to one is no decision of a person.
    said : dict of int to str
        Groups that Phy's log says a person gave, where a group equal to a program's may be one.
    beside : dict of int to str
        Groups of clusters that have no row in the file, from what Phy saved beside it.
    visited : bool
        Whether this sort was ever written by the workflow.
    again : set of int
        Ids of our last write that are of other spikes now.
    """

    accounted: bool = False
    bases: tuple = ()
    decisions: Mapping = NONE
    copied: Mapping = NONE
    programs: Mapping = NONE
    said: Mapping = NONE
    beside: Mapping = NONE
    visited: bool = False
    again: frozenset = frozenset()


def find_decisions(known, group, ks_labels, other_groups):
    """List the decisions of people in a session folder.

    Parameters
    ----------
    known : Known
        What is known.
    group : LabelTable or None
        Present content of `cluster_group.tsv`.
    ks_labels : dict of int to str
        Present content of `cluster_KSLabel.tsv`.
    other_groups : dict of int to str
        Groups of other files of Phy that describe the present clusters: Phy 1's
        `cluster_groups.csv`, `cluster_info.tsv`; empty otherwise.

    Returns
    -------
    decisions : dict of int to str
        Cluster id to label, also of ids that a later merge or split removed.

    Notes
    -----
    Phy writes the header `group`, Kilosort and its tutorial write `KSLabel`: a file with another
    header than `group` holds decisions only where it differs from Kilosort's labels beside it.
    Where two bases are possible, a label that differs from either is a decision, but one made
    earlier gives way only to a label that differs from both: rather a label too many that stays as
    it is than a decision lost.
    `unsorted` takes a decision back; a missing row says nothing, since Phy drops rows without
    value, and a file may be cut. What Phy's other file says of such a cluster is not lost with it.
    """
    decisions = dict(known.decisions)
    if not _are_phys(known, group):
        if not known.visited:
            decisions |= decided(other_groups)
        return decisions | decided(_changed(known, group, ks_labels))
    labels = _told(known, group)
    for cluster_id, label in _news(known, labels).items():
        if cluster_id in decisions and any(base.get(cluster_id) == label for base in known.bases):
            continue
        if label.lower() in UNDECIDED:
            decisions.pop(cluster_id, None)
        elif known.copied.get(cluster_id) != label:
            decisions[cluster_id] = label
    return decisions


def given_back(known, group):
    """Clusters whose label somebody took back, so that the criteria decide.

    Parameters
    ----------
    known, group
        As for `find_decisions`.

    Returns
    -------
    set of int
    """
    if group is None or group.column != "group":
        return set()
    news = _news(known, _told(known, group))
    back = {i for i, label in news.items() if label.lower() in UNDECIDED}
    return {i for i in back if known.copied.get(i) != news[i]}


def spoken_of(known, group, ks_labels):
    """Clusters whose label, or that it was taken back, is certainly news since our last write.

    Parameters
    ----------
    known, group, ks_labels
        As for `find_decisions`.

    Returns
    -------
    set of int
        Where a write was cut short, only those whose label differs from both bases.
    """
    if not _are_phys(known, group):
        return set(_changed(known, group, ks_labels))
    labels = _told(known, group)
    said = {i for i, label in labels.items() if known.said.get(i) == label}
    bases = known.bases or (known.programs,)
    return said | set(new_to_all(labels, (*bases, known.copied)))


def _are_phys(known, group):
    """Whether the groups are Phy's; without the file, those that it saved beside count so."""
    return bool(known.beside) if group is None else group.column == "group"


def _changed(known, group, ks_labels):
    """Labels of a file under Kilosort's header that are no program's; none of one known already."""
    if group is None or not ks_labels or known.accounted:
        return {}
    return new_to_all(group.labels, [one for one in (ks_labels, known.programs) if one])


def _told(known, group):
    """Groups that may be news: those of the file, and those of clusters that have no row in it."""
    present = {} if known.accounted or group is None else group.labels
    return {**decided(known.beside), **present}


def _news(known, labels):
    """Groups that are not as they were left, or as a program gave them; or that Phy's log names."""
    bases = known.bases or ((known.programs,) if known.programs else ())
    differing = _differing(labels, bases) if bases else dict(labels)
    given = {i: label for i, label in labels.items() if known.said.get(i) == label}
    return {**differing, **given}


def decided(labels):
    """Keep the labels, by cluster id, that say something."""
    return {i: label for i, label in labels.items() if label.lower() not in UNDECIDED}


def _differing(labels, bases):
    """Keep the labels that are not the same in every base."""
    return {i: label for i, label in labels.items() if any(base.get(i) != label for base in bases)}


def new_to_all(labels, bases):
    """Keep the labels, by cluster id, that are in no base."""
    return {i: label for i, label in labels.items() if all(base.get(i) != label for base in bases)}


def final_labels(criteria_labels, decisions, inherited, manual_curation):
    """Combine the labels of the criteria with those of people.

    Parameters
    ----------
    criteria_labels : dict of int to str
        One label for each present cluster.
    decisions : dict of int to str
        Labels that people gave.
    inherited : dict of int to str
        Labels that clusters new since our last write inherited in Phy.
    manual_curation : {"keep", "fill", "overwrite"}
        `keep`: a decision stays. `fill`: inherited labels stay too. `overwrite`: criteria only.

    Returns
    -------
    labels : dict of int to str
    sources : dict of int to str
        MANUAL, INHERITED or CRITERIA for each cluster.
    """
    labels, sources = {}, {}
    for cluster_id, label in criteria_labels.items():
        if manual_curation != "overwrite" and cluster_id in decisions:
            labels[cluster_id], sources[cluster_id] = decisions[cluster_id], MANUAL
        elif manual_curation == "fill" and cluster_id in inherited:
            labels[cluster_id], sources[cluster_id] = inherited[cluster_id], INHERITED
        else:
            labels[cluster_id], sources[cluster_id] = label, CRITERIA
    return labels, sources
