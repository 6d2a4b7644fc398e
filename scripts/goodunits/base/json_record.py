"""JSON of ours: the same text for the same content, read without trust. Standard library only."""

import json
from pathlib import Path


def read_record(path):
    """Record in a file of ours, None where there is none with anything in it that can be read."""
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and record else None


def as_json(value):
    """JSON text of a value, the same for the same content."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    # A byte of a path that is no text becomes a \u escape, which JSON reads back as it was.
    return f"{text}\n".encode(errors="backslashreplace")
