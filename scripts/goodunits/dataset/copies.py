"""Refuse the second of two sessions that are the same sort. Standard library only.

A backup copy beside a sort would be labelled like it, and every unit would count twice; label files
that are links to one file cannot hold the labels of two sessions.
"""

import dataclasses
import json
import os
from collections import defaultdict
from pathlib import Path

from goodunits.base import files, json_record
from goodunits.base.errors import GoodunitsError
from goodunits.session_folder import file_names, npy_items, sort_id

KNOWN = "copies.json"
PEEKED_SPIKES = 16
SAME_SPIKES = (
    "{folder}: the same sort as session '{first.id}' ({first.folder}), so its units would count "
    "twice; move one of them away, or list both in a sheet with 'yes' in the column allow_copy"
)
SAME_FILE = (
    "{folder}: its {name} is one file with that of session '{first.id}' ({first.folder}); give "
    "each session a file of its own"
)


def refuse(entries, results, kept, write):
    """Mark the sessions that are the same sort as an earlier one.

    Parameters
    ----------
    entries : list of SessionEntry
        All sessions of the dataset.
    results : path-like
        Folder of all results: where two are the same, the one that was labelled before goes first,
        then the one whose files are older.
    kept : path-like
        Folder in which to remember what was found.
    write : bool
        Whether this process may look and remember; false in a job of a running workflow, which
        takes what the run has found.

    Returns
    -------
    entries : list of SessionEntry
        The same, with `refused` where a session is to be left alone.
    """
    path = Path(kept, KNOWN)
    known = _read(path)
    if write:
        known = _look(entries, results, known["sort_ids"])
        if path.exists() or known["sort_ids"] or known["refused"]:
            files.write_if_changed(path, json.dumps(known, indent=1, sort_keys=True).encode())
    refused = known["refused"]
    return [
        dataclasses.replace(entry, refused=refused[entry.id]) if entry.id in refused else entry
        for entry in entries
    ]


def _read(path):
    """What the last look found: why sessions are refused, and hashes that were costly."""
    try:
        known = json.loads(path.read_bytes())
        return {"refused": dict(known["refused"]), "sort_ids": dict(known["sort_ids"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"refused": {}, "sort_ids": {}}


def _look(entries, results, known_ids):
    """Find the sessions to refuse; only suspects are read whole, and only once."""
    sound = [entry for entry in entries if entry.problem is None]
    refused, sort_ids = {}, {}
    alike = _alike((_first_spikes(entry), entry) for entry in sound)
    for suspects in filter(_may_be_refused, alike):
        ids = {entry.id: _sort_id(entry, known_ids) for entry in suspects}
        sort_ids |= {name: kept for name, kept in ids.items() if kept}
        same = _alike((ids[entry.id] and ids[entry.id][1], entry) for entry in suspects)
        for first, *others in (_in_order(group, results) for group in same):
            refused |= {
                entry.id: SAME_SPIKES.format(folder=entry.folder, first=first)
                for entry in others
                if not (entry.allow_copy or first.allow_copy)
            }
    for name in (file_names.KS_FILE, file_names.GROUP_FILE):
        same = _alike((_file_id(entry, name), entry) for entry in sound)
        linked = [group for group in same if any(_has_names(entry, name) for entry in group)]
        for first, *others in (_in_order(group, results) for group in linked):
            refused |= {
                entry.id: SAME_FILE.format(folder=entry.folder, name=name, first=first)
                for entry in others
            }
    return {"refused": refused, "sort_ids": sort_ids}


def _alike(keyed):
    """Groups of at least two entries that have the same key; None is like nothing."""
    groups = defaultdict(list)
    for key, entry in keyed:
        if key is not None:
            groups[key].append(entry)
    return [group for group in groups.values() if len(group) > 1]


def _may_be_refused(group):
    """Whether at least two of a group of the same sort are not said to be copies on purpose."""
    return sum(not entry.allow_copy for entry in group) > 1


def _first_spikes(entry):
    """Times of the first spikes, in whatever type they are stored; None where there are none."""
    path = entry.folder / sort_id.TIMES
    for count in (PEEKED_SPIKES, 1):
        try:
            times = npy_items.read_items(path, list(range(count)))
        except (GoodunitsError, OSError):  # said when the session is measured
            return None
        if times is not None:
            return tuple(times)
    return None


def _file_id(entry, name):
    """Device and inode of a label file, links followed; None where there is none."""
    try:
        status = os.stat(entry.folder / name)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _has_names(entry, name):
    """Whether a label file has another name too; not all file systems number their files."""
    path = entry.folder / name
    return os.path.realpath(path) != str(path) or os.stat(path).st_nlink > 1


def _sort_id(entry, known_ids):
    """Signature of the spike files and the sort id; None where they cannot be read."""
    try:
        signature = sort_id.signature(entry.folder)
        kept = known_ids.get(entry.id)
        if kept and kept[0] == signature:
            return kept
        return [signature, sort_id.sort_id(entry.folder)]
    except (GoodunitsError, OSError):
        return None


def _in_order(group, results):
    """Sessions that are the same, the one to be treated first."""
    keyed = [(*_rank(entry, results), place) for place, entry in enumerate(group)]
    return [group[place] for *_, place in sorted(keyed)]


def _rank(entry, results):
    """Labelled before or not, and the age of its spikes: a copy has a younger inode."""
    receipt = json_record.read_record(Path(results, entry.id, "written.json")) or {}
    try:
        changed_ns = os.stat(entry.folder / sort_id.TIMES).st_ctime_ns
    except OSError:
        changed_ns = 0
    return receipt.get("folder") != str(entry.folder), changed_ns
