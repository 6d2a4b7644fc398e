"""Find the sessions of a dataset: a folder that is searched, or a sheet that lists them."""

import difflib
import fnmatch
import hashlib
import heapq
import os
import re
import unicodedata
from collections import Counter
from pathlib import Path

from goodunits.base.errors import ConfigError, nearest
from goodunits.dataset import given_paths, session_sheet
from goodunits.dataset.session_entry import MAX_ID_LENGTH, RESERVED, SessionEntry, path_problem
from goodunits.session_folder.file_names import STORE

MARKERS = frozenset({"spike_times.npy", "spike_clusters.npy", "cluster_KSLabel.tsv"})
SPIKES = MARKERS - {"cluster_KSLabel.tsv"}  # without spikes it may be no more than a copy of labels
MAX_DEPTH = 8
NAME_IT = "name it in a session sheet to label it too"


def find_sessions(dataset, base_folders, notes=None):
    """List the sessions of a dataset.

    Parameters
    ----------
    dataset : str
        A folder to search for sorts, or a sheet (.tsv, .csv, .txt); ``~`` is expanded.
    base_folders : list of Path
        Where a relative `dataset` is looked up, in this order.
    notes : list of str, optional
        Gets one line per folder that could not be searched.

    Returns
    -------
    list of SessionEntry
        In the order of the sheet, or sorted by path. Ids are unique ignoring case.

    Raises
    ------
    ConfigError
        If the dataset is not found, holds no session, or the sheet is wrong (all problems listed).
    """
    place = locate(dataset, base_folders)
    if place.is_dir():
        return _search_folder(place, [] if notes is None else notes)
    if place.suffix.lower() not in session_sheet.SUFFIXES:
        expected = "expected a folder to search or a sheet saved as .tsv, .csv or .txt"
        raise ConfigError([f"dataset: {place} is a file; {expected}"])
    return session_sheet.read_sheet(place)


def select(entries, only):
    """Keep the sessions whose id equals or matches one of the shell patterns.

    Parameters
    ----------
    entries : list of SessionEntry
        All sessions of the dataset.
    only : sequence of str
        Ids or patterns with ``*``, ``?`` and ``[...]``; empty keeps every session.

    Returns
    -------
    list of SessionEntry
        In the order of `entries`.

    Raises
    ------
    ConfigError
        If a pattern matches no session.
    """
    if not only:
        return list(entries)
    ids = [entry.id for entry in entries]
    chosen, problems = set(), []
    for pattern in only:
        matches = fnmatch.filter(ids, pattern)
        chosen.update(matches)
        if not matches:
            problems.append(f"only: no session matches '{pattern}'{_nearest_id(pattern, ids)}")
    if problems:
        raise ConfigError(problems)
    return [entry for entry in entries if entry.id in chosen]


def session_id(relative):
    """Turn the path of a session below the dataset folder into its id.

    Parameters
    ----------
    relative : str
        Path relative to the dataset folder, with "/" between the folders.

    Returns
    -------
    str
        The path with "__" for "/". Where characters had to be replaced, a hash of the path follows,
        so that two different paths do not share an id.
    """
    relative = unicodedata.normalize("NFC", relative)  # macOS writes an accent as a sign of its own
    name = relative.replace("/", "__")
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    changed = safe != name or len(safe) > MAX_ID_LENGTH
    safe = safe[:MAX_ID_LENGTH] if safe[:1].isalnum() else f"s{safe[: MAX_ID_LENGTH - 1]}"
    return f"{safe}-{_path_hash(relative, 6)}" if changed else safe


def _nearest_id(pattern, ids):
    """Like errors.nearest, but never with thousands of ids."""
    close = difflib.get_close_matches(pattern, ids, 1)
    return nearest(pattern, close or ids) if close or len(ids) < 10 else f"; {len(ids)} sessions"


def _path_hash(relative, digits):
    """Hash of a path, the same on every machine."""
    return hashlib.sha256(os.fsencode(relative)).hexdigest()[:digits]


def locate(dataset, base_folders):
    """Absolute path of the dataset, or a ConfigError naming the places tried."""
    given = Path(given_paths.as_here(dataset))
    places = [given] if given.is_absolute() else [Path(base) / given for base in base_folders]
    places = list(dict.fromkeys(Path(os.path.abspath(place)) for place in places))
    for place in places:
        if os.path.exists(place := given_paths.as_here(str(place))):
            return Path(place)
    tried = ", ".join(str(place) for place in places)
    raise ConfigError([f"dataset: '{dataset}' not found; looked for {tried}"])


def _search_folder(root, notes):
    """Sessions in and below a folder, sorted by their path."""
    found, visited = set(), set()
    # Folders reached through fewer links come first, then the shallower, then in sorted order: so a
    # session keeps the id of its real place when somebody adds a link to it.
    waiting = [(0, 0, (), os.fspath(root), os.path.realpath(root))]
    while waiting:
        links, depth, parts, path, real = heapq.heappop(waiting)
        if real in visited:
            continue
        visited.add(real)
        files, folders = _list_folder(path, notes)
        outer = _outer_session(parts, found)
        if outer is not None and not SPIKES.isdisjoint(files):
            session = root.joinpath(*outer)
            notes.append(f"{path}: not taken, lies in the session {session}; {NAME_IT}")
        elif outer is None and not MARKERS.isdisjoint(files):
            found.add(parts)
        elif outer is None and folders and depth == MAX_DEPTH:
            notes.append(f"{path}: not searched further, too deep; {NAME_IT}")
        for name, is_link in folders if depth < MAX_DEPTH else ():
            if is_link and (outer is not None or parts in found):
                continue  # what a session links to is looked for at its own place
            child = os.path.join(path, name)
            target = os.path.realpath(child) if is_link else os.path.join(real, name)
            below = (links + is_link, depth + 1, (*parts, name), child, target)
            heapq.heappush(waiting, below)
    if not found:
        known = ", ".join(sorted(MARKERS))
        where = f"{root} or {MAX_DEPTH} levels below"
        raise ConfigError([f"dataset: no session in {where}; expected folders with one of {known}"])
    found = sorted(found)
    folders = [root.joinpath(*parts) for parts in found]
    # The dataset folder may be a session itself; then it goes by its own name.
    own_name = os.path.basename(os.path.normpath(root))
    relatives = ["/".join(parts) or own_name for parts in found]
    return [
        SessionEntry(id=name, folder=folder, problem=path_problem(folder))
        for name, folder in zip(_unique_ids(relatives), folders, strict=True)
    ]


def _outer_session(parts, found):
    """The session that a folder lies in, None where it lies in none."""
    return next((parts[:n] for n in range(len(parts)) if parts[:n] in found), None)


def _list_folder(path, notes):
    """Names of the files, and (name, is a link) of the folders that are not hidden."""
    files, folders = [], []
    try:
        with os.scandir(path) as items:
            for item in items:
                if item.name.startswith(".") or item.name == STORE:
                    continue
                if _is_folder(item, notes):
                    folders.append((item.name, item.is_symlink()))
                else:
                    files.append(item.name)
    except OSError as error:
        notes.append(f"{path}: not searched ({error.strerror})")
    return files, folders


def _is_folder(item, notes):
    """Whether a directory entry is a folder or a link to one; a broken link is a file."""
    try:
        return item.is_dir()
    except OSError as error:
        notes.append(f"{item.path}: not searched ({error.strerror})")
        return False


def _unique_ids(relatives):
    """Ids of the paths; where two clash, ignoring case, all of them get a hash of the path."""
    ids = [session_id(relative) for relative in relatives]
    # A second round with more digits, for the case that short hashes clash too.
    for digits in (6, 16):
        counts = Counter(name.lower() for name in ids)
        for i, name in enumerate(ids):
            if counts[name.lower()] > 1 or name.lower() in RESERVED:
                ids[i] = f"{name}-{_path_hash(relatives[i], digits)}"
    return ids
