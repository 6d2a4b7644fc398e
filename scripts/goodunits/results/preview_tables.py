"""The tables of a preview, and when they go. Standard library only."""

from pathlib import Path




UNITS, SESSIONS = "preview.tsv", "preview_sessions.tsv"


def remove(results):
    """Remove what an earlier preview said: once labels are written it is true no longer."""
    for name in (UNITS, SESSIONS):
        Path(results, name).unlink(missing_ok=True)
