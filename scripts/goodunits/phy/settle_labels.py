"""Settle whose labels are in a session folder, where only its owner can know.

`ours`: those in doubt are a program's, so no decisions; what they replaced stands again. The backup
and the decisions of an earlier sort are carried over. `theirs`: those in doubt are a person's, so
each is a decision, also one that the criteria would give. Standard library only.
"""

from goodunits.base import json_record
from goodunits.base.errors import SessionError
from goodunits.curation import decisions, in_doubt, whose_labels
from goodunits.phy import write_labels
from goodunits.session_folder import label_files, phy_log, sort_id
from goodunits.store import (
    backup,
    earlier_sorts,
    generations,
    label_store,
    original_files,
    state,
    store_files,
    transaction,
)

OWNERS = ("ours", "theirs")


def settle(folder, labels_are):
    """Write down whose the present labels are; no label file is changed.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    labels_are : {"ours", "theirs"}
        Whose they are.

    Returns
    -------
    text : str
        What was done, in words.

    Raises
    ------
    SessionError
        If the store or a label file is damaged.
    """
    sort_id.check_folder(folder)
    with label_store.locked(folder) as store:
        label_files.check_label_files(folder)
        present = write_labels.read_present(folder)
        generation, done = generations.current_generation(folder), ""
        if generation is None:
            generation, done = _backed_up(folder, store, present, labels_are)
        past = state.read_state(generation)
        if past and past.is_unwritten:
            past = None
        seen = whose_labels.read_curation(folder, generation)
        if not done and _has_nothing_to_settle(generation, past, seen, present, labels_are):
            return f"nothing in doubt, nothing changed; {_counted(seen.decisions)}"
        decided = (_ours if labels_are == "ours" else _theirs)(folder, past, seen, present)
        _remember(folder, generation, present, seen, decided, labels_are)
    return f"{done}{_counted(decided)} from now on"


def _counted(decided):
    """How many labels count as a person's, in words."""
    return f"{len(decided)} label(s) count as given by hand"


def _has_nothing_to_settle(generation, past, seen, present, labels_are):
    """Whether a sort that was visited before is in no doubt, or was settled so and left alone."""
    if past is None or seen.doubts or seen.doubted:
        return False
    if labels_are == "ours":
        return True
    event = (state.read_history(generation) or [{}])[-1]
    is_settled = event.get("event") == "settled" and event.get("about") == _about(labels_are)
    now = {name: sha for name, sha in transaction.file_hashes(present).items() if sha}
    return is_settled and past.last.hashes == now


def _about(labels_are):
    """What the history tells of settling."""
    return {"labels_are": labels_are}


def _backed_up(folder, store, present, labels_are):
    """Make a backup for a sort without one: an earlier sort's where its labels are here and ours.

    Returns
    -------
    generation : Path
    done : str
        What was done, in words.
    """
    hashes = sort_id.value_hashes(folder)
    earlier = earlier_sorts.matching_generation(folder, store, present)
    if labels_are == "ours" and earlier is not None:
        generation = _carried_over(folder, store, earlier, hashes)
        return generation, f"backup of sort {earlier.name} kept; "
    return backup.first_backup(folder, store, hashes, labels_are), "backed up; "


def _carried_over(folder, store, earlier, hashes):
    """A generation for the present sort with the originals and decisions of an earlier one."""
    generation = store / sort_id.identity(hashes)
    manifest = original_files.read_manifest(earlier)
    store_files.make_folder(generation)
    for name in manifest["files"]:
        data = original_files.read_original(earlier, name)
        original_files.put_once(generation / "original" / name, data)
    past = state.read_state(earlier)
    if past is not None:
        # Spikes were removed or added: none is known by its place any more.
        last = past.last and past.last._replace(units={})
        past = past._replace(last=last, gone={}, sort_signature=sort_id.signature(folder))
        state.write_state(generation, past)
    manifest |= {
        "sort_id": generation.name,
        "arrays": hashes,
        "sort_signature": sort_id.signature(folder),
        "carried_over_from": earlier.name,
    }
    original_files.put_once(
        generation / "manifest.json", json_record.as_json(json_record.with_version(manifest))
    )
    return generation


def _ours(folder, past, seen, present):
    """Decisions less those in doubt, with what these replaced.

    On a first visit without a doubt, groups of nearly all clusters that Phy's log does not name are
    a program's: it labels all, and nothing else can be meant.
    """
    if past is not None or seen.doubts:
        return in_doubt.without(seen.decisions, seen.doubted, seen.replaced)
    said = phy_log.labelled_in_phy(folder)
    unsaid = {i for i, label in seen.decisions.items() if said.get(i) != label}
    if len(unsaid) < in_doubt.MOST * max(len(seen.ks_labels), 1):
        return dict(seen.decisions)
    return {i: label for i, label in seen.decisions.items() if i not in unsaid}


def _theirs(folder, past, seen, present):
    """Decisions and the labels in doubt; without a doubt, or on a first visit, every group.

    What the folder does not show, such as a decision that `overwrite` hides, stands all the same.
    """
    is_all = past is None or not seen.doubted
    shown = transaction.group_labels(present) if is_all else {}
    return decisions.decided({**shown, **seen.doubted, **seen.decisions})


def _remember(folder, generation, present, seen, decided, labels_are):
    """Make the present labels the measure for what people decide from now on."""
    past = state.read_state(generation)
    settled = seen._replace(decisions=decided, doubted={}, replaced={})
    after = transaction.next_state(folder, generation, settled)
    first = {i: x for i, x in after.first_decisions.items() if not _is_taken(i, x, seen, decided)}
    units = past.units if past else {}
    after = after._replace(first_decisions=first)
    transaction.note_settled(folder, generation, present, after, units, _about(labels_are))


def _is_taken(cluster_id, label, seen, decided):
    """Whether a label that counted as a person's has turned out to be a program's."""
    return seen.decisions.get(cluster_id) == label and decided.get(cluster_id) is None


def demand_owner(labels_are):
    """Raise a SessionError unless the owner said whose the labels are: one of OWNERS."""
    if labels_are not in OWNERS:
        raise SessionError(
            f"labels_are: found {labels_are!r}, expected 'ours' (a program's) or 'theirs' (a "
            f"person's): {earlier_sorts.SETTLE}theirs"
        )
