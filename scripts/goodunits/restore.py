"""Bring back the label files of a session as they were. Standard library only."""

import json
import time

from goodunits import curation, lock, phy_write, store
from goodunits.errors import SessionError

STATES = ("originals", "last")


def restore(session, to="originals"):
    """Put label files of the store back, byte for byte.

    Parameters
    ----------
    session : path-like
    to : {"originals", "last"}
        The files as found before our first write to this sort, or as they were before the last
        write or restore.

    Returns
    -------
    report : dict
        `time`, `to`, and `files`: name to what was done ("restored", "removed", "as it was").

    Raises
    ------
    SessionError
        If there is nothing to restore or the store is damaged.
    """
    base = store.store_folder(session)
    if not base.is_dir():
        raise SessionError(f"{session}: nothing to restore, goodunits never wrote here")
    with lock.hold(base / "lock"):
        identity = store.sort_id(session)
        generation = base / identity
        manifest = store.read_manifest(generation)
        if manifest is None:
            raise SessionError(
                f"{session}: no backup of the present sort ({identity}) in {base}; backups of earlier "
                "sorts are there, but their labels belong to other clusters"
            )
        seen = curation.look(session, generation)
        present = phy_write.read_present(session)
        contents = _wanted(generation, manifest, present, to)
        units = (store.read_state(generation).get("last") or {"units": {}})["units"]
        state = phy_write.next_state(session, generation, seen, units)
        phy_write.commit(session, generation, contents, state, "restore")
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "to": to,
        "files": {name: _done(present.get(name), data) for name, data in contents.items()},
    }


def _wanted(generation, manifest, present, to):
    """Content of every file that a write may have replaced."""
    if to == "last":
        before = store.read_state(generation).get("before")
        if not before:
            raise SessionError(f"{generation}: nothing was written yet, so there is no last state")
        return {
            name: None if text is None else text.encode("latin1") for name, text in before.items()
        }
    names = [*present, *(name for name in manifest["files"] if name.startswith(store.OWN_PREFIX))]
    return {
        name: (generation / "original" / name).read_bytes() if name in manifest["files"] else None
        for name in names
    }


def _done(found, wanted):
    """What was done to one file."""
    if found == wanted:
        return "as it was"
    return "removed" if wanted is None else "restored"


def history(session):
    """Lines of the history of a session, oldest first, of all its sorts.

    Parameters
    ----------
    session : path-like

    Returns
    -------
    events : list of dict
        With `sort_id`, `time`, `event` and what was found and written.
    """
    events = []
    for path in sorted(store.store_folder(session).glob("*/history.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                events.append({"sort_id": path.parent.name, **json.loads(line)})
            except ValueError:
                continue  # a line cut short by a crash
    return sorted(events, key=_time)


def _time(event):
    return event["time"]
