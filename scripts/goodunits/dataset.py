"""Find the sessions of a dataset: a folder that is searched, or a sheet that lists them."""

import csv
import difflib
import fnmatch
import hashlib
import heapq
import math
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from goodunits.errors import ConfigError, nearest

MARKERS = frozenset({"spike_times.npy", "spike_clusters.npy", "cluster_KSLabel.tsv"})
MAX_DEPTH = 8
# A session's outputs lie in results/<id>/, so an id must be a short and safe folder name.
SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAX_ID_LENGTH = 150
# Names that the workflow itself uses in results/ (compared ignoring case).
RESERVED = frozenset({
    "benchmarks", "config", "figures", "logs", "methods.bib", "methods.md", "plots", "preview.tsv",
    "provenance.json", "report.html", "restore.tsv", "sessions.tsv", "status.tsv", "summary.tsv",
    "units.tsv", "verify.tsv",
})  # fmt: skip
REQUIRED_COLUMNS = ("session", "path")
COLUMNS = (*REQUIRED_COLUMNS, "criteria", "recording_duration_s", "manual_curation")
MANUAL_CURATION = ("keep", "fill", "overwrite")


@dataclass(frozen=True)
class SessionEntry:
    """One session of the dataset, before any of its files is read.

    Attributes
    ----------
    id : str
        Name of the session in tables and of its folder in results/.
    folder : Path
        Results folder of Kilosort; absolute, links are kept.
    criteria : str or None
        Name of a criteria set; None means the `labels` of the configuration.
    recording_duration_s : float or None
        Length of the recording in s as given by the user; None means read it from the sort.
    manual_curation : str or None
        "keep", "fill" or "overwrite" for this session; None means as configured.
    problem : str or None
        One line saying why this session cannot be treated; None if nothing is known against it.
    """

    id: str
    folder: Path
    criteria: str | None = None
    recording_duration_s: float | None = None
    manual_curation: str | None = None
    problem: str | None = None


def find_sessions(dataset, base_folders, notes=None):
    """List the sessions of a dataset.

    Parameters
    ----------
    dataset : str
        A folder to search for sorts, or a sheet (.tsv); ``~`` is expanded.
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
    place = _locate(dataset, base_folders)
    if place.is_dir():
        return _search_folder(place, [] if notes is None else notes)
    if place.suffix.lower() != ".tsv":
        expected = "expected a folder to search or a tab-separated .tsv"
        raise ConfigError([f"dataset: {place} is a file; {expected}"])
    return _read_sheet(place)


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


def _locate(dataset, base_folders):
    """Absolute path of the dataset, or a ConfigError naming the places tried."""
    given = Path(os.path.expanduser(dataset))
    places = [given] if given.is_absolute() else [Path(base) / given for base in base_folders]
    places = list(dict.fromkeys(Path(os.path.abspath(place)) for place in places))
    for place in places:
        if os.path.exists(place):
            return place
    tried = ", ".join(str(place) for place in places)
    raise ConfigError([f"dataset: '{dataset}' not found; looked for {tried}"])


def _path_problem(folder):
    """Why this path cannot be used, or None."""
    text = str(folder)
    # Control characters, and bytes that are not UTF-8 (Python shows them as surrogates).
    if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", text):
        return f"{ascii(text)}: path holds characters that are not text; rename the folder"
    if "{" in text or "}" in text:
        return f"{folder}: path holds braces, which are Snakemake's wildcards; rename the folder"
    if not os.path.exists(folder):
        return f"{folder}: folder not found; is the path right and the disk mounted?"
    if not os.path.isdir(folder):
        return f"{folder}: is not a folder; expected the results folder of Kilosort"
    return None


def _search_folder(root, notes):
    """Sessions in and below a folder, sorted by their path."""
    found, visited = [], set()
    # Folders reached through fewer links come first, then the shallower, then in sorted order: so a
    # session keeps the id of its real place when somebody adds a link to it.
    waiting = [(0, 0, (), os.fspath(root), os.path.realpath(root))]
    while waiting:
        links, depth, parts, path, real = heapq.heappop(waiting)
        if real in visited:
            continue
        visited.add(real)
        files, folders = _list_folder(path, notes)
        if not MARKERS.isdisjoint(files):
            found.append(parts)
        elif depth < MAX_DEPTH:
            for name, is_link in folders:
                child = os.path.join(path, name)
                target = os.path.realpath(child) if is_link else os.path.join(real, name)
                below = (links + is_link, depth + 1, (*parts, name), child, target)
                heapq.heappush(waiting, below)
    if not found:
        known = ", ".join(sorted(MARKERS))
        where = f"{root} or {MAX_DEPTH} levels below"
        raise ConfigError([f"dataset: no session in {where}; expected folders with one of {known}"])
    found.sort()
    folders = [root.joinpath(*parts) for parts in found]
    # The dataset folder may be a session itself; then it goes by its own name.
    own_name = os.path.basename(os.path.normpath(root))
    relatives = ["/".join(parts) or own_name for parts in found]
    return [
        SessionEntry(id=name, folder=folder, problem=_path_problem(folder))
        for name, folder in zip(_unique_ids(relatives), folders, strict=True)
    ]


def _list_folder(path, notes):
    """Names of the files, and (name, is a link) of the folders that are not hidden."""
    files, folders = [], []
    try:
        with os.scandir(path) as items:
            for item in items:
                if item.name.startswith("."):
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


def _read_sheet(sheet):
    """Sessions of a sheet in its order; all problems are raised at once."""
    rows = _sheet_rows(sheet)
    if not rows:
        raise ConfigError([f"{sheet}: is empty; expected a header with {', '.join(COLUMNS)}"])
    body, header = rows[1:], [name.strip() for name in rows[0][1]]
    problems = [f"{sheet}, line {rows[0][0]}: {text}" for text in _header_problems(header)]
    if problems:
        raise ConfigError(problems)
    if not body:
        raise ConfigError([f"{sheet}: has a header but no session; add one line per session"])
    found, rows = [], {}
    for line, fields in body:
        if len(fields) != len(header):
            expected = f"expected {len(header)} as in the header (an empty field needs its tab too)"
            found.append((line, f"{len(fields)} fields, {expected}"))
            continue
        rows[line] = dict(zip(header, (text.strip() for text in fields), strict=True))
        found += [(line, text) for text in _row_problems(rows[line])]
    found += _repeats(sheet, rows)
    if found:
        raise ConfigError([f"{sheet}, line {line}: {text}" for line, text in sorted(found)])
    return [_sheet_entry(sheet, values) for values in rows.values()]


def _sheet_rows(sheet):
    """List of (line number, fields) without blank lines, comments and empty fields at the end."""
    try:
        text = sheet.read_bytes().decode("utf-8-sig")
        if "\0" in text:
            raise UnicodeError("zero bytes, as in UTF-16")
    except OSError as error:
        raise ConfigError([f"{sheet}: could not be read ({error.strerror})"]) from error
    except UnicodeError as error:
        raise ConfigError([f"{sheet}: is not UTF-8; save it as tab-separated UTF-8"]) from error
    rows = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            # Spreadsheets put quotes around a field that holds a comma or a quote.
            fields = next(csv.reader([line], delimiter="\t", strict=True))
        except csv.Error as error:
            raise ConfigError([f"{sheet}, line {number}: quotes do not match ({error})"]) from error
        width = len(rows[0][1]) if rows else 0
        while len(fields) > width and not fields[-1].strip():
            fields.pop()
        rows.append((number, fields))
    return rows


def _header_problems(header):
    """What is wrong with the names of the columns."""
    problems = [
        f"unknown column '{name}'{nearest(name, COLUMNS)}" for name in header if name not in COLUMNS
    ]
    problems += [
        f"column '{name}' appears twice" for name, count in Counter(header).items() if count > 1
    ]
    problems += [
        f"column '{name}' is missing; found: {', '.join(header)} (is the sheet tab-separated?)"
        for name in REQUIRED_COLUMNS
        if name not in header
    ]
    return problems


def _row_problems(values):
    """What is wrong with the fields of one session."""
    problems = []
    name = values["session"]
    if not SESSION_ID.fullmatch(name) or len(name) > MAX_ID_LENGTH:
        problems.append(
            f"session '{name}': expected letters, digits, '.', '_' and '-', starting with a letter "
            f"or digit, at most {MAX_ID_LENGTH} characters"
        )
    elif name.lower() in RESERVED:
        problems.append(f"session '{name}': results/ has its own '{name}'; choose another id")
    if not values["path"]:
        problems.append("path is empty; expected the results folder of Kilosort")
    duration = values.get("recording_duration_s")
    if duration and not _is_positive(duration):
        problems.append(f"recording_duration_s '{duration}': expected seconds, a number above 0")
    curation = values.get("manual_curation")
    if curation and curation not in MANUAL_CURATION:
        hint = nearest(curation, MANUAL_CURATION)
        problems.append(f"manual_curation '{curation}' is unknown{hint}")
    return problems


def _is_positive(text):
    """Whether a text is a finite number above 0."""
    try:
        return 0 < float(text) < math.inf
    except ValueError:
        return False


def _repeats(sheet, rows):
    """(line, problem) of sessions that appear twice, by id (ignoring case) or by real folder."""
    problems, first_id, first_folder = [], {}, {}
    for line, values in rows.items():
        name = values["session"]
        earlier = first_id.setdefault(name.lower(), (line, name))
        if earlier[0] != line and name:
            first = f"line {earlier[0]}: '{earlier[1]}'; upper and lower case count as the same"
            problems.append((line, f"session '{name}' appears twice ({first})"))
        if not values["path"]:
            continue
        real = os.path.realpath(_sheet_folder(sheet, values))
        earlier = first_folder.setdefault(real, (line, name))
        if earlier[0] != line:
            first = f"session '{earlier[1]}' (line {earlier[0]}): {values['path']}"
            problems.append((line, f"session '{name}' is the same folder as {first}"))
    return problems


def _sheet_folder(sheet, values):
    """Folder of a row; relative paths count from the folder of the sheet."""
    return Path(os.path.abspath(sheet.parent / os.path.expanduser(values["path"])))


def _sheet_entry(sheet, values):
    """Entry of a row without problems."""
    folder = _sheet_folder(sheet, values)
    duration = values.get("recording_duration_s")
    return SessionEntry(
        id=values["session"],
        folder=folder,
        criteria=values.get("criteria") or None,
        recording_duration_s=float(duration) if duration else None,
        manual_curation=values.get("manual_curation") or None,
        problem=_path_problem(folder),
    )
