"""Read and write the small tables of a session: Phy's label files and our own.

Standard library only.
"""

import csv
import io
import re
from itertools import zip_longest
from typing import NamedTuple

from goodunits.base import errors
from goodunits.base.errors import SessionError

LINE_END = re.compile(r"\r\n|\n|\r")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
CLUSTER_ID = re.compile(r"([0-9]{1,18})(\.0*)?")
PHY_LABELS = ("good", "mua", "noise", "unsorted")
# What a spreadsheet takes for a formula, unless it is a number.
FORMULA = re.compile(r"[=+\-@](?![0-9.]+(e[-+]?[0-9]+)?$)", re.IGNORECASE)
# What looks like such a formula after its quote was put before it.
QUOTED = re.compile(r"'+[=+\-@]")


class LabelTable(NamedTuple):
    """Labels of one Phy file: the name of its label column and one label per cluster id."""

    column: str
    labels: dict


def parse_rows(data, where):
    """Split the bytes of a table into a header and rows of text.

    Parameters
    ----------
    data : bytes
        UTF-8 text with or without a byte order mark, LF or CRLF, tab or comma separated.
    where : str
        Name of the file, for the message.

    Returns
    -------
    header : list of str
    rows : list of list of str
        Blank lines left out.

    Raises
    ------
    SessionError
        If the bytes are not UTF-8 text or empty, hold control characters or quotes that do not
        match, or have no `cluster_id` column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SessionError(
            f"{where}: not UTF-8 text ({error.reason})", code=errors.DAMAGED
        ) from None
    if not text.strip():
        raise SessionError(f"{where}, line 1: damaged, the file is empty", code=errors.DAMAGED)
    lines = LINE_END.split(text)
    for number, line in enumerate(lines, 1):
        if harmful := CONTROL.search(line):
            raise SessionError(
                f"{where}, line {number}: damaged, holds {harmful[0]!a}", code=errors.DAMAGED
            )
    rows = _cells(lines, where)
    if not rows or "cluster_id" not in rows[0]:
        found = lines[0].strip()[:60] or "nothing"
        raise SessionError(
            f"{where}: the first line should name a cluster_id column, found {found!r}"
        )
    return rows[0], rows[1:]


def _cells(lines, where):
    """Cells of every line that is not blank; a line is a row, whatever its quotes say."""
    reader = csv.reader(lines, delimiter="\t" if "\t" in lines[0] else ",", strict=True)
    rows, line = [], 0
    try:
        for row in reader:
            if reader.line_num != line + 1:
                raise csv.Error("quotes that do not match")
            line += 1
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append(cells)
    except csv.Error as error:
        raise SessionError(f"{where}, line {line + 1}: damaged ({error})") from None
    return rows


def parse_cluster_id(text, where, line):
    """Read a cluster id; bombcell writes 12.0 where it means 12."""
    whole = CLUSTER_ID.fullmatch(text)
    if whole is None:
        raise SessionError(
            f"{where}, line {line}: cluster_id should be a whole number, found {text[:60]!r}"
        )
    return int(whole[1])


def parse_columns(data, where, columns):
    """Read some columns of a table by cluster id.

    Parameters
    ----------
    data : bytes
        As for `parse_rows`.
    where : str
        Name of the file, for the message.
    columns : sequence of str
        Names wanted; one that the table lacks comes out empty.

    Returns
    -------
    values : dict of str to dict of int to str
        For each column, the text of each cluster id that has any.
    """
    header, rows = parse_rows(data, where)
    id_at = header.index("cluster_id")
    places = {name: header.index(name) for name in columns if name in header}
    values = {name: {} for name in columns}
    for line, row in enumerate(rows, 2):
        cluster_id = parse_cluster_id(row[id_at] if id_at < len(row) else "", where, line)
        for name, place in places.items():
            if place < len(row) and row[place]:
                values[name][cluster_id] = row[place]
    return values


def parse_labels(data, where, preferred="group"):
    """Read one label file of Phy or Kilosort.

    Parameters
    ----------
    data : bytes
        As for `parse_rows`.
    where : str
        Name of the file, for the message.
    preferred : str
        Column to take where the file has it; otherwise the first one beside `cluster_id`.

    Returns
    -------
    table : LabelTable
        Without the clusters that have no label.

    Raises
    ------
    SessionError
        If the file is damaged, so that its labels may not be those that somebody gave.
    """
    header, rows = parse_rows(data, where)
    others = [name for name in header if name and name != "cluster_id"]
    if not others:
        raise SessionError(f"{where}: no label column beside cluster_id")
    column = preferred if preferred in others else others[0]
    labels, id_at, label_at = {}, header.index("cluster_id"), header.index(column)
    for line, row in enumerate(rows, 2):
        cluster_id = parse_cluster_id(row[id_at] if id_at < len(row) else "", where, line)
        if any(row[len(header) :]):
            raise SessionError(f"{where}, line {line}: damaged, more cells than in the first line")
        label = row[label_at] if label_at < len(row) else ""
        if label and labels.setdefault(cluster_id, label) != label:
            raise SessionError(f"{where}, line {line}: cluster {cluster_id} has two labels")
    if not data.endswith((b"\n", b"\r")):
        _demand_whole_end(header, rows, label_at, where)
    return LabelTable(column, labels)


def _demand_whole_end(header, rows, label_at, where):
    """Raise if a file was cut within its last line.

    Programs end a line. A person may not have, so a last label counts that is one of Phy's or
    stands elsewhere in the file.
    """
    *before, last = [header, *rows]
    label = last[label_at] if len(last) == len(header) else ""
    if not before or label not in {
        *PHY_LABELS,
        *(row[label_at] for row in before if row[label_at:]),
    }:
        raise SessionError(
            f"{where}, line {1 + len(rows)}: cut short within the line, found {chr(9).join(last)!r}"
        )


def format_table(header, rows):
    """Text of a table as UTF-8 bytes: tab separated, LF, header first."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode(errors="backslashreplace")


def format_results(header, rows):
    """Text of a table for people: no cell is a formula to a spreadsheet; `read_table` undoes it."""
    return format_table(header, [[_no_formula(cell) for cell in row] for row in rows])


def _no_formula(cell):
    if isinstance(cell, str) and (FORMULA.match(cell) or QUOTED.match(cell)):
        return f"'{cell}"
    return cell


def format_labels(column, labels):
    """Bytes of a label file: every cluster id ascending, as Phy and SpikeInterface need it."""
    return format_table(["cluster_id", column], [[i, labels[i]] for i in sorted(labels)])


def read_header(path):
    """Column names of one of our own tables."""
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.reader(file, delimiter="\t"), [])


def read_table(path):
    """Read one of our own tables into a header and one dict per row; None where a row is short."""
    with open(path, newline="", encoding="utf-8") as file:
        text = file.read()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    header = next(reader, [])
    rows = [row for row in reader if row]
    if "'" in text:  # seldom: to look at each cell takes longer than to read it
        rows = [map(_as_given, row) for row in rows]
    return header, [dict(zip_longest(header, row)) for row in rows]


def _as_given(cell):
    """Undo what `format_results` does to a cell."""
    return cell[1:] if QUOTED.match(cell) else cell
