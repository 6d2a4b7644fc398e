"""Keep what a run finds in a session folder, so that news there start the right jobs.

Snakemake cannot watch label files that a job itself rewrites, and forgets a failed job where later
results are still there. `found.json` changes exactly when a session is not as our receipt says that
we left it: somebody curated, restored or sorted anew, a job failed, or results are gone.
"""

import json
from pathlib import Path

from goodunits.base import errors, files, json_record
from goodunits.base.errors import SessionError, in_words
from goodunits.curation import curation_record, whose_labels
from goodunits.session_folder import file_names, label_files
from goodunits.standing import session_standing
from goodunits.store import backup, generations, state


def refresh(folder, found_path, receipt_path):
    """Bring `found.json` of a session up to date; untouched while the folder holds our labels.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    found_path : path-like
        File in the results folder, written where its content changes.
    receipt_path : path-like
        Receipt of our last write, which need not exist.

    Returns
    -------
    standing : Standing
        How the session stands.

    Raises
    ------
    SessionError
        If a label file or the store is damaged, or the store is gone though we wrote here.
    """
    stands = session_standing.of_session(folder, Path(receipt_path).parent)
    receipt = stands.receipt or json_record.read_record(receipt_path)
    if receipt:
        json_record.demand_known_version(receipt.get("format_version"), receipt_path)
        if not session_standing.is_whole(receipt):
            raise SessionError(session_standing.DAMAGED.format(receipt_path), code=errors.DAMAGED)
        backup.demand_store(folder, receipt_path, receipt)
    if stands.is_settled and _is_sound(found_path) and not _has_news_of_people(folder, receipt):
        return stands
    seen = whose_labels.read_curation(folder, generations.current_generation(folder))
    trigger = _trigger(folder, stands)
    files.write_if_changed(found_path, curation_record.to_json(seen, trigger=trigger).encode())
    return stands


def demand_usable(folder, found_path, session_path):
    """Raise what a run found of a session that is left alone, or of a folder that is not there.

    Parameters
    ----------
    folder : str
        The session folder, as a job gets it.
    found_path : path-like
        The session's `found.json`, which need not exist.
    session_path : path-like
        The session's `session.json`: what the dataset says of it.
    """
    refused = json.loads(Path(session_path).read_text(encoding="utf-8")).get("refused")
    if refused:
        raise SessionError(refused)
    if not Path(folder).is_dir() and Path(found_path).exists():
        curation_record.from_json(Path(found_path).read_text(encoding="utf-8"))


def keep_problem(error, folder, found_path):
    """Keep why a session cannot be looked at: its jobs say so, in every run until it is mended.

    Parameters
    ----------
    error : Exception
        What is wrong.
    folder : path-like
        Kilosort folder.
    found_path : path-like
        As for `refresh`.

    Returns
    -------
    standing : Standing
    """
    stands = session_standing.of_session(folder, Path(found_path).parent)
    trigger = _hash_of([_failure(stands), stands.missing])
    told = {"problem": in_words(error), "code": errors.code_of(error), "trigger": trigger}
    text = json.dumps(told)
    files.write_if_changed(found_path, text.encode())
    return stands


def _trigger(folder, stands):
    """Text that changes with everything that must start the labelling of a session again."""
    present = {
        name: session_standing.hash_of(folder, name) for name in label_files.written_names(folder)
    }
    receipt = stands.receipt
    written = [receipt["time"], _history_bytes(folder, receipt)] if receipt else None
    return _hash_of([present, written, _failure(stands), stands.missing])


def _has_news_of_people(folder, receipt):
    """Whether what the store knows of people has changed since a write."""
    known = receipt.get("history_bytes")
    return known is not None and known != _history_bytes(folder, receipt)


def _history_bytes(folder, receipt):
    """Size of the history of the sort that a receipt is about."""
    return state.history_bytes(file_names.store_folder(folder) / receipt["sort_id"])


def _failure(stands):
    """Rule and time of a failure, None without one."""
    return stands.failure and [stands.failure["rule"], stands.failure["time"]]


def _hash_of(value):
    """Hash of plain data."""
    return files.sha256_bytes(json.dumps(value, sort_keys=True).encode())


def _is_sound(found_path):
    """Whether there is a `found.json` that tells of labels, not of a problem, mended by now."""
    try:
        curation_record.from_json(Path(found_path).read_text(encoding="utf-8"))
    except Exception:  # missing, damaged, or of a session that had a problem: look again
        return False
    return True
