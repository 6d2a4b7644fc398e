"""Settle whose labels are in a session folder, where only its owner can know.

`ours`: a program's, so no decisions; those of an earlier sort are carried over with its backup.
`theirs`: a person's, so each is a decision, also one that the criteria would give.
Standard library only.
"""

from goodunits.base import json_record
from goodunits.base.errors import SessionError
from goodunits.curation import decisions, whose_labels
from goodunits.phy import write_labels
from goodunits.session_folder import label_files, sort_id
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
        generation = generations.current_generation(folder)
        done = ""
        if is_new := generation is None:
            generation, done = _backed_up(folder, store, present, labels_are)
        seen = whose_labels.read_curation(folder, generation)
        if labels_are == "theirs":
            decided = _given(seen, transaction.group_labels(present))
        else:
            decided = _not_doubted(folder, generation, seen, is_new)
        _remember(folder, generation, present, seen._replace(decisions=decided, doubted={}))
    count = len(decided)
    return f"{done}{count} label(s) count as given by hand from now on"


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
        past = past._replace(last=last, sort_signature=sort_id.signature(folder))
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


def _given(seen, group):
    """Every group of the present file, or the labels that a run was in doubt of; and decisions.

    A run replaces what it is in doubt of: then the present file holds our labels, and only those
    that were in doubt are meant. A doubt about the present file is about all that it holds.
    """
    is_past = seen.doubted and not seen.doubts
    all_labels = {**seen.doubted, **seen.decisions} if is_past else {**seen.decisions, **group}
    return {i: x for i, x in all_labels.items() if x.lower() not in decisions.UNDECIDED}


def _not_doubted(folder, generation, seen, is_new):
    """Decisions of before, less those in doubt.

    Present labels that differ from what we left count where the doubt is about others: about those
    that a run was in doubt of, or all that an earlier sort left here (`is_new`).
    """
    known = state.read_state(generation)
    past = known.decisions if known else {}
    doubted = seen.doubted or (whose_labels.doubted(folder, generation) if past else {})
    if seen.doubted or known and is_new:
        past = seen.decisions
    return {i: label for i, label in past.items() if doubted.get(i) != label}


def _remember(folder, generation, present, seen):
    """Make the present labels the measure for what people decide from now on."""
    past = state.read_state(generation)
    after = transaction.next_state(folder, generation, seen)
    units = past.units if past else {}
    transaction.commit(folder, generation, present, present, after, units, "settled")


def demand_owner(labels_are):
    """Raise a SessionError unless the owner said whose the labels are: one of OWNERS."""
    if labels_are not in OWNERS:
        raise SessionError(
            f"labels_are: found {labels_are!r}, expected 'ours' (a program's) or 'theirs' (a "
            "person's): snakemake -c1 settle --config only=SESSION labels_are=theirs"
        )
