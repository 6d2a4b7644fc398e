"""The ledger of a store: hashes of everything that we ever wrote. Standard library only.

Its first line names its format; one without is of format 1.
"""

from goodunits.base import files, json_record
from goodunits.store import store_files

FORMAT = "# format_version "


def read_ledger(store):
    """Hashes of everything that this workflow ever wrote into the session folder.

    Raises
    ------
    SessionError
        If it is of a newer format.
    """
    text = (store_files.read(store / "ledger.txt") or b"").decode(errors="replace")
    if text.startswith(FORMAT):
        version = text.removeprefix(FORMAT).split("\n")[0]
        known = int(version) if version.isdecimal() and len(version) < 10 else version
        json_record.demand_known_version(known, store / "ledger.txt")
    words = [line.split()[:1] for line in text.splitlines()]
    return {word[0] for word in words if word and len(word[0]) == 64}


def add_to_ledger(store, hashes):
    """Note what will be written, durably, before it is written.

    Parameters
    ----------
    store : Path
        The store, locked.
    hashes : dict of str to str or None
        Hash by the name of what is written; None is passed over.
    """
    known = read_ledger(store)
    stamp = files.time_stamp()
    lines = [f"{sha} {name} {stamp}\n" for name, sha in hashes.items() if sha and sha not in known]
    if lines and store_files.read(store / "ledger.txt") is None:
        lines.insert(0, f"{FORMAT}{json_record.FORMAT_VERSION}\n")
    if lines:
        store_files.append(store / "ledger.txt", "".join(lines))
