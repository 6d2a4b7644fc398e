"""The content of label files, apart from their bytes. Standard library only.

Phy, copies and spreadsheets rewrite a file with other line ends, quotes or order of rows. What a
file says is the same then, and so is its hash here.
"""

import functools
import json

from goodunits.base import errors, files, tsv
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names

INFO_COLUMNS = LABEL_COLUMNS = ("group", "KSLabel")


def read_table(folder, name, data, preferred="group"):
    """Parse a label file.

    Parameters
    ----------
    folder : path-like
        Where it lies, for the message.
    name : str
        Its name.
    data : bytes or None
        Its content.
    preferred : str
        Column to take where the file has it.

    Returns
    -------
    table : LabelTable or None
        None where the file is missing.

    Raises
    ------
    SessionError
        If it is damaged or empty.
    """
    if data is None:
        return None
    try:
        table = tsv.parse_labels(data, f"{folder}/{name}", preferred)
        if table.column not in LABEL_COLUMNS:
            known = " or ".join(LABEL_COLUMNS)
            raise SessionError(
                f"{folder}/{name}, line 1: unknown column {table.column!r:.60}, expected {known}"
            )
    except SessionError as error:
        raise SessionError(f"{error}; {_cure(folder)}", code=errors.DAMAGED) from None
    return table


def _cure(folder):
    """What to do about a damaged label file."""
    if any(file_names.store_folder(folder).glob("*/manifest.json")):
        return (
            f"mend it, or remove it and run again: {file_names.STORE} holds what was found in it "
            "before and every decision that was seen"
        )
    return "mend it, put it back from a backup of your data, or remove it if nobody labelled here"


@functools.lru_cache(maxsize=32)  # a write asks several times for each of its files
def table_hash(name, data):
    """Hash of what a label file says; None for one that is missing or cannot be read."""
    if data is None:
        return None
    try:
        if name == file_names.INFO_FILE:
            columns = tsv.parse_columns(data, name, INFO_COLUMNS)
        else:
            table = tsv.parse_labels(data, name)
            columns = {table.column: table.labels}
    except SessionError:
        return None
    said = {column: sorted(labels.items()) for column, labels in columns.items()}
    return files.sha256_bytes(json.dumps([name, said], sort_keys=True).encode())


def is_known(name, data, hashes):
    """Whether the bytes of a label file, or what it says, are among some hashes."""
    return data is not None and (
        files.sha256_bytes(data) in hashes or table_hash(name, data) in hashes
    )
