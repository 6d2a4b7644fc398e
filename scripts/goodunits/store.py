"""The label store of a session: originals, ledger, superseded files, decisions. Standard library only.

    <session>/goodunits_store/
        README.txt              what this is and how to recover by hand
        lock                    held by whoever writes the store or the label files
        ledger.txt              hash of everything that this workflow ever wrote, BEFORE it is written
        <sort id>/              one generation per sort
            original/           the label files as found before our first write, read-only
            manifest.json       hashes; written last: its presence makes the backup complete
            superseded/         every other content that we replaced and had not written, by hash
            state.json          decisions of people, and what we wrote last, to compare with
            history.jsonl       one line per backup, write and restore

Neither Phy nor SpikeInterface reads a subfolder. Every function that writes expects the lock.
"""

import json
import os
import time
from pathlib import Path

from goodunits import files
from goodunits.errors import SessionError

STORE = "goodunits_store"
KS_FILE, GROUP_FILE, INFO_FILE = "cluster_KSLabel.tsv", "cluster_group.tsv", "cluster_info.tsv"
OWN_PREFIX = "cluster_gu_"
SORT_FILES = ("spike_times.npy", "spike_templates.npy")
README = """\
goodunits keeps here the labels of this Kilosort sort as they were before it changed them.

<sort id>/original/    the files as found, byte for byte. By hand: cp <sort id>/original/cluster_*.tsv ..
<sort id>/superseded/  label files that somebody else wrote later (Phy, for example), before they were replaced
<sort id>/state.json   the decisions of people, and what goodunits wrote last
<sort id>/history.jsonl, ledger.txt   what was done, and the hash of everything goodunits wrote

Do not edit anything here. <sort id> is a hash of spike_times.npy and spike_templates.npy, which
Kilosort writes and Phy never changes; a new sort gets a folder of its own.
"""


def store_folder(session):
    """Store of a session; a linked session folder has its store where the data are."""
    return Path(os.path.realpath(session)) / STORE


def check_folder(session):
    """Say in one line what is wrong with a session folder."""
    if not os.path.isdir(session):
        raise SessionError(f"{session}: no such folder; correct the path in the session sheet")
    if not os.path.exists(os.path.join(session, SORT_FILES[0])):
        raise SessionError(f"{session}: no {SORT_FILES[0]}; expected a Kilosort results folder")


def open_store(session):
    """Make the store where it is missing."""
    store = store_folder(session)
    try:
        store.mkdir(exist_ok=True)
    except OSError as error:
        raise SessionError(
            f"{store}: cannot be written ({error.strerror}); the backup of the labels lies beside "
            "the data, so the session folder must be writable"
        ) from None
    return store


def sort_id(session):
    """Identity of a sort: hash of the files that Kilosort writes and Phy never does."""
    present = [Path(session, name) for name in SORT_FILES if Path(session, name).exists()]
    return identity([files.sha256_file(path) for path in present], session)


def identity(hashes, session):
    """Identity of a sort from the hashes of its files, in the order of SORT_FILES."""
    if not hashes:
        raise SessionError(f"{session}: no {SORT_FILES[0]}; expected a Kilosort results folder")
    return files.sha256_bytes(" ".join(hashes).encode())[:16]


def sort_signature(session):
    """Cheap stand-in for the sort id: equal as long as nobody wrote to the files."""
    return [
        files.signature(Path(session, name)) for name in SORT_FILES if Path(session, name).exists()
    ]


def label_file_names(session):
    """Names of the label files that exist: Phy's `cluster_*.tsv`."""
    names = [entry.name for entry in os.scandir(session)]
    return sorted(name for name in names if name.startswith("cluster_") and name.endswith(".tsv"))


def written_names(session):
    """Names of the files that a write may replace, existing or not."""
    own = [name for name in label_file_names(session) if name.startswith(OWN_PREFIX)]
    return [KS_FILE, GROUP_FILE, INFO_FILE, *own]


def read_label_file(session, name):
    """Bytes of a label file, None where there is none; a broken link is an error."""
    path = Path(session, name)
    if path.is_symlink() and not path.exists():
        raise SessionError(f"{path}: link to a missing file {os.readlink(path)}; mend or remove it")
    return files.read_optional(path)


# The ledger


def ledger(store):
    """Hashes of everything that this workflow ever wrote into the session folder."""
    text = files.read_optional(store / "ledger.txt") or b""
    words = [line.split()[:1] for line in text.decode(errors="replace").splitlines()]
    return {word[0] for word in words if word and len(word[0]) == 64}


def add_to_ledger(store, hashes):
    """Note what will be written, durably, before it is written."""
    known = ledger(store)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    lines = [f"{sha} {name} {stamp}\n" for name, sha in hashes.items() if sha and sha not in known]
    if lines:
        append(store / "ledger.txt", "".join(lines))


def append(path, text):
    """Add lines to a file durably; a last line cut short by a crash is closed first."""
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o664)
    with open(fd, "r+b") as file:
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
    present = files.read_optional(path)
    if present is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(path, data, mode=0o444)
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
    data = files.read_optional(path)
    if data is None:
        return None
    try:
        manifest = json.loads(data)
        expected = dict(manifest["files"])
    except (ValueError, KeyError, TypeError):
        raise SessionError(
            f"{path}: damaged; put the store back from a backup of your data"
        ) from None
    for name, sha in expected.items():
        original = files.read_optional(generation / "original" / name)
        if original is None or files.sha256_bytes(original) != sha:
            raise SessionError(
                f"{generation / 'original' / name}: the backup of an original label file is missing or "
                f"damaged (expected sha256 {sha}); put it back from a backup of your data"
            )
    return manifest


def back_up(session, store, identity):
    """Keep the label files of a sort as they are, once.

    Parameters
    ----------
    session : path-like
    store : Path
    identity : str
        The sort id.

    Returns
    -------
    manifest : dict
        `files`: name to hash of each original; `absent`: names that were not there.

    Raises
    ------
    SessionError
        If a label file is ours, so that the original is gone; or if the backup is damaged.
    """
    generation = store / identity
    manifest = read_manifest(generation)
    if manifest is not None:
        return manifest
    # Here and not in open_store: two runs may open the store at once, only one holds the lock.
    files.write_if_changed(store / "README.txt", README.encode())
    found = {name: read_label_file(session, name) for name in label_file_names(session)}
    _refuse_our_own(session, store, found)
    for name, data in found.items():
        _set_aside_unfinished(generation, name, data)
        put_once(generation / "original" / name, data)
    manifest = {
        "sort_id": identity,
        "sort_signature": sort_signature(session),
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "files": {name: files.sha256_bytes(data) for name, data in found.items()},
        "absent": [name for name in (KS_FILE, GROUP_FILE) if name not in found],
    }
    put_once(generation / "manifest.json", as_json(manifest))
    return manifest


def _set_aside_unfinished(generation, name, data):
    """Keep what a backup cut short had taken, where the file has changed since."""
    early = generation / "original" / name
    taken = files.read_optional(early)
    if taken is not None and taken != data:
        save_superseded(generation, name, taken)
        early.unlink()


def _refuse_our_own(session, store, found):
    """Never take our own labels for originals."""
    written = ledger(store)
    if found.get(GROUP_FILE) is not None and found.get(GROUP_FILE) == found.get(KS_FILE):
        return  # Kilosort writes the two alike and we never do: a fresh sort
    for name, data in found.items():
        if files.sha256_bytes(data) in written:
            raise SessionError(
                f"{Path(session, name)}: written by goodunits, so not the sorter's own labels, and "
                f"{store} has no backup for this sort; put the sorter's file back, or remove it if "
                "it is lost"
            )


def read_state(generation):
    """State of a generation; empty before the first write.

    Raises
    ------
    SessionError
        If the file is damaged: it holds decisions of people, so it is never just replaced.
    """
    path = generation / "state.json"
    data = files.read_optional(path)
    if data is None:
        return {}
    try:
        sha, text = data.decode().split("\n", 1)
        if files.sha256_bytes(text.encode()) != sha:
            raise ValueError
        return json.loads(text)
    except ValueError:
        raise SessionError(
            f"{path}: damaged, and it holds decisions of people; put it back from a backup of your "
            "data, or remove it if no one ever curated this session"
        ) from None


def write_state(generation, state):
    """Replace the state, with its own hash on the first line."""
    text = as_json(state).decode()
    data = f"{files.sha256_bytes(text.encode())}\n{text}".encode()
    files.write_atomically(generation / "state.json", data)


def add_history(generation, **event):
    """Add one line to the history of a generation."""
    event = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **event}
    append(generation / "history.jsonl", json.dumps(event, sort_keys=True) + "\n")


def as_json(value):
    """JSON text of a value, the same for the same content."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
