"""Write the labels of one session where Phy reads them (rule write_phy)."""

import json
import os
from pathlib import Path

from goodunits import files, job, labels_file, phy_write, provenance, store, tsv


def main(snakemake):
    """Write the label files of the session folder as one transaction; the receipt comes last."""
    session = snakemake.params.folder
    settings = json.loads(snakemake.params.settings)
    measured = json.loads(Path(snakemake.input.measured).read_text(encoding="utf-8"))
    labels, criteria_labels = labels_file.read_labels(snakemake.input.labels)
    plan = phy_write.Plan(
        labels,
        criteria_labels,
        measured,
        settings["manual_curation"],
        phy_columns(snakemake.input.metrics, settings["phy_columns"]),
        {"criteria": settings["criteria"], "working_folder": os.getcwd()},
    )
    written = phy_write.write(session, plan)
    receipt = provenance.receipt(
        snakemake.wildcards.session, session, written, measured, settings, snakemake.params.project
    )
    files.write_atomically(Path(snakemake.output.receipt), store.as_json(receipt))


def phy_columns(metrics_path, names):
    """Text of the metrics that Phy shall show, by cluster id."""
    if not names:
        return {}
    _, rows = tsv.read_table(metrics_path)
    return {name: {int(row["cluster_id"]): row[name] for row in rows} for name in names}


if __name__ == "__main__":
    job.start(main)
