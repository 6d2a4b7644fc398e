"""Where the files alone do not tell whose labels they are: what is taken for what, and said.

Standard library only.
"""

from typing import NamedTuple

from goodunits.base import tsv
from goodunits.curation import decisions
from goodunits.session_folder import file_names, label_files, label_tables, phy_log

MOST = 0.8  # share of the clusters beyond which labels may all be a program's
THEIRS = "if a person gave them: 'snakemake -c1 settle --config only=SESSION labels_are=theirs'"
OURS = "'snakemake -c1 settle --config only=SESSION labels_are=ours'"
MISSING_ROWS = (
    "cluster_group.tsv: {n} cluster(s) have lost their row; labels equal to those that goodunits "
    f"left are not taken for decisions; {THEIRS}"
)
REPEATED = (
    "cluster_group.tsv: equal to cluster_KSLabel.tsv in all {n} rows, so taken for a program's "
    f"labels, not for decisions; {THEIRS}"
)
IN_OUR_FORM = (
    "cluster_group.tsv: covers every cluster and was not saved by Phy, so its {n} label(s) equal "
    f"to cluster_KSLabel.tsv are taken for a program's, not for decisions; {THEIRS}"
)
MOSTLY_EQUAL = (
    "cluster_group.tsv: {n} of {of} labels are those of cluster_KSLabel.tsv; all are kept as "
    f"decisions; if a program gave those: {OURS}"
)
CHANGED = (
    "cluster_group.tsv: has Kilosort's header, but {n} label(s) differ from cluster_KSLabel.tsv; "
    f"these are kept as decisions; if a program gave them: {OURS}"
)
OURS_BESIDE = (
    "cluster_group.tsv: written by goodunits before, but the store does not say what; its {n} "
    f"label(s) equal to cluster_KSLabel.tsv are not taken for decisions; {THEIRS}"
)
FROM_ELSEWHERE = (
    "cluster_group.tsv: as goodunits writes it, but not as it was written here; {n} label(s) that "
    f"differ are kept as decisions; if they come from a copy of this folder: {OURS}"
)
STEPS = (
    "cluster_group.tsv: cluster(s) {ids} were merged or split more than once since goodunits wrote "
    "last, so that their label may be a copy; it is kept as a decision; if nobody gave it: set it "
    f"to unsorted in Phy, or {OURS}"
)


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
        return ks_labels, [Doubt(OURS_BESIDE.format(n=len(equal)), equal)]
    if ks_labels and groups == ks_labels:
        return ks_labels, [Doubt(REPEATED.format(n=len(groups)), equal)]
    if is_in_our_form(found):
        return ks_labels, [Doubt(IN_OUR_FORM.format(n=len(equal)), equal)]
    if unsaid := mostly_equal(folder, found):
        return {}, [Doubt(MOSTLY_EQUAL.format(n=len(unsaid), of=len(groups)), unsaid)]
    return {}, []


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


def under_another_header(found):
    """Doubts on labels under Kilosort's header that differ from Kilosort's: none, or one."""
    if found.group is None or found.ks is None or found.has_groups:
        return []
    equal = _equal_to_ks(found)
    changed = {i: label for i, label in _decided(found.group.labels).items() if i not in equal}
    return [Doubt(CHANGED.format(n=len(changed)), changed)] if changed else []


def from_elsewhere(found, bases):
    """Doubts on label files that are ours by their form, but not as we left them here.

    Parameters
    ----------
    found : Found
        The label files.
    bases : iterable of dict of int to str
        Labels as we left them; two where a write was cut short.

    Returns
    -------
    doubts : list of Doubt
        None, or one on the labels that differ from every base.
    """
    if found.group is None or found.ks is None or not any(bases) or not is_in_our_form(found):
        return []
    labels = found.group.labels
    differing = {i: x for i, x in labels.items() if all(base.get(i) != x for base in bases)}
    return [Doubt(FROM_ELSEWHERE.format(n=len(differing)), differing)] if differing else []


def of_missing_rows(n_missing, labels, bases):
    """Doubts on the labels that are left where rows were lost.

    Parameters
    ----------
    n_missing : int
        Number of clusters that have lost their row.
    labels : dict of int to str
        Labels of the group file now.
    bases : iterable of dict of int to str
        Labels as we left them.

    Returns
    -------
    doubts : list of Doubt
        One, on the labels that are as we left them.
    """
    kept = {i: x for i, x in labels.items() if any(base.get(i) == x for base in bases)}
    return [Doubt(MISSING_ROWS.format(n=n_missing), kept)]


def of_steps(unclear, labels):
    """Doubts on labels of clusters that may have copied them.

    Parameters
    ----------
    unclear : list of int
        Clusters whose label may be a copy; without any there is no doubt.
    labels : dict of int to str
        Labels by cluster, of these at least.

    Returns
    -------
    doubts : list of Doubt
    """
    kept = _decided({i: labels[i] for i in unclear})
    if not kept:
        return []
    ids = ", ".join(map(str, [*kept][:10])) + (" ..." if len(kept) > 10 else "")
    return [Doubt(STEPS.format(ids=ids), kept)]


def _decided(labels):
    """Labels that are kept as decisions where they are in doubt: `unsorted` decides nothing."""
    return {i: label for i, label in labels.items() if label.lower() not in decisions.UNDECIDED}


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
