"""Write the labels of one session where Phy reads them (rule write_phy).

Beside the receipt it keeps the tables that it wrote from: labels.tsv and metrics.tsv may change
before the next write, as in a preview. The receipt has their hashes: they are a part of it, and no
outputs of their own.
"""

import json
import os
from pathlib import Path

from goodunits.base import files, json_record, tsv
from goodunits.criteria import label_classes
from goodunits.phy import write_labels
from goodunits.result_files import labels_tsv, preview_tables, written_json
from goodunits.scorecards import quantities
from goodunits.standing import session_standing
from goodunits.workflow import step_words


def main(*, session, folder, settings, labels, metrics, measured, project, receipt):
    """Write the label files of the session folder as one transaction; the receipt comes last.

    Parameters
    ----------
    session : id
        Of the session.
    folder : path
        Its Kilosort folder.
    settings : path
        All that the files in the folder depend on: results/.run/phy-SET.json.
    labels, metrics, measured : path
        results/SESSION/labels.tsv, metrics.tsv, measured.json.
    project : path
        Which version of goodunits this is: results/.run/project.json.
    receipt : path
        Where to write the receipt: results/SESSION/written.json.
    """
    chosen = json.loads(Path(settings).read_text(encoding="utf-8"))
    read = json.loads(Path(measured).read_text(encoding="utf-8"))
    by_unit, criteria_labels = labels_tsv.read_labels(labels)
    plan = write_labels.Plan(
        by_unit,
        criteria_labels,
        read,
        chosen["manual_curation"],
        phy_columns(metrics, labels, chosen["phy_columns"]),
        {"criteria": chosen["criteria"], "working_folder": os.getcwd()},
        label_classes.shown_as(chosen["labels"]),
    )
    contents = {Path(path).name: Path(path).read_bytes() for path in (labels, metrics)}
    results = Path(receipt).parent
    preview_tables.remove(results.parent)
    written = write_labels.write_label_files(folder, plan)
    written["made_from"] = keep_tables(results / session_standing.WRITTEN, contents)
    record = written_json.receipt(session, folder, written, read, chosen, project)
    files.write_atomically(Path(receipt), json_record.as_json(json_record.with_version(record)))


def keep_tables(folder, contents):
    """Keep the tables that the labels were written from; their hashes by name."""
    folder.mkdir(exist_ok=True)
    for name, data in contents.items():
        with files.naming(folder / name):
            (folder / name).write_bytes(data)
    return {name: files.sha256_bytes(data) for name, data in contents.items()}


def phy_columns(metrics_path, labels_path, names):
    """Text of the metrics and scores that Phy shall show, by the name there and cluster id."""
    scores = [name for name in names if quantities.is_score(name)]
    metrics = [name for name in names if name not in scores]
    columns = {}
    for path, wanted in ((metrics_path, metrics), (labels_path, scores)):
        _, rows = tsv.read_table(path) if wanted else ((), ())
        for name in wanted:
            texts = {int(row["cluster_id"]): row[name] for row in rows}
            columns[quantities.in_phy(name)] = texts
    return columns


if __name__ == "__main__":
    step_words.start(main)
