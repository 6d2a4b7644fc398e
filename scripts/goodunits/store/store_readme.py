"""What lies in a store and how to recover by hand: its README.txt. Standard library only."""

import json
import os
import re
import shlex

from goodunits.base import files
from goodunits.session_folder import file_names
from goodunits.store import store_files

HEAD = """\
goodunits keeps here the labels of this Kilosort sort as they were before it changed them.

To put them back by hand, without goodunits: close Phy, go to the session folder (the one that holds
this {store}), and copy the lines of your sort from below into a terminal. The originals are
read-only here; 'install -m 644' makes copies that can be written.
"""
SORT = """
Sort {sort_id}{time}:

    rm -f {remove}
{install}"""
TAIL = """
With several sorts above, the last one is the newest: take an earlier one only if its spikes are
back, for its labels belong to other clusters.

<sort id>/original/      the files as found, byte for byte, with their hashes in manifest.json
<sort id>/superseded/    label files that others (Phy, for example) wrote later, before they were
                         replaced; the end of the name is the start of the hash
<sort id>/state.json     the decisions of people, and what goodunits wrote last
<sort id>/history.jsonl  what was done and decided, and when
ledger.txt               the hash of everything goodunits wrote
lock                     held during a write

Do not edit anything here. <sort id> is a hash of the numbers in spike_times.npy and
spike_templates.npy, which Kilosort writes and Phy never changes; a new sort gets its own folder.
"""
TIME = re.compile(r"[0-9T:+-]{1,40}")


def text(store):
    """Text of the README of a store.

    Parameters
    ----------
    store : Path
        The store.

    Returns
    -------
    text : str or None
        None while there is no complete backup.
    """
    manifests = {folder: _manifest(folder) for folder in store_files.generations(store)}
    known = [(folder, manifest) for folder, manifest in manifests.items() if manifest]
    if not known:
        return None
    known.sort(key=_time)
    sorts = [_sort(folder, manifest) for folder, manifest in known]
    return HEAD.format(store=file_names.STORE) + "".join(sorts) + TAIL


def _manifest(folder):
    """Manifest of a generation, empty where it is missing or damaged, which others say."""
    try:
        manifest = json.loads(store_files.read(folder / "manifest.json") or b"{}")
        names = [name for name in manifest.get("files", ()) if file_names.is_label_file(name)]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}
    return manifest and {"time": str(manifest.get("time")), "names": sorted(names)}


def _time(known):
    folder, manifest = known
    return files.moment(manifest["time"]), os.lstat(folder / "manifest.json").st_mtime_ns


def _sort(folder, manifest):
    """Lines that bring the originals of one sort back, also where there were none."""
    back = [name for name in manifest["names"] if file_names.is_written(name)]
    gone = [name for name in file_names.WRITTEN if name not in back]
    remove = [*gone, f"{file_names.OWN_PREFIX}*.tsv"]
    originals = f"{file_names.STORE}/{folder.name}/original"
    sources = " ".join(shlex.quote(f"{originals}/{name}") for name in back)
    time = manifest["time"]
    return SORT.format(
        sort_id=folder.name,
        time=f", backed up {time}" if TIME.fullmatch(time) else "",
        remove=" ".join(remove),
        install=f"    install -m 644 {sources} .\n" if back else "",
    )
