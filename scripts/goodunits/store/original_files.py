"""The originals in a store: written once, checked when read. Standard library only."""

import json

from goodunits.base import errors, files, json_record
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names
from goodunits.store import store_files


def put_once(path, data):
    """Write a read-only file of the store; one that exists is never overwritten.

    Parameters
    ----------
    path : Path
        File in a generation; folders between are made.
    data : bytes
        Its content.

    Raises
    ------
    SessionError
        If it exists with other content.
    """
    present = store_files.read(path)
    if present is None:
        store_files.make_folder(path.parent)
        store_files.write(path, data, store_files.READ_ONLY)
    elif present != data:
        raise SessionError(
            f"{path}: exists with other content; files of the store are never replaced; "
            "put it back as it was from a copy of the store",
            code=errors.DAMAGED,
        )


def save_superseded(generation, name, data):
    """Keep a content that somebody else wrote, under its hash."""
    put_once(generation / "superseded" / f"{name}.{files.sha256_bytes(data)[:16]}", data)


def read_manifest(generation):
    """Read the manifest of a backup and check it against its files.

    Parameters
    ----------
    generation : Path
        Folder of the store for one sort.

    Returns
    -------
    manifest : dict or None
        As `backup.back_up` says; None where the backup is not complete.

    Raises
    ------
    SessionError
        If the manifest or an original is damaged, or of a newer format.
    """
    path = generation / "manifest.json"
    data = store_files.read(path)
    if data is None:
        return None
    try:
        manifest = json.loads(data)
        json_record.demand_known_version(manifest.get("format_version"), path)
        expected = _manifest_files(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SessionError(
            f"{path}: damaged; put the store back from a backup of your data", code=errors.DAMAGED
        ) from None
    for name, sha in expected.items():
        if files.sha256_optional(store_files.read(generation / "original" / name)) != sha:
            raise SessionError(
                f"{generation / 'original' / name}: the backup of an original label file is "
                f"missing or damaged (expected sha256 {sha}); put it back from a backup of your "
                "data",
                code=errors.DAMAGED,
            )
    return manifest


def _manifest_files(manifest):
    """Hash of each original by its name, both checked: the store may come from a stranger."""
    expected = dict(manifest["files"])
    sound = all(
        file_names.is_label_file(name) and store_files.SHA256.fullmatch(sha)
        for name, sha in expected.items()
    )
    if not sound or not isinstance(manifest["time"], str):
        raise ValueError
    return expected


def read_original(generation, name):
    """Bytes of an original that `read_manifest` has checked."""
    return store_files.read(generation / "original" / name)


def has_backup(folder, identity):
    """Whether the store holds a complete backup of a sort."""
    if not isinstance(identity, str) or not store_files.SORT_ID.fullmatch(identity):
        return False
    return store_files.is_there(file_names.store_folder(folder) / identity / "manifest.json")
