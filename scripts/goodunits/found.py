"""Keep what a run finds in a session folder, so that news there start the right jobs.

Snakemake cannot watch label files that a job itself rewrites. `found.json` changes exactly when the
folder does not hold what our receipt says we wrote: somebody curated, restored or sorted anew.
"""

import json

from goodunits import curation, files, store


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
        store.demand_store(session, receipt_path)
        if _is_sound(found_path) and not changed_files(session, receipt):
            return
    present = {name: _hash(session, name) for name in store.written_names(session)}
    trigger = [present, receipt["time"] if receipt else None]
    trigger = files.sha256_bytes(json.dumps(trigger, sort_keys=True).encode())
    seen = curation.look(session, curation.current_generation(session))
    files.write_if_changed(found_path, curation.to_json(seen, trigger=trigger).encode())


def _is_sound(found_path):
    """Whether there is a `found.json` that tells of labels, not of a problem, mended by now."""
    kept = store.read_receipt(found_path)
    return kept is not None and "problem" not in kept


def changed_files(session, receipt):
    """Names of label files that no longer hold what a receipt says was written."""
    return [name for name, sha in receipt["written"].items() if _hash(session, name) != sha]


def _hash(session, name):
    """Hash of a label file, None where there is none."""
    return files.sha256_optional(store.read_label_file(session, name))
