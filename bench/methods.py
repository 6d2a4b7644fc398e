"""One way to compute metrics of a sort, in a process of its own; prints seconds and peak memory.

Everything counts: reading the files and building whatever objects the method needs. Imports are
timed apart.
"""

import argparse
import json
import resource
import sys
import time
import warnings
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[1]
SAMPLING_FREQUENCY_HZ = 30_000.0
SI_METRICS = (
    "num_spikes",
    "firing_rate",
    "presence_ratio",
    "isi_violation",
    "rp_violation",
    "sliding_rp_violation",
    "synchrony",
)
TUTORIAL_METRICS = ("firing_rate", "presence_ratio", "ks_contamination", "ks_q12", "ks_refractory")


def main():
    """Run one method on one folder."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    prepare, run = METHODS[arguments.method]
    started = time.perf_counter()
    tools = prepare()
    imported = time.perf_counter()
    cpu = time.process_time()
    run(arguments.folder, tools)
    ended = time.perf_counter()
    report = {
        "import_s": imported - started,
        "wall_s": ended - imported,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(report))


def prepare_ours():
    """Import goodunits and its settings."""
    sys.path.insert(0, str(PROJECT / "scripts"))
    import yaml

    from goodunits.catalogue import all_metrics
    from goodunits.kilosort import sort_files
    from goodunits.metrics import compute

    config = yaml.safe_load((PROJECT / "config.yaml").read_text())
    start_numba()
    return all_metrics, compute, sort_files, config["metrics"]


def start_numba():
    """Load the compiled loops, which large sessions use: a fixed cost, so timed as an import."""
    from goodunits.spiketrains import compiled

    samples, starts = np.arange(2, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for rank_type in (np.uint8, np.uint16):
        ranks = np.zeros(2, dtype=rank_type)
        compiled.sort_by_rank(ranks, samples, starts)
        compiled.coincidences(samples, ranks, 1, 1)
        compiled.count_pairs_of_units(samples, ranks, 1, 1, 1)
    compiled.count_pairs(
        samples, SAMPLING_FREQUENCY_HZ, 0.001, np.array([49]), np.array([315, 1485])
    )


def run_ours(folder, tools, names):
    """Load a session and compute some metrics."""
    _, compute, sort_files, parameters = tools
    return compute.compute_metrics(sort_files.read_sort(folder), parameters, None, names)


def run_ours_tutorial(folder, tools):
    """Compute the metrics that the tutorial has."""
    run_ours(folder, tools, TUTORIAL_METRICS)


def run_ours_trains(folder, tools):
    """Compute every metric of spike trains."""
    all_metrics, *_ = tools
    files = {name: group.files for name, group in all_metrics.GROUPS.items()}
    run_ours(folder, tools, [m.name for m in all_metrics.METRICS.values() if not files[m.group]])


def run_ours_default(folder, tools):
    """Compute what a run computes by default."""
    run_ours(folder, tools, None)


def prepare_tutorial():
    """Import real Kilosort (CPU)."""
    from kilosort import CCG

    return CCG


def run_tutorial(folder, ccg):
    """Take the tutorial's steps: Kilosort's refractory test, then one mask per unit and metric."""
    samples = np.load(folder / "spike_times.npy")
    clusters = np.load(folder / "spike_clusters.npy")
    ccg.refract(clusters, samples / SAMPLING_FREQUENCY_HZ)
    unit_ids = np.unique(clusters)
    for unit_id in unit_ids:
        own = samples[clusters == unit_id]
        own.size / (own.max() / SAMPLING_FREQUENCY_HZ - own.min() / SAMPLING_FREQUENCY_HZ)
    edges = np.linspace(samples.min(), samples.max(), 10)
    for unit_id in unit_ids:
        counts, _ = np.histogram(samples[clusters == unit_id], edges)
        (counts > 0.05 * counts.mean()).sum() / 9


def prepare_spikeinterface():
    """Import SpikeInterface."""
    import spikeinterface.core as core
    import spikeinterface.metrics.quality  # noqa: F401  registers the extension
    from spikeinterface.core.generate import NoiseGeneratorRecording

    return core, NoiseGeneratorRecording


def run_spikeinterface(folder, tools):
    """Compute SpikeInterface's seven metrics of spike trains; its recording is made on the fly."""
    core, recording_class = tools
    samples = np.load(folder / "spike_times.npy")
    clusters = np.load(folder / "spike_clusters.npy")
    sorting = core.NumpySorting.from_samples_and_labels(
        [samples], [clusters], SAMPLING_FREQUENCY_HZ
    )
    duration_s = float(samples.max()) / SAMPLING_FREQUENCY_HZ + 1
    recording = recording_class(
        num_channels=2, sampling_frequency=SAMPLING_FREQUENCY_HZ, durations=[duration_s], seed=0
    )
    recording.set_dummy_probe_from_locations(np.array([[0.0, 0.0], [0.0, 20.0]]))
    channels = np.zeros(len(sorting.unit_ids), dtype=int)
    analyzer = core.create_sorting_analyzer(
        sorting, recording, sparse=False, main_channel_indices=channels
    )
    analyzer.compute("quality_metrics", metric_names=list(SI_METRICS))


METHODS = {
    "ours, tutorial's metrics": (prepare_ours, run_ours_tutorial),
    "tutorial with Kilosort": (prepare_tutorial, run_tutorial),
    "ours, all spike-train metrics": (prepare_ours, run_ours_trains),
    "SpikeInterface, its seven": (prepare_spikeinterface, run_spikeinterface),
    "ours, default run": (prepare_ours, run_ours_default),
}

if __name__ == "__main__":
    main()
