"""Bring back the label files of a session as they were. Standard library only."""

import os
from collections import Counter
from pathlib import Path

from goodunits import curation, files, generations, phy_write, sort_id, state, store
from goodunits.errors import SessionError

STATES = ("originals", "last")


class NothingToRestoreError(SessionError):
    """The session is as it was, since nothing was ever written there."""


def restore(session, to="originals"):
    """Put label files of the store back, byte for byte.

    Parameters
    ----------
    session : path-like
        Kilosort folder.
    to : {"originals", "last"}
        The files as found before our first write to this sort, or as they were before the last
        write. Done twice it changes nothing more; a run writes our labels again.

    Returns
    -------
    report : dict
        `time`, `to`, and `files`: name to what was done ("restored", "removed", "as it was").

    Raises
    ------
    SessionError
        If the store is damaged or has no backup of the present sort; NothingToRestoreError if
        nothing was ever written.
    """
    base = store.store_folder(session)
    if Path(session).is_dir() and not base.is_dir():
        raise NothingToRestoreError("nothing to restore, goodunits never wrote here")
    sort_id.check_folder(session)
    with store.locked(session):
        generation = generations.current_generation(session)
        if generation is None:
            _demand_earlier(base)
            raise SessionError(
                f"{session}: no backup of the present sort ({sort_id.sort_id(session)}) in {base}; "
                "backups of earlier sorts are there, but their labels belong to other clusters"
            )
        manifest = store.read_manifest(generation)
        store.check_label_files(session)
        seen = curation.look(session, generation)
        present = phy_write.read_present(session)
        past = state.read_state(generation)
        contents = _wanted(generation, manifest, present, past, to)
        units = (past.get("last") or {"units": {}})["units"]
        after = phy_write.next_state(session, generation, seen, units)
        about = {"to": to, "working_folder": os.getcwd()}
        phy_write.commit(session, generation, contents, present, after, "restore", about)
    return {
        "time": files.time_stamp(),
        "to": to,
        "files": {
            name: _done(present.get(name), data)
            for name, data in contents.items()
            if data is not None or present.get(name) is not None
        },
    }


def _demand_earlier(base):
    """Say what it means that a store has no backup at all."""
    if generations.complete_generations(base):
        return
    if not store.ledger(base):
        raise NothingToRestoreError("nothing to restore, goodunits never wrote here")
    raise SessionError(
        f"{base}: goodunits wrote labels here, but the backup is gone; put the store back from a "
        "backup of your data"
    )


def _wanted(generation, manifest, present, past, to):
    """Content of every file that a write may have replaced."""
    if to == "last":
        if not past.get("before"):
            raise SessionError(
                f"{generation}: nothing was written yet, or state.json is lost, so there is no "
                "last state; restore the originals instead"
            )
        return {**dict.fromkeys(present), **_before(generation, past["before"])}
    names = [*present, *(name for name in manifest["files"] if name.startswith(store.OWN_PREFIX))]
    return {
        name: store.read_original(generation, name) if name in manifest["files"] else None
        for name in names
    }


def _before(generation, texts):
    """Contents before the last write, as the state has them: of files that a write replaces."""
    try:
        if not all(map(store.is_written, texts)):
            raise ValueError
        return {name: text and text.encode("latin1") for name, text in texts.items()}
    except (ValueError, AttributeError, TypeError):
        raise SessionError(
            f"{generation / 'state.json'}: names other files than the label files that goodunits "
            "writes, or holds no text for them, so it is not ours; put the store back from a "
            "backup of your data, or restore the originals"
        ) from None


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
        Kilosort folder.

    Returns
    -------
    events : list of dict
        With `sort_id`, `time`, `event` and what was found and written.
    """
    events = []
    for generation in generations.complete_generations(store.store_folder(session)):
        made = store.read_manifest(generation)["time"]
        events.append({"sort_id": generation.name, "event": "backup", "time": made})
        events += [{"sort_id": generation.name, **line} for line in state.read_history(generation)]
    return sorted(events, key=_time)


def _time(event):
    return event["time"]


def describe(event):
    """One event of the history in words, fit for a terminal."""
    words = [event["time"], f"sort {event['sort_id']}", event["event"]]
    if "left" in event:
        found, left = event["found"], event["left"]["hashes"]
        names = sorted(name for name in {*found, *left} if found.get(name) != left.get(name))
        words.append(", ".join(names) or "nothing changed")
        words += [text for text in (left_words(event), origin_words(event)) if text]
    if event["event"] == "decisions":
        said = [f"{i} {label}" for i, label in sorted(event["decisions"].items(), key=_number)]
        words.append("now decided by hand: " + (", ".join(said) or "nothing"))
    return printable("  ".join(words))


def left_words(event):
    """How many units of each label an event left, and how many were decided by hand."""
    counts = _about(event, "counts", dict) or Counter(event["left"].get("group", {}).values())
    said = [f"{count} {label}" for label, count in sorted(counts.items())]
    if said and event.get("decisions"):
        said.append(f"{len(event['decisions'])} decided by hand")
    return ", ".join(said)


def origin_words(event):
    """Which criteria made the labels that an event left, and from which folder it was called."""
    criteria, folder = _about(event, "criteria", str), _about(event, "working_folder", str)
    said = [f"criteria '{criteria}'" if criteria else "", f"from {folder}" if folder else ""]
    return " ".join(text for text in said if text)


def _about(event, key, kind):
    """What an event tells beside the files; earlier versions told nothing."""
    about = event.get("about")
    value = about.get(key) if isinstance(about, dict) else None
    return value if isinstance(value, kind) else None


def printable(text):
    """Text without the characters that steer a terminal; a label may come from a stranger."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _number(item):
    return int(item[0])
