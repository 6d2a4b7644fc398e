"""Time our metrics against the tutorial's steps and SpikeInterface, in turn, on the same data.

Prints medians over the rounds, ratios, peak memory, and growth with the number of spikes.
Ratios count: absolute seconds depend on the machine and on what else it does.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from methods import METHODS

SIZES = {
    "small": (1.6e6, 200, 0.5),
    "hour": (5e6, 300, 1.0),
    "default": (15.8e6, 500, 2.0),
    "large": (60e6, 1000, 6.0),
}

RATIOS = (
    ("tutorial with Kilosort", "ours, tutorial's metrics"),
    ("SpikeInterface, its seven", "ours, all spike-train metrics"),
)


def main():
    """Run every method in turn, several rounds, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["default"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--folder", type=Path, help="keep the data here, to use them again")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        base = arguments.folder or Path(temporary)
        medians = {
            size: bench(base / size, SIZES[size], arguments.methods, arguments.rounds)
            for size in arguments.sizes
        }
    print_growth(medians)


def bench(folder, size, methods, rounds):
    """Measure all methods on one size; medians by method."""
    n_spikes, n_units, hours = size
    if not folder.exists():
        make(folder, n_spikes, n_units, hours)
    runs = {method: [] for method in methods}
    for _ in range(rounds):
        for method in methods:
            runs[method].append(measure(method, folder))
    medians = {method: median(reports) for method, reports in runs.items()}
    print(f"\n{n_spikes / 1e6:g} M spikes, {n_units} units, {hours:g} h, median of {rounds}")
    print(f"{'':32}{'wall s':>8}{'cpu s':>8}{'import s':>10}{'peak MB':>9}{'bytes/spike':>13}")
    for method, report in medians.items():
        per_spike = (report["peak_mb"] - 150) * 1024**2 / n_spikes
        print(
            f"{method:32}{report['wall_s']:8.2f}{report['cpu_s']:8.2f}{report['import_s']:10.2f}"
            f"{report['peak_mb']:9.0f}{per_spike:13.1f}"
        )
    print("bytes/spike: peak less 150 MB")
    for theirs, ours in RATIOS:
        if theirs in medians and ours in medians:
            ratio = medians[theirs]["wall_s"] / medians[ours]["wall_s"]
            print(f"{theirs} / {ours}: {ratio:.1f}")
    return medians


def make(folder, n_spikes, n_units, hours):
    """Make the data in a process of its own, whose memory is not counted as ours."""
    script = Path(__file__).with_name("make_sort.py")
    size = ["--spikes", str(n_spikes), "--units", str(n_units), "--hours", str(hours)]
    subprocess.run([sys.executable, str(script), str(folder), *size], check=True)


def measure(method, folder):
    """Run one method in a fresh process."""
    script = Path(__file__).with_name("methods.py")
    done = subprocess.run(
        [sys.executable, str(script), method, str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{method}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def median(reports):
    """Median of each figure."""
    return {key: statistics.median(report[key] for report in reports) for key in reports[0]}


def print_growth(medians):
    """Print how the seconds grow from each size to the next."""
    sizes = sorted(medians, key=size_in_spikes)
    for small, large in zip(sizes, sizes[1:], strict=False):
        for method in medians[small]:
            grown = medians[large][method]["wall_s"] / medians[small][method]["wall_s"]
            spikes = SIZES[large][0] / SIZES[small][0]
            print(f"{method}: {grown:.1f} times the seconds for {spikes:.1f} times the spikes")


def size_in_spikes(size):
    """Number of spikes of a named size."""
    return SIZES[size][0]


if __name__ == "__main__":
    main()
