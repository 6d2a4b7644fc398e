"""Keep what a run finds in a session folder, so that news there start the right jobs.

Snakemake cannot watch label files that a job itself rewrites. `found.json` changes exactly when the
folder does not hold what our receipt says we wrote: somebody curated, restored or sorted anew.
"""

import json
from pathlib import Path

from goodunits import backup, curation, files, generations, label_tables, state, store
from goodunits.errors import SessionError


def refresh(session, found_path, receipt_path):
    """Bring `found.json` of a session up to date; untouched while the folder holds our labels.

    Parameters
    ----------
    session : path-like
        Kilosort folder.
    found_path : path-like
        File in the results folder, written where its content changes.
    receipt_path : path-like
        Receipt of our last write, which need not exist.

    Raises
    ------
    SessionError
        If a label file or the store is damaged, or the store is gone though we wrote here.
    """
    receipt = store.read_receipt(receipt_path)
    if receipt:
        _demand_whole(receipt, receipt_path)
        backup.demand_store(session, receipt_path)
        if _is_sound(found_path) and not _has_news(session, receipt):
            return
    present = {name: _hash(session, name) for name in store.written_names(session)}
    trigger = [present, receipt["time"] if receipt else None]
    trigger.append(_history_bytes(session, receipt) if receipt else None)
    trigger = files.sha256_bytes(json.dumps(trigger, sort_keys=True).encode())
    seen = curation.look(session, generations.current_generation(session))
    files.write_if_changed(found_path, curation.to_json(seen, trigger=trigger).encode())


def say_why_missing(folder, found_path):
    """Raise what a run said of a folder that cannot be used, if it said anything.

    Parameters
    ----------
    folder : str
        The session folder, as a job gets it.
    found_path : path-like
        The session's `found.json`, which need not exist.
    """
    if not Path(folder).is_dir() and Path(found_path).exists():
        curation.from_json(Path(found_path).read_text(encoding="utf-8"))


def _demand_whole(receipt, path):
    """Raise unless a receipt tells what was written, when, and for which sort."""
    texts = [receipt.get("sort_id"), receipt.get("time")]
    if not all(isinstance(text, str) for text in texts) or not isinstance(
        receipt.get("written"), dict
    ):
        raise SessionError(f"{path}: damaged; remove it and run again")


def _is_sound(found_path):
    """Whether there is a `found.json` that tells of labels, not of a problem, mended by now."""
    try:
        curation.from_json(Path(found_path).read_text(encoding="utf-8"))
    except Exception:  # missing, damaged, or of a session that had a problem: look again
        return False
    return True


def _has_news(session, receipt):
    """Whether a label file or what the store knows of people has changed since a write."""
    known = receipt.get("history_bytes")
    settled = known is not None and known != _history_bytes(session, receipt)
    return settled or bool(changed_files(session, receipt))


def _history_bytes(session, receipt):
    """Size of the history of the sort that a receipt is about."""
    return state.history_bytes(store.store_folder(session) / receipt["sort_id"])


def changed_files(session, receipt):
    """Names of label files that no longer say what a receipt says was written."""
    tables = receipt.get("tables", {})
    return [
        name
        for name, sha in receipt["written"].items()
        if not _is_as_written(name, store.read_label_file(session, name), sha, tables.get(name))
    ]


def _is_as_written(name, data, sha, table):
    """Whether a label file holds the bytes that were written, or says the same."""
    if files.sha256_optional(data) == sha:
        return True
    return table is not None and label_tables.table_hash(name, data) == table


def _hash(session, name):
    """Hash of a label file, None where there is none."""
    return files.sha256_optional(store.read_label_file(session, name))
