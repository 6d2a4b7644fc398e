"""Tiny sorts, a stand-in for Phy and a run without Snakemake, for tests of the label store."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import numpy as np

from goodunits.base import files, json_record
from goodunits.curation import curation_record, decisions, whose_labels
from goodunits.phy import write_labels
from goodunits.session_folder import file_names
from goodunits.spiketrains import unit_spikes
from goodunits.standing import found_json, session_standing
from goodunits.store import backup, generations, label_store

SIZES = {0: 40, 1: 70, 2: 30, 3: 55, 5: 20, 6: 10}
LABEL_FILES = (file_names.KS_FILE, file_names.GROUP_FILE, file_names.INFO_FILE)


def make_sort(folder, seed=0, sizes=SIZES):
    """Write what Kilosort leaves: spike files and two label files that are alike."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    clusters = rng.permutation(np.repeat(list(sizes), list(sizes.values()))).astype(np.int32)
    np.save(folder / "spike_times.npy", np.sort(rng.integers(0, 10**7, len(clusters))))
    np.save(folder / "spike_templates.npy", clusters)
    np.save(folder / "spike_clusters.npy", clusters)
    labels = {i: "good" if i % 2 else "mua" for i in sizes}
    text = "cluster_id\tKSLabel\n" + "".join(f"{i}\t{label}\n" for i, label in labels.items())
    for name in (file_names.KS_FILE, file_names.GROUP_FILE):
        replace(folder / name, text.encode())
    return folder


def replace(path, data):
    """Write a file as a program of somebody else does: as a new file in place of the old one."""
    new = path.with_name(f".{path.name}.tmp")
    new.write_bytes(data)
    new.rename(path)


def read(folder):
    """Contents of the label files, None for a missing one."""
    return {name: files.read_optional(Path(folder, name)) for name in LABEL_FILES}


def rows_of(data):
    """Rows of a table, header first."""
    text = data.decode("utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ","))


def groups(folder):
    """Labels of cluster_group.tsv by cluster id, if it has the header that Phy reads."""
    rows = rows_of(Path(folder, file_names.GROUP_FILE).read_bytes())
    assert rows[0] == ["cluster_id", "group"]
    return {int(i): label for i, label in rows[1:]}


class Phy:
    """What Phy 2 does to a folder: new ids, copied labels, CRLF, no empty rows, and its log."""

    def __init__(self, folder, keeps_log=False):
        self.folder = Path(folder)
        self.keeps_log = keeps_log
        self.clusters = np.load(self.folder / "spike_clusters.npy")
        self.fields = {"group": {}}
        for path in sorted(self.folder.glob("*.tsv")):
            if path.name == file_names.INFO_FILE:
                continue
            header, *rows = rows_of(path.read_bytes())
            self.fields.setdefault(header[1], {}).update({int(i): text for i, text in rows})
        known = map(max, filter(None, self.fields.values()))
        self.next_id = int(max([self.clusters.max(), *known])) + 1

    def label(self, cluster_id, group):
        """Give a group by hand."""
        self.fields["group"][cluster_id] = group
        self.log(f"Change metadata_group for clusters {cluster_id} to {group}.")

    def log(self, action):
        """Note an action in Phy's log, as it is done."""
        if self.keeps_log:
            with Path(self.folder, "phy.log").open("a", encoding="utf-8") as file:
                file.write(f"10:52:03.123 [D] clustering:300       {action}\n")

    def merge(self, *parents):
        """Merge clusters."""
        (new,) = self.assign(parents, np.flatnonzero(np.isin(self.clusters, parents)))
        self.log(f"Merge clusters {', '.join(map(str, parents))} to {new}.")
        return new

    def split(self, cluster_id):
        """Split a cluster in two halves."""
        return self.lasso(np.flatnonzero(self.clusters == cluster_id)[::2])

    def lasso(self, spikes):
        """Split chosen spikes off all clusters that have some: they, and each rest, get new ids."""
        return self.assign(sorted(set(self.clusters[spikes].tolist())), spikes)

    def assign(self, parents, spikes):
        """Give spikes of some clusters a new id, and what is left of each another.

        All of them get the only value that there is among the parents, else that of the largest,
        and of the lower id of two that are equally large (`ClusterMeta.set_from_descendants`,
        phy/cluster/_utils.py; `Clustering.assign`, phy/cluster/clustering.py).
        """
        counts, before = Counter(self.clusters.tolist()), self.clusters
        self.clusters = before.copy()
        self.clusters[spikes] = self.next_id
        new = [self.next_id]
        for parent in sorted(parents):
            rest = np.setdiff1d(np.flatnonzero(before == parent), spikes)
            if len(rest):
                new.append(new[-1] + 1)
                self.clusters[rest] = new[-1]
        self.next_id = new[-1] + 1
        largest = max(sorted(parents), key=counts.get)
        for values in self.fields.values():
            known = {values[i] for i in parents if values.get(i) is not None}
            value = known.pop() if len(known) == 1 else values.get(largest)
            if value is not None:
                values.update(dict.fromkeys(new, value))
        return tuple(new)

    def save(self):
        """Save all: spike_clusters.npy, one table per field, and cluster_info.tsv."""
        np.save(self.folder / "spike_clusters.npy", self.clusters.astype(np.int32))
        counts = Counter(self.clusters.tolist())
        for field, values in self.fields.items():
            rows = [[i, values[i]] for i in sorted(counts) if i in values]
            replace(self.folder / f"cluster_{field}.tsv", table(["cluster_id", field], rows))
        names = ["KSLabel", "group"]
        rows = [
            [i, *(self.fields.get(name, {}).get(i, "") for name in names), counts[i]]
            for i in sorted(counts)
        ]
        header = ["cluster_id", *names, "n_spikes"]
        replace(self.folder / file_names.INFO_FILE, table(header, rows))


def save_in_phy(folder, **groups):
    """Open in Phy, perhaps label, and save."""
    phy = Phy(folder)
    for unit, label in groups.items():
        phy.label(int(unit.removeprefix("u")), label)
    phy.save()


def table(header, rows):
    """A table as Phy writes it, with CRLF."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t").writerows([header, *rows])
    return out.getvalue().encode()


def measured(folder):
    """The record that compute_metrics makes, of the spike files alone."""
    names = ("spike_times.npy", "spike_clusters.npy", "spike_templates.npy")
    clusters = np.load(folder / "spike_clusters.npy")
    by_unit = unit_spikes.group_by_unit(np.load(folder / "spike_times.npy"), clusters)
    records = {
        name: {
            "sha256": files.sha256_file(folder / name),
            "signature": files.signature(folder / name),
        }
        for name in names
    }
    return {
        "files": records,
        "units": unit_spikes.sampled_spikes(by_unit, unit_spikes.SAMPLED_SPIKES),
    }


def spike_counts(folder):
    """Number of spikes of each cluster."""
    ids, counts = np.unique(np.load(Path(folder, "spike_clusters.npy")), return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def by_criteria(folder, least, good="good"):
    """Labels by a criterion: units with at least so many spikes are good."""
    return {i: good if n >= least else "mua" for i, n in spike_counts(folder).items()}


def run(folder, results, least=35, policy="keep", good="good", columns=None):
    """One run of the workflow on one session, rule by rule but without Snakemake."""
    results.mkdir(parents=True, exist_ok=True)
    for name in session_standing.NEEDED:
        (results / name).touch()
    receipt = results / "written.json"
    backup.demand_store(folder, receipt)
    found_json.refresh(folder, results / "found.json", receipt)
    with label_store.locked(folder) as base:
        backup.back_up(folder, base)
    found = curation_record.from_json((results / "found.json").read_text())
    criteria = by_criteria(folder, least, good)
    labels, _ = decisions.final_labels(criteria, found.decisions, found.inherited, policy)
    receipt.unlink(missing_ok=True)
    plan = write_labels.Plan(labels, criteria, measured(folder), policy, columns or {})
    written = write_labels.write_label_files(folder, plan)
    files.write_atomically(receipt, json.dumps(json_record.with_version(written)).encode())
    return written


def seen(folder):
    """What a run would see now of the people behind the labels."""
    return whose_labels.read_curation(folder, generations.current_generation(folder))


def decided(folder):
    """Decisions of people as a run would see them now."""
    return seen(folder).decisions


def rewrite_state(generation, change):
    """Change the JSON of a state as a stranger can: with the right hash on its first line."""
    path = Path(generation, "state.json")
    content = json.loads(path.read_text(encoding="utf-8").split("\n", 1)[1])
    change(content)
    text = json_record.as_json(content).decode()
    replace(path, f"{files.sha256_bytes(text.encode())}\n{text}".encode())


def tree(folder):
    """Content of every file below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    }


def temporary_files(folder):
    """Names of temporary files below a folder."""
    return [path.name for path in Path(folder).rglob(".*goodunits-*")]
