"""Metrics and labels of made curators, for tests of what can be learnt from labels.

Metrics have the names, the ranges and the gaps of real ones, and differ between sessions as those
of animals do.
"""

import json

import numpy as np

from goodunits.criteria import label_rules
from goodunits.curation import curation_record
from goodunits.learning import units
from goodunits.result_files import metrics_tsv

# Metrics that a curator looks at, with what one standard deviation of each is worth to them.
WEIGHTS = {
    "sliding_rp_confidence": 1.3,
    "ks_contamination": -1.0,
    "trough_half_width": -1.1,
    "spread": -0.7,
    "amplitude_median_ks": 0.9,
    "firing_rate": 0.5,
    "presence_ratio": 0.3,
    "similarity_max": -0.6,
}


def metrics(n_sessions=11, units_per_session=120, seed=0):
    """Metrics of units of several sessions, and the latent quality behind them.

    Returns
    -------
    table : Units
    scores : dict of str to ndarray
        Each metric of WEIGHTS in standard deviations.
    """
    random = np.random.default_rng(seed)
    n_units = n_sessions * units_per_session
    session = np.repeat(np.arange(n_sessions), units_per_session)
    quality = random.normal(size=n_units)
    scores = {}
    for name, weight in WEIGHTS.items():
        shift = 0.3 * random.normal(size=n_sessions)[session]
        own = random.normal(size=n_units)
        scores[name] = 0.5 * np.sign(weight) * quality + 0.8 * own + shift
    columns = {
        "sliding_rp_confidence": 1 / (1 + np.exp(-1.5 * scores["sliding_rp_confidence"])),
        "ks_contamination": 0.25 * np.exp(0.9 * scores["ks_contamination"]),
        "trough_half_width": 2e-4 * np.exp(0.3 * scores["trough_half_width"]),
        "spread": 60 * np.exp(0.4 * scores["spread"]),
        "amplitude_median_ks": 15 * np.exp(0.5 * scores["amplitude_median_ks"]),
        "firing_rate": 2.0 * np.exp(scores["firing_rate"]),
        "presence_ratio": np.clip(0.8 + 0.2 * scores["presence_ratio"], 0, 1),
        "similarity_max": np.clip(0.6 + 0.2 * scores["similarity_max"], 0, 1),
        "drift_ptp": 10 * np.exp(random.normal(size=n_units)),
        "waveform_baseline_flatness": 0.1 * np.exp(random.normal(size=n_units)),
    }
    columns["sliding_rp_confidence"][columns["firing_rate"] < 0.4] = np.nan
    columns["drift_ptp"][columns["firing_rate"] < 1] = np.nan
    return table_of(columns, session), scores


def table_of(columns, session):
    """Units with these metrics; the sessions are called s00, s01, ..."""
    names = np.array([f"s{number:02d}" for number in session])
    rows = [
        {"cluster_id": place, **{name: _cell(values[place]) for name, values in columns.items()}}
        for place in range(len(session))
    ]
    return units.Units(
        names, np.arange(len(session)), rows, *([{} for _ in rows] for _ in range(2))
    )


def _cell(value):
    """A number as it is read from metrics.tsv."""
    return None if np.isnan(value) else float(value)


def chance_of_good(scores, sharpness=1.8, base=-2.2):
    """How likely a curator calls each unit good: a few of every hundred clear ones are not."""
    total = sum(weight * scores[name] for name, weight in WEIGHTS.items())
    return 0.02 + 0.96 / (1 + np.exp(-(base + sharpness * total / 1.9)))


def by_curators(scores, seed=1):
    """Labels of a made curator, and the chance that lies behind each."""
    chance = chance_of_good(scores)
    return np.random.default_rng(seed).random(len(chance)) < chance, chance


CRITERIA = {
    "good": {"all": ["ks_contamination < 0.2", "firing_rate >= 1", "presence_ratio >= 0.5"]},
    "mua": "rest",
}
OPTIONS = {
    "labels": None,
    "column": None,
    "good": ["good"],
    "curators": {},
    "metrics": [],
    "max_metrics": 8,
    "n_next": 120,
}


def write_results(results, table, decisions=None, block=CRITERIA):
    """What a run leaves of some sessions: metrics, label rules, and what people decided.

    Returns
    -------
    sessions : list of tuple
        Session id, Kilosort folder, results folder, file with the label rules.
    """
    sessions = []
    for name in np.unique(table.sessions):
        part = table.chosen(table.sessions == name)
        own, folder = results / str(name), results.parent / "sorts" / str(name)
        for place in (own, folder):
            place.mkdir(parents=True)
        columns = {
            metric: [row[metric] for row in part.rows]
            for metric in part.rows[0]
            if metric != "cluster_id"
        }
        metrics_tsv.write_rows(own / "metrics.tsv", part.ids, columns, {})
        given = (decisions or {}).get(str(name), {})
        seen = curation_record.Curation(given, {}, {}, {}, [])
        (own / "found.json").write_text(curation_record.to_json(seen))
        rules = {"criteria": "labels", "labels": json.loads(label_rules.canonical(block))}
        (own / "rules.json").write_text(json.dumps(rules))
        sessions.append((str(name), str(folder), str(own), str(own / "rules.json")))
    return sessions


def label_of(is_good):
    """Label of a unit by a curator."""
    return "good" if is_good else "mua"


def as_decisions(table, theirs):
    """Labels by session and cluster id."""
    decisions = {}
    for session, i, is_good in zip(table.sessions, table.ids, theirs, strict=True):
        decisions.setdefault(str(session), {})[int(i)] = label_of(is_good)
    return decisions
