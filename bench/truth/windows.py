"""Units of parts of the sorts, to learn from beside whole ones: python windows.py OUT FOLDER...

A sort cut to 60 % of its time has other numbers of spikes, contaminations and shares of neurons, so
it teaches something new; to measure on, it would be a repetition. Needs truth.npz, the true spikes.
Parts have no PC features, whose channels only the whole sort tells.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import truth
import units

PARTS = ((0.0, 0.6), (0.4, 1.0))
MIN_SPIKES = 15


def main():
    """Measure the parts and write the table."""
    path, folders = Path(sys.argv[1]), [Path(text) for text in sys.argv[2:]]
    rows = []
    for folder in folders:
        for part in PARTS:
            with tempfile.TemporaryDirectory() as scratch:
                rows += part_of(folder, part, Path(scratch) / folder.name)
        print(f"{folder.name}: {len(rows)} rows in all", flush=True)
    units.write(rows, path)


def part_of(folder, part, scratch):
    """Rows of a part of one sort."""
    known = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    n_samples = int(known["duration_s"] * known["fs"])
    first, last = (int(share * n_samples) for share in part)
    cut(folder / "kilosort4", scratch / "kilosort4", first, last)
    compare(folder, scratch, known, first, last)
    rows = units.measured(scratch, (last - first) / known["fs"])
    return [row for row in rows if row["n_spikes"] >= MIN_SPIKES]


def cut(source, target, first, last):
    """Copy a sort without the spikes before and after."""
    samples = np.load(source / "spike_times.npy").ravel()
    inside = (samples >= first) & (samples < last)
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_dir() or path.name.startswith(("pc_", "kilosort4.log", "kept_spikes")):
            continue
        if path.suffix == ".npy" and path.name != "ops.npy":
            array = np.load(path)
            if len(array) == len(samples):
                array = array[inside]
                shift = first if path.name == "spike_times.npy" else 0
                np.save(target / path.name, array - shift)
                continue
        shutil.copyfile(path, target / path.name)


def compare(folder, scratch, known, first, last):
    """Write what the clusters of the part hold of which neuron."""
    spikes = np.load(folder / "truth.npz")
    trains = TrueTrains(spikes, known["unit_kinds"], first, last)
    samples = np.load(scratch / "kilosort4" / "spike_times.npy").ravel()
    clusters = np.load(scratch / "kilosort4" / "spike_clusters.npy").ravel()
    found = {}
    for cluster in np.unique(clusters).tolist():
        own = samples[clusters == cluster] + known["offset_samples"]
        found[str(cluster)] = truth.compared(own, trains)
    text = json.dumps(known | {"clusters": found})
    (scratch / "truth.json").write_text(text, encoding="utf-8")


class TrueTrains:
    """The true spikes of a part, as `truth.compared` takes them."""

    def __init__(self, spikes, kinds, first, last):
        whole = [spikes[f"core_{place}"] for place in range(len(kinds))]
        self.core = [core[(core >= first) & (core < last)] - first for core in whole]
        # Where a neuron is silent one spike far away keeps what follows simple.
        self.core = [core if core.size else np.array([-(10**9)]) for core in self.core]
        self.neurons = [{"kind": kind} for kind in kinds]


if __name__ == "__main__":
    main()
