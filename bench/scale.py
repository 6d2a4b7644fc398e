"""Cost of Snakemake's part over many sessions: planning, nothing to do, a new threshold.

    python bench/scale.py                     10, 100 and 1000 sessions
    python bench/scale.py 10 3000             these numbers
    python bench/scale.py --run 200 200 3000  run a new threshold for real up to 200 sessions
    python bench/scale.py --units 300 100     of 300 units each, not of 20

One tiny sort is labelled for real; the other sessions are copies of it, of its results and of what
Snakemake keeps about them (`snakemake --touch` would do that too, but sleeps 0.1 s per job).
CPU seconds are those of all processes, memory is that of the largest one: Snakemake itself.
Python may keep its bytecode here, as it does for users (PYTHONDONTWRITEBYTECODE is taken away).
"""

import argparse
import base64
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[1]
CONFIG = """\
dataset: {folder}/sessions.csv
labels: {{good: {{all: [firing_rate >= {rate}]}}, mua: rest}}
"""
ENVIRONMENT = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}
FIRST = "s00000"
SPIKES_PER_UNIT, N_SAMPLES = 200, 30_000 * 600


def main():
    """Measure each number of sessions in a folder of its own and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("sessions", nargs="*", type=int, default=[10, 100, 1000])
    arguments.add_argument("--run", type=int, default=1000, help="largest number to run for real")
    arguments.add_argument("--units", type=int, default=20, help="units of a session")
    chosen = arguments.parse_args()
    print(f"{'sessions':>8} {'step':<38} {'CPU s':>8} {'ms/session':>10} {'MB':>6}")
    for n_sessions in chosen.sessions:
        with tempfile.TemporaryDirectory() as folder:
            for step, cpu_s, memory_mb in measure(Path(folder), n_sessions, chosen):
                each = 1000 * cpu_s / n_sessions
                print(
                    f"{n_sessions:8} {step:<38} {cpu_s:8.1f} {each:10.1f} {memory_mb:6.0f}",
                    flush=True,
                )


def measure(folder, n_sessions, chosen):
    """Give (step, CPU in s, memory in MB) of each step."""
    make_sort(folder / "sorts" / FIRST, chosen.units)
    write_config(folder, rate=1)
    yield "one session alone", *snakemake(folder, "--cores", "2")
    make_copies(folder, n_sessions)
    yield "plan, all to do (-n)", *snakemake(folder, "-n", "--forceall")
    snakemake(folder, "--cores", "2", "--forcerun", "summarize")
    yield "a look at all that is done", *snakemake(folder, "-n")  # a run over many ends with it
    yield "nothing to do", *snakemake(folder, "--cores", "2")
    yield "nothing to do (-n)", *snakemake(folder, "-n")
    label_by_hand(folder / "sorts" / FIRST)
    yield "plan of a session labelled in Phy (-n)", *snakemake(folder, "-n")
    write_config(folder, rate=2)
    yield "plan of a new threshold (-n)", *snakemake(folder, "-n")
    if n_sessions <= chosen.run:
        yield "new threshold", *snakemake(folder, "--cores", "2")
        yield "nothing to do after that", *snakemake(folder, "--cores", "2")
        write_config(folder, rate=3)
        first = ("--until", "apply_thresholds")
        yield "another one, apply_thresholds only", *snakemake(folder, "--cores", "2", *first)
        yield "the rest of it", *snakemake(folder, "--cores", "2")
        make_sort(folder / "sorts" / "one_more", chosen.units)
        yield "one more session", *snakemake(folder, "--cores", "2")


def make_sort(folder, n_units):
    """Write a small sort in Kilosort's layout."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    n_spikes = SPIKES_PER_UNIT * n_units
    clusters = random.integers(0, n_units, n_spikes).astype(np.int32)
    np.save(folder / "spike_times.npy", np.sort(random.integers(0, N_SAMPLES, n_spikes)))
    np.save(folder / "spike_clusters.npy", clusters)
    np.save(folder / "spike_templates.npy", clusters)
    (folder / "params.py").write_text("dat_path = 'none.bin'\nsample_rate = 30000.0\n")
    rows = "".join(f"{unit}\tgood\n" for unit in range(n_units))
    for name in ("cluster_KSLabel.tsv", "cluster_group.tsv"):
        (folder / name).write_text(f"cluster_id\tKSLabel\n{rows}")


def label_by_hand(sort):
    """Give a unit another label, as Phy does when it saves."""
    table = sort / "cluster_group.tsv"
    table.write_text(table.read_text().replace("mua", "good", 1))


def make_copies(folder, n_sessions):
    """Copy the first session and its results under further names."""
    records = list((folder / ".snakemake" / "metadata").iterdir())
    for number in range(1, n_sessions):
        name = f"s{number:05}"
        shutil.copytree(folder / "sorts" / FIRST, folder / "sorts" / name)
        copy_results(folder / "results", name)
        for rule in (folder / "logs").glob("*/"):
            if (rule / f"{FIRST}.log").exists():
                shutil.copy(rule / f"{FIRST}.log", rule / f"{name}.log")
        copy_records(records, name)


def copy_results(results, name):
    """Copy the results of the first session; they tell of the other folder, with the same dates."""
    shutil.copytree(results / FIRST, results / name)
    for path in (results / name).glob("*.json"):
        times = path.stat()
        path.write_text(path.read_text().replace(FIRST, name))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def copy_records(records, name):
    """Copy what Snakemake keeps about the first session; a record is named after its file."""
    for record in records:
        path = base64.b64decode(record.name).decode()
        if FIRST in path:
            copy = base64.b64encode(path.replace(FIRST, name).encode()).decode()
            record.with_name(copy).write_text(record.read_text().replace(FIRST, name))


def write_config(folder, rate):
    """Write the configuration with a threshold."""
    (folder / "config.yaml").write_text(CONFIG.format(folder=folder, rate=rate))


def write_sheet(folder):
    """List all sorts, which are copies of one on purpose."""
    names = sorted(path.name for path in (folder / "sorts").iterdir())
    rows = "".join(f"{name},sorts/{name},yes\n" for name in names)
    (folder / "sessions.csv").write_text(f"session,path,allow_copy\n{rows}")


def snakemake(folder, *options):
    """Run Snakemake in a folder; give CPU in s of all its processes and memory in MB."""
    write_sheet(folder)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(PROJECT / "Snakefile")]
    command += ["--configfile", "config.yaml", "--quiet", "all", *options]
    with open(folder / "output.txt", "w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}\n{(folder / 'output.txt').read_text()[-3000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
