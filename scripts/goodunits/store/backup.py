"""Keep the label files of a sort as they were before our first write. Standard library only."""

from pathlib import Path

from goodunits.base import errors, files, json_record
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names, label_files, label_tables, sort_id
from goodunits.store import earlier_sorts, generations, ledger_file, original_files, store_files


def demand_store(folder, receipt_path, receipt=None):
    """Refuse to take labels for a sorter's or a person's that may be ours, their store being gone.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    receipt_path : path-like
        Receipt of the last write, which need not exist.
    receipt : dict, optional
        Its content, where that is known already.

    Raises
    ------
    SessionError
        If the store has no backup of the sort that the receipt is about, and the label files may be
        those that were written.
    """
    receipt = receipt or json_record.read_record(receipt_path)
    if (
        receipt is None
        or "sort_id" not in receipt
        or original_files.has_backup(folder, receipt["sort_id"])
    ):
        return
    present = {name: label_files.read_label_file(folder, name) for name in file_names.SORTER_FILES}
    if is_fresh(folder, present):
        return
    written = {*receipt["written"].values(), *receipt.get("tables", {}).values()} - {None}
    ours = any(label_tables.is_known(name, data, written) for name, data in present.items())
    if ours or _is_sort_of(folder, receipt):
        raise SessionError(
            f"{file_names.store_folder(folder)}: gone, though goodunits wrote labels here on "
            f"{receipt['time']}, so the label files may not be the sorter's own; put the store "
            f"back, or remove {receipt_path} if they are the sorter's or a person's",
            code=errors.DAMAGED,
        )


def _is_sort_of(folder, receipt):
    """Whether the sort in a folder is the one that a receipt is about."""
    known = receipt["sort_id"]
    return known == sort_id.sort_id(folder) or known == sort_id.sort_id_by_bytes(folder)


def is_fresh(folder, contents):
    """Whether label files are as Kilosort leaves them: the two say the same under one header.

    We never write them so, and Phy writes the header `group`.
    """
    tables = [
        label_tables.read_table(folder, name, contents.get(name), "KSLabel")
        for name in file_names.SORTER_FILES
    ]
    return tables[0] == tables[1] and (tables[0] is None or tables[0].column == "KSLabel")


def back_up(folder, store):
    """Keep the label files of the present sort as they are, once.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    store : Path
        Its store, locked.

    Returns
    -------
    generation : Path
        Folder of the backup. Its manifest has `files`: name to hash of each original; `absent`:
        names that were not there; `arrays`: hashes of the values of the sort.

    Raises
    ------
    SessionError
        If a label file is ours, so that the original is gone; if the folder changes meanwhile; or
        if the backup is damaged.
    """
    hashes = sort_id.value_hashes(folder)
    complete = generations.complete_generations(store)
    generation = generations.generation_of(complete, folder, hashes)
    if generation is None:
        return first_backup(folder, store, hashes)
    original_files.read_manifest(generation)
    generations.note_arrays(generation, hashes)
    return generation


def first_backup(folder, store, hashes, labels_are=None):
    """Make the backup of a sort that the store does not know.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    store : Path
        Its store, locked.
    hashes : dict of str to str
        Hashes of the arrays of the sort.
    labels_are : {"ours", "theirs"} or None
        What the owner says of the groups in the folder; None refuses those that may be ours.

    Returns
    -------
    generation : Path

    Raises
    ------
    SessionError
        As `back_up`.
    """
    generation = store / sort_id.identity(hashes)
    label_files.check_label_files(folder)
    before = sort_id.signature(folder)
    found = {
        name: label_files.read_label_file(folder, name)
        for name in label_files.label_file_names(folder)
    }
    if labels_are is None:
        earlier_sorts.demand_others(folder, store, found)
    found = _not_ours(folder, store, found, groups_are_theirs=labels_are == "theirs")
    store_files.make_folder(generation)
    _set_aside_unfinished(generation, found)
    for name, data in found.items():
        original_files.put_once(generation / "original" / name, data)
    if sort_id.signature(folder) != before or sort_id.value_hashes(folder) != hashes:
        raise SessionError(
            f"{folder}: {sort_id.TIMES} changed during the backup; wait for the sorter to end and "
            "run again",
            code=errors.CHANGED,
        )
    manifest = {
        "sort_id": generation.name,
        "arrays": hashes,
        "sort_signature": before,
        "time": files.time_stamp(),
        "files": {name: files.sha256_bytes(data) for name, data in found.items()},
        "absent": [name for name in file_names.SORTER_FILES if name not in found],
    }
    original_files.put_once(
        generation / "manifest.json", json_record.as_json(json_record.with_version(manifest))
    )
    return generation


def _set_aside_unfinished(generation, found):
    """Keep what a backup cut short had taken, where the folder has changed since."""
    originals = generation / "original"
    store_files.demand_folder(originals)
    for early in sorted(originals.glob("cluster_*.tsv")):
        taken = store_files.read(early)
        if found.get(early.name) != taken:
            original_files.save_superseded(generation, early.name, taken)
            early.unlink()


def _not_ours(folder, store, found, groups_are_theirs):
    """Leave out what we wrote for an earlier sort; never take our labels for originals."""
    written = ledger_file.read_ledger(store)
    ours = {name for name, data in found.items() if label_tables.is_known(name, data, written)}
    if is_fresh(folder, found):
        ours -= set(file_names.SORTER_FILES)
    if groups_are_theirs:
        ours.discard(file_names.GROUP_FILE)
    elif lost := sorted(ours & set(file_names.SORTER_FILES)):
        raise SessionError(
            f"{Path(folder, lost[0])}: written by goodunits, so not the sorter's own labels, and "
            f"{store} has no backup for this sort; put the sorter's file back, or remove it if "
            "it is lost",
            code=errors.IN_DOUBT,
        )
    return {name: data for name, data in found.items() if name not in ours}
