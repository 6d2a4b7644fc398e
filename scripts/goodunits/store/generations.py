"""Find the generation of the store that belongs to the sort in a folder. Standard library only.

A generation knows its sort by the hash of each array (`arrays` of its manifest). Those of the
first version of the store were named after the bytes of the files: they get their hashes, in a
file beside the manifest, when they are next met with these bytes.
"""

import json

from goodunits.base import json_record
from goodunits.session_folder import file_names, sort_id
from goodunits.store import original_files, store_files

ARRAYS = "arrays.json"


def complete_generations(store):
    """Folders of the complete generations of a store, by name."""
    folders = store_files.generations(store)
    return [folder for folder in folders if store_files.is_there(folder / "manifest.json")]


def current_generation(folder):
    """Folder of the store for the present sort, None where there is no backup of it.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.

    Returns
    -------
    generation : Path or None

    Raises
    ------
    SessionError
        If the spike times cannot be read, where only they can tell.
    """
    store = file_names.store_folder(folder)
    complete = complete_generations(store) if store.is_dir() else []
    if not complete:
        return None
    now = sort_id.signature(folder)
    for generation in complete:
        if any(now == _signature(generation / name) for name in ("manifest.json", "state.json")):
            return generation
    return generation_of(complete, folder, sort_id.value_hashes(folder))


def generation_of(complete, folder, hashes):
    """The generation of a sort.

    Parameters
    ----------
    complete : list of Path
        Complete generations of the store.
    folder : path-like
        Kilosort folder, for those that are named after the bytes of its files.
    hashes : dict of str to str
        Hashes of its arrays, from `sort_id.value_hashes`.

    Returns
    -------
    generation : Path or None
        Of several, the one that knows most arrays.
    """
    same = [g for g in complete if sort_id.is_same_sort(known_arrays(g), hashes)]
    if same:
        return max(same, key=_n_arrays)
    # Without hashes to compare: a damaged manifest, or the first version of the store.
    unknown = {g.name: g for g in complete if not known_arrays(g)}
    if not unknown:
        return None
    by_values = unknown.get(sort_id.identity(hashes))
    return by_values or unknown.get(sort_id.sort_id_by_bytes(folder))


def known_arrays(generation):
    """Hashes of the arrays of a generation's sort, empty where it does not know them yet."""
    for name in ("manifest.json", ARRAYS):
        arrays = read_json(generation / name).get("arrays")
        if isinstance(arrays, dict):
            return arrays
    return {}


def note_arrays(generation, hashes):
    """Let a generation of the first version know the values of its sort; expects the lock."""
    if not known_arrays(generation):
        original_files.put_once(generation / ARRAYS, json_record.as_json({"arrays": hashes}))


def _n_arrays(generation):
    return len(known_arrays(generation))


def _signature(path):
    """Signature of the sort that a file of the store names; None if it is damaged."""
    return read_json(path).get("sort_signature")


def read_json(path):
    """The object in a JSON file of the store, empty where it is missing or damaged.

    The first line of `state.json` is its hash. Damage is said by who needs the content.
    """
    data = store_files.read(path) or b""
    try:
        content = json.loads(data[data.find(b"{") :])
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
