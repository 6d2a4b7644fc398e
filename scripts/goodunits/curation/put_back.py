"""Label files that somebody put back, or brought over from a copy. Standard library only.

`cluster_KSLabel.tsv` tells: people do not edit it, and Phy only saves it again. One that does not
say what goodunits left is an earlier one, or from elsewhere, and so may be the groups beside it.
"""

from goodunits.base import files, tsv
from goodunits.curation import in_doubt
from goodunits.curation.doubt_words import OURS
from goodunits.curation.in_doubt import Doubt
from goodunits.session_folder import file_names, label_tables

NOT_AS_LEFT = (
    "cluster_group.tsv: cluster_KSLabel.tsv beside it is not as goodunits left it, so both may "
    "have been put back, come from a copy, or been saved by a Phy that was open during a run; {n} "
    "label(s) that may be a program's then, and differ from those left, are taken for a person's; "
    f"if nobody gave them: {OURS}"
)


def is_put_back(past, original, contents):
    """Whether both label files are, byte for byte, the originals or those of before the last write.

    Parameters
    ----------
    past : State
        What the store knows.
    original, contents : dict of str to bytes or None
        Label files as found first, and now.

    Returns
    -------
    is_put_back : bool
        False also where we left this `cluster_KSLabel.tsv`: then a person may have labelled in Phy
        what makes the groups those of before.
    """
    left = _left(past)
    return any(
        all(contents.get(name) == earlier.get(name) for name in file_names.SORTER_FILES)
        and files.sha256_optional(earlier.get(file_names.KS_FILE)) not in left
        for earlier in (original, _before(past))
    )


def of_other_labels(past, original, found):
    """Doubts on groups beside a `cluster_KSLabel.tsv` that does not say what we left.

    Parameters
    ----------
    past : State
        What the store knows.
    original : dict of str to bytes or None
        Label files as found first.
    found : Found
        The label files now.

    Returns
    -------
    doubts : list of Doubt
        None, or one on those that `in_doubt.of_a_program` gives.
    """
    if found.ks is None or _is_left(past, original, found):
        return []
    ks_labels = found.ks.labels
    bases = [record.group for record in _records(past)]
    if not any(ks_labels.keys() == known.keys() for known in (past.units, *bases)):
        return []  # merged or split since, which gives this file other rows
    labels = in_doubt.of_a_program(found, bases, past.doubted)
    return [Doubt(NOT_AS_LEFT.format(n=len(labels)), labels)] if labels else []


def _is_left(past, original, found):
    """Whether `cluster_KSLabel.tsv` says what we left, whoever saved it since."""
    data, left = found.contents[file_names.KS_FILE], _left(past)
    now = label_tables.table_hash(file_names.KS_FILE, data)
    as_we_write = tsv.format_labels(found.ks.column, found.ks.labels)
    stored = [known.get(file_names.KS_FILE) for known in (original, _before(past))]
    return any(
        files.sha256_optional(one) in left
        and label_tables.table_hash(file_names.KS_FILE, one) == now
        for one in (data, as_we_write, *stored)
    )


def _records(past):
    """What we left last, or were about to leave."""
    return [record for record in (past.pending, past.last) if record]


def _left(past):
    """Hashes of all files as we left them last, or were about to."""
    return {sha for record in _records(past) for sha in record.hashes.values()}


def _before(past):
    """Label files as they stood before the last write."""
    return {name: text and text.encode("latin1", "replace") for name, text in past.before.items()}
