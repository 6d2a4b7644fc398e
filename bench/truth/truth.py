"""Compare a sort with the true spikes: `python bench/truth/truth.py OUT/pool_SEED`.

Writes truth.json into the folder. `true_contamination` of a cluster is the share of its spikes that
are not of the neuron that most of them are of, `recall` the share of that neuron's spikes in it.
"""

import json
import sys
from pathlib import Path

import numpy as np
from recipe import RATE_HZ, Trains, recipe

TOLERANCE = 12  # samples
LARGEST_OFFSET = 40  # of Kilosort's times, which are not at the trough


def main():
    """Write the truth of one sort."""
    folder = Path(sys.argv[1])
    settings = recipe(int(folder.name.split("_")[1]))
    trains = Trains(settings)
    samples = np.load(folder / "kilosort4" / "spike_times.npy").ravel()
    clusters = np.load(folder / "kilosort4" / "spike_clusters.npy").ravel()
    offset = time_offset(samples, trains)
    found = {}
    for cluster in np.unique(clusters).tolist():
        found[str(cluster)] = compared(samples[clusters == cluster] + offset, trains)
    neurons = trains.neurons
    if (folder / "units.json").exists():
        neurons = json.loads((folder / "units.json").read_text(encoding="utf-8"))
    truth = {
        "fs": RATE_HZ,
        "duration_s": settings["dur"],
        "offset_samples": offset,
        "unit_kinds": [neuron["kind"] for neuron in neurons],
        "recipe": settings,
        "units": neurons,
        "clusters": found,
    }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")


def time_offset(samples, trains):
    """Samples to add to the times of the sort."""
    near = [place for place, own in enumerate(trains.neurons) if own["kind"] != "far"]
    spikes = np.sort(np.concatenate([np.r_[trains.core[i], trains.extra[i]] for i in near]))
    first = samples[:20000]
    offsets = range(-LARGEST_OFFSET, LARGEST_OFFSET + 1)
    hits = [int(are_near(first + offset, spikes, 2).sum()) for offset in offsets]
    return offsets[int(np.argmax(hits))]


def compared(samples, trains):
    """What a cluster holds of which neuron."""
    shares = np.array([are_near(samples, core).mean() for core in trains.core])
    unit, second = int(np.argmax(shares)), int(np.argsort(shares)[-2])
    core = trains.core[unit]
    return {
        "unit": unit,
        "kind": trains.neurons[unit]["kind"],
        "true_contamination": float(1 - shares[unit]),
        "recall": float(are_near(core, samples).mean()) if core.size else 0.0,
        "n": int(samples.size),
        "second_unit": second,
        "second_share": float(shares[second]),
    }


def are_near(samples, others, tolerance=TOLERANCE):
    """Which samples have another spike near them."""
    if not others.size:
        return np.zeros(samples.size, dtype=bool)
    after = np.searchsorted(others, samples)
    before = np.clip(after - 1, 0, others.size - 1)
    after = np.clip(after, 0, others.size - 1)
    gaps = np.minimum(np.abs(samples - others[before]), np.abs(samples - others[after]))
    return gaps <= tolerance


if __name__ == "__main__":
    main()
