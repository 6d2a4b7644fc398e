"""What was done to the labels of a session, and when, in words. Standard library only."""

from collections import Counter

from goodunits.base import files
from goodunits.session_folder import file_names
from goodunits.store import generations, original_files, state


def read_history(folder):
    """Lines of the history of a session, oldest first, of all its sorts.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.

    Returns
    -------
    events : list of dict
        With `sort_id`, `time`, `event` and what was found and written.
    """
    events = []
    for generation in generations.complete_generations(file_names.store_folder(folder)):
        made = original_files.read_manifest(generation)["time"]
        events.append({"sort_id": generation.name, "event": "backup", "time": made})
        events += [{"sort_id": generation.name, **line} for line in state.read_history(generation)]
    return sorted(events, key=_time)


def _time(event):
    return files.moment(event["time"])


def describe(event):
    """One event of the history in words, fit for a terminal."""
    words = [event["time"], f"sort {event['sort_id']}", event["event"]]
    if "left" in event:
        found, left = event["found"], event["left"]["hashes"]
        names = sorted(name for name in {*found, *left} if found.get(name) != left.get(name))
        words.append(", ".join(names) or "nothing changed")
        words += [text for text in (left_words(event), origin_words(event)) if text]
    if event["event"] in ("decisions", "settled"):
        said = [f"{i} {label}" for i, label in sorted(event["decisions"].items(), key=_number)]
        words.append("now decided by hand: " + (", ".join(said) or "nothing"))
    return printable("  ".join(words))


def left_words(event):
    """How many units of each label an event left, and how many were decided by hand."""
    group = event["left"].get("group", {})
    counts = _about(event, "counts", dict) or Counter(group.values())
    said = [f"{count} {label}" for label, count in sorted(counts.items())]
    by_hand = _about(event, "by_hand", int)
    if by_hand is None:  # a restore or an earlier version: units that are gone are decided too
        decided = event.get("decisions", {})
        by_hand = sum(group.get(i) == label for i, label in decided.items())
    if said and by_hand:
        said.append(f"{by_hand} decided by hand")
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
