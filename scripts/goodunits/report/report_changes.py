"""What changed since the labels were last other ones: kept beside the results for the report."""

import gzip
import json
from collections import Counter
from pathlib import Path

from goodunits.base import files
from goodunits.workflow import dry_run

KEPT = ".run/labels_of_report.json.gz"  # in results/


def update(dataset, folder, now):
    """Compare the labels with those of the last report that had others, and keep both.

    Parameters
    ----------
    dataset : Dataset
        All sessions.
    folder : path-like
        Folder of all results.
    now : str
        Time stamp.

    Returns
    -------
    changes : dict or None
        `since` (time stamp), `settings` (list of str), `gained`, `lost` (numbers of good units),
        `sessions`: for each session that differs its id and the labels that moved, in words, and
        `units`: session, unit, label then, label now. None where there was no earlier report.
    """
    kept = Path(folder, KEPT)
    known = _read(kept)
    current = {"time": now, **_snapshot(dataset)}
    last = known.get("current")
    if last is None or any(last.get(key) != current[key] for key in ("labels", "settings")):
        known = {"current": current, "previous": last}
        data = json.dumps(known, sort_keys=True).encode()
        files.write_atomically(kept, gzip.compress(data, 6, mtime=0))
    previous = known.get("previous")
    return previous and difference(previous, known["current"])


def _read(path):
    """What was kept; nothing where it cannot be read."""
    try:
        known = json.loads(gzip.decompress(path.read_bytes()))
        return known if isinstance(known, dict) else {}
    except (OSError, ValueError, EOFError):
        return {}


def _snapshot(dataset):
    """Labels and criteria as they are now."""
    labels = {
        part.id: {unit["cluster_id"]: unit["label"] for unit in part.units}
        for part in dataset.sessions
        if part.receipt
    }
    settings = {}
    for part in dataset.sessions:
        if part.receipt.get("settings"):
            used = part.receipt["settings"]
            settings[used["criteria"]] = used
    return {"labels": labels, "settings": settings}


def difference(before, after, most_units=2000):
    """Say how two snapshots differ; arguments and result as in `update`."""
    sessions, units, totals = [], [], Counter()
    for session, labels in after["labels"].items():
        old = before["labels"].get(session)
        if old is None:
            sessions.append({"session": session, "text": "new in the report"})
            continue
        moved = [(i, old[i], labels[i]) for i in labels if i in old and old[i] != labels[i]]
        other = len(set(labels) ^ set(old))
        if moved or other:
            sessions.append({"session": session, "text": _words(moved, other)})
        units += [[session, int(i), was, now] for i, was, now in moved]
    for session in set(before["labels"]) - set(after["labels"]):
        sessions.append({"session": session, "text": "no longer labelled"})
    for _, _, was, now in units:
        totals["gained"] += now == "good"
        totals["lost"] += was == "good"
    settings = [
        f"{name}: {change}" if len(after["settings"]) > 1 else change
        for name, used in after["settings"].items()
        for change in _settings_changes(before["settings"].get(name), used)
    ]
    return {
        "since": before["time"],
        "settings": settings,
        "gained": totals["gained"],
        "lost": totals["lost"],
        "n_units": len(units),
        "sessions": sessions,
        "units": units[:most_units],
    }


def _settings_changes(old, new):
    """How the settings of a set differ; none to tell where the set is new."""
    return dry_run.settings_changes(old, new) if old else []


def _words(moved, other):
    """Labels that moved in one session, counted."""
    counts = Counter((was, now) for _, was, now in moved)
    words = [f"{count} {was} to {now}" for (was, now), count in counts.most_common()]
    return ", ".join(words + ([f"{other} unit(s) come or gone"] if other else []))
