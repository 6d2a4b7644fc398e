"""What the store knows of the people behind the labels of one sort. Standard library only.

`state.json`: the decisions, what we last left in the session folder, and what stood there before. A
change of the decisions goes into `history.jsonl` first, so that neither file alone can lose them.
"""

import json
import os

from goodunits.base import files, json_record
from goodunits.base.errors import SessionError
from goodunits.store import store_files


def read_state(generation):
    """State of a generation; empty before the first write.

    A lost file is built again from the history; `rebuilt` says so.

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
        json_record.demand_known_version(found.pop("format_version", None), path)
        return _checked(found)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise SessionError(
            f"{path}: damaged, and it holds decisions of people; put it back from a backup of "
            "your data, or move it away: it is then built again from history.jsonl beside it"
        ) from None


def _checked(state):
    """The state, if it has all that is asked of it."""
    for key in ("decisions", "inherited", "first_decisions"):
        _demand_labels(state.get(key, {}) if key == "inherited" else state[key])
    _demand_texts(state["before"])
    for record in (state["last"], state["pending"]):
        if record is not None:
            _demand_record(record)
    return state


def _demand_record(record):
    """Raise unless this is what was left in a session folder."""
    _demand_labels(record["group"])
    _demand_texts(record["hashes"])
    for cluster_id, unit in record["units"].items():
        spikes = unit["spikes"]
        numbers = [int(cluster_id), unit["n_spikes"], *spikes]
        if not isinstance(spikes, list) or not all(type(n) is int for n in numbers):
            raise ValueError


def _demand_labels(labels):
    """Raise unless these are labels by cluster id."""
    for cluster_id, label in labels.items():
        if int(cluster_id) < 0 or not isinstance(label, str):
            raise ValueError


def _demand_texts(texts):
    """Raise unless these are texts, or None, by file name."""
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        raise ValueError


def _state_from_history(generation):
    """State as the last lines of the history tell it; empty without any."""
    events = read_history(generation)
    if not events:
        return {}
    left = [event["left"] for event in events if "left" in event]
    empty = {"group": {}, "hashes": {}, "units": {}}
    return {
        "rebuilt": True,
        "last": {**empty, **left[-1]} if left else empty,
        "pending": None,
        "decisions": events[-1]["decisions"],
        "inherited": events[-1]["inherited"],
        "first_decisions": events[0]["decisions"],
        "before": {},
    }


def write_state(generation, state):
    """Replace the state, with its own hash on the first line."""
    text = json_record.as_json(json_record.with_version(state)).decode()
    data = f"{files.sha256_bytes(text.encode())}\n{text}".encode()
    store_files.write(generation / "state.json", data)


def add_history(generation, **event):
    """Add one line to the history of a generation."""
    event = {"time": files.time_stamp(), **event}
    store_files.append(generation / "history.jsonl", json.dumps(event, sort_keys=True) + "\n")


def history_bytes(generation):
    """Size of the history: another one means that something was done or decided since."""
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
    _demand_labels(event["decisions"])
    _demand_labels(event["inherited"])
    if not isinstance(event["time"], str) or not isinstance(event["event"], str):
        raise ValueError
    if "left" in event:
        _demand_texts(event["found"])
        _demand_texts(event["left"]["hashes"])
        _demand_labels(event["left"].get("group", {}))
