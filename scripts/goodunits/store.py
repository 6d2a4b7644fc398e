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
            history.jsonl       one line per change of the decisions, write and restore; with it a
                                lost state.json is built again

Neither Phy nor SpikeInterface reads a subfolder. Every function that writes expects the lock.
Nothing that is replaced in the session folder exists only in state.json.
"""

import contextlib
import json
import os
from pathlib import Path

from goodunits import files, guarded, lock, store_files, store_readme
from goodunits.errors import SessionError

STORE = store_files.STORE
KS_FILE, GROUP_FILE, INFO_FILE = "cluster_KSLabel.tsv", "cluster_group.tsv", "cluster_info.tsv"
WRITTEN = (KS_FILE, GROUP_FILE, INFO_FILE)
OWN_PREFIX = "cluster_gu_"
SORTER_FILES = (KS_FILE, GROUP_FILE)
ANNEX = store_files.ANNEX


def store_folder(session):
    """Store of a session; a linked session folder has its store where the data are."""
    return Path(os.path.realpath(session)) / STORE


@contextlib.contextmanager
def locked(session):
    """Hold the store of a session while the block runs; made where it is missing, and tidied.

    Parameters
    ----------
    session : path-like
        Kilosort folder.

    Yields
    ------
    store : Path

    Raises
    ------
    SessionError
        If the store cannot be written or somebody else holds it.
    """
    store = store_folder(session)
    try:
        store_files.make_folder(store)
    except OSError as error:
        raise SessionError(
            f"{store}: cannot be written ({error.strerror}); the backup of the labels lies beside "
            "the data, so the session folder must be writable"
        ) from None
    with lock.hold(store / "lock"):
        try:
            remove_leftovers(session, store)
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
    text = store_readme.text(store, WRITTEN, OWN_PREFIX)
    if text is not None and store_files.read(store / "README.txt") != text.encode():
        store_files.write(store / "README.txt", text.encode())


def label_file_names(session):
    """Names of the label files that exist: Phy's `cluster_*.tsv`, if the name is plain text."""
    names = [entry.name for entry in os.scandir(session)]
    return sorted(name for name in names if store_files.is_label_file(name))


def written_names(session):
    """Names of the files that a write may replace, existing or not."""
    own = [name for name in label_file_names(session) if name.startswith(OWN_PREFIX)]
    return [*WRITTEN, *own]


def is_written(name):
    """Whether a write may replace a file of this name."""
    return name in WRITTEN or store_files.is_label_file(name) and name.startswith(OWN_PREFIX)


def read_label_file(session, name):
    """Bytes of a label file, None where there is none; a broken link is an error."""
    if not store_files.is_label_file(name):
        raise SessionError(
            f"{session}: found {name!r:.80} where a receipt or the store should name a label file "
            "(cluster_*.tsv); put the file that names it back from a backup of your data"
        )
    path = Path(session, name)
    if path.is_symlink() and not path.exists():
        target = os.readlink(path)
        what = "fetch it (git annex get)" if ANNEX in target else "mend or remove the link"
        raise SessionError(f"{path}: link to a missing file {target}; {what}")
    return guarded.read_optional(path, guarded.LABEL_FILE_BYTES)


def check_label_files(session):
    """Refuse label files that cannot be replaced in place without harm elsewhere.

    Raises
    ------
    SessionError
        If one is kept by git-annex, leads into a store or to a file that is no table, or if two are
        links to the same file.
    """
    targets = {}
    for name in written_names(session):
        path = Path(session, name)
        if not path.is_symlink():
            continue
        target = os.path.realpath(path)
        if ANNEX in target:
            raise SessionError(
                f"{path}: kept by git-annex, whose files must not be changed in place; unlock it "
                f"(git annex unlock {name}, or datalad unlock) and run again"
            )
        if STORE in Path(target).parts or not target.endswith(".tsv"):
            raise SessionError(
                f"{path}: link to {target}, which goodunits would replace; put a copy of that file "
                "in place of the link"
            )
        if target in targets:
            raise SessionError(
                f"{path}: link to the same file as {targets[target]} ({target}); give each a file "
                "of its own"
            )
        targets[target] = name


def remove_leftovers(session, store):
    """Remove temporary files that a killed run left in the store or beside the label files."""
    folders = [store.parent, store]
    for generation in store_files.generations(store):
        folders += [generation, generation / "original", generation / "superseded"]
    for folder in folders[1:]:
        store_files.demand_folder(folder)
    found = [path for folder in folders for path in files.leftovers(folder)]
    for name in written_names(session):
        real = Path(os.path.realpath(Path(session, name)))
        if real.parent != store.parent:
            found += files.leftovers(real.parent, real.name)
    files.discard(*found)


# The ledger


def ledger(store):
    """Hashes of everything that this workflow ever wrote into the session folder."""
    text = store_files.read(store / "ledger.txt") or b""
    words = [line.split()[:1] for line in text.decode(errors="replace").splitlines()]
    return {word[0] for word in words if word and len(word[0]) == 64}


def add_to_ledger(store, hashes):
    """Note what will be written, durably, before it is written.

    Parameters
    ----------
    store : Path
        The store, locked.
    hashes : dict of str to str or None
        Hash by the name of what is written; None is passed over.
    """
    known = ledger(store)
    stamp = files.time_stamp()
    lines = [f"{sha} {name} {stamp}\n" for name, sha in hashes.items() if sha and sha not in known]
    if lines:
        append(store / "ledger.txt", "".join(lines))


def append(path, text):
    """Add lines to a file durably; a last line cut short by a crash is closed first."""
    with files.naming(path), open(store_files.open_to_change(path), "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                text = "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    files.sync_folder(path.parent)


# Write-once files


def put_once(path, data):
    """Write a read-only file of the store; one that exists is never overwritten."""
    present = store_files.read(path)
    if present is None:
        store_files.make_folder(path.parent)
        store_files.write(path, data, store_files.READ_ONLY)
    elif present != data:
        raise SessionError(
            f"{path}: exists with other content; files of the store are never replaced"
        )


def save_superseded(generation, name, data):
    """Keep a content that somebody else wrote, under its hash."""
    put_once(generation / "superseded" / f"{name}.{files.sha256_bytes(data)[:16]}", data)


# Generations


def read_manifest(generation):
    """Manifest of a complete backup, checked against its files; None if there is no backup."""
    path = generation / "manifest.json"
    data = store_files.read(path)
    if data is None:
        return None
    try:
        manifest = json.loads(data)
        expected = _manifest_files(manifest)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SessionError(
            f"{path}: damaged; put the store back from a backup of your data"
        ) from None
    for name, sha in expected.items():
        if files.sha256_optional(store_files.read(generation / "original" / name)) != sha:
            raise SessionError(
                f"{generation / 'original' / name}: the backup of an original label file is "
                f"missing or damaged (expected sha256 {sha}); put it back from a backup of your "
                "data"
            )
    return manifest


def _manifest_files(manifest):
    """Hash of each original by its name, both checked: the store may come from a stranger."""
    expected = dict(manifest["files"])
    sound = all(
        store_files.is_label_file(name) and store_files.SHA256.fullmatch(sha)
        for name, sha in expected.items()
    )
    if not sound or not isinstance(manifest["time"], str):
        raise ValueError
    return expected


def read_original(generation, name):
    """Bytes of an original that `read_manifest` has checked."""
    return store_files.read(generation / "original" / name)


def has_backup(session, identity):
    """Whether the store holds a complete backup of a sort."""
    if not isinstance(identity, str) or not store_files.SORT_ID.fullmatch(identity):
        return False
    return store_files.is_there(store_folder(session) / identity / "manifest.json")


def read_receipt(path):
    """Receipt of a write in the results folder, None where there is none that can be read."""
    try:
        receipt = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return receipt if isinstance(receipt, dict) and receipt else None


def as_json(value):
    """JSON text of a value, the same for the same content."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    # A byte of a path that is no text becomes a \u escape, which JSON reads back as it was.
    return f"{text}\n".encode(errors="backslashreplace")
