"""Run the real workflow in a folder of its own, and look at what it says and leaves behind."""

import csv
import ctypes
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
SORTS = ("dev_a", "dev_a_curated", "dev_b", "dev_c")
# Rules that run once per session, with the first word of their message.
# Jobs over all sessions, which come after any change of a label.
DATASET_RULES = ("summarize", "methods", "exchange", "ro_crate", "figures", "report")
DATASET = {(rule, None) for rule in DATASET_RULES}
SESSION_RULES = {
    "backup_labels": "Backing",
    "compute_metrics": "Computing",
    "apply_thresholds": "Labelling",
    "write_phy": "Writing",
}
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


@dataclass(frozen=True)
class Work:
    """A working directory and the dataset that is treated from there."""

    folder: Path
    dataset: Path
    project: Path = PROJECT
    configfile: Path = PROJECT / "config.yaml"

    def run(self, *targets, config=(), configfile=None, options=(), **more):
        """Run Snakemake as a user would, from somewhere else."""
        command = [sys.executable, "-m", "snakemake", *targets, "--cores", "2"]
        command += ["--snakefile", self.project / "Snakefile", "--directory", self.folder]
        command += ["--configfile", configfile or self.configfile]
        command += ["--config", f"dataset={self.dataset}", *config, *options]
        return subprocess.run(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder.parent,
            **more,
        )

    def succeed(self, *targets, **more):
        """Run, and give what was said back; the whole of it where the run fails."""
        done = self.run(*targets, **more)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def plan(self, *targets, **more):
        """Jobs that a run would do: set of (rule, session), session None for dataset rules."""
        options = (*more.pop("options", ()), "-n", "--printshellcmds")
        return planned_jobs(self.succeed(*targets, options=options, **more))

    def table(self, name):
        """Rows of a table in results/."""
        return read_tsv(self.folder / "results" / name)

    def by_unit(self, session, name):
        """Rows of a table of a session by cluster id."""
        return {int(row["cluster_id"]): row for row in self.table(f"{session}/{name}")}


def listen_to_ctrl_c():
    """To be called in a new process: one started in the background of a script ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def planned_jobs(said):
    """Jobs that a dry run lists; the sessions are in the messages, the rules in the statistics."""
    stats = re.search(r"^Job stats:\n(.*?)^total", said, re.DOTALL | re.MULTILINE)
    if stats is None:
        assert "Nothing to be done" in said, said
        return set()
    counts = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", stats[1], re.M)}
    jobs = {
        (rule, session)
        for rule, verb in SESSION_RULES.items()
        for session in re.findall(rf"^Job \d+: {verb} .*session (\S+)", said, re.MULTILINE)
    }
    for rule, count in counts.items():
        if rule in SESSION_RULES:
            assert count == sum(job[0] == rule for job in jobs), said
        elif rule != "all":
            jobs.add((rule, None))
    return jobs


def of_sessions(jobs):
    """Jobs that treat a session, without those over the dataset."""
    return {job for job in jobs if job[1] is not None}


def jobs_of(rules, sessions):
    """Every one of some rules for every one of some sessions."""
    return {(rule, session) for rule in rules for session in sessions}


def read_tsv(path):
    """Rows of a tab-separated table, as text."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write_config(path, text):
    """Write a configuration of a few lines and give its path back."""
    path.write_text(text, encoding="utf-8")
    return path


def copy_project(folder):
    """Copy the project without what a run or a checkout adds."""
    made = {PROJECT / name for name in ("results", "logs", "tests", "demo/sorts")}
    hidden = shutil.ignore_patterns(".*", "__pycache__")

    def ignored(place, names):
        return {*hidden(place, names), *(name for name in names if Path(place, name) in made)}

    return shutil.copytree(PROJECT, folder, ignore=ignored)


def write_session(folder, trains, rate_hz=30000.0):
    """Write a small sort: spike times in samples by cluster id."""
    folder.mkdir(parents=True)
    times = np.concatenate(list(trains.values())).astype(np.int64)
    ids = np.repeat(np.array(list(trains), dtype=np.int32), [len(t) for t in trains.values()])
    order = np.argsort(times, kind="stable")
    np.save(folder / "spike_times.npy", times[order])
    np.save(folder / "spike_clusters.npy", ids[order])
    np.save(folder / "spike_templates.npy", ids[order])
    (folder / "params.py").write_text(f"sample_rate = {rate_hz}\n")
    rows = "".join(f"{i}\tgood\n" for i in sorted(trains))
    for name in ("cluster_KSLabel.tsv", "cluster_group.tsv"):
        (folder / name).write_text(f"cluster_id\tKSLabel\n{rows}")
    return folder


def make_unlike(folder):
    """Make a copy of a sort one of its own: the last spike has another template."""
    templates = np.load(folder / "spike_templates.npy")
    templates[-1] = templates[templates != templates[-1]][0]
    np.save(folder / "spike_templates.npy", templates)
    return folder


def contents(folder):
    """Hash of every file below a folder, by relative path; folders count too."""
    return {
        str(path.relative_to(folder)): path.is_file()
        and hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
    }


def without_root_powers():
    """Make file permissions count for root too; to be called in a new process before exec."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
