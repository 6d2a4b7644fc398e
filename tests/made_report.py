"""Results of made sessions, labelled by the real criteria: for tests and benchmarks."""

import json
from pathlib import Path

import numpy as np

from goodunits.base import files, tsv
from goodunits.catalogue import all_metrics
from goodunits.curation import curation_record, label_units
from goodunits.pictures import unit_pictures
from goodunits.report import report_data
from goodunits.result_files import labels_tsv, merge_candidates_tsv, metrics_tsv, own_columns
from goodunits.scorecards import card
from goodunits.standing import session_standing
from goodunits.tables import sessions_tsv
from made_criteria import DEFAULT as LABELS

TIME = "2026-01-02T03:04:05+0000"


def values(metric, n_units, random):
    """Made values of a metric, some of them undefined."""
    if metric.kind == "bool":
        made = random.random(n_units) < 0.6
    elif metric.kind == "label":
        made = random.choice(metric.values or ("good", "mua"), n_units)
    elif metric.kind == "int":
        made = random.integers(0, 40, n_units)
    elif metric.limits == (0.0, 1.0):
        made = np.round(random.beta(2, 1, n_units), 3)
    else:
        made = np.round(np.exp(random.normal(0, 1.5, n_units)), 4)
    gone = random.random(n_units) < 0.05
    return [None if out else value for value, out in zip(made.tolist(), gone, strict=True)]


def pictures(ids, random):
    """Made pictures in the form of `unit_pictures.draw`."""
    n, many = len(ids), unit_pictures.TIME_BINS
    x = np.linspace(0, 1, 61)
    waves = -np.exp(-(((x - 0.35) / 0.06) ** 2)) + 0.4 * np.exp(-(((x - 0.55) / 0.12) ** 2))
    sizes = random.uniform(0.2, 1, (n, unit_pictures.CHANNELS, 1))
    noise = random.normal(0, 0.01, (n, unit_pictures.CHANNELS, 61))
    spread = np.array([0.8, 0.9, 1.0])[None, :, None] * random.uniform(180, 240, (n, 1, many))
    return {
        "unit_ids": np.array(ids),
        "duration_s": np.float64(3600),
        "sampling_frequency_hz": np.float64(30000),
        "acg_bin_ms": np.float64(0.5),
        "acg": random.poisson(90, (n, unit_pictures.ACG_BINS)).clip(0, 255).astype(np.uint8),
        "acg_max_hz": np.full(n, 20, np.float32),
        "rate": random.poisson(120, (n, many)).clip(0, 255).astype(np.uint8),
        "rate_max_hz": np.full(n, 12, np.float32),
        "amplitude": spread.astype(np.uint8),
        "amplitude_max": np.full(n, 30, np.float32),
        "template": np.rint((waves * sizes + noise) * 90).astype(np.int8),
        "template_max": np.full(n, 300, np.float32),
        "channels": np.arange(n)[:, None] % 380 + np.arange(unit_pictures.CHANNELS),
        "pair_ids": np.array(made_pairs(ids)).reshape(-1, 2),
        "ccg": random.poisson(60, (len(made_pairs(ids)), 2 * unit_pictures.ACG_BINS)).astype(
            np.uint8
        ),
        "ccg_max_hz": np.full(len(made_pairs(ids)), 15, np.float32),
        "positions_um": np.tile(
            np.array([[0, 0], [32, 0], [0, 20], [32, 20], [0, 40], [32, 40]], np.float32), (n, 1, 1)
        ),
    }


def made_pairs(ids):
    """Ids of the pairs that may be one neuron: the first and second unit, third and fourth."""
    return list(zip(ids[:4:2], ids[1:4:2], strict=False))


def candidates(ids):
    """Made candidates of a session."""
    kinds = ("drift_split", "duplicate")
    for place, (cluster_id, merge_with) in enumerate(made_pairs(ids)):
        score, reasons = 0.9 - 0.4 * place, f"template similarity 0.9{place}"
        yield merge_candidates_tsv.Candidate(
            cluster_id,
            merge_with,
            kinds[place],
            score,
            reasons,
            0.9,
            0.1,
            3,
            9.5,
            0.01,
            None,
            0.4,
            50,
            90,
        )


def scored_by(results, cards):
    """Keep scorecards as a run does; give what receipts tell of them."""
    kept = Path(results, ".run", "labels-labels-keep.json")
    kept.parent.mkdir(exist_ok=True)
    plain = {name: card.as_plain(item) for name, item in cards.items()}
    kept.write_text(json.dumps({"cards": plain}))
    return [{"name": name, "sha256": card.sha256(item)} for name, item in cards.items()]


def session(
    results,
    name,
    n_units=20,
    seed=0,
    labels=None,
    by_hand=(),
    curation="keep",
    criteria="labels",
    change=None,
    drawn=True,
    version="4.1.7",
    cards=None,
):
    """Write everything that the report reads of one session; give its row of sessions.tsv."""
    random = np.random.default_rng(seed)
    labels = labels or LABELS
    folder = Path(results, name)
    written = folder / session_standing.WRITTEN
    written.mkdir(parents=True, exist_ok=True)
    ids = sorted(random.choice(3 * n_units + 1, n_units, replace=False).tolist())
    names = all_metrics.names_by_default()
    columns = {key: values(all_metrics.METRICS[key], n_units, random) for key in names}
    if change:
        change(columns)
    undefined = {
        unit: {key: "too_few_spikes" for key in names if columns[key][row] is None}
        for row, unit in enumerate(ids)
    }
    metrics_tsv.write_rows(written / "metrics.tsv", ids, columns, undefined)
    rows, why = metrics_tsv.read_metrics(written / "metrics.tsv")
    decisions = {ids[place]: label for place, label in by_hand}
    before = {
        unit: "good" if row["ks_refractory"] else "mua" for unit, row in zip(ids, rows, strict=True)
    }
    seen = curation_record.Curation(decisions, {}, {}, before, [])
    data = label_units.label_units(rows, why, labels, curation, seen, cards)
    (written / "labels.tsv").write_bytes(data)
    if drawn:
        np.savez_compressed(folder / report_data.PICTURES, **pictures(ids, random))
    merge_candidates_tsv.write(folder / "merge_candidates.tsv", list(candidates(ids)))
    settings = {"criteria": criteria, "labels": labels, "manual_curation": curation}
    settings |= {"scorecards": scored_by(results, cards)} if cards else {}
    sha = files.sha256_bytes(f"{seed}".encode())
    receipt = {
        "session": name,
        "settings": settings,
        "time": TIME,
        "measured": {"files": {"spike_times.npy": {"sha256": sha}}, "parameters": {}},
    }
    (folder / session_standing.RECEIPT).write_text(json.dumps(receipt))
    _, units = tsv.read_table(written / "labels.tsv")
    count = [unit["label"] for unit in units].count
    return {
        "session": name,
        "status": session_standing.LABELLED,
        "n_units": len(ids),
        "n_good": count("good"),
        "n_good_before": list(before.values()).count("good"),
        "n_mua": count("mua"),
        "n_manual": sum(unit["source"] == "manual" for unit in units),
        "n_changed": sum(unit["label"] != unit["label_before"] for unit in units),
        "kilosort_version": version,
        "recording_duration_s": 3600,
        "criteria": criteria,
        "written": TIME,
        "folder": f"sorts/{name}",
    }


def table(results, rows, own=None):
    """Write sessions.tsv and the columns of the user's own."""
    header = [*sessions_tsv.BEFORE_CLASSES, "n_mua", *sessions_tsv.AFTER_CLASSES]
    body = [[row.get(name, "") for name in header] for row in rows]
    Path(results, sessions_tsv.SESSIONS).write_bytes(tsv.format_results(header, body))
    kept = own_columns.path(results)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(own or {}))


def units_of(results, name):
    """Rows of metrics and of labels of a session, as the criteria read them."""
    written = Path(results, name, session_standing.WRITTEN)
    rows, why = metrics_tsv.read_metrics(written / "metrics.tsv")
    labels, criteria_labels = labels_tsv.read_labels(written / "labels.tsv")
    return rows, why, labels, criteria_labels
