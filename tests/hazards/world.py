"""Real Snakemake over copies of sorts, and what has to hold of them."""

import os
import subprocess
import sys
from pathlib import Path

import tiny
from goodunits.phy import restore_labels
from goodunits.session_folder import file_names
from goodunits.store import generations, original_files

PROJECT = Path(__file__).resolve().parents[2]
SETTLED = "Nothing to be done"
# Strikes inside the real job: found by every Python through PYTHONPATH.
SITECUSTOMIZE = """\
import os, sys
spec = os.environ.get("GOODUNITS_FAULT")
if spec and any("write_phy" in word for word in sys.argv):
    sys.path.insert(0, {here!r})
    import faults
    faults.strike_once(spec)
"""


class World:
    """Copies of sorts, a working directory, and what has to hold of them.

    Parameters
    ----------
    place : Path
        Where the working directories go.
    sorts : list of Path
        Session folders.
    """

    def __init__(self, place, sorts):
        self.place, self.sorts, self.work = place, sorts, place / "work"
        self.work.mkdir()
        self.originals = {sort: labels(sort) for sort in sorts}
        self.decisions = {sort: tiny.decided(sort) for sort in sorts}
        self.config = place / "my.yaml"
        self.config.write_text(f"dataset: {place / 'sorts'}\n")

    def command(self, *words, work=None, project=PROJECT):
        """Command line of Snakemake."""
        base = [sys.executable, "-m", "snakemake", *words, "-s", str(project / "Snakefile"), "-c2"]
        return [*base, "-d", str(work or self.work), "--configfile", str(self.config)]

    def start(self, *words, fault=None, **where):
        """Start Snakemake in a process group of its own."""
        environment = dict(os.environ)
        if fault:
            hook = self.place / "hook"
            hook.mkdir(exist_ok=True)
            here = str(Path(__file__).parent)
            (hook / "sitecustomize.py").write_text(SITECUSTOMIZE.format(here=here))
            environment |= {"PYTHONPATH": str(hook), "GOODUNITS_FAULT": fault}
        return subprocess.Popen(
            self.command(*words, **where),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
        )

    def run(self, *words, ok=True, **options):
        """Run Snakemake to its end; what it said."""
        process = self.start(*words, **options)
        said, _ = process.communicate(timeout=300)
        assert ok is None or (process.returncode == 0) == ok, said[-4000:]
        return said

    def nothing_lost(self):
        """Originals lie somewhere in the session folder, decisions are seen, label files whole."""
        for sort in self.sorts:
            everything = set(tiny.tree(sort).values())
            for name, data in self.originals[sort].items():
                assert data in everything, (sort, name)
            assert tiny.decided(sort) == self.decisions[sort]
            for name in (file_names.KS_FILE, file_names.GROUP_FILE):
                assert (sort / name).read_bytes().endswith(b"\n")

    def mended(self, *words):
        """All is as it should be after a plain run, and the next one has nothing to do."""
        self.run(*words)
        self.nothing_lost()
        for sort in self.sorts:
            groups = tiny.groups(sort)
            rows = self.table(sort)
            assert groups == {unit: row["label"] for unit, row in rows.items()}
            for unit, label in self.decisions[sort].items():
                assert unit not in groups or groups[unit] == label
            generation = generations.current_generation(sort)
            assert (
                original_files.read_manifest(generation)["files"].keys()
                == self.originals[sort].keys()
            )
            for name, data in self.originals[sort].items():
                assert (generation / "original" / name).read_bytes() == data
            assert not tiny.temporary_files(sort)
        assert SETTLED in self.run(*words)

    def table(self, sort):
        """Rows of labels.tsv by unit."""
        header, *rows = (self.work / "results" / sort.name / "labels.tsv").read_text().splitlines()
        names = header.split("\t")
        rows = [dict(zip(names, row.split("\t"), strict=True)) for row in rows]
        return {int(row["cluster_id"]): row for row in rows}

    def restored(self):
        """The originals are back byte for byte."""
        for sort in self.sorts:
            restore_labels.restore(sort)
            now = {name: labels(sort).get(name) for name in self.originals[sort]}
            assert now == self.originals[sort]


def labels(sort):
    """Contents of all label files of a session."""
    return {path.name: path.read_bytes() for path in sorted(sort.glob("cluster_*.tsv"))}
