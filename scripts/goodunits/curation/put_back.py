"""Label files that somebody put back, or brought over from a copy. Standard library only.

`cluster_KSLabel.tsv` tells: people do not edit it, and Phy only saves it again. One that does not
say what goodunits left is an earlier one, or from elsewhere, and so may be the groups beside it.
"""

from goodunits.base import files, tsv
from goodunits.curation.in_doubt import OURS, Doubt
from goodunits.session_folder import file_names, label_tables

NOT_AS_LEFT = (
    "cluster_group.tsv: cluster_KSLabel.tsv beside it is not as goodunits left it, so both may "
    "have been put back, come from a copy, or been saved by a Phy that was open during a run; {n} "
    "label(s) that may be a program's then, and differ from those left, are taken for a person's; "
    f"if nobody gave them: {OURS}"
)


def is_put_back(earlier, contents, left):
    """Whether both label files are, byte for byte, those of an earlier state.

    Parameters
    ----------
    earlier, contents : dict of str to bytes or None
        Label files of then and of now.
    left : set of str
        Hashes of all files as we left them last.

    Returns
    -------
    is_put_back : bool
        False also where we left this `cluster_KSLabel.tsv`: then Phy may have saved the groups.
    """
    pairs = [(earlier.get(name), contents.get(name)) for name in file_names.SORTER_FILES]
    is_other = files.sha256_optional(earlier.get(file_names.KS_FILE)) not in left
    return is_other and all(then == now for then, now in pairs)


def of_other_labels(found, bases, units, left, stored):
    """Doubts on groups beside a `cluster_KSLabel.tsv` that does not say what we left.

    Parameters
    ----------
    found : Found
        The label files.
    bases : iterable of dict of int to str
        Labels as we left them; two where a write was cut short.
    units : dict of int to dict
        Clusters that were there then; empty where that is not known.
    left : set of str
        Hashes of all files as we left them last.
    stored : list of (bytes or None)
        Contents of `cluster_KSLabel.tsv` in the store: we may have left one of them.

    Returns
    -------
    doubts : list of Doubt
        None, or one on the labels that are other than in every base and that a program may have
        given: as `cluster_KSLabel.tsv` has them, or its class has no group in Phy.
    """
    if found.ks is None or _is_left(found, left, stored):
        return []
    ks_labels = found.ks.labels
    if not any(ks_labels.keys() == known.keys() for known in (units, *bases)):
        return []  # merged or split since, which gives this file other rows
    labels = {
        i: label
        for i, label in found.group.labels.items()
        if (label == ks_labels.get(i) or ks_labels.get(i) not in tsv.PHY_LABELS)
        and all(base.get(i) != label for base in bases)
    }
    return [Doubt(NOT_AS_LEFT.format(n=len(labels)), labels)] if labels else []


def _is_left(found, left, stored):
    """Whether `cluster_KSLabel.tsv` says what we left, whoever saved it since."""
    now = label_tables.table_hash(file_names.KS_FILE, found.contents[file_names.KS_FILE])
    as_we_write = tsv.format_labels(found.ks.column, found.ks.labels)
    candidates = [found.contents[file_names.KS_FILE], as_we_write, *stored]
    return any(
        files.sha256_optional(data) in left
        and label_tables.table_hash(file_names.KS_FILE, data) == now
        for data in candidates
    )
