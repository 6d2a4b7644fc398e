"""See whose labels a session folder holds: Kilosort's, a person's or ours. Reads only."""

import json
from pathlib import Path
from typing import NamedTuple

from goodunits import decisions, files, lineage, state, store, tsv
from goodunits.errors import SessionError

INFO_COLUMNS = ("group", "n_spikes")


class Curation(NamedTuple):
    """Labels of a session folder and whose they are.

    Attributes
    ----------
    decisions : dict of int to str
        Labels that people gave, by cluster id.
    inherited : dict of int to str
        Labels that clusters new since our last write copied from their largest parent in Phy.
    ks_labels : dict of int to str
        Labels of `cluster_KSLabel.tsv` as found before our first write.
    labels_before : dict of int to str
        Labels before our first write: a person's where there was one, else Kilosort's.
    """

    decisions: dict
    inherited: dict
    ks_labels: dict
    labels_before: dict


def current_generation(session):
    """Folder of the store for the present sort, None where there is no backup of it."""
    base = store.store_folder(session)
    if not base.is_dir():
        return None
    now = store.sort_signature(session)
    for manifest_file in base.glob("*/manifest.json"):
        generation = manifest_file.parent
        if now in (_signature(manifest_file), _signature(generation / "state.json")):
            return generation
    generation = base / store.sort_id(session)
    return generation if (generation / "manifest.json").exists() else None


def _signature(path):
    """Signature of the sort that a file of the store names; None if it is damaged."""
    data = files.read_optional(path) or b""
    try:
        return json.loads(data[data.find(b"{") :])["sort_signature"]
    except (ValueError, KeyError, TypeError):
        return None


def look(session, generation=None):
    """Find the decisions of people and the original labels of a session.

    Parameters
    ----------
    session : path-like
        Kilosort folder.
    generation : Path or None
        Generation of the store for the present sort; None before the first backup.

    Returns
    -------
    curation : Curation

    Raises
    ------
    SessionError
        If a label file or the store is damaged.
    """
    present = {name: store.read_label_file(session, name) for name in _LOOKED_AT}
    original, past, place = present, {}, session
    if generation is not None:
        place = generation / "original"
        original, past = _originals(generation), state.read_state(generation)
    group = _labels(session, present, store.GROUP_FILE, "group")
    group_hash = files.sha256_optional(present.get(store.GROUP_FILE))
    known = _known(session, past, original, group, group_hash)
    ks_now = _labels(session, present, store.KS_FILE, "KSLabel")
    info_groups = {} if past else _info_groups(session, present.get(store.INFO_FILE))
    found = decisions.find_decisions(
        known, group, group_hash, ks_now.labels if ks_now else {}, info_groups
    )
    ks_original = _labels(place, original, store.KS_FILE, "KSLabel")
    ks_labels = ks_original.labels if ks_original else {}
    first = by_id(past["first_decisions"]) if past else found
    inherited = {**by_id(past.get("inherited", {})), **known.copied}
    return Curation(found, inherited, ks_labels, {**ks_labels, **first})


_LOOKED_AT = (store.KS_FILE, store.GROUP_FILE, store.INFO_FILE)


def _originals(generation):
    """Original label files from the store, checked."""
    manifest = store.read_manifest(generation)
    return {name: (generation / "original" / name).read_bytes() for name in manifest["files"]}


def _labels(folder, contents, name, preferred):
    """Parse a label file of a folder; None where it is missing or empty of rows and header."""
    data = contents.get(name)
    if data is None or not data.strip():
        return None
    return tsv.parse_labels(data, Path(folder, name), preferred)


def by_id(labels):
    """Give a JSON object its numeric keys back: cluster ids are numbers."""
    return {int(i): value for i, value in labels.items()}


def _known(session, past, original, group, group_hash):
    """Gather what the present group file is to be compared with."""
    hashes = set()
    original_group = _labels(session, original, store.GROUP_FILE, "group")
    if original_group is not None and original_group.column != "group":
        hashes.add(files.sha256_optional(original[store.GROUP_FILE]))
    if not past or past.get("rebuilt"):
        hashes |= store.ledger(store.store_folder(session))
    if not past:
        return decisions.Known(hashes=frozenset(hashes))
    records = [record for record in (past["pending"], past["last"]) if record]
    hashes |= {record["hashes"].get(store.GROUP_FILE) for record in records}
    bases = tuple(by_id(record["group"]) for record in records)
    units = by_id(records[0]["units"])
    clusters_file = Path(session, "spike_clusters.npy")
    if group_hash not in hashes and _rewritten_from_scratch(bases, group, units, clusters_file):
        bases = ()
    taken, copied = by_id(past["decisions"]), {}
    if group is not None and bases and set(group.labels) - set(units):
        copied = lineage.inherited_labels(units, bases[0], taken, clusters_file)
        said = lineage.labelled_in_phy(session)
        copied = {i: label for i, label in copied.items() if said.get(i) != label}
    return decisions.Known(frozenset(hashes - {None}), bases, taken, copied, visited=True)


def _rewritten_from_scratch(bases, group, units, clusters_file):
    """Tell a group file that was not made from ours: it lacks clusters that still exist.

    Phy saves every label that it has read, so a file made from ours still lists the survivors.
    """
    if group is None:
        return False
    missing = [i for base in bases for i in base if i not in group.labels and i in units]
    return bool(missing) and bool(lineage.survivors(units, missing, clusters_file))


def _info_groups(session, data):
    """Groups of `cluster_info.tsv` where it describes exactly the present clusters, else nothing.

    Kilosort does not remove the file when it sorts again, so it may tell of other clusters.
    """
    if data is None or files.sha256_optional(data) in store.ledger(store.store_folder(session)):
        return {}
    try:
        columns = tsv.parse_columns(data, store.INFO_FILE, INFO_COLUMNS)
        described = {i: int(float(count)) for i, count in columns["n_spikes"].items()}
    except (SessionError, ValueError, OverflowError):  # derived by Phy: never worth stopping for
        return {}
    if not described or described != _spike_counts(session):
        return {}
    return columns["group"]


def _spike_counts(session):
    """Number of spikes of each present cluster."""
    import numpy as np  # only where a cluster_info.tsv lies in a folder that we see first

    from goodunits import npy_array

    try:
        clusters = npy_array.read(Path(session, "spike_clusters.npy"))
        ids, counts = np.unique(clusters, return_counts=True)
    except SessionError:  # missing or damaged: said when the session is measured
        return {}
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def original_ks_labels(session):
    """Kilosort's labels as found before our first write, by cluster id; None without the file."""
    generation = current_generation(session)
    if generation is not None:
        contents = _originals(generation)
    else:
        contents = {store.KS_FILE: store.read_label_file(session, store.KS_FILE)}
    table = _labels(session, contents, store.KS_FILE, "KSLabel")
    return table.labels if table else None


def to_json(curation, **more):
    """JSON text of a curation, to compare and to keep."""
    return json.dumps({**curation._asdict(), **more}, indent=1, sort_keys=True) + "\n"


def from_json(text):
    """Curation from its JSON text; what was wrong with the session is raised as a SessionError."""
    data = json.loads(text)
    if "problem" in data:
        raise SessionError(data["problem"])
    names = ("decisions", "inherited", "ks_labels", "labels_before")
    return Curation(**{name: by_id(data[name]) for name in names})
