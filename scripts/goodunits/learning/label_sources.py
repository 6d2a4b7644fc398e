"""Labels that people gave: decisions in Phy as a run found them, or columns by cluster id."""

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from goodunits.base import guarded, tsv
from goodunits.base.errors import GoodunitsError, SessionError, in_words, nearest, one_line
from goodunits.curation import curation_record
from goodunits.curation.decisions import UNDECIDED, decided

MAX_BYTES = 100 * guarded.MB
SESSION, ID = "session", "cluster_id"
MAX_NAMED = 5


class Given(NamedTuple):
    """Labels of one person, or of all.

    Attributes
    ----------
    labels : dict of str to dict of int to str
        In lower case, by session and cluster id; only sessions that have any.
    notes : list of str
        What was left out and why, a line each.
    """

    labels: dict
    notes: list


class Place(NamedTuple):
    """A session and where its label files may lie.

    Attributes
    ----------
    session : str
    folder, results : path-like
        Kilosort folder and results folder.
    columns : dict of str to str
        Columns of the user's own in the sheet.
    """

    session: str
    folder: str
    results: str
    columns: dict


def from_phy(places):
    """Labels that people gave in Phy; those of programs and of this workflow do not count.

    Parameters
    ----------
    places : list of Place
        The sessions.

    Returns
    -------
    Given
    """
    labels, notes = {}, []
    for place in places:
        try:
            text = Path(place.results, "found.json").read_text(encoding="utf-8")
            seen = curation_record.from_json(text)
        except FileNotFoundError:
            continue
        except (SessionError, OSError, ValueError, KeyError, TypeError) as error:
            notes.append(one_line(f"session '{place.session}': {in_words(error)}"))
            continue
        if given := _decided(seen.decisions):
            labels[place.session] = given
        notes += [f"session '{place.session}': {doubt}" for doubt in seen.doubts]
    return Given(labels, notes)


def from_files(text, places, near, column=None, preferred=("group",)):
    """Labels of a column of label files.

    Parameters
    ----------
    text : str
        A file for all sessions (with a column `session`), a path with ``{session}`` in it, or a
        column of the sheet that holds a path for each session.
    places : list of Place
        The sessions.
    near : list of path-like
        Where a relative path is looked up, after the session folder.
    column : str, optional
        The column of labels; else one of `preferred`, or the only one.
    preferred : sequence of str
        Columns to take where there are several.

    Returns
    -------
    Given

    Raises
    ------
    GoodunitsError
        If no such file is there, or the one of all sessions cannot be read.
    """
    is_column = any(text in place.columns for place in places)
    wanted = {p.session: p.columns.get(text, "") if is_column else text for p in places}
    wanted = {name: said.replace("{session}", name) for name, said in wanted.items() if said}
    paths = {p.session: _find(wanted[p.session], p, near) for p in places if p.session in wanted}
    missing = [session for session, path in paths.items() if path is None]
    if missing and len(missing) == len(paths):
        raise GoodunitsError(_nothing_there(text, wanted[missing[0]], places))
    labels, notes, read, faults = {}, [], {}, {}
    for path in dict.fromkeys(path for path in paths.values() if path is not None):
        try:
            read[path] = _read(path, column, preferred)
            notes += _strangers(path, read[path], {place.session for place in places})
        except (GoodunitsError, OSError) as error:
            faults[path] = in_words(error)
    if faults and not read:
        more = f" (and {len(faults) - 1} more such file(s))" if len(faults) > 1 else ""
        raise GoodunitsError(one_line(f"{next(iter(faults.values()))}{more}"))
    for session, path in paths.items():
        if path in read and (given := _of_session(session, path, read[path], notes)):
            labels[session] = given
    notes += faults.values()
    return Given(labels, [one_line(note) for note in notes])


def _find(said, place, near):
    """Where a label file lies; None if nowhere."""
    said = os.path.expanduser(said)
    tried = [os.path.join(folder, said) for folder in (place.folder, *near)]
    return next((os.path.abspath(path) for path in tried if os.path.exists(path)), None)


def _nothing_there(text, said, places):
    """That no file of labels was found."""
    known = sorted({name for place in places for name in place.columns})
    hint = f"; columns of the sheet: {', '.join(known)}" if known else ""
    looked = "in the session folders, where you run, and beside the sheet"
    return one_line(
        f"'{text}': no such file ({said}; looked {looked}), and no such column of the sheet{hint}"
    )


def _read(path, column, preferred):
    """Rows of a label file: list of (line, session or None, cluster id, label)."""
    header, rows = tsv.parse_rows(guarded.read(path, MAX_BYTES), path)
    others = [name for name in header if name and name not in (ID, SESSION)]
    at = header.index(_label_column(path, others, column, preferred))
    id_at = header.index(ID)
    session_at = header.index(SESSION) if SESSION in header else None
    found = []
    for line, row in enumerate(rows, 2):
        cells = [*row, *[""] * (len(header) - len(row))]
        cluster_id = tsv.parse_cluster_id(cells[id_at], path, line)
        session = None if session_at is None else cells[session_at]
        found.append((line, session, cluster_id, cells[at].lower()))
    return found


def _label_column(path, others, column, preferred):
    """Name of the column of labels."""
    if column is not None:
        if column not in others:
            hint = nearest(column, others) if others else "; there is none beside cluster_id"
            raise SessionError(f"{path}: no column '{column}'{hint}")
        return column
    known = [name for name in preferred if name in others]
    if not known and len(others) != 1:
        found = f"found {', '.join(others)}" if others else "there is none"
        raise SessionError(
            f"{path}: which column has the labels? {found}; set learn.column in the configuration"
        )
    return known[0] if known else others[0]


def _of_session(session, path, rows, notes):
    """Labels of one session; a unit with two different ones is left out."""
    if any(name is not None for _, name, *_ in rows):
        rows = [row for row in rows if row[1] == session]
    labels, twice = {}, {}
    for line, _, cluster_id, label in rows:
        if label in UNDECIDED:
            continue
        if labels.setdefault(cluster_id, label) != label:
            twice[cluster_id] = line
    for cluster_id, line in twice.items():
        notes.append(
            f"{path}, line {line}: session '{session}', cluster {cluster_id} has two labels; "
            "it is left out"
        )
        del labels[cluster_id]
    return labels


def _strangers(path, rows, known):
    """A line for each session of a file that the dataset does not have."""
    counts = Counter(name for _, name, *_ in rows if name is not None and name not in known)
    lines = [
        f"{path}: session '{name}' ({count} row(s)) is not in the dataset, or left out by 'only'"
        f"{_hint(name, known)}"
        for name, count in sorted(counts.items())[:MAX_NAMED]
    ]
    more = len(counts) - len(lines)
    return [*lines, f"{path}: and {more} more session(s) like this"] if more > 0 else lines


def _hint(name, known):
    """The nearest session, where one is near."""
    hint = nearest(name, known)
    return hint if "did you mean" in hint else ""


def _decided(labels):
    """Labels that say something, in lower case."""
    lower = {cluster_id: str(label).strip().lower() for cluster_id, label in labels.items()}
    return decided(lower)


def with_units(given, who, unit_ids):
    """Keep the labels of units that there are.

    Parameters
    ----------
    given : Given
        The labels.
    who : str
        Whose labels they are, for the notes.
    unit_ids : dict of str to set of int
        Units of each session that was measured.

    Returns
    -------
    Given
    """
    labels, notes = {}, list(given.notes)
    for session, theirs in given.labels.items():
        if session not in unit_ids:
            continue
        strange = sorted(set(theirs) - unit_ids[session])
        if strange:
            notes.append(
                f"session '{session}': {len(strange)} id(s) labelled by {who} are no units of it "
                f"now ({_some(strange)}); left out (merged or split since?)"
            )
        kept = {i: label for i, label in theirs.items() if i in unit_ids[session]}
        if kept:
            labels[session] = kept
    return Given(labels, [one_line(note) for note in notes])


def sessions_without(given, who, sessions):
    """One line that says which sessions have no label yet, where others have.

    Parameters
    ----------
    given : Given
        The labels.
    who : str
        Whose they are.
    sessions : list of str
        Those that were measured.

    Returns
    -------
    notes : list of str
    """
    without = [session for session in sessions if session not in given.labels]
    if not without or not given.labels:
        return []
    return [one_line(f"{len(without)} session(s) without labels by {who}: {_some(without)}")]


def majority(curators, good):
    """What most curators of a unit say of it, good or not; units where as many say so as not are
    left out.

    Parameters
    ----------
    curators : dict of str to Given
        Labels of each, by name.
    good : sequence of str
        Labels that count as good.

    Returns
    -------
    labels : dict of str to dict of int to str
        The first label of `good`, or "not " before it.
    """
    balance = {}
    for given in curators.values():
        for session, labels in given.labels.items():
            units = balance.setdefault(session, Counter())
            for cluster_id, label in labels.items():
                units[cluster_id] += 1 if label in good else -1
    words = {True: good[0], False: f"not {good[0]}"}
    found = {
        session: {i: words[count > 0] for i, count in units.items() if count != 0}
        for session, units in balance.items()
    }
    return {session: labels for session, labels in found.items() if labels}


def _some(items):
    """A few of some items, and how many more."""
    named = ", ".join(str(item) for item in items[:MAX_NAMED])
    more = len(items) - MAX_NAMED
    return f"{named} and {more} more" if more > 0 else named


def of_kilosort(places):
    """Kilosort's own labels as a run found them, by session and cluster id."""
    labels = {}
    for place in places:
        try:
            text = Path(place.results, "found.json").read_text(encoding="utf-8")
            labels[place.session] = _decided(curation_record.from_json(text).ks_labels)
        except (SessionError, OSError, ValueError, KeyError, TypeError):
            continue  # said where the labels of people are read
    return labels
