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

from goodunits.base import errors, files, guarded, json_record, tsv
from goodunits.base.errors import SessionError, one_line
from goodunits.curation import decisions, whose_labels
from goodunits.session_folder import file_names, label_files
from goodunits.store import backup, generations, label_store, state, transaction

PHY_GROUPS = ("good", "mua", "noise", "unsorted")
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
    shown_as : dict of str to str
        Group of classes that Phy does not know, other than `unsorted`.
    """

    labels: dict
    criteria_labels: dict
    measured: dict
    manual_curation: str = "keep"
    columns: Mapping = MappingProxyType({})
    about: Mapping = MappingProxyType({})
    shown_as: Mapping = MappingProxyType({})


def write_label_files(folder, plan):
    """Write a plan into a session folder.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    plan : Plan
        What shall stand there.

    Returns
    -------
    receipt : dict
        `sort_id`, `time`, `written` (name to hash, None for a file set aside), `tables` (name to
        the hash of what it says), `found` (hashes before), `decisions`, `history_bytes` (size of
        the history after this write), `notes`.

    Raises
    ------
    SessionError
        If the folder changed since it was measured or labelled, is in use, or cannot be written.
    """
    with label_store.locked(folder) as store:
        check_unchanged(folder, plan.measured)
        label_files.check_label_files(folder)
        present = read_present(folder)
        generation = generations.current_generation(folder) or backup.back_up(folder, store)
        seen = whose_labels.read_curation(folder, generation)
        _check_decisions(folder, plan, seen)
        contents, notes = _contents(folder, plan, seen, present)
        notes += seen.doubts
        after = transaction.next_state(folder, generation, seen)
        units = json_record.by_id(plan.measured["units"])
        about = {**plan.about, **_counted(plan, seen)}
        transaction.commit(folder, generation, contents, present, after, units, "write", about)
    for note in notes:
        log.warning("%s", note)
    return {
        "sort_id": generation.name,
        "time": files.time_stamp(),
        "written": transaction.file_hashes(contents),
        "tables": transaction.table_hashes(contents),
        "found": transaction.file_hashes(present),
        "decisions": {str(i): label for i, label in sorted(seen.decisions.items())},
        "history_bytes": state.history_bytes(generation),
        "notes": notes,
    }


def _counted(plan, seen):
    """How many units have each label, and how many of these labels are a person's."""
    theirs = set() if plan.manual_curation == "overwrite" else seen.decisions.keys()
    return {"counts": Counter(plan.labels.values()), "by_hand": len(theirs & plan.labels.keys())}


def check_unchanged(folder, measured):
    """Refuse to label spikes other than those that were measured."""
    for name, record in measured["files"].items():
        path = Path(folder, name)
        if not path.exists():
            raise SessionError(
                f"{path}: gone since it was measured; run again", code=errors.CHANGED
            )
        now, then = files.signature(path), record["signature"]
        if now != then and (now[0] != then[0] or files.sha256_file(path) != record["sha256"]):
            raise SessionError(
                f"{path}: changed since it was measured; run again", code=errors.CHANGED
            )


def read_present(folder):
    """Contents of the files that a write may replace, None for a missing one."""
    return {
        name: label_files.read_label_file(folder, name)
        for name in label_files.written_names(folder)
    }


def _check_decisions(folder, plan, seen):
    """Refuse labels that do not know of the newest decisions of people."""
    if plan.manual_curation == "overwrite":
        return
    expected, _ = decisions.final_labels(
        plan.criteria_labels, seen.decisions, seen.inherited, plan.manual_curation
    )
    differing = sorted(i for i in expected if expected[i] != plan.labels[i])
    if differing:
        named = ", ".join(map(str, differing[:10]))
        raise SessionError(
            f"{folder}: by what the folder holds now, cluster {named} has another "
            "label than in labels.tsv: labels or clusters were changed after it was made, in Phy "
            "or by another program; nothing written, run again (with -R apply_thresholds if this "
            "message stays)",
            code=errors.CHANGED,
        )


def _contents(folder, plan, seen, present):
    """New content of each file; None for one to be set aside."""
    groups = phy_groups(plan, seen)
    contents = {
        file_names.KS_FILE: tsv.format_labels("KSLabel", plan.criteria_labels),
        file_names.GROUP_FILE: tsv.format_labels("group", groups),
    }
    if any(label not in PHY_GROUPS for label in plan.labels.values()):
        contents[file_names.CLASS_FILE] = tsv.format_labels("gu_label", plan.labels)
    for name, values in plan.columns.items():
        contents[f"{file_names.OWN_PREFIX}{name}.tsv"] = tsv.format_labels(f"gu_{name}", values)
    for name in present:
        if name.startswith(file_names.OWN_PREFIX) and name not in contents:
            contents[name] = None
    notes = []
    if present.get(file_names.INFO_FILE) is not None:
        contents[file_names.INFO_FILE] = refresh_info(
            present[file_names.INFO_FILE], groups, plan.criteria_labels
        )
        done = (
            "refreshed"
            if contents[file_names.INFO_FILE] is not None
            else "set aside: it does not list the present clusters"
        )
        notes.append(f"{file_names.INFO_FILE}: {done}; the one found is in {file_names.STORE}")
    notes += _competing(folder, contents)
    return contents, notes


def phy_groups(plan, seen):
    """Group of each cluster: what its class says, unsorted if Phy can't; people's words stay."""
    theirs = {} if plan.manual_curation == "overwrite" else seen.decisions
    return {
        i: label if label in PHY_GROUPS or i in theirs else plan.shown_as.get(label, "unsorted")
        for i, label in plan.labels.items()
    }


def refresh_info(data, groups, ks_labels):
    """Put the labels into `cluster_info.tsv`, which SpikeInterface prefers to all other files.

    Parameters
    ----------
    data : bytes
        The table as Phy wrote it.
    groups, ks_labels : dict of int to str
        New content of its columns `group` and `KSLabel`, of every present cluster.

    Returns
    -------
    data : bytes or None
        None if the table does not list exactly the present clusters: then it is stale.
    """
    try:
        header, rows = tsv.parse_rows(data, file_names.INFO_FILE)
        id_at = header.index("cluster_id")
        ids = [
            tsv.parse_cluster_id(row[id_at], file_names.INFO_FILE, n)
            for n, row in enumerate(rows, 2)
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


def _competing(folder, contents):
    """Name files of others that give the same columns: Phy shows whichever it reads last."""
    ours, notes = {"group", "KSLabel"}, []
    tables = [name for name in os.listdir(folder) if name.endswith((".tsv", ".csv"))]
    for name in sorted(tables):
        if name in contents or name == file_names.INFO_FILE:
            continue
        try:
            header, _ = tsv.parse_rows(guarded.head(Path(folder, name)), name)
        except (SessionError, OSError):
            continue
        if shared := ", ".join(sorted(ours & set(header))):
            notes.append(
                f"{one_line(name)}: has a column {shared} too, so Phy may show its labels and "
                "SpikeInterface may refuse the folder; move it away"
            )
        if name == TUTORIAL_BACKUP:
            notes.append(
                f"{name}: left by the Kilosort tutorial, so the labels found in "
                f"{file_names.KS_FILE} may be the tutorial's, not Kilosort's; keep this "
                "file elsewhere"
            )
    return notes
