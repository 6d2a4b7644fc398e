"""JSON of ours: the same text for the same content, read without trust. Standard library only."""

import json
from pathlib import Path

from goodunits.base import errors
from goodunits.base.errors import SessionError

# Of what lies in stores and of receipts. 1: without a number in it.
FORMAT_VERSION = 2


def read_record(path):
    """Record in a file of ours, None where there is none with anything in it that can be read."""
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and record else None


def with_version(record):
    """A record that says of which format it is."""
    return {**record, "format_version": FORMAT_VERSION}


def demand_known_version(version, path):
    """Raise unless this version of goodunits knows a format.

    Parameters
    ----------
    version : int or None
        What the file says; None is 1.
    path : path-like
        The file, for the message.

    Raises
    ------
    SessionError
        If it is a newer one.
    """
    if version is not None and not (type(version) is int and 1 <= version <= FORMAT_VERSION):
        raise SessionError(
            f"{path}: of format {version!r}, and this version of goodunits knows formats 1 to "
            f"{FORMAT_VERSION}; use the version that wrote it, or a newer one",
            code=errors.NEWER,
        )


def by_id(values):
    """Give a JSON object its numeric keys back: cluster ids are numbers."""
    return {int(i): value for i, value in values.items()}


def by_text(values):
    """The same with ids as the text that JSON keeps."""
    return {str(i): value for i, value in values.items()}


def as_json(value):
    """JSON text of a value, the same for the same content."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    # A byte of a path that is no text becomes a \u escape, which JSON reads back as it was.
    return f"{text}\n".encode(errors="backslashreplace")
