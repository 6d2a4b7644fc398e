"""How many of the pairs in merge_candidates.tsv are one neuron, on sorts with known truth.

    python bench/truth/merge_candidates.py FOLDER...          precision and recall by cut
    python bench/truth/merge_candidates.py --fit FOLDER...    weights that fit these sorts best

A folder holds `kilosort4/` and `truth.json`, whose `clusters` give the neuron (`unit`) and the
`true_contamination` of each cluster. Two clusters are one neuron if each has more than half of its
spikes from it.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import yaml

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "scripts"))

from goodunits.catalogue import all_metrics  # noqa: E402
from goodunits.kilosort import sort_files  # noqa: E402
from goodunits.metrics import compute, merge_candidates  # noqa: E402
from goodunits.spiketrains import unit_spikes  # noqa: E402

CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
RIDGE = 1e-2


def main():
    """Print the tables, or the weights."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--fit", action="store_true", help="fit the weights on these sorts")
    arguments.add_argument("folders", nargs="+", type=Path)
    chosen = arguments.parse_args()
    sorts = [one_sort(folder) for folder in chosen.folders]
    if chosen.fit:
        print_weights(sorts)
    else:
        print_tables(sorts)


def one_sort(folder):
    """Name, evidence and truth of all pairs of units of a sort."""
    config = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))
    sort = sort_files.read_sort(folder / "kilosort4")
    units = unit_spikes.group_by_unit(sort.spike_samples, sort.spike_clusters)
    inputs = compute.Inputs(sort, units, all_metrics.typed(config["metrics"]), None)
    clusters = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["clusters"]
    entries = [clusters[str(unit_id)] for unit_id in units.unit_ids]
    neurons = np.array([entry["unit"] for entry in entries])
    own = np.array([entry["true_contamination"] < 0.5 for entry in entries])
    same = (neurons[:, None] == neurons) & own[:, None] & own
    upper = np.triu_indices(len(neurons), 1)
    seen = merge_candidates.evidence(inputs.pairs[0], *upper)
    return folder.name, seen, same[upper], merge_candidates.scores(seen), len(neurons)


def print_tables(sorts):
    """Print precision and recall over all sorts by cut and kind, then sort by sort."""
    same = np.concatenate([sort[2] for sort in sorts])
    scores = np.concatenate([sort[3] for sort in sorts])
    shared = np.concatenate([sort[1].shared for sort in sorts])
    overlap = np.concatenate([sort[1].overlap for sort in sorts])
    copies = shared >= merge_candidates.MIN_SHARED
    in_turn = ~copies & (overlap < merge_candidates.MAX_OVERLAP_IN_TURN)
    kinds = {
        "all": np.ones(len(same), dtype=bool),
        "duplicate": copies,
        "drift_split": in_turn,
        "split": ~copies & ~in_turn,
    }
    n_units = sum(sort[4] for sort in sorts)
    print(f"{len(sorts)} sorts, {n_units} clusters, {same.sum()} true pairs")
    print("\n| kind | true pairs |" + "".join(f" {cut} |" for cut in CUTS))
    print("| --- " * (len(CUTS) + 2) + "|")
    for kind, chosen in kinds.items():
        cells = [shares(scores[chosen], same[chosen], cut) for cut in CUTS]
        print(f"| {kind} | {same[chosen].sum()} |" + "".join(f" {cell} |" for cell in cells))
    ordered = same[np.argsort(-scores, kind="stable")]
    found = np.cumsum(ordered)
    for recall in (0.5, 0.6, 0.7):
        n_listed = int(np.searchsorted(found, recall * same.sum())) + 1
        print(f"precision at a recall of {recall}: {found[n_listed - 1] / n_listed:.2f}")
    print(
        "\n| sort | clusters | true pairs | precision / recall at 0.5 |\n| --- | --- | --- | --- |"
    )
    for name, _, own, own_scores, n_own in sorts:
        print(f"| {name} | {n_own} | {own.sum()} | {shares(own_scores, own, 0.5)} |")


def shares(scores, same, cut):
    """Precision and recall at a cut, as text."""
    listed = scores >= cut
    precision = f"{same[listed].mean():.2f}" if listed.any() else "none"
    recall = f"{same[listed].sum() / same.sum():.2f}" if same.any() else "none"
    return f"{precision} / {recall}"


def print_weights(sorts):
    """Print the weights of both scores that fit the sorts best."""
    for name, terms_of, are_copies in (
        ("COPIES", merge_candidates.terms_of_copies, True),
        ("PIECES", merge_candidates.terms_of_pieces, False),
    ):
        terms, same = [], []
        for _, seen, own, _, _ in sorts:
            chosen = (seen.shared >= merge_candidates.MIN_SHARED) == are_copies
            if not are_copies:
                chosen &= seen.similarity > merge_candidates.MIN_SIMILARITY
            part = merge_candidates.Evidence(*(each[chosen] for each in seen))
            terms.append(terms_of(part))
            same.append(own[chosen])
        weights = logistic(np.concatenate(terms, axis=1).T, np.concatenate(same))
        print(f"{name} = ({', '.join(f'{weight:.2f}' for weight in weights)})")


def logistic(terms, same):
    """Weights (n_terms,) of a logistic regression, by Newton's method."""
    weights = np.zeros(terms.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-terms @ weights))
        slope = terms.T @ (same - likely) - RIDGE * weights
        bend = (terms * (likely * (1 - likely))[:, None]).T @ terms + RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(bend, slope)
    return weights


if __name__ == "__main__":
    main()
