"""A session that the workflow labels and Phy curates, and what its files say."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class Dataset:
    """A working directory with a copy of one sort."""

    def __init__(self, folder, sort):
        self.folder = folder
        self.session = folder / "sorts" / "session"
        shutil.copytree(sort, self.session)

    def command(self, *arguments):
        """Command line of a run, for the working directory."""
        start = [sys.executable, "-m", "snakemake", "-s", str(PROJECT / "Snakefile")]
        return [*start, "--cores", "1", *arguments, "--config", "dataset=sorts"]

    def snakemake(self, *arguments):
        """Run the workflow and return what it said."""
        command = self.command(*arguments)
        told = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout + told.stderr

    def settled(self):
        """Whether a plain run has nothing to do."""
        return "Nothing to be done" in self.snakemake()

    def units(self):
        """Rows of labels.tsv by cluster id."""
        with open(self.folder / "results" / "session" / "labels.tsv", newline="") as file:
            return {int(row["cluster_id"]): row for row in csv.DictReader(file, delimiter="\t")}

    def files(self):
        """Content of each file that Phy may rewrite."""
        paths = [*self.session.glob("cluster_*.tsv"), self.session / "spike_clusters.npy"]
        return {path.name: path.read_bytes() for path in paths}

    def superseded(self):
        """Contents that the store keeps because somebody else wrote them."""
        return [path.read_bytes() for path in self.session.glob("goodunits_store/*/superseded/*")]


def groups_in(data):
    """Labels of a cluster_group.tsv by cluster id."""
    rows = csv.DictReader(data.decode().splitlines(), delimiter="\t")
    return {int(row["cluster_id"]): row["group"] for row in rows}


def labels(units):
    """Label and who gave it, by cluster id."""
    return {i: (row["label"], row["source"]) for i, row in units.items()}
