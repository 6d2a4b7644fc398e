"""How a session stands: what its folder holds against what was written. Standard library only.

Nothing here writes. Tables, `verify` and the start of a run all ask here, so that they agree.
"""

import os
import time
from pathlib import Path
from typing import NamedTuple

from goodunits.base import files, json_record, tsv
from goodunits.base.errors import SessionError, in_words
from goodunits.result_files import failed_json
from goodunits.session_folder import file_names, label_files, label_tables
from goodunits.standing import dates
from goodunits.store import generations, original_files, state

LABELLED, RESTORED, CHANGED = "labelled", "restored", "changed"
NOT_LABELLED, FAILED = "not labelled", "failed"
ORIGINAL, EARLIER = "as originally found", "as before the last write"
NEVER = "never labelled"
DAMAGED = "{}: damaged; remove it and run again"
INFO_DIFFERS = (
    f"{file_names.INFO_FILE} says other labels than were written, and other programs prefer it"
)
THEN = "; "  # between the word of a restored folder and what else there is to say
RECEIPT = "written.json"
# Copies of labels.tsv and metrics.tsv of the last write; the receipt has their hashes.
WRITTEN = "written"
# What a labelled session has in its results folder beside the receipt.
NEEDED = frozenset({"backup.json", "labels.tsv", "measured.json", "metrics.tsv", WRITTEN})


class Standing(NamedTuple):
    """How a session stands.

    Attributes
    ----------
    status : str
        "labelled": the folder holds what was written; "restored": what was there before;
        "changed": something else; "not labelled"; "failed".
    reason : str
        In words; empty where the session is labelled.
    receipt : dict or None
        Of the last write into this very folder.
    failure : dict or None
        Note of a job that failed or did not end.
    missing : tuple of str
        Results that a labelled session should have.
    """

    status: str
    reason: str
    receipt: dict | None = None
    failure: dict | None = None
    missing: tuple = ()

    @property
    def is_settled(self):
        """Whether all is done and nothing happened since."""
        return self.status == LABELLED and not self.missing


def of_session(folder, results):
    """How a session stands; a job that failed counts more than labels that were written before.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    results : path-like
        Folder of the session's results.

    Returns
    -------
    standing : Standing
    """
    names = _names_in(results)
    failure = (
        failed_json.read_failure(results, folder) if any(map(failed_json.is_note, names)) else None
    )
    receipt = json_record.read_record(Path(results, RECEIPT)) if RECEIPT in names else None
    if receipt and not is_whole(receipt):
        standing = Standing(NOT_LABELLED, DAMAGED.format(Path(results, RECEIPT)))
    else:
        standing = of_folder(folder, receipt)
    missing = tuple(sorted(NEEDED - names)) if standing.receipt else ()
    standing = standing._replace(failure=failure, missing=missing)
    if failure:
        said = f"{failure['rule']}: {failure['reason']}"
        return standing._replace(status=FAILED, reason=said)
    if standing.status in (NOT_LABELLED, CHANGED) and (
        ahead := dates.dated_ahead(folder, time.time())
    ):
        return standing._replace(reason=f"{standing.reason}{THEN}{ahead}")
    return standing


def of_folder(folder, receipt):
    """How a session folder stands against a receipt, which may be None or of another folder."""
    try:
        if receipt and not is_of_folder(receipt, folder):
            said = f"the results are those of {receipt['folder']}; a run labels this folder"
            return Standing(NOT_LABELLED, said)
        if not os.path.isdir(folder):
            said = f"{folder}: no such folder; check the path and that the disk is there"
            return Standing(NOT_LABELLED, said, receipt)
        return _of_files(folder, receipt)
    except Exception as error:  # whatever it is, the session is not known to be labelled
        return Standing(NOT_LABELLED, in_words(error), receipt)


def is_whole(receipt):
    """Whether a receipt tells what was written, when, and for which sort."""
    texts = [receipt.get("sort_id"), receipt.get("time")]
    return all(isinstance(text, str) for text in texts) and isinstance(receipt.get("written"), dict)


def is_of_folder(receipt, session):
    """Whether a receipt tells of this folder, by whatever path."""
    folder = receipt.get("folder", str(session))
    return folder == str(session) or os.path.realpath(folder) == os.path.realpath(session)


def changed_files(folder, receipt):
    """Names of label files that no longer say what a receipt says was written."""
    tables = receipt.get("tables", {})
    return [
        name
        for name, sha in receipt["written"].items()
        if not (name == file_names.INFO_FILE and sha is None)  # set aside: compared by itself
        and not _is_as_written(
            name, label_files.read_label_file(folder, name), sha, tables.get(name)
        )
    ]


def _is_as_written(name, data, sha, table):
    """Whether a label file holds the bytes that were written, or says the same."""
    if files.sha256_optional(data) == sha:
        return True
    return table is not None and label_tables.table_hash(name, data) == table


def hash_of(folder, name):
    """Hash of a label file, None where there is none."""
    return files.sha256_optional(label_files.read_label_file(folder, name))


def _of_files(folder, receipt):
    """How the label files of an existing folder stand."""
    changed = changed_files(folder, receipt) if receipt else []
    if receipt and not changed:
        came_since = receipt["written"].get(file_names.INFO_FILE) is None
        if came_since and _info_differs(folder):
            return Standing(CHANGED, INFO_DIFFERS, receipt)
        return Standing(LABELLED, "", receipt)
    if not (file_names.store_folder(folder) / "ledger.txt").exists() and not receipt:
        return Standing(NOT_LABELLED, NEVER)
    if returned := _returned(folder):
        return Standing(RESTORED, returned, receipt)
    if not receipt:
        said = "labelled by a run whose results are elsewhere or deleted; a run labels it anew"
        return Standing(NOT_LABELLED, said)
    gone = [name for name in changed if not os.path.exists(os.path.join(folder, name))]
    said = [f"{name} {'is gone' if name in gone else 'was changed'}" for name in changed]
    return Standing(CHANGED, f"{', '.join(said)} since it was written", receipt)


def _info_differs(folder):
    """Whether a `cluster_info.tsv` does not say what the two other label files do."""
    info = label_files.read_label_file(folder, file_names.INFO_FILE)
    if info is None:
        return False
    tables = [
        label_tables.read_table(folder, name, label_files.read_label_file(folder, name))
        for name in file_names.SORTER_FILES
    ]
    try:
        said = tsv.parse_columns(info, file_names.INFO_FILE, label_tables.INFO_COLUMNS)
    except SessionError:
        return True
    return said != {table.column: table.labels for table in tables if table}


def _returned(folder):
    """Which earlier state the folder was brought back to, in words; empty if to none."""
    generation = generations.current_generation(folder)
    manifest = original_files.read_manifest(generation) if generation else None
    if manifest is None:
        return ""
    own = [name for name in manifest["files"] if name.startswith(file_names.OWN_PREFIX)]
    names = {*label_files.written_names(folder), *own}
    now = {name: hash_of(folder, name) for name in names}
    events = [
        event
        for event in state.read_history(generation)
        if "left" in event and event["event"] != "settled"  # which changes no label file
    ]
    last = events[-1] if events and events[-1]["event"] == "restore" else None
    left = last["left"]["hashes"] if last else {}
    if now == {name: manifest["files"].get(name) for name in names}:
        word = ORIGINAL
    elif last and {name: sha for name, sha in now.items() if sha} == left:
        word = EARLIER
    else:
        return ""
    when = f"restored on {last['time']}, " if last else ""
    return f"{word}{THEN}{when}a plain run writes the labels again"


def _names_in(folder):
    """Names in a folder; none where it is not there."""
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()
