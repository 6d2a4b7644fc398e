"""The notes of failed jobs beside the results of a session. Standard library only."""

import contextlib
import json
from pathlib import Path

from goodunits.base import files

FAILED = "failed-{rule}.json"
# What keeps the spikes from being read comes first: the others cannot say it as well.
STAGES = ("compute_metrics", "backup_labels", "apply_thresholds", "write_phy")
TEXTS = ("rule", "reason", "time")
PREFIX, SUFFIX = FAILED.split("{rule}")


def is_note(name):
    """Whether a file of this name is the note of a failure."""
    return name.startswith(PREFIX) and name.endswith(SUFFIX)


def read_note(path):
    """Note of a failure: `rule`, `reason`, `time` and `folder`."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_failure(results, folder=None):
    """Note of what failed in a session, None where nothing did.

    Parameters
    ----------
    results : path-like
        Folder of the session's results.
    folder : path-like, optional
        Kilosort folder; notes of another one, which the sheet named before, do not count.

    Returns
    -------
    note : dict or None
        `rule`, `reason`, `time` and `folder`, of the earliest stage that failed.
    """
    notes = []
    for path in Path(results).glob(FAILED.format(rule="*")):
        with contextlib.suppress(OSError, ValueError):
            notes.append(read_note(path))
    notes = [note for note in notes if _is_whole(note)]
    if folder is not None:
        notes = [note for note in notes if note.get("folder") in (None, str(folder))]
    return min(notes, key=_rank, default=None)


def _is_whole(note):
    """Whether a note says what failed; one that somebody damaged says nothing."""
    return isinstance(note, dict) and all(isinstance(note.get(key), str) for key in TEXTS)


def _rank(note):
    """The earliest stage first: a later one did not run since, so its note is of another run."""
    stages = [place for place, rule in enumerate(STAGES) if note["rule"].endswith(rule)]
    return (stages[0] if stages else len(STAGES), files.moment(note["time"]), note["rule"])
