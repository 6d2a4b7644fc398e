"""The table of measured units with their truth: making it from sorts, writing and reading it.

    python bench/truth/units.py OUT.csv.xz FOLDER...

A folder holds `kilosort4/` and `truth.json`. A row is a cluster: what the sort is, the truth, and
every metric but those of the group `isolation`, which slow the fit and told nothing more.
"""

import csv
import hashlib
import json
import lzma
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "scripts"))

from goodunits.catalogue import all_metrics  # noqa: E402

TABLE = Path(__file__).with_name("units.csv.xz")
WINDOWS = Path(__file__).with_name("windows.csv.xz")
MAX_CONTAMINATION, MIN_RECALL = 0.1, 0.5
AS_GOOD_AS_BEST = 0.05  # of two copies, in spikes of both over spikes of either
SORT_COLUMNS = ("sort", "minutes", "channels", "probe", "drift", "noise_uv", "noise_decay_um")
SORT_COLUMNS += ("density",)
TRUTH_COLUMNS = ("neuron", "kind", "true_contamination", "recall", "isolated")


def main():
    """Measure sorts and write the table."""
    path, folders = Path(sys.argv[1]), [Path(text) for text in sys.argv[2:]]
    rows = []
    for folder in folders:
        found = measured(folder)
        print(f"{folder.name}: {len(found)} clusters, {sum(r['isolated'] for r in found)} isolated")
        rows += found
    write(rows, path)


def metric_names():
    """Names of the metrics of the table, in the order of its columns."""
    metrics = all_metrics.METRICS.items()
    return [name for name, metric in metrics if metric.group != "isolation"]


def measured(folder, duration_s=None):
    """Rows of one sort."""
    import yaml

    from goodunits.curation import whose_labels
    from goodunits.kilosort import sort_files
    from goodunits.metrics import compute

    config = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))
    sort = sort_files.read_sort(folder / "kilosort4", duration_s)
    labels = whose_labels.original_ks_labels(folder / "kilosort4")
    table = compute.compute_metrics(sort, config["metrics"], labels, metric_names())
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    about, clusters = about_sort(folder.name, truth), truth["clusters"]
    isolated = isolated_units(clusters)
    rows = []
    for place, unit_id in enumerate(table.unit_ids.tolist()):
        own = clusters[str(unit_id)]
        row = {**about, "cluster_id": unit_id, "neuron": own["unit"], "kind": own["kind"]}
        row["true_contamination"], row["recall"] = own["true_contamination"], own["recall"]
        row["isolated"] = isolated[str(unit_id)]
        rows.append(row | {name: column[place] for name, column in table.columns.items()})
    return rows


def about_sort(name, truth):
    """What kind of recording a sort is of."""
    recipe = truth.get("recipe", {})
    probe, n_channels = recipe.get("probe", ("linear", 16))
    n_neurons = recipe.get("nu", len(truth["unit_kinds"]))
    return {
        "sort": name,
        "minutes": round(truth["duration_s"] / 60),
        "channels": n_channels,
        "probe": probe,
        "drift": recipe.get("drift") or "none",
        "noise_uv": recipe.get("noise", ""),
        "noise_decay_um": recipe.get("corr") or 0,
        "density": n_neurons / n_channels,
    }


def isolated_units(clusters):
    """Whether each cluster is a well isolated neuron.

    Parameters
    ----------
    clusters : dict of str to dict
        `unit`, `true_contamination` and `recall` by cluster id.

    Returns
    -------
    dict of str to int
        1 where at most a tenth of the spikes is foreign, at least half of the neuron's spikes are
        there, and no other cluster of the neuron agrees with it better by more than 0.05.
    """
    agreement = {name: _agreement(own) for name, own in clusters.items()}
    best = {}
    for name, own in clusters.items():
        best[own["unit"]] = max(best.get(own["unit"], 0.0), agreement[name])
    return {
        name: int(
            own["true_contamination"] <= MAX_CONTAMINATION
            and own["recall"] >= MIN_RECALL
            and agreement[name] >= best[own["unit"]] - AS_GOOD_AS_BEST
        )
        for name, own in clusters.items()
    }


def _agreement(own):
    """Spikes of both cluster and neuron over spikes of either."""
    precision, recall = 1 - own["true_contamination"], own["recall"]
    if not precision or not recall:
        return 0.0
    return 1 / (1 / precision + 1 / recall - 1)


def write(rows, path):
    """Write the table: numbers to 6 digits, blank where undefined."""
    columns = [*SORT_COLUMNS, "cluster_id", *TRUTH_COLUMNS, *metric_names()]
    with lzma.open(path, "wt", encoding="utf-8", newline="", preset=9) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row[name]) for name in columns] for row in rows)


def _cell(value):
    """Text of a value."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    is_whole = isinstance(value, str | int)
    return str(value) if is_whole else f"{float(value):.6g}"


def read(path=TABLE):
    """Read the table.

    Parameters
    ----------
    path : path-like
        As `write` wrote it.

    Returns
    -------
    rows : list of dict
        Values as metrics.tsv gives them to the criteria; None where undefined. Metrics that the
        table does not have are left out.
    """
    kinds = all_metrics.kinds() | dict.fromkeys(("cluster_id", "neuron", "isolated"), "int")
    kinds |= dict.fromkeys(("sort", "probe", "drift", "kind"), "label")
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        return [
            {name: _value(text, kinds.get(name, "float")) for name, text in row.items()}
            for row in csv.DictReader(file)
        ]


def _value(text, kind):
    """Value of a cell."""
    if text == "":
        return None
    if kind == "label":
        return text
    if kind == "bool":
        return text == "1"
    return int(text) if kind == "int" else float(text)


def sha256(path=TABLE):
    """Hash of the content of the table."""
    with lzma.open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def groups(rows):
    """Name of each row's sort, one name for the sorts of nearly the same neurons."""
    return ["dev" if row["sort"].startswith("dev") else row["sort"] for row in rows]


if __name__ == "__main__":
    main()
