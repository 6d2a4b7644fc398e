"""What the store knows of the people behind the labels of one sort. Standard library only.

`state.json`: the decisions, what we last left in the session folder, and what stood there before. A
change of the decisions goes into `history.jsonl` first, so that neither file alone can lose them.
"""

import json
import os

from goodunits.base import errors, files, json_record
from goodunits.base.errors import SessionError
from goodunits.store import state_record, store_files
from goodunits.store.state_record import State


def read_state(generation):
    """State of a generation.

    A lost file is built again from the history; `is_rebuilt` says so.

    Parameters
    ----------
    generation : Path
        Folder of the store for one sort.

    Returns
    -------
    state : State or None
        None before the first write.

    Raises
    ------
    SessionError
        If the file is damaged: it holds decisions of people, so it is never just replaced.
    """
    path = generation / "state.json"
    data = store_files.read(path)
    if data is None:
        return _state_from_history(generation)
    try:
        sha, text = data.decode().split("\n", 1)
        if files.sha256_bytes(text.encode()) != sha:
            raise ValueError
        found = json.loads(text)
        json_record.demand_known_version(found.get("format_version"), path)
        return State.from_json(found)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise SessionError(
            f"{path}: damaged, and it holds decisions of people; put it back from a backup of "
            "your data, or move it away: it is then built again from history.jsonl beside it",
            code=errors.DAMAGED,
        ) from None


def _state_from_history(generation):
    """State as the last lines of the history tell it; None without any."""
    events = read_history(generation)
    if not events:
        return None
    left = [event["left"] for event in events if "left" in event]
    empty = {"group": {}, "hashes": {}, "units": {}}
    first = [event["first_decisions"] for event in events if "first_decisions" in event]
    told = {
        "last": {**empty, **left[-1]} if left else empty,
        "pending": None,
        "decisions": events[-1]["decisions"],
        "inherited": events[-1]["inherited"],
        "first_decisions": first[-1] if first else events[0]["decisions"],
        "before": {},
        "doubted": events[-1].get("doubted", {}),
        "replaced": events[-1].get("replaced", {}),
    }
    return State.from_json(told)._replace(is_rebuilt=True)


def write_state(generation, state):
    """Replace the state, with its own hash on the first line."""
    text = json_record.as_json(json_record.with_version(state.as_json())).decode()
    data = f"{files.sha256_bytes(text.encode())}\n{text}".encode()
    store_files.write(generation / "state.json", data)


def add_history(generation, **event):
    """Add one line to the history of a generation: the event, and now as its time."""
    event = {"time": files.time_stamp(), **event}
    store_files.append(generation / "history.jsonl", json.dumps(event, sort_keys=True) + "\n")


def history_bytes(generation):
    """Size of the history, 0 without one: another size means something done or decided since."""
    try:
        return os.stat(generation / "history.jsonl").st_size
    except OSError:
        return 0


def read_history(generation):
    """Events of a generation, oldest first; a line cut short by a crash is left out."""
    data = store_files.read(generation / "history.jsonl") or b""
    events = []
    for line in data.decode(errors="replace").splitlines():
        try:
            event = json.loads(line)
            _demand_event(event)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            continue
        events.append(event)
    return events


def _demand_event(event):
    """Raise unless this line tells what happened to the labels."""
    state_record.labels(event["decisions"])
    state_record.labels(event["inherited"])
    for name in ("doubted", "replaced", "first_decisions"):
        state_record.labels(event.get(name, {}))
    if not isinstance(event["time"], str) or not isinstance(event["event"], str):
        raise ValueError
    if "left" in event:
        state_record.texts(event["found"])
        state_record.texts(event["left"]["hashes"])
        state_record.labels(event["left"].get("group", {}))
