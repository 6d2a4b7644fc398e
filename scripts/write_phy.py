"""Write the labels of one session where Phy reads them (rule write_phy).

Beside the receipt it keeps the tables that it wrote from: labels.tsv and metrics.tsv may change
before the next write, as in a preview. The receipt has their hashes: they are a part of it, and no
outputs of their own.
"""

import json
import os
from pathlib import Path

from goodunits.base import files, json_record, tsv
from goodunits.phy import write_labels
from goodunits.results import labels_tsv, preview_tables, written_json
from goodunits.standing import session_standing
from goodunits.workflow import light_step


def main(snakemake):
    """Write the label files of the session folder as one transaction; the receipt comes last."""
    session = snakemake.params.folder
    settings = json.loads(snakemake.params.settings)
    measured = json.loads(Path(snakemake.input.measured).read_text(encoding="utf-8"))
    labels, criteria_labels = labels_tsv.read_labels(snakemake.input.labels)
    plan = write_labels.Plan(
        labels,
        criteria_labels,
        measured,
        settings["manual_curation"],
        phy_columns(snakemake.input.metrics, settings["phy_columns"]),
        {"criteria": settings["criteria"], "working_folder": os.getcwd()},
    )
    tables = [snakemake.input.labels, snakemake.input.metrics]
    contents = {Path(path).name: Path(path).read_bytes() for path in tables}
    receipt_path = Path(snakemake.output.receipt)
    preview_tables.remove(receipt_path.parents[1])
    written = write_labels.write_label_files(session, plan)
    written["made_from"] = keep_tables(receipt_path.with_name(session_standing.WRITTEN), contents)
    receipt = written_json.receipt(
        snakemake.wildcards.session, session, written, measured, settings, snakemake.params.project
    )
    files.write_atomically(receipt_path, json_record.as_json(receipt))


def keep_tables(folder, contents):
    """Keep the tables that the labels were written from; their hashes by name."""
    folder.mkdir(exist_ok=True)
    for name, data in contents.items():
        with files.naming(folder / name):
            (folder / name).write_bytes(data)
    return {name: files.sha256_bytes(data) for name, data in contents.items()}


def phy_columns(metrics_path, names):
    """Text of the metrics that Phy shall show, by cluster id."""
    if not names:
        return {}
    _, rows = tsv.read_table(metrics_path)
    return {name: {int(row["cluster_id"]): row[name] for row in rows} for name in names}


if __name__ == "__main__":
    light_step.start(main)
