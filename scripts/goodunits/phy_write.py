"""Write labels into a session folder as one transaction. Standard library only.

Order: lock; same sort as measured?; backup; decisions into the history; keep what is not as we left
it; ledger; pending state; replace the files together and read them back; history; final state. A
kill at any point loses nothing, and the next write completes it.
"""

import logging
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from goodunits import (
    backup,
    curation,
    decisions,
    files,
    guarded,
    label_tables,
    sort_id,
    state,
    store,
    tsv,
)
from goodunits.errors import SessionError, one_line
from goodunits.generations import current_generation

PHY_GROUPS = ("good", "mua", "noise", "unsorted")
LABEL_FILE = f"{store.OWN_PREFIX}label.tsv"
TUTORIAL_BACKUP = "cluster_KSLabel_backup.tsv"

log = logging.getLogger(__name__)


class Plan(NamedTuple):
    """What shall stand in a session folder.

    Attributes
    ----------
    labels : dict of int to str
        Final label of every present cluster.
    criteria_labels : dict of int to str
        Label by the criteria alone.
    measured : dict
        What `compute_metrics` read: `files` with hash and signature, `units`.
    manual_curation : {"keep", "fill", "overwrite"}
    columns : dict of str to dict of int to str
        Extra columns for Phy: name to text per cluster.
    about : dict
        What else the history shall tell of this write: `criteria`, `working_folder`.
    """

    labels: dict
    criteria_labels: dict
    measured: dict
    manual_curation: str = "keep"
    columns: Mapping = MappingProxyType({})
    about: Mapping = MappingProxyType({})


def write(session, plan):
    """Write a plan into a session folder.

    Parameters
    ----------
    session : path-like
        Kilosort folder.
    plan : Plan
        What shall stand there.

    Returns
    -------
    receipt : dict
        `sort_id`, `written` (name to hash, None for a file set aside), `tables` (name to the hash
        of what it says), `found` (hashes before), `decisions`, `history_bytes` (size of the history
        after this write), `notes`.

    Raises
    ------
    SessionError
        If the folder changed since it was measured or labelled, is in use, or cannot be written.
    """
    with store.locked(session) as base:
        check_unchanged(session, plan.measured)
        store.check_label_files(session)
        present = read_present(session)
        generation = current_generation(session) or backup.back_up(session, base)
        seen = curation.look(session, generation)
        _check_decisions(session, plan, seen)
        contents, notes = _contents(session, plan, seen, present)
        notes += seen.doubts
        after = next_state(session, generation, seen, plan.measured["units"])
        about = {**plan.about, "counts": Counter(plan.labels.values())}
        commit(session, generation, contents, present, after, "write", about)
    for note in notes:
        log.warning("%s", note)
    return {
        "sort_id": generation.name,
        "time": files.time_stamp(),
        "written": _hashes(contents),
        "tables": _table_hashes(contents),
        "found": _hashes(present),
        "decisions": {str(i): label for i, label in sorted(seen.decisions.items())},
        "history_bytes": state.history_bytes(generation),
        "notes": notes,
    }


def check_unchanged(session, measured):
    """Refuse to label spikes other than those that were measured."""
    for name, record in measured["files"].items():
        path = Path(session, name)
        if not path.exists():
            raise SessionError(f"{path}: gone since it was measured; run again")
        now, then = files.signature(path), record["signature"]
        if now != then and (now[0] != then[0] or files.sha256_file(path) != record["sha256"]):
            raise SessionError(f"{path}: changed since it was measured; run again")


def read_present(session):
    """Contents of the files that a write may replace, None for a missing one."""
    return {name: store.read_label_file(session, name) for name in store.written_names(session)}


def _check_decisions(session, plan, seen):
    """Refuse labels that do not know of the newest decisions of people."""
    if plan.manual_curation == "overwrite":
        return
    expected, _ = decisions.final_labels(
        plan.criteria_labels, seen.decisions, seen.inherited, plan.manual_curation
    )
    differing = sorted(i for i in expected if expected[i] != plan.labels[i])
    if differing:
        raise SessionError(
            f"{session}: labels of cluster {', '.join(map(str, differing[:10]))} were changed in "
            "Phy after labels.tsv was made; nothing written, run again (with -R apply_thresholds "
            "if this message stays)"
        )


def _contents(session, plan, seen, present):
    """New content of each file; None for one to be set aside."""
    groups = phy_groups(plan, seen)
    contents = {
        store.KS_FILE: tsv.format_labels("KSLabel", plan.criteria_labels),
        store.GROUP_FILE: tsv.format_labels("group", groups),
    }
    if any(label not in PHY_GROUPS for label in plan.labels.values()):
        contents[LABEL_FILE] = tsv.format_labels("gu_label", plan.labels)
    for name, values in plan.columns.items():
        contents[f"{store.OWN_PREFIX}{name}.tsv"] = tsv.format_labels(f"gu_{name}", values)
    for name in present:
        if name.startswith(store.OWN_PREFIX) and name not in contents:
            contents[name] = None
    notes = []
    if present.get(store.INFO_FILE) is not None:
        contents[store.INFO_FILE] = refresh_info(
            present[store.INFO_FILE], groups, plan.criteria_labels
        )
        done = (
            "refreshed"
            if contents[store.INFO_FILE] is not None
            else "set aside: it does not list the present clusters"
        )
        notes.append(f"{store.INFO_FILE}: {done}; the one found is in {store.STORE}")
    notes += _competing(session, contents)
    return contents, notes


def phy_groups(plan, seen):
    """Group of each cluster: a class unknown to Phy is unsorted there; people's words stay."""
    theirs = {} if plan.manual_curation == "overwrite" else seen.decisions
    return {
        i: label if label in PHY_GROUPS or i in theirs else "unsorted"
        for i, label in plan.labels.items()
    }


def refresh_info(data, groups, ks_labels):
    """Put the labels into `cluster_info.tsv`, which SpikeInterface prefers to all other files.

    Returns
    -------
    data : bytes or None
        None if the table does not list exactly the present clusters: then it is stale.
    """
    try:
        header, rows = tsv.parse_rows(data, store.INFO_FILE)
        id_at = header.index("cluster_id")
        ids = [
            tsv.parse_cluster_id(row[id_at], store.INFO_FILE, n) for n, row in enumerate(rows, 2)
        ]
    except (SessionError, IndexError):  # derived by Phy: never worth stopping for
        return None
    if sorted(ids) != sorted(groups):
        return None
    for column, labels in (("group", groups), ("KSLabel", ks_labels)):
        if column not in header:
            header = [*header, column]
        place = header.index(column)
        for cluster_id, row in zip(ids, rows, strict=True):
            row.extend([""] * (len(header) - len(row)))
            row[place] = labels[cluster_id]
    return tsv.format_table(header, rows)


def _competing(session, contents):
    """Name files of others that give the same columns: Phy shows whichever it reads last."""
    ours, notes = {"group", "KSLabel"}, []
    tables = [name for name in os.listdir(session) if name.endswith((".tsv", ".csv"))]
    for name in sorted(tables):
        if name in contents or name == store.INFO_FILE:
            continue
        try:
            header, _ = tsv.parse_rows(guarded.head(Path(session, name)), name)
        except (SessionError, OSError):
            continue
        if shared := ", ".join(sorted(ours & set(header))):
            notes.append(
                f"{one_line(name)}: has a column {shared} too, so Phy may show its labels and "
                "SpikeInterface may refuse the folder; move it away"
            )
        if name == TUTORIAL_BACKUP:
            notes.append(
                f"{name}: left by the Kilosort tutorial, so the labels found in {store.KS_FILE} "
                "may be the tutorial's, not Kilosort's; keep this file elsewhere"
            )
    return notes


def next_state(session, generation, seen, units):
    """State of the store after a write or a restore, but for the record of the write itself."""
    old = state.read_state(generation)
    found = {str(i): label for i, label in seen.decisions.items()}
    return {
        "last": old.get("last"),
        "pending": old.get("pending"),
        "decisions": found,
        "inherited": {str(i): label for i, label in seen.inherited.items()},
        "first_decisions": old.get("first_decisions", found),
        "before": old.get("before", {}),
        "sort_signature": sort_id.signature(session),
        "units": units,
    }


def commit(session, generation, contents, present, after, event, about=None):
    """Bring the files of a session to new contents, with every safeguard; expects the lock.

    Parameters
    ----------
    session : path-like
        Kilosort folder.
    generation : Path
        Folder of the store for the present sort.
    contents : dict of str to bytes or None
        What the files shall hold; None removes a file.
    present : dict of str to bytes or None
        What they held when the decisions were read from them.
    after : dict
        State of the store afterwards; `units` goes into the record of this write.
    event : {"write", "restore", "settled"}
        A restore brings back contents that the store knows already. Only a write changes what the
        state before the last write is, so that a restore can be repeated. Settling changes no
        file.
    about : dict, optional
        What else the history shall tell.
    """
    after = dict(after)
    units, pending, last = after.pop("units"), after["pending"], after["last"]
    present = {name: present.get(name) for name in contents}
    record = _record(contents, units)
    people = {key: after[key] for key in ("decisions", "inherited")}
    if people != _people_so_far(generation):
        state.add_history(generation, event="decisions", **people)
    if present == contents and not pending and last and last["hashes"] == record["hashes"]:
        state.write_state(generation, {**after, "last": record})
        return
    _keep_what_is_not_ours(generation, present, [r for r in (pending, last) if r])
    if event == "write":
        tables = {f"table:{name}": sha for name, sha in _table_hashes(contents).items()}
        store.add_to_ledger(generation.parent, {**record["hashes"], **tables})
        if not _finishes(pending, last, present):
            after["before"] = _texts(present)
    found = _record(present, units)
    state.write_state(generation, {**after, "last": found, "pending": record})
    _replace(session, contents, present)
    left = {key: record[key] for key in ("group", "hashes")}
    try:
        told = {"found": found["hashes"], "left": left, "about": about or {}}
        state.add_history(generation, event=event, **told, **people)
        state.write_state(generation, {**after, "last": record, "pending": None})
    except OSError as error:
        raise SessionError(
            f"{session}: all label files are written, but {store.STORE} could not note it "
            f"({error.strerror or error}); see that it is writable and the disk not full, then run "
            "again"
        ) from None


def _record(contents, units):
    """What the store remembers of a state of the folder, to compare with later."""
    hashes = {name: sha for name, sha in _hashes(contents).items() if sha}
    return {"group": group_labels(contents), "hashes": hashes, "units": units}


def _people_so_far(generation):
    """Decisions and inherited labels as the history has them."""
    events = state.read_history(generation) or [{"decisions": {}, "inherited": {}}]
    return {key: events[-1][key] for key in ("decisions", "inherited")}


def _finishes(pending, last, present):
    """Whether this write completes one cut short: nothing but its old and new contents is there."""
    if not pending:
        return False
    return all(
        sha in (pending["hashes"].get(name), last["hashes"].get(name))
        for name, sha in _hashes(present).items()
    )


def _replace(session, contents, present):
    """Replace the files that differ, links followed, and read them back."""
    differing = [name for name in contents if contents[name] != present[name]]
    places = {name: _place(session, name, contents[name]) for name in differing}
    try:
        files.replace_together(
            {places[name]: contents[name] for name in differing},
            {places[name]: present[name] for name in differing},
        )
    except files.ChangedMeanwhileError as error:
        raise SessionError(
            f"{error.filename}: {error.strerror}; nothing written, close the session in Phy "
            "and run again"
        ) from None
    except files.PartlyReplacedError as error:
        raise SessionError(_partly(session, error)) from None
    except OSError as error:
        raise SessionError(
            f"{session}: labels not written, the folder is as it was ({error.strerror or error}); "
            "see that it is writable and the disk not full, then run again"
        ) from None


def _partly(session, error):
    """Say what the label files hold after an error that lasted."""
    named = {"new": error.new, "as before": error.old, "cannot be read": error.unknown}
    held = [
        f"{words}: {', '.join(path.name for path in paths)}; "
        for words, paths in named.items()
        if paths
    ]
    done = f"label files written in part ({''.join(held)}{error.strerror})"
    if not error.old and not error.unknown:
        done = f"all label files are written, but the disk does not confirm it ({error.strerror})"
    return (
        f"{session}: {done}; nothing is lost, what they held is in {store.STORE}; see that the "
        "folder is writable and the disk sound, then run again, which completes the write"
    )


def _place(session, name, data):
    """Where a file lies: a link is followed to be written, but not to be removed, nor in ours."""
    path = Path(os.path.realpath(session), name)
    is_itself = data is None or name.startswith(store.OWN_PREFIX)
    return path if is_itself else Path(os.path.realpath(path))


def _keep_what_is_not_ours(generation, present, records):
    """Save every content that is not an original and not as we left it, before it is replaced."""
    known = set(store.read_manifest(generation)["files"].values())
    known |= {sha for record in records for sha in record["hashes"].values()}
    for name, data in present.items():
        if data is not None and files.sha256_bytes(data) not in known:
            store.save_superseded(generation, name, data)


def group_labels(contents):
    """Labels of the group column by id as text; none where the file is Kilosort's or absent."""
    data = contents.get(store.GROUP_FILE)
    if data is None:
        return {}
    table = tsv.parse_labels(data, store.GROUP_FILE)
    return {str(i): label for i, label in table.labels.items()} if table.column == "group" else {}


def _hashes(contents):
    return {name: files.sha256_optional(data) for name, data in contents.items()}


def _table_hashes(contents):
    return {name: label_tables.table_hash(name, data) for name, data in contents.items()}


def _texts(contents):
    """Contents of small files as JSON can keep them, byte for byte."""
    return {
        name: None if data is None else data.decode("latin1") for name, data in contents.items()
    }
