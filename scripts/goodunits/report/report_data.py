"""What the report shows, gathered from the results of all sessions that are there.

It tells what was written into the session folders, as the tables over all sessions do.
"""

import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from goodunits.base import json_record, tsv
from goodunits.base.errors import ConfigError, in_words
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules
from goodunits.report import report_pairs, report_people, report_points
from goodunits.result_files import own_columns
from goodunits.standing import session_standing
from goodunits.tables import sessions_tsv

# Up to so many units every metric is carried, as it is in metrics.tsv.
EXACT_UNITS = 30_000
# Beside those of criteria and presets, the metrics that are carried of a large dataset.
SHORT_LIST = (
    "n_spikes",
    "firing_rate",
    "presence_ratio",
    "ks_contamination",
    "ks_refractory",
    "isi_violations_ratio",
    "rp_contamination",
    "contamination_upper_bound",
    "duplicate_share",
    "duplicate_of",
    "amplitude_median_ks",
    "amplitude_cutoff_ks",
    "drift_ptp",
    "depth",
    "template_ptp_adc",
)
SCORE = re.compile(r"score(\.\w+)?(?<!_undefined)")
PICTURES = "unit_pictures.npz"
# Pairs of units that a session shows at most; fewer where the dataset has more units than so many.
MOST_PAIRS, FEWER_PAIRS, MANY_PAIRS_UNITS = 100, 20, EXACT_UNITS
# Above so many units of the dataset the points of scores are left to `explain`.
POINTS_UNITS = 80_000
NUMBERS = ("n_units", "n_good", "n_good_before", "n_manual", "n_changed", "recording_duration_s")


@dataclass
class SessionPart:
    """One session of the report.

    Attributes
    ----------
    row : dict
        Its row of sessions.tsv: texts, and NUMBERS as numbers (None where there is none).
    own : dict of str to str
        Columns of the user's own in the session sheet.
    receipt : dict
        Of the last write; empty unless the session is labelled.
    units : list of dict
        Rows of labels.tsv as written.
    metrics : dict of str to array (n_units,)
        Numbers by metric and score, NaN where undefined; words as a list, "" where undefined.
    undefined : list of str
        Why metrics of each unit are undefined; "" where none is.
    pictures : dict of str to array
        As `unit_pictures.draw` gives them; empty where there are none.
    pairs : list of dict
        As `report_pairs.read` gives them.
    steps : dict of str to int16 array (n_units, n_metrics)
        As `report_points.steps_of_units` gives them, by hash of the scorecard.
    """

    row: dict
    own: dict
    receipt: dict
    units: list = field(default_factory=list)
    metrics: dict = field(default_factory=dict)
    undefined: list = field(default_factory=list)
    pictures: dict = field(default_factory=dict)
    pairs: list = field(default_factory=list)
    steps: dict = field(default_factory=dict)

    @property
    def id(self):
        """Session id."""
        return self.row["session"]


@dataclass
class Dataset:
    """All that the report shows.

    Attributes
    ----------
    sessions : list of SessionPart
    sets : dict of str to dict
        Criteria in force by name: the settings of their sessions (`labels`, `manual_curation`, ...)
        and the ids of these `sessions`.
    presets : dict of str to dict
        Configurations that the project ships, by name: `labels`, `metrics`.
    cards : dict of str to Scorecard
        Scorecards in force by their hash; none of a dataset with too many units.
    learned : dict or None
        As `report_people.read` gives it.
    """

    sessions: list
    sets: dict
    presets: dict
    cards: dict = field(default_factory=dict)
    learned: dict | None = None

    @property
    def n_units(self):
        """Units of all sessions."""
        return sum(len(part.units) for part in self.sessions)


def gather(folder, presets, with_pictures=True):
    """Read the results of all sessions.

    Parameters
    ----------
    folder : path-like
        Folder of all results, with sessions.tsv.
    presets : dict of str to dict
        Configurations that the project ships.
    with_pictures : bool
        Whether to read what is drawn of each unit, and metrics that no criterion in force names.

    Returns
    -------
    dataset : Dataset
        A session whose files cannot be read is there without units, with the reason in its row.
    """
    _, rows = tsv.read_table(Path(folder, sessions_tsv.SESSIONS))
    own = own_columns.read(folder)
    parts = [_part(row, own.get(row["session"], {}), Path(folder)) for row in rows]
    dataset = Dataset(parts, _sets(parts), presets)
    names = _metrics_named(dataset)
    if with_pictures:
        names |= _metrics_carried(dataset)
        dataset.learned = report_people.read(folder)
        if _n_units_told(dataset) <= POINTS_UNITS:
            dataset.cards = report_points.read_cards(folder)
    is_large = _n_units_told(dataset) > MANY_PAIRS_UNITS
    most_pairs = (FEWER_PAIRS if is_large else MOST_PAIRS) if with_pictures else None
    for part in parts:
        if part.receipt:
            _add_units(part, Path(folder, part.id), names, dataset.cards, most_pairs)
    return dataset


def _part(row, own, folder):
    """One session without its units."""
    row = row | {name: _number(row.get(name)) for name in NUMBERS}
    receipt = None
    if row["status"] == session_standing.LABELLED:
        receipt = json_record.read_record(folder / row["session"] / session_standing.RECEIPT)
    return SessionPart(row, own, receipt or {})


def _add_units(part, results, names, cards_by_sha, most_pairs):
    """The units of a labelled session, pictures unless `most_pairs` is None.

    Whatever is wrong with its files, the others have theirs.
    """
    try:
        _, units = tsv.read_table(results / session_standing.WRITTEN / "labels.tsv")
        cards = set(report_points.of_receipt(part.receipt, cards_by_sha).values())
        of_cards = {name for sha in cards for name in cards_by_sha[sha].metrics}
        table = results / session_standing.WRITTEN / "metrics.tsv"
        metrics, undefined = read_metrics(table, names | of_cards)
        for sha in cards:
            part.steps[sha] = report_points.steps_of_units(cards_by_sha[sha], metrics, len(units))
        if most_pairs is not None:
            ids = [int(unit["cluster_id"]) for unit in units]
            part.pictures = read_pictures(results / PICTURES, ids)
            part.pairs = report_pairs.read(results, ids, part.pictures, most_pairs)
        carried = {name: values for name, values in metrics.items() if name in names}
        part.units, part.metrics, part.undefined = units, carried | scores(units), undefined
    except Exception as error:
        part.row |= {"status": session_standing.FAILED, "reason": in_words(error)}
        part.receipt, part.steps, part.pairs = {}, {}, []


def _n_units_told(dataset):
    """Units of the labelled sessions, before any is read."""
    return sum(part.row["n_units"] or 0 for part in dataset.sessions if part.receipt)


def _metrics_carried(dataset):
    """Metrics that the page carries beside those named: of many units only the most asked for."""
    return all_metrics.METRICS.keys() if _n_units_told(dataset) <= EXACT_UNITS else {*SHORT_LIST}


def _metrics_named(dataset):
    """Metrics that criteria in force or presets name."""
    blocks = [used["labels"] for used in (*dataset.sets.values(), *dataset.presets.values())]
    rules = filter(None, map(plain_rules, blocks))
    return {name for block in rules for name in block["metrics"]}


def _number(text):
    """Number in a cell; None where there is none."""
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return int(number) if number.is_integer() else number


def read_metrics(path, names):
    """Read a metrics.tsv column by column, which is far quicker than row by row.

    Parameters
    ----------
    path : path-like
        A metrics.tsv that was checked when it was written.
    names : set of str
        Metrics to read.

    Returns
    -------
    metrics : dict of str to (float array or list of str)
        Of those that are there; yes/no as 1 and 0, NaN or "" where undefined.
    undefined : list of str
        Last column.
    """
    lines = Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    header = lines[0].split("\t")
    columns = list(zip(*(line.split("\t") for line in lines[1:]), strict=True))
    cells = dict(zip(header, columns or [()] * len(header), strict=True))
    metrics = {
        name: _values(cells[name], all_metrics.METRICS[name].kind)
        for name in header
        if name in names
    }
    return metrics, list(cells.get(header[-1], ()))


def _values(cells, kind):
    """Values of one column."""
    if kind == "label":
        return list(cells)
    if kind == "bool":
        codes = {"True": 1.0, "False": 0.0}
        return np.array([codes.get(cell, np.nan) for cell in cells])
    return np.array([cell or "nan" for cell in cells], dtype=np.float64)


def scores(units):
    """Scores of scorecards, which criteria use as metrics.

    Parameters
    ----------
    units : list of dict of str to str
        Rows of labels.tsv.

    Returns
    -------
    scores : dict of str to float array (n_units,)
        From 0 to 1, NaN where undefined.
    """
    names = [name for name in (units[0] if units else ()) if SCORE.fullmatch(name)]
    return {name: _values([unit[name] for unit in units], "float") for name in names}


def about(name):
    """What the page says of a metric or a score.

    Parameters
    ----------
    name : str
        Of the metric.

    Returns
    -------
    about : dict of str to str
        `name`, `unit`, `kind`, `better`, `description`.
    """
    if name not in all_metrics.METRICS:
        said = "Score from 0 to 1 by a scorecard: points of many metrics, added up."
        return {"name": name, "unit": "", "kind": "float", "better": "higher", "description": said}
    metric = all_metrics.METRICS[name]
    keys = ("name", "unit", "kind", "better", "description")
    return {key: getattr(metric, key) for key in keys}


def read_pictures(path, ids):
    """Pictures of some units; empty where there are none, or none of these.

    Parameters
    ----------
    path : path-like
        File of `unit_pictures.write`.
    ids : list of int
        Units of the session, ascending.

    Returns
    -------
    pictures : dict of str to array
    """
    try:
        with np.load(path) as file:
            pictures = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return {}
    is_same = np.array_equal(pictures.get("unit_ids", ()), ids)
    return pictures if is_same and "problem" not in pictures else {}


def _sets(parts):
    """Criteria in force by name; where sessions were labelled by several of one name, each."""
    found = {}
    for part in parts:
        settings = part.receipt.get("settings")
        if not settings:
            continue
        key = (settings["criteria"], json.dumps(settings["labels"], sort_keys=True))
        kept = found.setdefault(key, {**settings, "sessions": []})
        kept["sessions"].append(part.id)
    named = {}
    for (name, _), settings in found.items():
        number = sum(other.split(" (")[0] == name for other in named)
        named[f"{name} ({number + 1})" if number else name] = settings
    return named


def plain_rules(block):
    """Label rules as plain data for the page; None if they cannot be read.

    Parameters
    ----------
    block : mapping or list
        Label classes as in the configuration.

    Returns
    -------
    rules : dict or None
        `classes`: pairs of label and node; a node is `{"all" or "any": [nodes]}` or a check:
        `metric`, `operator`, `target`, `absolute`, `undefined` ("pass" or "fail"), `text`. `rest`:
        a label. `metrics`: names in use. `shown_as`: group in Phy of classes that it does not know.
    """
    try:
        rules = label_rules.parse_labels(block, None)
    except ConfigError:
        return None
    classes = [[label, _plain_node(node)] for label, node in rules.classes]
    return {
        "classes": classes,
        "rest": rules.rest,
        "metrics": list(rules.metrics),
        "shown_as": dict(rules.shown_as),
    }


def _plain_node(node):
    """A check or a group as plain data."""
    if hasattr(node, "parts"):
        return {node.mode: [_plain_node(part) for part in node.parts]}
    check = node.criterion
    target = list(check.target) if isinstance(check.target, tuple) else check.target
    return {
        "metric": check.metric,
        "operator": check.operator,
        "target": target,
        "absolute": check.absolute,
        "undefined": "pass" if node.undefined_passes else "fail",
        "text": check.text,
    }
