"""Labelled sessions made without a sort, for tests of what is said of them."""

import json
from pathlib import Path

from goodunits.base import files, tsv
from goodunits.results import labels_tsv
from goodunits.session_folder import file_names
from goodunits.standing import session_standing

UNITS = [
    (0, "good", "good", "criteria"),
    (2, "mua", "good", "criteria"),
    (9, "good", "mua", "manual"),
]
TIME = "2026-01-02T03:04:05+0000"


def write_labels(folder, units):
    """Label files of a session folder; the criteria say the same as people."""
    labels = {i: label for i, label, *_ in units}
    Path(folder, file_names.KS_FILE).write_bytes(tsv.format_labels("KSLabel", labels))
    Path(folder, file_names.GROUP_FILE).write_bytes(tsv.format_labels("group", labels))


def label(folder, results, units=UNITS, criteria="labels", notes=(), measured_notes=()):
    """Everything that a labelled session has."""
    written = results / session_standing.WRITTEN
    for place in (folder, written):
        place.mkdir(parents=True, exist_ok=True)
    write_labels(folder, units)
    rows = [[i, said, before, source, "", said] for i, said, before, source in units]
    tables = {
        "labels.tsv": tsv.format_table(labels_tsv.FIXED_COLUMNS, rows),
        "metrics.tsv": tsv.format_table(["cluster_id", "rate"], [[i, i / 2] for i, *_ in units]),
    }
    for name, data in tables.items():
        (results / name).write_bytes(data)
        (written / name).write_bytes(data)
    for name in ("backup.json", "measured.json"):
        (results / name).write_text("{}")
    receipt = {
        "folder": str(folder),
        "time": TIME,
        "sort_id": "0123456789abcdef",
        "written": {
            n: files.sha256_file(folder / n) for n in (file_names.KS_FILE, file_names.GROUP_FILE)
        },
        "made_from": {name: files.sha256_bytes(data) for name, data in tables.items()},
        "measured": {
            "kilosort_version": "4.1.7",
            "recording_duration_s": 600.0,
            "notes": list(measured_notes),
        },
        "settings": {
            "criteria": criteria,
            "labels": [{"good": {"all": ["firing_rate >= 1"]}}, {"mua": "rest"}],
        },
        "notes": list(notes),
    }
    (results / session_standing.RECEIPT).write_text(json.dumps(receipt))


def fail(results, reason, rule="compute_metrics", folder=None):
    """The note of a job that failed."""
    results.mkdir(parents=True, exist_ok=True)
    note = {"rule": rule, "reason": reason, "time": TIME, "folder": folder}
    (results / f"failed-{rule}.json").write_text(json.dumps(note))
