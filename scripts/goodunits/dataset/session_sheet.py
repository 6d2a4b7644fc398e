"""Read the sheet that lists the sessions of a dataset, as spreadsheet programs save it."""

import csv
import difflib
import math
import os
import re
from collections import Counter
from pathlib import Path

from goodunits.base import guarded
from goodunits.base.errors import ConfigError, SessionError, nearest
from goodunits.catalogue import all_metrics
from goodunits.dataset import given_paths
from goodunits.dataset.session_entry import (
    MAX_ID_LENGTH,
    RESERVED,
    SESSION_ID,
    SessionEntry,
    path_problem,
)
from goodunits.result_files.metrics_tsv import WHY_COLUMN
from goodunits.scorecards import quantities
from goodunits.tables import sessions_tsv, units_tsv

MAX_BYTES = 10 * guarded.MB
SUFFIXES = (".tsv", ".csv", ".txt")
REQUIRED_COLUMNS = ("session", "path")
COLUMNS = (*REQUIRED_COLUMNS, "criteria", "recording_duration_s", "manual_curation", "allow_copy")
MANUAL_CURATION = ("keep", "fill", "overwrite")
YES, NO = ("yes", "true"), ("no", "false", "")
SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}
# Like a misspelt name of ours, not a column of the user's own.
MISSPELT = 0.8


def read_sheet(sheet):
    """Sessions of a sheet in its order.

    Parameters
    ----------
    sheet : Path
        Text separated by tabs, commas or semicolons, UTF-8 or UTF-16, with a header.

    Returns
    -------
    list of SessionEntry

    Raises
    ------
    ConfigError
        With all problems, each with its line.
    """
    rows = _rows(sheet, _text(sheet))
    if not rows:
        raise ConfigError([f"{sheet}: is empty; expected a header with {', '.join(COLUMNS)}"])
    body, header = rows[1:], [_column_name(name) for name in rows[0][1]]
    problems = [f"{sheet}, line {rows[0][0]}: {text}" for text in _header_problems(header)]
    if problems:
        raise ConfigError(problems)
    if not body:
        raise ConfigError([f"{sheet}: has a header but no session; add one line per session"])
    found, rows = [], {}
    for line, fields in body:
        if len(fields) != len(header):
            found.append((line, _width_problem(len(fields), len(header))))
            continue
        rows[line] = dict(zip(header, (text.strip() for text in fields), strict=True))
        found += [(line, text) for text in _row_problems(rows[line])]
    found += _repeats(sheet, rows)
    if found:
        raise ConfigError([f"{sheet}, line {line}: {text}" for line, text in sorted(found)])
    return [_entry(sheet, values) for values in rows.values()]


def _text(sheet):
    """Text of a sheet, UTF-8 or UTF-16 with or without a byte order mark."""
    try:
        data = guarded.read(sheet, MAX_BYTES)
    except SessionError as error:
        raise ConfigError([str(error)]) from error
    except OSError as error:
        raise ConfigError([f"{sheet}: could not be read ({error.strerror})"]) from error
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in data[:200]:
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    try:
        text = data.decode(encoding)
        if "\0" in text:
            raise UnicodeError("zero bytes")
    except UnicodeError as error:
        hint = "save it as 'CSV UTF-8', or as Unicode text"
        raise ConfigError([f"{sheet}: is not UTF-8 or UTF-16; {hint}"]) from error
    return text


def _rows(sheet, text):
    """List of (line number, fields) without blank lines, comments and empty fields at the end."""
    rows, separator = [], None
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if not line.strip() or line.lstrip('"').startswith("#"):
            continue
        if number == 1 and re.fullmatch(r"sep=.", line):  # a word of Excel to itself
            continue
        separator = separator or _separator(line)
        try:
            # Spreadsheets put quotes around a field that holds the separator or a quote.
            fields = next(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error as error:
            hint = f"quotes do not match, or a field holds a line break ({error})"
            raise ConfigError([f"{sheet}, line {number}: {hint}"]) from error
        width = len(rows[0][1]) if rows else 0
        while len(fields) > width and not fields[-1].strip():
            fields.pop()
        if any(field.strip() for field in fields):
            rows.append((number, fields))
    return rows


def _separator(header):
    """Separator of the header line: the one that shows most of our columns, then most columns."""

    def worth(separator):
        names = [_column_name(name) for name in header.replace('"', "").split(separator)]
        return len(set(names) & set(COLUMNS)), len(names)

    return max(SEPARATORS, key=worth)


def _column_name(name):
    """Name of a column: ours in any case and with spaces, the user's own as it stands."""
    name = name.strip()
    plain = re.sub(r"[\s-]+", "_", name.lower())
    return plain if plain in COLUMNS else name


def _header_problems(header):
    """What is wrong with the names of the columns."""
    problems = [
        f"column '{name}' is missing; found: {', '.join(header)} (is the sheet separated by tabs, "
        "commas or semicolons?)"
        for name in REQUIRED_COLUMNS
        if name not in header
    ]
    counts = Counter(name.lower() for name in header)
    problems += [f"column '{name}' appears twice" for name, count in counts.items() if count > 1]
    own = [name for name in header if name not in COLUMNS]
    lacking = [name for name in COLUMNS if name not in header]
    return problems + [text for name in own if (text := _own_column_problem(name, lacking))]


def _own_column_problem(name, lacking):
    """Why a column of the user's own cannot be carried into the tables, or None."""
    if not name:
        return "a column has no name; name or remove it"
    if not name.isprintable():
        return f"column {name!r} holds characters that are not text; rename it"
    if close := difflib.get_close_matches(name.lower(), lacking, 1, MISSPELT):
        return f"unknown column '{name}', did you mean '{close[0]}'?"
    is_score = quantities.is_score(name.lower().removesuffix(quantities.UNDEFINED_SUFFIX))
    if is_score or name.lower() in _names_in_tables():
        return f"column '{name}' is the name of a column in our tables; rename it"
    return None


def _names_in_tables():
    """Names, in lower case, of the columns of sessions.tsv and units.tsv."""
    names = (*sessions_tsv.SESSION_COLUMNS, *units_tsv.FIRST, *all_metrics.METRICS, WHY_COLUMN)
    return {name.lower() for name in names}


def _width_problem(found, expected):
    """Say that a line has too few or too many fields."""
    hint = (
        "an empty field needs its separator too"
        if found < expected
        else "a field that holds the separator needs quotes around it"
    )
    return f"{found} fields, expected {expected} as in the header ({hint})"


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
    if curation and curation.lower() not in MANUAL_CURATION:
        hint = nearest(curation, MANUAL_CURATION)
        problems.append(f"manual_curation '{curation}' is unknown{hint}")
    if (allowed := values.get("allow_copy", "")).lower() not in (*YES, *NO):
        problems.append(f"allow_copy '{allowed}': expected yes, no or nothing")
    problems += [
        f"column '{name}' holds characters that are not text: {text!r}"
        for name, text in values.items()
        if name not in COLUMNS and not text.isprintable()
    ]
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
        real = os.path.realpath(_folder(sheet, values))
        earlier = first_folder.setdefault(real, (line, name))
        if earlier[0] != line:
            first = f"session '{earlier[1]}' (line {earlier[0]}): {values['path']}"
            problems.append((line, f"session '{name}' is the same folder as {first}"))
    return problems


def _folder(sheet, values):
    """Folder of a row; relative paths count from the folder of the sheet."""
    path = given_paths.as_here(values["path"])
    if os.path.isabs(path):
        return Path(os.path.normpath(path))
    return Path(given_paths.as_here(os.path.abspath(sheet.parent / path)))


def _entry(sheet, values):
    """Entry of a row without problems."""
    folder = _folder(sheet, values)
    duration = values.get("recording_duration_s")
    return SessionEntry(
        id=values["session"],
        folder=folder,
        criteria=values.get("criteria") or None,
        recording_duration_s=float(duration) if duration else None,
        manual_curation=values.get("manual_curation", "").lower() or None,
        problem=path_problem(folder),
        allow_copy=values.get("allow_copy", "").lower() in YES,
        columns={name: text for name, text in values.items() if name not in COLUMNS},
    )
