"""See whose labels a session folder holds: Kilosort's, a person's or ours. Reads only."""

from pathlib import Path

from goodunits.base import files, tsv
from goodunits.base.errors import SessionError
from goodunits.curation import (
    curation_record,
    decisions,
    doubt_words,
    in_doubt,
    lineage,
    put_back,
)
from goodunits.curation.in_doubt import Found
from goodunits.session_folder import file_names, label_files, label_tables, phy1_groups, phy_log
from goodunits.store import earlier_sorts, generations, ledger_file, original_files, state

LOOKED_AT = (file_names.KS_FILE, file_names.GROUP_FILE, file_names.INFO_FILE)


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
    contents = {name: label_files.read_label_file(folder, name) for name in LOOKED_AT}
    original, past, place = contents, None, folder
    if generation is not None:
        place = generation / "original"
        original, past = _originals(generation), state.read_state(generation)
    else:
        earlier_sorts.demand_others(folder, file_names.store_folder(folder), contents)
    found = _found(folder, contents)
    if past is None or past.is_unwritten:
        known, doubts = _at_first(folder, found)
        known = known._replace(decisions=past.decisions if past else decisions.NONE)
    else:
        known, doubts = _known(folder, past, _found(place, original), found)
    ks_now = found.ks.labels if found.ks else {}
    spoken = decisions.spoken_of(known, found.group, ks_now)
    doubted, replaced = in_doubt.over_time(doubts, past, known.decisions, known.again, spoken)
    texts = [doubt.text for doubt in doubts]
    if past and past.pending and doubted and not texts:
        texts.append(doubt_words.CUT_SHORT.format(n=len(doubted)))
    saved = {}
    if past is None and not found.has_groups:
        saved, left_out = phy1_groups.read(folder, _spike_counts)
        saved |= _info_groups(folder, contents.get(file_names.INFO_FILE))
        texts += left_out
    decided = decisions.find_decisions(known, found.group, ks_now, saved)
    ks_labels = ks_now if original is contents else _ks_labels(place, original)
    first = past.first_decisions if past else decided
    return curation_record.Curation(
        decisions=decided,
        inherited=_inherited(folder, past, known, found),
        ks_labels=ks_labels,
        labels_before={**ks_labels, **first},
        doubts=texts,
        doubted=doubted,
        replaced=replaced,
    )


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


def _at_first(folder, found):
    """What is known of a group file before the first write: only what programs left; and doubts."""
    written = ledger_file.read_ledger(file_names.store_folder(folder))
    programs, doubts = in_doubt.of_programs(folder, found, written)
    doubts = [*doubts, *in_doubt.under_another_header(found)]
    said = phy_log.labelled_in_phy(folder) if programs else {}
    accounted = _is_written(found, written, by_words=True)
    return decisions.Known(accounted, programs=programs, said=said), doubts


def _known(folder, past, original, found):
    """Gather what the present group file is to be compared with, and what stays in doubt."""
    records = [record for record in (past.pending, past.last) if record]
    bases = tuple(record.group for record in records)
    units = records[0].units if records else {}
    accounted = _is_accounted(folder, past, original, found, bases)
    beside = _groups_beside(folder, records, original, found)
    said, doubts, programs = {}, [], {}
    if not accounted and found.has_groups:
        doubts += in_doubt.from_elsewhere(found, bases, past.doubted)
        doubts = doubts or put_back.of_other_labels(past, original.contents, found)
    elif not accounted:
        programs = original.ks.labels if original.ks else {}
        doubts += in_doubt.under_another_header(found, programs)
    labels = {**beside, **(found.group.labels if found.has_groups else {})}
    seen, n_missing = _seen(folder, past, found, (units, bases, labels))
    copied, unclear, heirs = _copies(folder, past, seen)
    doubts += [*in_doubt.of_steps(unclear, labels), *in_doubt.of_heirs(heirs, labels)]
    if n_missing:
        said = phy_log.labelled_in_phy(folder)
        doubts += in_doubt.of_missing_rows(n_missing, found.group.labels, bases, said)
    known = decisions.Known(
        accounted,
        seen.bases,
        decisions=_without(_replaced(seen.decisions, copied, labels), seen.decisions),
        copied=copied,
        programs=programs,
        said=said,
        beside=beside,
        visited=True,
        again=seen.again,
    )
    return known, doubts


def _seen(folder, past, found, left):
    """What copies are judged by, and the number of clusters that have lost their row.

    `left` are the clusters and the labels as we left them, and the groups now.
    """
    units, bases, labels = left
    clusters_file = Path(folder, "spike_clusters.npy")
    traced = {**units, **past.gone}  # a restore knows ids given again as they are now
    asked = () if lineage.are_as_left(units, clusters_file) else traced
    again = lineage.given_again(traced, asked, clusters_file)
    decided, *bases = (_without(again, one) for one in (past.decisions, *bases))
    n_missing = _n_missing(bases, found, units, clusters_file)
    seen = lineage.Seen(
        units, tuple(bases), decided, labels, clusters_file, again, lost_rows=bool(n_missing)
    )
    return seen, n_missing


def _copies(folder, past, seen):
    """Labels that Phy copied to new clusters, and ids of those where it is unclear if it did.

    The third are ids of those that may have copied a label that is ours or in doubt.
    """
    if not any(seen.bases) or not seen.labels.keys() - (seen.units.keys() - seen.again):
        return {}, [], set()
    log = phy_log.read_log(folder)
    copied, unclear = lineage.copied_labels(seen, *log)
    if not past.doubted:
        return copied, unclear, set()
    certain = in_doubt.without(seen.decisions, past.doubted, past.replaced)
    made, others = lineage.copied_labels(seen._replace(decisions=certain), *log)
    heirs = {*others, *(i for i, label in made.items() if seen.labels.get(i) == label)}
    return copied, unclear, heirs - {*copied, *unclear}


def _replaced(decided, copied, labels):
    """Ids whose decision is of an earlier cluster: a new one shows the copy of another label."""
    return {i for i, x in decided.items() if i in copied and x != copied[i] == labels.get(i)}


def _without(ids, records):
    """Records of other ids."""
    return {i: record for i, record in records.items() if i not in ids}


def _is_accounted(folder, past, original, found, bases):
    """Whether the group file is one that is known already: it holds no news.

    A write cut short leaves two bases; the file is one of them unless somebody wrote since.
    """
    if found.group is None:
        return False
    if found.group.labels in bases:
        return True
    if not found.has_groups:  # Kilosort's own file, or its labels, put there by hand
        ks_labels = original.ks.labels if original.ks else None
        return found.group in (original.group, tsv.LabelTable(found.group.column, ks_labels))
    if put_back.is_put_back(past, original.contents, found.contents):
        return True
    written = ledger_file.read_ledger(file_names.store_folder(folder))
    return _is_written(found, written, by_words=past.is_rebuilt and not any(bases))


def _is_written(found, written, by_words):
    """Whether we wrote the group file once, to the byte or, where asked for, by what it says.

    Phy never writes the bytes that we do; what it writes may say the same as an earlier file of
    ours, and be a person's.
    """
    data = found.contents.get(file_names.GROUP_FILE)
    if by_words:
        return label_tables.is_known(file_names.GROUP_FILE, data, written)
    return files.sha256_optional(data) in written


def _inherited(folder, past, known, found):
    """Labels that new clusters copied, less those that somebody gave back to the criteria."""
    earlier = _without(known.again, past.inherited) if past else {}
    inherited = {**earlier, **_by_class(folder, known.copied)}
    back = decisions.given_back(known, found.group)
    return {i: label for i, label in inherited.items() if i not in back}


def _by_class(folder, copied):
    """The same with the class, which Phy copies too, and shows as a group that it knows."""
    if not copied:
        return copied
    data = label_files.read_label_file(folder, file_names.CLASS_FILE)
    try:
        classes = tsv.parse_columns(data or b"", file_names.CLASS_FILE, ["gu_label"])["gu_label"]
    except SessionError:  # ours, and written anew: never worth stopping for
        classes = {}
    return {i: classes.get(i, label) for i, label in copied.items()}


def _n_missing(bases, found, units, clusters_file):
    """Number of clusters that still exist and have lost their row since our last write.

    Phy saves every label that it has read, so the file was cut, edited, or made from nothing: then
    a label equal to the one we left can be a person's, and only Phy's log can tell.
    """
    if not found.has_groups:
        return 0
    labels = found.group.labels
    missing = [i for base in bases for i in base if i not in labels and i in units]
    return len(lineage.survivors(units, missing, clusters_file)) if missing else 0


def _groups_beside(folder, records, original, found):
    """Groups of clusters that have no row in the group file, from what Phy saved beside it.

    A `cluster_info.tsv` that a write or a restore left there is no news.
    """
    data = found.contents.get(file_names.INFO_FILE)
    if data is None or found.group is not None and found.group.column != "group":
        return {}
    left = {record.hashes.get(file_names.INFO_FILE) for record in records}
    if data == original.contents.get(file_names.INFO_FILE) or files.sha256_bytes(data) in left:
        return {}
    return _info_groups(folder, data, found.group.labels if found.group else decisions.NONE)


def _info_groups(folder, data, listed=decisions.NONE):
    """Groups of `cluster_info.tsv` where it describes exactly the present clusters, else nothing.

    Those of `listed` are left out. Kilosort does not remove the file when it sorts again, so it may
    tell of other clusters.
    """
    ledger = ledger_file.read_ledger(file_names.store_folder(folder))
    if data is None or label_tables.is_known(file_names.INFO_FILE, data, ledger):
        return {}
    try:
        columns = tsv.parse_columns(data, file_names.INFO_FILE, ("group", "n_spikes"))
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
