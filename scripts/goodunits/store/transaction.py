"""Replace label files as one transaction: ledger, pending, replace, final. Standard library."""

import os
from pathlib import Path

from goodunits.base import errors, files, json_record, tsv
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names, label_tables, npy_items, sort_id
from goodunits.store import ledger_file, original_files, state
from goodunits.store.state_record import IN_DOUBT, Left, State

# What the history tells of people.
PEOPLE = ("decisions", "inherited")


def next_state(folder, generation, seen):
    """State of the store after a write, a restore or settling, but for what it leaves there.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    generation : Path
        Folder of the store for the present sort.
    seen : Curation
        Decisions, inherited labels and doubts from now on.

    Returns
    -------
    state : State
    """
    old = state.read_state(generation)
    return State(
        last=old.last if old else None,
        pending=old.pending if old else None,
        decisions=seen.decisions,
        inherited=seen.inherited,
        first_decisions=old.first_decisions if old else seen.decisions,
        before=old.before if old else {},
        sort_signature=sort_id.signature(folder),
        doubted=seen.doubted,
        replaced=seen.replaced,
        gone=old.gone if old else {},
    )


def commit(folder, generation, contents, present, after, units, event, about=None):
    """Bring the files of a session to new contents, with every safeguard; expects the lock.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    generation : Path
        Folder of the store for the present sort.
    contents : dict of str to bytes or None
        What the files shall hold; None removes a file.
    present : dict of str to bytes or None
        What they held when the decisions were read from them.
    after : State
        State of the store afterwards, but for this write itself.
    units : dict of int to dict
        Clusters that are in the folder, for `Left`.
    event : {"write", "restore"}
        A restore brings back contents that the store knows already. Only a write changes what the
        state before the last write is, so that a restore can be repeated.
    about : dict, optional
        What else the history shall tell.

    Raises
    ------
    SessionError
        Saying what the label files hold then: if somebody changed one meanwhile, if a file cannot
        be replaced, or if the store cannot note what was done.
    """
    pending, last = after.pending, after.last
    after = after._replace(gone=_gone(folder, after, units, event == "write"))
    present = {name: present.get(name) for name in contents}
    record = _record(contents, units)
    people = _people(after)
    if any(people[key] != labels for key, labels in _people_so_far(generation).items()):
        state.add_history(generation, event="decisions", **people)
    if present == contents and not pending and last and last.hashes == record.hashes:
        state.write_state(generation, after._replace(last=record))
        return
    _keep_what_is_not_ours(generation, present, [r for r in (pending, last) if r])
    if event == "write":
        tables = {f"table:{name}": sha for name, sha in table_hashes(contents).items()}
        ledger_file.add_to_ledger(generation.parent, {**record.hashes, **tables})
        if not _finishes(pending, last, present):
            after = after._replace(before=_texts(present))
    found = _record(present, units)
    state.write_state(generation, after._replace(last=found, pending=record))
    _replace(folder, contents, present)
    try:
        told = _told(found, record, about)
        state.add_history(generation, event=event, **told, **people)
        state.write_state(generation, after._replace(last=record, pending=None))
    except OSError as error:
        raise SessionError(
            f"{folder}: all label files are written, but {file_names.STORE} could not note it "
            f"({error.strerror or error}); see that it is writable and the disk not full, then run "
            "again"
        ) from None


def note_settled(folder, generation, present, after, units, about):
    """Note whose the labels of a session are, which changes no file; expects the lock.

    The history comes first, in one line: after a kill in between, settling begins anew.

    Parameters
    ----------
    folder, generation, present, after, units, about
        As for `commit`.
    """
    after = after._replace(gone=_gone(folder, after, units, are_measured=False))
    record = _record(present, units)
    _keep_what_is_not_ours(generation, present, [r for r in (after.pending, after.last) if r])
    # What stood there at first may turn out to be a program's.
    first = json_record.by_text(after.first_decisions)
    told = _told(record, record, about)
    people = {**_people(after), "first_decisions": first}
    state.add_history(generation, event="settled", **told, **people)
    state.write_state(generation, after._replace(last=record, pending=None))


def _people(after):
    """What the history tells of people; of doubts only where there are any."""
    people = {key: json_record.by_text(getattr(after, key)) for key in (*PEOPLE, *IN_DOUBT)}
    return {key: labels for key, labels in people.items() if labels or key in PEOPLE}


def _told(found, left, about):
    """What the history tells of the files."""
    left = {key: left.as_json()[key] for key in ("group", "hashes")}
    return {"found": found.hashes, "left": left, "about": about or {}}


def _gone(folder, after, units, are_measured):
    """Clusters with a decision or in doubt that are not as in `units`, to know them again."""
    known = {**after.gone, **after.units, **units}
    asked = sorted({*after.decisions, *after.doubted})
    made = {} if are_measured else _made_since(folder, known, asked)
    return {i: known[i] for i in asked if i in known and i not in units} | made


def _made_since(folder, known, cluster_ids):
    """Clusters that nobody measured yet, by those remembered spikes that they have now.

    An id may be new, or have been given again to other spikes.
    """
    spikes = [spike for unit in known.values() for spike in unit["spikes"]]
    values = npy_items.read_items(Path(folder, "spike_clusters.npy"), spikes) or []
    now = {i: set() for i in cluster_ids}
    for spike, owner in zip(spikes, values, strict=False):
        if owner in now:
            now[owner].add(spike)
    return {
        i: {"n_spikes": len(own), "spikes": sorted(own)}
        for i, own in now.items()
        if own and (i not in known or own.isdisjoint(known[i]["spikes"]))
    }


def _record(contents, units):
    """What the store remembers of a state of the folder, to compare with later."""
    hashes = {name: sha for name, sha in file_hashes(contents).items() if sha}
    return Left(group_labels(contents), hashes, units)


def _people_so_far(generation):
    """Decisions and inherited labels as the history has them."""
    events = state.read_history(generation) or [{"decisions": {}, "inherited": {}}]
    return {key: events[-1][key] for key in PEOPLE}


def _finishes(pending, last, present):
    """Whether this write completes one cut short: nothing but its old and new contents is there."""
    if not pending:
        return False
    return all(
        sha in (pending.hashes.get(name), last.hashes.get(name))
        for name, sha in file_hashes(present).items()
    )


def _replace(folder, contents, present):
    """Replace the files that differ, links followed, and read them back."""
    differing = [name for name in contents if contents[name] != present[name]]
    places = {name: _place(folder, name, contents[name]) for name in differing}
    try:
        files.replace_together(
            {places[name]: contents[name] for name in differing},
            {places[name]: present[name] for name in differing},
        )
    except files.ChangedMeanwhileError as error:
        raise SessionError(
            f"{error.filename}: {error.strerror}; nothing written, close the session in Phy "
            "and run again",
            code=errors.CHANGED,
        ) from None
    except files.PartlyReplacedError as error:
        raise SessionError(_partly(folder, error)) from None
    except OSError as error:
        raise SessionError(
            f"{folder}: labels not written, the folder is as it was ({error.strerror or error}); "
            "see that it is writable and the disk not full, then run again"
        ) from None


def _partly(folder, error):
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
        f"{folder}: {done}; nothing is lost, what they held is in {file_names.STORE}; see that "
        "the folder is writable and the disk sound, then run again, which completes the write"
    )


def _place(folder, name, data):
    """Where a file lies: a link is followed to be written, but not to be removed, nor in ours."""
    path = Path(os.path.realpath(folder), name)
    is_itself = data is None or name.startswith(file_names.OWN_PREFIX)
    return path if is_itself else Path(os.path.realpath(path))


def _keep_what_is_not_ours(generation, present, records):
    """Save every content that is not an original and not as we left it, before it is replaced."""
    known = set(original_files.read_manifest(generation)["files"].values())
    known |= {sha for record in records for sha in record.hashes.values()}
    for name, data in present.items():
        if data is not None and files.sha256_bytes(data) not in known:
            original_files.save_superseded(generation, name, data)


def group_labels(contents):
    """Labels of the group column by id; none where the file is Kilosort's, empty or absent."""
    data = contents.get(file_names.GROUP_FILE)
    if data is None or not data.strip():
        return {}
    table = tsv.parse_labels(data, file_names.GROUP_FILE)
    return table.labels if table.column == "group" else {}


def file_hashes(contents):
    """Hash of the bytes of each file, None for a missing one."""
    return {name: files.sha256_optional(data) for name, data in contents.items()}


def table_hashes(contents):
    """Hash of what each label file says, None for one that is missing or cannot be read."""
    return {name: label_tables.table_hash(name, data) for name, data in contents.items()}


def _texts(contents):
    """Contents of small files as JSON can keep them, byte for byte."""
    return {
        name: None if data is None else data.decode("latin1") for name, data in contents.items()
    }
