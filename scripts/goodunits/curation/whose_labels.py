"""See whose labels a session folder holds: Kilosort's, a person's or ours. Reads only."""

from pathlib import Path
from typing import NamedTuple

from goodunits.base import files, tsv
from goodunits.base.errors import SessionError
from goodunits.curation import curation_record, decisions, lineage
from goodunits.session_folder import file_names, label_files, label_tables, phy1_groups, phy_log
from goodunits.store import earlier_sorts, generations, ledger_file, original_files, state

INFO_COLUMNS = ("group", "n_spikes")


class Found(NamedTuple):
    """The label files in a session folder: their bytes by name, and two of them parsed."""

    contents: dict
    group: tsv.LabelTable | None
    ks: tsv.LabelTable | None


def read_curation(folder, generation=None):
    """Find the decisions of people and the original labels of a session.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    generation : Path or None
        Generation of the store for the present sort; None before the first backup.

    Returns
    -------
    curation : Curation

    Raises
    ------
    SessionError
        If a label file or the store is damaged, or the labels are ours and of an earlier sort.
    """
    contents = {name: label_files.read_label_file(folder, name) for name in _LOOKED_AT}
    original, past, place = contents, None, folder
    if generation is not None:
        place = generation / "original"
        original, past = _originals(generation), state.read_state(generation)
    else:
        earlier_sorts.demand_others(folder, file_names.store_folder(folder), contents)
    found = _found(folder, contents)
    known, doubts = _known(folder, past, _found(place, original), found)
    ks_now = found.ks.labels if found.ks else {}
    saved = {}
    if past is None and (found.group is None or found.group.column != "group"):
        saved, left_out = phy1_groups.read(folder, _spike_counts)
        saved |= _info_groups(folder, contents.get(file_names.INFO_FILE))
        doubts = [*doubts, *left_out]
    decided = decisions.find_decisions(known, found.group, ks_now, saved)
    ks_labels = ks_now if original is contents else _ks_labels(place, original)
    first = past.first_decisions if past else decided
    inherited = {**(past.inherited if past else {}), **known.copied}
    return curation_record.Curation(decided, inherited, ks_labels, {**ks_labels, **first}, doubts)


_LOOKED_AT = (file_names.KS_FILE, file_names.GROUP_FILE, file_names.INFO_FILE)


def _found(folder, contents):
    """Parse the label files of a folder."""
    group = label_tables.read_table(
        folder, file_names.GROUP_FILE, contents.get(file_names.GROUP_FILE)
    )
    ks = label_tables.read_table(
        folder, file_names.KS_FILE, contents.get(file_names.KS_FILE), "KSLabel"
    )
    return Found(contents, group, ks)


def _ks_labels(folder, contents):
    """Labels of `cluster_KSLabel.tsv` among some contents, empty without the file."""
    table = label_tables.read_table(
        folder, file_names.KS_FILE, contents.get(file_names.KS_FILE), "KSLabel"
    )
    return table.labels if table else {}


def _originals(generation):
    """Original label files from the store, checked; None for an empty one, which says nothing."""
    names = original_files.read_manifest(generation)["files"]
    found = {name: original_files.read_original(generation, name) for name in names}
    return {name: data if data.strip() else None for name, data in found.items()}


def _known(folder, past, original, found):
    """Gather what the present group file is to be compared with, and what stays in doubt."""
    # Kilosort's own file, put back by hand. Before the first write all is news.
    accounted = past is not None and original.group is not None and original.group.column != "group"
    accounted = accounted and original.group == found.group
    written = (
        ledger_file.read_ledger(file_names.store_folder(folder)) if _is_lost(past) else frozenset()
    )
    data = found.contents.get(file_names.GROUP_FILE)
    accounted = accounted or label_tables.is_known(file_names.GROUP_FILE, data, written)
    if past is None:
        programs, doubts = _programs(folder, found, written)
        doubts = [*doubts, *_under_another_header(found)]
        said = phy_log.labelled_in_phy(folder) if programs else {}
        return decisions.Known(accounted, programs=programs, said=said), doubts
    records = [record for record in (past.pending, past.last) if record]
    bases = tuple(record.group for record in records)
    units = records[0].units if records else {}
    # A write cut short leaves two bases; the file is one of them unless somebody wrote since.
    accounted = accounted or (found.group is not None and found.group.labels in bases)
    taken, copied, said, doubts = past.decisions, {}, {}, []
    clusters_file = Path(folder, "spike_clusters.npy")
    beside = _groups_beside(folder, records, original, found)
    if found.group is not None and any(bases) and {*found.group.labels, *beside} - set(units):
        log = phy_log.labelled_in_phy(folder)
        copied = lineage.inherited_labels(units, bases[0], taken, clusters_file)
        copied = {i: label for i, label in copied.items() if log.get(i) != label}
    if n_missing := _n_missing(bases, found.group, units, clusters_file):
        said = phy_log.labelled_in_phy(folder)
        doubts = [MISSING_ROWS.format(n=n_missing)]
    known = decisions.Known(accounted, bases, taken, copied, said=said, beside=beside)
    return known._replace(visited=True), doubts


def _is_lost(past):
    """Whether the store no longer says what it left, or only what the last history line does."""
    return past is None or past.is_rebuilt


def _programs(folder, found, written):
    """Labels by cluster that a program gave to a folder whose past is not known; and doubts.

    Our `cluster_KSLabel.tsv` holds the criteria's labels, so a group equal to its own is theirs;
    a decision differs from it, or cannot be told from it.
    """
    if found.group is None or found.group.column != "group" or found.ks is None:
        return {}, []
    groups, ks_labels = found.group.labels, found.ks.labels
    by_us = label_tables.is_known(file_names.KS_FILE, found.contents[file_names.KS_FILE], written)
    # We label every cluster; a few rows beside a column of ours are of a sort that came later.
    is_full = len(groups) >= MOST * len(ks_labels)
    if by_us or is_full and _has_our_columns(folder):
        return ks_labels, [OURS_BESIDE.format(n=_n_equal(groups, ks_labels))]
    if ks_labels and groups == ks_labels:
        return ks_labels, [REPEATED.format(n=len(groups))]
    if _is_in_our_form(found):
        return ks_labels, [IN_OUR_FORM.format(n=_n_equal(groups, ks_labels))]
    if doubted := _doubted(folder, found):
        return {}, [MOSTLY_EQUAL.format(n=len(doubted), of=len(groups))]
    return {}, []


def doubted(folder, generation):
    """Original groups that were kept as decisions, though a program may have given them."""
    return _doubted(folder, _found(generation / "original", _originals(generation)))


def _doubted(folder, found):
    """Groups equal to Kilosort's that Phy's log does not name, if they are nearly all there is.

    A copy without its store looks so once Phy saved it, and so does the file of somebody who
    labelled every cluster and mostly agrees with Kilosort.
    """
    if found.group is None or found.group.column != "group" or found.ks is None:
        return {}
    groups, ks_labels = found.group.labels, found.ks.labels
    equal = {i: label for i, label in groups.items() if ks_labels.get(i) == label}
    enough = MOST * max(len(groups), len(ks_labels), 1)
    if len(equal) < enough:
        return {}
    said = phy_log.labelled_in_phy(folder)
    unsaid = {i: label for i, label in equal.items() if said.get(i) != label}
    return unsaid if len(unsaid) >= enough else {}


def _under_another_header(found):
    """Say of labels under the header of a program that a person or another program changed them."""
    if found.group is None or found.ks is None or found.group.column == "group":
        return []
    n_equal, n_labels = _n_equal(found.group.labels, found.ks.labels), len(found.group.labels)
    return [CHANGED.format(n=n_labels - n_equal)] if n_equal < n_labels else []


def _is_in_our_form(found):
    """Whether both label files are, byte for byte, as we would write them, of the same clusters.

    Phy ends lines otherwise, and leaves out clusters without a label.
    """
    tables = ((file_names.GROUP_FILE, found.group), (file_names.KS_FILE, found.ks))
    return found.group.labels.keys() == found.ks.labels.keys() and all(
        found.contents[name] == tsv.format_labels(table.column, table.labels)
        for name, table in tables
    )


def _n_equal(labels, others):
    """Number of clusters with the same label in two tables."""
    return sum(others.get(i) == label for i, label in labels.items())


def _has_our_columns(folder):
    """Whether a column that only this workflow writes lies in the folder."""
    return any(
        name.startswith(file_names.OWN_PREFIX) for name in label_files.label_file_names(folder)
    )


def _n_missing(bases, group, units, clusters_file):
    """Number of clusters that still exist and have lost their row since our last write.

    Phy saves every label that it has read, so the file was cut, edited, or made from nothing: then
    a label equal to the one we left can be a person's, and only Phy's log can tell.
    """
    if group is None or group.column != "group":
        return 0
    missing = [i for base in bases for i in base if i not in group.labels and i in units]
    return len(lineage.survivors(units, missing, clusters_file)) if missing else 0


MOST = 0.8  # share of the clusters beyond which labels may all be a program's
SETTLE = "if a person gave them: 'snakemake settle --config only=SESSION labels_are=theirs'"
MISSING_ROWS = (
    "cluster_group.tsv: {n} cluster(s) have lost their row; labels equal to those that goodunits "
    f"left are not taken for decisions; {SETTLE}"
)
REPEATED = (
    "cluster_group.tsv: equal to cluster_KSLabel.tsv in all {n} rows, so taken for a program's "
    f"labels, not for decisions; {SETTLE}"
)
IN_OUR_FORM = (
    "cluster_group.tsv: covers every cluster and was not saved by Phy, so its {n} label(s) equal "
    f"to cluster_KSLabel.tsv are taken for a program's, not for decisions; {SETTLE}"
)
MOSTLY_EQUAL = (
    "cluster_group.tsv: {n} of {of} labels are those of cluster_KSLabel.tsv; all are kept as "
    "decisions; if a program gave those: 'snakemake settle --config only=SESSION labels_are=ours'"
)
CHANGED = (
    "cluster_group.tsv: has Kilosort's header, but {n} label(s) differ from cluster_KSLabel.tsv; "
    "these are kept as decisions; if a program gave them: 'snakemake settle --config only=SESSION "
    "labels_are=ours'"
)
OURS_BESIDE = (
    "cluster_group.tsv: written by goodunits before, but the store does not say what; its {n} "
    f"label(s) equal to cluster_KSLabel.tsv are not taken for decisions; {SETTLE}"
)


def _groups_beside(folder, records, original, found):
    """Groups of clusters that have no row in the group file, from what Phy saved beside it.

    A `cluster_info.tsv` that a write or a restore left there is no news.
    """
    data = found.contents.get(file_names.INFO_FILE)
    if data is None or found.group is None or found.group.column != "group":
        return {}
    left = {record.hashes.get(file_names.INFO_FILE) for record in records}
    if data == original.contents.get(file_names.INFO_FILE) or files.sha256_bytes(data) in left:
        return {}
    return _info_groups(folder, data, found.group.labels)


def _info_groups(folder, data, listed=decisions.NONE):
    """Groups of `cluster_info.tsv` where it describes exactly the present clusters, else nothing.

    Those of `listed` are left out. Kilosort does not remove the file when it sorts again, so it may
    tell of other clusters.
    """
    ledger = ledger_file.read_ledger(file_names.store_folder(folder))
    if data is None or label_tables.is_known(file_names.INFO_FILE, data, ledger):
        return {}
    try:
        columns = tsv.parse_columns(data, file_names.INFO_FILE, INFO_COLUMNS)
        described = {i: int(float(count)) for i, count in columns["n_spikes"].items()}
    except (SessionError, ValueError, OverflowError):  # derived by Phy: never worth stopping for
        return {}
    groups = {i: label for i, label in columns["group"].items() if label and i not in listed}
    if not groups or described != _spike_counts(folder):
        return {}
    return groups


def _spike_counts(folder):
    """Number of spikes of each present cluster."""
    import numpy as np  # only where a cluster_info.tsv lies in a folder that we see first

    from goodunits.base import npy_array

    try:
        clusters = npy_array.read(Path(folder, "spike_clusters.npy"))
        ids, counts = np.unique(clusters, return_counts=True)
    except SessionError:  # missing or damaged: said when the session is measured
        return {}
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def original_ks_labels(folder):
    """Kilosort's labels as found before our first write, by cluster id; None without the file."""
    generation = generations.current_generation(folder)
    if generation is not None:
        contents = _originals(generation)
    else:
        contents = {file_names.KS_FILE: label_files.read_label_file(folder, file_names.KS_FILE)}
    return _ks_labels(folder, contents) or None
