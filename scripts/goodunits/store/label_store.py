"""The label store of a session: originals, ledger, superseded files. Standard library only.

    <session>/goodunits_store/
        README.txt              what this is and how to recover by hand
        lock                    held by whoever writes the store or the label files
        ledger.txt              hash of all that this workflow ever wrote, BEFORE it is written
        <sort id>/              one generation per sort
            original/           the label files as found before our first write, read-only
            manifest.json       hashes; written last: its presence makes the backup complete
            superseded/         every other content found before a write that is not as we left it
            state.json          decisions of people, and what we wrote last, to compare with
            history.jsonl       one line per change of the decisions, write, restore and settling;
                                with it a lost state.json is built again
            arrays.json         hashes of the arrays, where the manifest is of the first version

Neither Phy nor SpikeInterface reads a subfolder. Every function that writes expects the lock.
Nothing that is replaced in the session folder exists only in state.json.
"""

import contextlib
import os
from pathlib import Path

from goodunits.base import files
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names, label_files
from goodunits.store import lock, store_files, store_readme


@contextlib.contextmanager
def locked(folder):
    """Hold the store of a session while the block runs; made where it is missing, and tidied.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.

    Yields
    ------
    store : Path

    Raises
    ------
    SessionError
        If the store cannot be written or somebody else holds it.
    """
    store = file_names.store_folder(folder)
    try:
        store_files.make_folder(store)
    except OSError as error:
        raise SessionError(
            f"{store}: cannot be written ({error.strerror}); the backup of the labels lies beside "
            "the data, so the session folder must be writable"
        ) from None
    with lock.hold(store / "lock"):
        try:
            remove_leftovers(folder, store)
            refresh_readme(store)
            yield store
        except OSError as error:  # who replaces label files says himself what they hold
            raise SessionError(
                f"{error.filename or store}: {error.strerror or error}; nothing written, the label "
                "files are as they were; see that the folder is writable and the disk not full, "
                "then run again"
            ) from None
        with contextlib.suppress(OSError, SessionError):  # all is done; the next run writes it
            refresh_readme(store)


def refresh_readme(store):
    """Write how to recover by hand, for every sort that the store knows."""
    text = store_readme.text(store)
    if text is not None and store_files.read(store / "README.txt") != text.encode():
        store_files.write(store / "README.txt", text.encode())


def remove_leftovers(session, store):
    """Remove temporary files that a killed run left in the store or beside the label files."""
    folders = [store.parent, store]
    for generation in store_files.generations(store):
        folders += [generation, generation / "original", generation / "superseded"]
    for folder in folders[1:]:
        store_files.demand_folder(folder)
    found = [path for folder in folders for path in files.leftovers(folder)]
    for name in label_files.written_names(session):
        real = Path(os.path.realpath(Path(session, name)))
        if real.parent != store.parent:
            found += files.leftovers(real.parent, real.name)
    files.discard(*found)
