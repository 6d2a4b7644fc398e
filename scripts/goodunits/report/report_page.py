"""The report: one HTML file that needs nothing else, made of templates and numbers."""

import base64
import hashlib
from collections import Counter, defaultdict
from pathlib import Path

import jinja2
import numpy as np

from goodunits.base import files, json_record
from goodunits.catalogue import all_metrics
from goodunits.config import yaml_file
from goodunits.report import (
    report_changes,
    report_data,
    report_files,
    report_payload,
    report_points,
    report_warnings,
)
from goodunits.standing import session_standing

NAME = "report.html"
SOFTWARE = {"python": "Python", "numpy": "NumPy", "numba": "Numba", "snakemake": "Snakemake"}
LABEL_COLUMNS = ("label", "label_before", "source", "label_criteria")


def write(folder, page_files, preset_files, project_file, now=None):
    """Make results/report.html of what is there.

    Parameters
    ----------
    folder : path-like
        Folder of all results, with sessions.tsv.
    page_files : list of path-like
        The files of report_files.PAGE, in any order.
    preset_files : list of path-like
        Criteria that the project ships.
    project_file : path-like
        File that says which version of the project runs.
    now : str, optional
        Time stamp.
    """
    now = now or files.time_stamp()
    presets = {Path(path).stem: yaml_file.load_yaml(path) for path in preset_files}
    dataset = report_data.gather(folder, presets)
    changes = report_changes.update(dataset, folder, now)
    project = json_record.read_record(project_file) or {}
    text = render(dataset, changes, page_files, project, now, _methods(folder))
    files.write_atomically(Path(folder, NAME), text.encode("utf-8", "replace"))


def _methods(folder):
    """Text for a paper, where it was made."""
    data = files.read_optional(Path(folder, "methods.md"))
    return data.decode("utf-8", "replace") if data else ""


def render(dataset, changes, page_files, project, now, methods=""):
    """Text of the page.

    Parameters
    ----------
    dataset : Dataset
        All sessions.
    changes : dict or None
        As `report_changes.update` gives it.
    page_files : list of path-like
        The files of report_files.PAGE.
    project : dict
        `commit` and `dirty`.
    now : str
        Time stamp.
    methods : str
        Text for a paper.

    Returns
    -------
    text : str
    """
    by_name = {_name_in_page(path): path for path in page_files}
    texts = {name: Path(by_name[name]).read_text(encoding="utf-8") for name in report_files.PAGE}
    sets = {name: _set(used) for name, used in dataset.sets.items()}
    presets = {name: _preset(block, dataset) for name, block in dataset.presets.items()}
    readable = [block["rules"] for block in (*sets.values(), *presets.values()) if block["rules"]]
    there = {name for part in dataset.sessions for name in part.metrics}
    scores = sorted(there - set(all_metrics.METRICS))
    names = [*scores, *(name for name in all_metrics.METRICS if name in there)]
    warned = report_warnings.warnings(dataset)
    columns, head = _columns(dataset, names, readable)
    head |= {
        "made": now,
        "project": project,
        "software": _software(dataset),
        "sessions": [_session_head(part, dataset) for part in dataset.sessions],
        "cards": {sha: report_points.in_page(item) for sha, item in dataset.cards.items()},
        "learned": dataset.learned,
        "sets": sets,
        "presets": presets,
        "warnings": warned,
        "changes": changes,
    }
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(texts[report_files.TEMPLATE]).render(
        head=head,
        totals=_totals(dataset),
        columns=columns,
        blocks=_blocks(dataset),
        methods=methods,
        styles=[texts[name] for name in report_files.STYLES],
        scripts=[texts[name] for name in report_files.SCRIPTS],
        script_hashes=[_csp_hash(texts[name]) for name in report_files.SCRIPTS],
    )


def _name_in_page(path):
    """Name of a page file as in report_files.PAGE."""
    path = Path(path)
    return f"vendor/{path.name}" if path.parent.name == "vendor" else path.name


def _csp_hash(text):
    """Hash by which a browser knows a script of ours."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _set(used):
    """Criteria in force, for the page."""
    return {
        "rules": report_data.plain_rules(used["labels"]),
        "sessions": used["sessions"],
        "manual_curation": used.get("manual_curation", "keep"),
    }


def _preset(block, dataset):
    """Criteria that the project ships, for the page, and which numbers they would measure anew."""
    measured = {}
    for part in dataset.sessions:
        measured = part.receipt.get("measured", {}).get("parameters", {}) or measured
    other = [
        f"{metric}.{name}"
        for metric, values in block.get("metrics", {}).items()
        for name, value in values.items()
        if measured and measured.get(metric, {}).get(name) != value
    ]
    return {"rules": report_data.plain_rules(block["labels"]), "other_parameters": other}


def _software(dataset):
    """What measured, as rows of name and versions with the number of their sessions."""
    found = defaultdict(Counter)
    for part in dataset.sessions:
        for name, version in part.receipt.get("measured", {}).get("software", {}).items():
            found[SOFTWARE.get(name, name)][version] += 1
    return [
        [name, ", ".join(f"{version} ({n} session(s))" for version, n in counts.most_common())]
        for name, counts in sorted(found.items())
    ]


def _session_head(part, dataset):
    """One session, for the page."""
    row = part.row
    names = ("status", "reason", "folder", "written", "criteria", "kilosort_version")
    return {
        "id": part.id,
        "own": part.own,
        "n": len(part.units),
        "manual_curation": part.receipt.get("settings", {}).get("manual_curation", ""),
        "scores": report_points.of_receipt(part.receipt, dataset.cards),
        **{name: row.get(name) or "" for name in names},
        **{name: row.get(name) for name in report_data.NUMBERS},
    }


def _columns(dataset, names, rules):
    """Packed columns over all units by name, and what the page has to know of them."""
    parts, exact = dataset.sessions, dataset.n_units <= report_data.EXACT_UNITS
    thresholds, columns, metrics = report_payload.thresholds_of(rules), {}, []
    for name in names:
        about = report_data.about(name)
        if about["kind"] == "label":
            cells = [part.metrics.get(name, [""] * len(part.units)) for part in parts]
            about["words"], values = report_payload.word_column([c for cell in cells for c in cell])
        else:
            known = thresholds.get(name, ())
            values = report_payload.number_column(name, parts, known, dataset.n_units)
        metrics.append({**about, "type": values.dtype.str})
        columns[f"metric-{name}"] = report_payload.packed(report_payload.shuffled(values))
    head = {"metrics": metrics, "words": {}, "code_types": {}, "exact": exact}
    for name in LABEL_COLUMNS:
        cells = [unit[name] for part in parts for unit in part.units]
        head["words"][name], codes = report_payload.word_column(cells)
        head["code_types"][name] = codes.dtype.str
        columns[f"column-{name}"] = report_payload.packed(report_payload.shuffled(codes))
    ids = [int(unit["cluster_id"]) for part in parts for unit in part.units]
    columns["column-cluster_id"] = report_payload.packed(
        report_payload.shuffled(np.array(ids, dtype="<f8"))
    )
    return columns, head


def _blocks(dataset):
    """Packed blocks of the sessions that have units, by their place."""
    return {
        place: report_payload.session_block(part, dataset.n_units)
        for place, part in enumerate(dataset.sessions)
        if part.units
    }


def _totals(dataset):
    """Numbers of the first screen."""
    done = [part for part in dataset.sessions if part.row["status"] == session_standing.LABELLED]
    failed = [part for part in dataset.sessions if part.row["status"] == session_standing.FAILED]
    return {
        "sessions": len(dataset.sessions),
        "labelled": len(done),
        "failed": len(failed),
        "units": sum(len(part.units) for part in done),
        "good": sum(part.row["n_good"] or 0 for part in done),
        "good_before": sum(part.row["n_good_before"] or 0 for part in done),
        "manual": sum(part.row["n_manual"] or 0 for part in done),
        "changed": sum(part.row["n_changed"] or 0 for part in done),
        "duration_h": sum(part.row["recording_duration_s"] or 0 for part in done) / 3600,
    }
