"""Read and write the small tables of a session: Phy's label files and our own.

Standard library only.
"""

import csv
import io
from typing import NamedTuple

from goodunits.errors import SessionError


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
        If the bytes are not UTF-8 text or have no `cluster_id` column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SessionError(
            f"{where}: not UTF-8 text ({error}); repair or remove the file"
        ) from None
    first = text.split("\n", 1)[0]
    try:
        rows = list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in first else ","))
    except csv.Error as error:
        raise SessionError(f"{where}: not a table ({error}); repair or remove the file") from None
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not rows or "cluster_id" not in rows[0]:
        found = first.strip()[:60] or "nothing"
        raise SessionError(
            f"{where}: the first line should name a cluster_id column, found {found!r}; "
            "repair or remove the file"
        )
    return rows[0], rows[1:]


def parse_cluster_id(text, where, line):
    """Read a cluster id; bombcell writes 12.0 where it means 12."""
    try:
        number = float(text)
        if number != int(number) or number < 0:
            raise ValueError
    except (ValueError, OverflowError):
        raise SessionError(
            f"{where}, line {line}: cluster_id should be a whole number, found {text!r}; "
            "repair or remove the file"
        ) from None
    return int(number)


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
    """
    header, _ = parse_rows(data, where)
    others = [name for name in header if name and name != "cluster_id"]
    if not others:
        raise SessionError(f"{where}: no label column beside cluster_id; repair or remove the file")
    column = preferred if preferred in others else others[0]
    return LabelTable(column, parse_columns(data, where, [column])[column])


def format_table(header, rows):
    """Text of a table as UTF-8 bytes: tab separated, LF, header first."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode(errors="backslashreplace")


def format_labels(column, labels):
    """Bytes of a label file: every cluster id ascending, as Phy and SpikeInterface need it."""
    return format_table(["cluster_id", column], [[i, labels[i]] for i in sorted(labels)])


def read_header(path):
    """Column names of one of our own tables."""
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.reader(file, delimiter="\t"), [])


def read_table(path):
    """Read one of our own tables into a header and one dict per row."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, delimiter="\t")
        rows = list(reader)
    return list(reader.fieldnames or []), rows
