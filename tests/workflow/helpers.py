"""Run the real workflow in a folder of its own, and look at what it says and leaves behind."""

import csv
import ctypes
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SESSION_RULES = ("backup_labels", "compute_metrics", "apply_thresholds", "write_phy")
PLANNED = re.compile(r"^(?:local)?rule (\w+):$")
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


@dataclass(frozen=True)
class Work:
    """A working directory and the dataset that is treated from there."""

    folder: Path
    dataset: Path
    project: Path = PROJECT

    def run(self, *targets, config=(), configfile=None, options=(), **more):
        """Run Snakemake as a user would, from somewhere else."""
        command = [sys.executable, "-m", "snakemake", *targets, "--cores", "2"]
        command += ["--snakefile", self.project / "Snakefile", "--directory", self.folder]
        command += ["--configfile", configfile or self.project / "config.yaml"]
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
        options = (*more.pop("options", ()), "-n", "--quiet", "host")
        return planned_jobs(self.succeed(*targets, options=options, **more))

    def table(self, name):
        """Rows of a table in results/."""
        return read_tsv(self.folder / "results" / name)


def planned_jobs(said):
    """Read the jobs of a dry run from what Snakemake prints."""
    jobs, rule = set(), None
    return jobs


def read_tsv(path):
    """Rows of a tab-separated table, as text."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


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
