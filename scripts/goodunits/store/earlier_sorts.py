"""Tell labels that we left for an earlier sort from those of a new one. Standard library only."""

from goodunits.base import errors, files
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names, label_tables
from goodunits.store import generations, ledger_file, state

# Labels of two sorts agree by chance in many units; so much, both ways, only if one was copied.
SAME_SHARE = 0.8
# Whose labels are meant stands behind it: ours or theirs.
SETTLE = "snakemake -c1 settle --config only=SESSION labels_are="


def demand_others(folder, store, contents):
    """Refuse a sort that the store does not know if its labels are those that we left before.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    store : Path
        Its store.
    contents : dict of str to bytes or None
        Its label files.

    Raises
    ------
    SessionError
        With the ways on.
    """
    earlier = matching_generation(folder, store, contents)
    if earlier is None:
        return
    raise SessionError(
        f"{folder}: the spikes are not those of sort {earlier.name}, but the labels are as "
        "goodunits left them there, so neither the sorter's nor a person's; if the units are the "
        f"same, carry the backup and the decisions over: '{SETTLE}ours'; if it is a new sort, put "
        "the sorter's cluster_KSLabel.tsv and cluster_group.tsv back; if a person gave these "
        "labels: labels_are=theirs",
        code=errors.IN_DOUBT,
    )


def matching_generation(folder, store, contents):
    """The earlier sort whose labels, as we left them, are those in the folder.

    Parameters
    ----------
    folder, store, contents
        As for `demand_others`.

    Returns
    -------
    generation : Path or None
        The newest whose groups we left so. Where `cluster_KSLabel.tsv` says what we wrote once, the
        newest of all: the ledger does not tell for which sort that was.
    """
    group = label_tables.read_table(
        folder, file_names.GROUP_FILE, contents.get(file_names.GROUP_FILE)
    )
    complete = sorted(generations.complete_generations(store), key=_time, reverse=True)
    if group and group.column == "group":
        for generation in complete:
            if _is_mostly(group.labels, _left(generation)):
                return generation
    if complete and _has_our_ks_labels(folder, store, contents) and not _is_fresh_group(group):
        return complete[0]
    return None


def _has_our_ks_labels(folder, store, contents):
    """Whether `cluster_KSLabel.tsv` says what we wrote once."""
    return label_tables.is_known(
        file_names.KS_FILE, contents.get(file_names.KS_FILE), ledger_file.read_ledger(store)
    )


def _is_fresh_group(group):
    """Whether a group file is as Kilosort leaves it."""
    return group is not None and group.column == "KSLabel"


def _is_mostly(labels, left):
    """Whether two tables of labels are nearly the same."""
    equal = sum(left.get(i) == label for i, label in labels.items())
    return bool(left) and equal >= SAME_SHARE * max(len(left), len(labels))


def _left(generation):
    """Groups of a generation as our last write left them; empty where that is not known."""
    try:
        known = state.read_state(generation)
    except SessionError:
        return {}
    return known.last.group if known and known.last else {}


def _time(generation):
    """When a backup was made."""
    return files.moment(str(generations.read_json(generation / "manifest.json").get("time")))
