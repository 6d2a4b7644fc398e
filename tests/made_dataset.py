"""Labelled sessions with full receipts, made without a sort, for tests of documents."""

import json

import made_results
from goodunits.base import files, tsv
from goodunits.result_files import labels_tsv
from goodunits.standing import session_standing

UNITS = [
    (0, "good", "good", "criteria"),
    (2, "mua", "good", "criteria"),
    (9, "good", "mua", "manual"),
]
METRICS = [
    "cluster_id",
    "n_spikes",
    "firing_rate",
    "ks_refractory",
    "ks_label",
    "depth",
    "undefined",
]
ROWS = [
    [0, 300, 2.5, "True", "good", "", ""],
    [2, 20, 0.25, "False", "mua", "", ""],
    [9, 1, "", "", "", "", "firing_rate: too_few_spikes"],
]
CRITERIA = [{"good": {"all": ["firing_rate >= 1", "presence_ratio >= 0.5"]}}, {"mua": "rest"}]
MEASURED = {
    "kilosort_version": "4.1.7",
    "recording_duration_s": 600.0,
    "n_units": 3,
    "n_spikes": 321,
    "notes": [],
    "files": {"spike_times.npy": {"sha256": "ab" * 32, "signature": [1, 2, 3, 4]}},
    "metric_versions": {"firing_rate": 1, "presence_ratio": 2},
    "parameters": {"presence_ratio": {"bin_duration_s": 300.0, "n_bin_edges": None}},
    "software": {"python": "3.11.7", "numpy": "2.4.6", "snakemake": "9.27.1"},
}


def label(base, session, measured=None, settings=None, units=UNITS, rows=ROWS, **receipt):
    """A labelled session; what is given takes the place of what a receipt holds."""
    folder, results = base / "sorts" / session, base / "results" / session
    made_results.label(folder, results, units)
    labels = [[i, said, before, source, "a reason", said] for i, said, before, source in units]
    tables = {
        "labels.tsv": tsv.format_results(labels_tsv.FIXED_COLUMNS, labels),
        "metrics.tsv": tsv.format_results(METRICS, rows),
    }
    for name, data in tables.items():
        (results / session_standing.WRITTEN / name).write_bytes(data)
    path = results / session_standing.RECEIPT
    content = json.loads(path.read_text())
    content |= {
        "session": session,
        "sort_id": files.sha256_bytes(session.encode())[:16],
        "decisions": {"9": "good"},
        "made_from": {name: files.sha256_bytes(data) for name, data in tables.items()},
        "measured": {**MEASURED, **(measured or {})},
        "settings": {
            "criteria": "labels",
            "labels": CRITERIA,
            "manual_curation": "keep",
            "phy_columns": [],
            **(settings or {}),
        },
        "project": {"commit": "0123456789abcdef0123", "dirty": False},
        **receipt,
    }
    path.write_text(json.dumps(content))
    return session, str(folder), str(results)


def unlabelled(base, session):
    """A session whose measurement failed, for a reason with a path in it."""
    results = base / "results" / session
    folder = base / "sorts" / session
    folder.mkdir(parents=True)
    made_results.fail(results, "/home/anna/secret: no such file", folder=str(folder))
    return session, str(folder), str(results)
