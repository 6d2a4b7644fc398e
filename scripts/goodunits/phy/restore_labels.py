"""Bring back the label files of a session as they were. Standard library only."""

import os
from pathlib import Path

from goodunits.base import errors, files
from goodunits.base.errors import SessionError
from goodunits.curation import whose_labels
from goodunits.phy import write_labels
from goodunits.session_folder import file_names, label_files, label_tables, sort_id
from goodunits.store import (
    generations,
    label_store,
    ledger_file,
    original_files,
    state,
    transaction,
)

STATES = ("originals", "last")
NOTHING = "nothing to restore, goodunits never wrote here"
NOTHING_OF_THIS_SORT = "nothing to restore, goodunits never wrote labels of this sort"


class NothingToRestoreError(SessionError):
    """The session is as it was, since nothing was ever written there."""


def restore(folder, to="originals"):
    """Put label files of the store back, byte for byte.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    to : {"originals", "last"}
        The files as found before our first write to this sort, or as they were before the last
        write. Done twice it changes nothing more; a run writes our labels again.

    Returns
    -------
    report : dict
        `time`, `to`, `files`: name to what was done ("restored", "removed", "as it was"), and
        `doubts` on whose the labels were that stood there.

    Raises
    ------
    SessionError
        If the store is damaged or has no backup of the present sort; NothingToRestoreError if
        nothing was ever written, a backup or settled labels apart.
    """
    store = file_names.store_folder(folder)
    if Path(folder).is_dir() and not store.is_dir():
        raise NothingToRestoreError(NOTHING)
    sort_id.check_folder(folder)
    with label_store.locked(folder):
        generation = generations.current_generation(folder)
        if generation is None:
            _demand_earlier(store)
            raise SessionError(
                f"{folder}: no backup of the present sort ({sort_id.sort_id(folder)}) in {store}; "
                "backups of earlier sorts are there, but their labels belong to other clusters; "
                f"{store / 'README.txt'} says how to copy them"
            )
        manifest = original_files.read_manifest(generation)
        label_files.check_label_files(folder)
        present = write_labels.read_present(folder)
        past = state.read_state(generation)
        if not _was_written(generation, manifest, present, past):
            raise NothingToRestoreError(NOTHING_OF_THIS_SORT)
        seen = whose_labels.read_curation(folder, generation)
        contents = _wanted(generation, manifest, present, past, to)
        after = transaction.next_state(folder, generation, seen)
        about = {"to": to, "working_folder": os.getcwd()}
        units = past.units if past else {}
        transaction.commit(folder, generation, contents, present, after, units, "restore", about)
    return {
        "time": files.time_stamp(),
        "to": to,
        "files": {
            name: _done(present.get(name), data)
            for name, data in contents.items()
            if data is not None or present.get(name) is not None
        },
        "doubts": seen.doubts,
    }


def _was_written(generation, manifest, present, past):
    """Whether a write to this sort, or to the one whose labels it took over, was ever begun."""
    if past is None:  # or what the store knew of it is lost, but not the ledger
        ledger = ledger_file.read_ledger(generation.parent)
        return any(label_tables.is_known(name, data, ledger) for name, data in present.items())
    events = (event["event"] for event in state.read_history(generation))
    return bool(past.before) or "write" in events or "carried_over_from" in manifest


def _demand_earlier(store):
    """Say what it means that a store has no backup at all."""
    if generations.complete_generations(store):
        return
    if not ledger_file.read_ledger(store):
        raise NothingToRestoreError(NOTHING)
    raise SessionError(
        f"{store}: goodunits wrote labels here, but the backup is gone; put the store back from a "
        "backup of your data",
        code=errors.DAMAGED,
    )


def _wanted(generation, manifest, present, past, to):
    """Content of every file that a write may have replaced."""
    if to == "last":
        if past is None or not past.before:
            raise SessionError(
                f"{generation}: nothing was written yet, or state.json is lost, so there is no "
                "last state; restore the originals instead"
            )
        return {**dict.fromkeys(present), **_before(generation, past.before)}
    names = [
        *present,
        *(name for name in manifest["files"] if name.startswith(file_names.OWN_PREFIX)),
    ]
    return {
        name: original_files.read_original(generation, name) if name in manifest["files"] else None
        for name in names
    }


def _before(generation, texts):
    """Contents before the last write, as the state has them: of files that a write replaces."""
    try:
        if not all(map(file_names.is_written, texts)):
            raise ValueError
        return {name: text and text.encode("latin1") for name, text in texts.items()}
    except (ValueError, AttributeError, TypeError):
        raise SessionError(
            f"{generation / 'state.json'}: names other files than the label files that goodunits "
            "writes, or holds no text for them, so it is not ours; put the store back from a "
            "backup of your data, or restore the originals",
            code=errors.NOT_OURS,
        ) from None


def _done(found, wanted):
    """What was done to one file."""
    if found == wanted:
        return "as it was"
    return "removed" if wanted is None else "restored"
