"""The ledger of a store: hashes of everything that we ever wrote. Standard library only."""

from goodunits.base import files
from goodunits.store import store_files


def read_ledger(store):
    """Hashes of everything that this workflow ever wrote into the session folder."""
    text = store_files.read(store / "ledger.txt") or b""
    words = [line.split()[:1] for line in text.decode(errors="replace").splitlines()]
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
    if lines:
        store_files.append(store / "ledger.txt", "".join(lines))
