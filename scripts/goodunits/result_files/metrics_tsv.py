"""Reading and writing metrics.tsv. Standard library only: light jobs import this module.

One row per unit, `cluster_id` first, blank where a metric is undefined, and a last column
`undefined` that says why: "ks_q12: too_few_spikes; ks_label: id_new_since_sorting".
"""

import math
from pathlib import Path

from goodunits.base import errors, files
from goodunits.base.errors import SessionError, nearest
from goodunits.catalogue import all_metrics

ID_COLUMN = "cluster_id"
WHY_COLUMN = "undefined"
BOOLS = {"True": True, "False": False}


def write_rows(path, unit_ids, columns, undefined):
    """Write metrics.tsv.

    Parameters
    ----------
    path : path
        File to write; its folder exists.
    unit_ids : sequence of int (n_units,)
        Cluster ids, ascending.
    columns : dict of str to sequence (n_units,)
        Values of each metric; NaN or None where undefined.
    undefined : dict of int to dict of str to str
        Reason by unit id and metric.
    """
    lines = ["\t".join([ID_COLUMN, *columns, WHY_COLUMN])]
    for row, unit_id in enumerate(unit_ids):
        cells = [_text(values[row], all_metrics.METRICS[name]) for name, values in columns.items()]
        reasons = undefined.get(int(unit_id), {})
        why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        lines.append("\t".join([str(int(unit_id)), *cells, why]))
    with files.naming(path):
        Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_metrics(path):
    """Read metrics.tsv.

    Parameters
    ----------
    path : path
        File written by `write_rows`.

    Returns
    -------
    rows : list of dict
        One per unit: `cluster_id` (int) and each metric by name as float, int, bool or str, None
        where undefined.
    undefined : dict of int to dict of str to str
        Reason by unit id and metric; only units with an undefined metric.

    Raises
    ------
    SessionError
        If the file is missing, has a column that is no metric, or a value of the wrong kind.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise SessionError(
            f"{path}: could not be read ({problem}); compute it again", code=errors.DAMAGED
        ) from None
    header = lines[0].split("\t")
    names = _metric_names(path, header)
    rows, undefined = [], {}
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        try:
            unit_id, reasons = int(cells[0]), _reasons(cells[-1])
            values = {
                name: _value(cell, all_metrics.METRICS[name])
                for name, cell in zip(names, cells[1:-1], strict=True)
            }
        except (ValueError, KeyError):
            raise SessionError(
                f"{path}, line {number}: not a row of metrics.tsv with {len(header)} columns: "
                f"{line[:80]!r}; delete the file to compute it again",
                code=errors.DAMAGED,
            ) from None
        rows.append({ID_COLUMN: unit_id, **values})
        if reasons:
            undefined[unit_id] = reasons
    return rows, undefined


def _metric_names(path, header):
    """Names between the first and the last column, all in the catalogue."""
    if len(header) < 2 or header[0] != ID_COLUMN or header[-1] != WHY_COLUMN:
        raise SessionError(
            f"{path}: expected columns {ID_COLUMN}, metrics, {WHY_COLUMN}, found "
            f"{', '.join(header) or 'an empty file'}; delete the file to compute it again",
            code=errors.DAMAGED,
        )
    for name in header[1:-1]:
        if name not in all_metrics.METRICS:
            raise SessionError(
                f"{path}: column '{name}' is no metric{nearest(name, all_metrics.METRICS)}; "
                "delete the file to compute it again"
            )
    return header[1:-1]


def _text(value, metric):
    """Cell of one value; floats as the shortest text that reads back exactly."""
    if value is None or (metric.kind == "float" and math.isnan(value)):
        return ""
    convert = {"float": float, "int": int, "bool": bool, "label": str}[metric.kind]
    return str(convert(value))


def _value(cell, metric):
    """Value of one cell; KeyError or ValueError if it is of the wrong kind."""
    if cell == "":
        return None
    if metric.kind == "bool":
        return BOOLS[cell]
    return {"float": float, "int": int, "label": str}[metric.kind](cell)


def _reasons(cell):
    """Reasons by metric name; ValueError if the text is not made of "name: reason" items."""
    items = [item.split(": ") for item in cell.split("; ")] if cell else []
    return {name: reason for name, reason in items}
