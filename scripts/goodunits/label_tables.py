"""The content of label files, apart from their bytes. Standard library only.

Phy, copies and spreadsheets rewrite a file with other line ends, quotes or order of rows. What a
file says is the same then, and so is its hash here.
"""

import json

from goodunits import files, store, tsv
from goodunits.errors import SessionError

INFO_COLUMNS = ("group", "KSLabel")


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
        None where the file is missing or empty.

    Raises
    ------
    SessionError
        If it is damaged.
    """
    if data is None or not data.strip():
        return None
    return tsv.parse_labels(data, f"{folder}/{name}", preferred)


def table_hash(name, data):
    """Hash of what a label file says; None for one that is missing or cannot be read."""
    if data is None:
        return None
    try:
        if name == store.INFO_FILE:
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
