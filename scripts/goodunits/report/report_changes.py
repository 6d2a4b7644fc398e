"""What changed since the labels were last other ones: kept beside the results for the report."""

import gzip
import json
from collections import Counter
from pathlib import Path

from goodunits.base import files
from goodunits.curation import decisions
from goodunits.workflow import dry_run

KEPT = ".run/labels_of_report.json.gz"  # in results/
# Where people and not the criteria moved a label, in words.
TOLD = {"by hand": "labelled by hand", "taken back": "a label by hand was taken back"}


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
        As `difference` gives them; None where no earlier report had other labels.
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
    return previous and difference(previous, current)


def _read(path):
    """What was kept; nothing where it cannot be read."""
    try:
        known = json.loads(gzip.decompress(path.read_bytes()))
        return known if isinstance(known, dict) else {}
    except (OSError, ValueError, EOFError):
        return {}


def _snapshot(dataset):
    """Labels, criteria, which units people labelled, and where `overwrite` hides it, now."""
    labelled = [part for part in dataset.sessions if part.receipt]
    labels = {
        part.id: {unit["cluster_id"]: unit["label"] for unit in part.units} for part in labelled
    }
    settings = {
        name: {key: value for key, value in used.items() if key != "sessions"}
        for name, used in dataset.sets.items()
    }
    by_hand = {
        part.id: [unit["cluster_id"] for unit in part.units if unit["source"] == decisions.MANUAL]
        for part in labelled
    }
    hidden = {
        part.id: sorted(part.receipt.get("decisions", {}).keys() - by_hand[part.id])
        for part in labelled
    }
    return {"labels": labels, "settings": settings, "by_hand": by_hand, "hidden": hidden}


def difference(before, after, most_units=2000):
    """Say how two snapshots differ.

    Parameters
    ----------
    before, after : dict
        `time`, and what `_snapshot` gives.
    most_units : int
        Units to list at most.

    Returns
    -------
    changes : dict
        `since` (time stamp), `causes` (list of str), `good_then`, `good_now`, `gained`, `lost`
        (numbers of good units), `n_units` (whose label moved), `sessions`: for each that differs
        its id and the labels that moved, in words, and `units`: session, unit, label then, label
        now, and what moved it ("criteria", "by hand" or "taken back").
    """
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
        people = [_people(snapshot, session) for snapshot in (before, after)]
        units += [[session, int(i), was, now, _cause(i, *people)] for i, was, now in moved]
    for session in set(before["labels"]) - set(after["labels"]):
        sessions.append({"session": session, "text": "no longer labelled"})
    for _, _, was, now, cause in units:
        totals[cause] += 1
        totals["gained"] += now == "good"
        totals["lost"] += was == "good"
    causes = [
        f"{name}: {change}" if len(after["settings"]) > 1 else change
        for name, used in after["settings"].items()
        for change in _settings_changes(before["settings"].get(name), used)
    ]
    causes += [f"{TOLD[cause]}: {totals[cause]} unit(s)" for cause in TOLD if totals[cause]]
    return {
        "since": before["time"],
        "causes": causes,
        "good_then": _n_good(before),
        "good_now": _n_good(after),
        "gained": totals["gained"],
        "lost": totals["lost"],
        "n_units": len(units),
        "sessions": sessions,
        "units": units[:most_units],
    }


def _people(snapshot, session):
    """Units of a session with a label by hand, and those where `overwrite` hides it."""
    return [set(snapshot.get(key, {}).get(session, ())) for key in ("by_hand", "hidden")]


def _cause(unit, then, now):
    """What moved a label: people, who gave one or took theirs back, or the criteria.

    A label by hand that goes or comes back with `manual_curation` was neither given nor taken back;
    that the setting changed is said by itself.
    """
    by_hand_then, hidden_then = then
    by_hand_now, hidden_now = now
    if unit in by_hand_now and unit not in hidden_then:
        return "by hand"
    if unit in by_hand_then and unit not in by_hand_now | hidden_now:
        return "taken back"
    return "criteria"


def _n_good(snapshot):
    """Good units of all sessions."""
    return sum(label == "good" for one in snapshot["labels"].values() for label in one.values())


def _settings_changes(old, new):
    """How the settings of a set differ; none to tell where the set is new."""
    return dry_run.settings_changes(old, new) if old else []


def _words(moved, other):
    """Labels that moved in one session, counted."""
    counts = Counter((was, now) for _, was, now in moved)
    words = [f"{count} {was} to {now}" for (was, now), count in counts.most_common()]
    return ", ".join(words + ([f"{other} unit(s) come or gone"] if other else []))
