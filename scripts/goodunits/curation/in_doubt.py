"""Where the files alone do not tell whose labels they are: what is taken for what, and said.

A doubt is about labels of single clusters, whether they were taken for decisions or not, and knows
which decision each replaced. It lasts over runs until it is settled or a person speaks of its
cluster again. Standard library only.
"""

from typing import NamedTuple

from goodunits.base import tsv
from goodunits.curation import decisions, doubt_words
from goodunits.session_folder import file_names, label_files, label_tables, phy_log

MOST = 0.8  # share of the clusters beyond which labels may all be a program's


class Found(NamedTuple):
    """The label files in a session folder: their bytes by name, and two of them parsed."""

    contents: dict
    group: tsv.LabelTable | None
    ks: tsv.LabelTable | None

    @property
    def has_groups(self):
        """Whether the group file has the header `group`, as Phy writes it and Kilosort does not."""
        return self.group is not None and self.group.column == "group"


class Doubt(NamedTuple):
    """One thing that cannot be known: what to say of it, and the labels that it is about."""

    text: str
    labels: dict


def of_programs(folder, found, written):
    """Labels by cluster that a program gave to a folder whose past is not known; and doubts.

    Our `cluster_KSLabel.tsv` holds the criteria's labels, so a group equal to its own is theirs;
    a decision differs from it, or cannot be told from it.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    found : Found
        Its label files.
    written : set of str
        Hashes of all that we ever wrote there.

    Returns
    -------
    labels : dict of int to str
        Empty where nothing speaks for a program.
    doubts : list of Doubt
    """
    if not found.has_groups or found.ks is None:
        return {}, []
    groups, ks_labels = found.group.labels, found.ks.labels
    equal = _equal_to_ks(found)
    by_us = label_tables.is_known(file_names.KS_FILE, found.contents[file_names.KS_FILE], written)
    # We label every cluster; a few rows beside a column of ours are of a sort that came later.
    is_full = len(groups) >= MOST * len(ks_labels)
    if by_us or is_full and _has_our_columns(folder):
        return ks_labels, [Doubt(doubt_words.OURS_BESIDE.format(n=len(equal)), equal)]
    if ks_labels and groups == ks_labels:
        return ks_labels, [Doubt(doubt_words.REPEATED.format(n=len(groups)), equal)]
    if is_in_our_form(found):
        return ks_labels, [Doubt(doubt_words.IN_OUR_FORM.format(n=len(equal)), equal)]
    if unsaid := mostly_equal(folder, found):
        return {}, [Doubt(doubt_words.MOSTLY_EQUAL.format(n=len(unsaid), of=len(groups)), unsaid)]
    return {}, _of_unsaved(folder, found)


def _of_unsaved(folder, found):
    """Doubts on labels of all clusters where neither Phy nor its log left a trace."""
    given = decisions.decided(found.group.labels)
    is_saved = found.contents.get(file_names.INFO_FILE) is not None
    if is_saved or not given or not given.keys() >= found.ks.labels.keys():
        return []
    if phy_log.labelled_in_phy(folder):
        return []
    return [Doubt(doubt_words.UNSAVED.format(n=len(given)), given)]


def mostly_equal(folder, found):
    """Groups equal to Kilosort's that Phy's log does not name, if they are nearly all there is.

    A copy without its store looks so once Phy saved it, and so does the file of somebody who
    labelled every cluster and mostly agrees with Kilosort.

    Parameters
    ----------
    folder, found
        As for `of_programs`.

    Returns
    -------
    labels : dict of int to str
        Empty where Phy's log accounts for enough of them, or enough differ.
    """
    if not found.has_groups or found.ks is None:
        return {}
    equal = _equal_to_ks(found)
    enough = MOST * max(len(found.group.labels), len(found.ks.labels), 1)
    if len(equal) < enough:
        return {}
    said = phy_log.labelled_in_phy(folder)
    unsaid = {i: label for i, label in equal.items() if said.get(i) != label}
    return unsaid if len(unsaid) >= enough else {}


def under_another_header(found, first=None):
    """Doubts on labels under Kilosort's header that differ from Kilosort's: none, or one.

    Parameters
    ----------
    found : Found
        The label files.
    first : dict of int to str or None
        Kilosort's labels as found before our first write, where there was one.

    Returns
    -------
    doubts : list of Doubt
        On every label of the file: somebody wrote it as a whole.
    """
    if found.group is None or found.ks is None or found.has_groups:
        return []
    labels, equal = found.group.labels, _equal_to_ks(found)
    given = decisions.decided(labels)
    changed = given.keys() - equal.keys()
    if first is None:
        return [Doubt(doubt_words.CHANGED.format(n=len(changed)), labels)] if changed else []
    others = {i for i, label in given.items() if first.get(i) != label}
    return (
        [Doubt(doubt_words.CHANGED_LATER.format(n=len(changed & others)), labels)] if others else []
    )


def from_elsewhere(found, bases, doubted):
    """Doubts on label files that are ours by their form, but not as we left them here.

    Where a group differs from the label of the criteria beside it, a person gave it; but a class
    that Phy does not know differs from its group anyway, and the copy may have been in doubt too.

    Parameters
    ----------
    found : Found
        The label files.
    bases : iterable of dict of int to str
        Labels as we left them; two where a write was cut short.
    doubted : dict of int to str
        Labels in doubt before.

    Returns
    -------
    doubts : list of Doubt
        None, or one on labels that differ from every base.
    """
    if found.group is None or found.ks is None or not any(bases) or not is_in_our_form(found):
        return []
    differing = of_a_program(found, bases, doubted)
    return (
        [Doubt(doubt_words.FROM_ELSEWHERE.format(n=len(differing)), differing)] if differing else []
    )


def of_a_program(found, bases, doubted):
    """Groups not as we left them that the program of the file beside may have given.

    Parameters
    ----------
    found, bases, doubted
        As for `from_elsewhere`.

    Returns
    -------
    labels : dict of int to str
        Those equal to the label in `cluster_KSLabel.tsv`, of a class that Phy does not know, or in
        doubt before.
    """
    labels = {}
    for i, label in decisions.new_to_all(found.group.labels, bases).items():
        beside = found.ks.labels.get(i, "")
        is_its = label.lower() == beside.lower() or label == doubted.get(i)
        if is_its or beside not in tsv.PHY_LABELS:
            labels[i] = label
    return labels


def of_missing_rows(n_missing, labels, bases, said):
    """Doubts on the labels that are left where rows were lost.

    Parameters
    ----------
    n_missing : int
        Number of clusters that have lost their row.
    labels : dict of int to str
        Labels of the group file now.
    bases : iterable of dict of int to str
        Labels as we left them.
    said : dict of int to str
        Groups that Phy's log says a person gave.

    Returns
    -------
    doubts : list of Doubt
        One, on the labels that are as we left them and that the log does not name.
    """
    kept = {
        i: label
        for i, label in labels.items()
        if any(base.get(i) == label for base in bases) and said.get(i) != label
    }
    return [Doubt(doubt_words.MISSING_ROWS.format(n=n_missing), kept)]


def of_steps(unclear, labels):
    """Doubts on labels of clusters that may have copied them.

    Parameters
    ----------
    unclear : list of int
        Clusters whose label may be a copy; `unsorted` decides nothing, so leaves no doubt.
    labels : dict of int to str
        Labels by cluster, of these at least.

    Returns
    -------
    doubts : list of Doubt
    """
    return _of_clusters(doubt_words.STEPS, unclear, labels)


def of_heirs(heirs, labels):
    """Doubts on labels that new clusters copied from labels in doubt; as `of_steps`."""
    return _of_clusters(doubt_words.HEIRS, sorted(heirs), labels)


def _of_clusters(text, clusters, labels):
    """One doubt on the labels of some clusters, none where they decide nothing."""
    doubted = decisions.decided({i: labels.get(i, "") for i in clusters})
    if not doubted:
        return []
    ids = ", ".join(map(str, list(doubted)[:10])) + (" ..." if len(doubted) > 10 else "")
    return [Doubt(text.format(ids=ids), doubted)]


def over_time(doubts, past, decided, again, spoken):
    """Labels in doubt from now on: the new ones, and those of before that have not ended.

    Parameters
    ----------
    doubts : list of Doubt
        New ones.
    past : State or None
        What the store knows; of it `doubted` and `replaced`. None before the first write.
    decided : dict of int to str
        Decisions of before, less those on ids that other spikes have now.
    again : set of int
        Ids that other spikes have now.
    spoken : set of int
        Clusters that a person labelled again.

    Returns
    -------
    doubted, replaced : dict of int to str
        As those of `Curation`. A label that we left while another was in doubt never takes its
        place.
    """
    new = {i: label for doubt in doubts for i, label in doubt.labels.items()}
    if past is None:
        return new, {}
    there = {i: label for i, label in past.doubted.items() if i not in again}
    certain = without(decided, there, past.replaced)
    before = {i: label for i, label in certain.items() if i in new}
    kept = {i: label for i, label in there.items() if i not in spoken}
    replaced = {i: label for i, label in past.replaced.items() if i in kept}
    return {**new, **kept}, {**before, **replaced}


def without(decided, doubted, replaced):
    """Decisions less those in doubt, with the ones that they replaced.

    Parameters
    ----------
    decided, doubted, replaced : dict of int to str
        As those of `Curation`.

    Returns
    -------
    decisions : dict of int to str
    """
    left = dict(decided)
    for i, label in doubted.items():
        took_back = label.lower() in decisions.UNDECIDED and i not in left
        if took_back or left.get(i) == label:
            left.pop(i, None)
            left |= {i: replaced[i]} if i in replaced else {}
    return left


def _equal_to_ks(found):
    """Labels of the group file that `cluster_KSLabel.tsv` gives the same clusters."""
    ks_labels = found.ks.labels
    return {i: label for i, label in found.group.labels.items() if ks_labels.get(i) == label}


def is_in_our_form(found):
    """Whether both label files are, byte for byte, as we would write them, of the same clusters.

    Phy ends lines otherwise, and leaves out clusters without a label.
    """
    tables = ((file_names.GROUP_FILE, found.group), (file_names.KS_FILE, found.ks))
    return found.group.labels.keys() == found.ks.labels.keys() and all(
        found.contents[name] == tsv.format_labels(table.column, table.labels)
        for name, table in tables
    )


def _has_our_columns(folder):
    """Whether a column that only this workflow writes lies in the folder."""
    return any(
        name.startswith(file_names.OWN_PREFIX) for name in label_files.label_file_names(folder)
    )
