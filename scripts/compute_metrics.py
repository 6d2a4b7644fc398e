"""Compute the metrics of every unit of one session (rule compute_metrics)."""

import json
import logging
import os
from pathlib import Path

from goodunits import (
    curation,
    files,
    found,
    lineage,
    logs,
    measurement,
    metrics_table,
    session,
    software,
    spikes,
    store,
    unit_pictures,
)


def main(snakemake):
    """Read the session; write its metrics, what was read and how, and what the report draws."""
    # For the compiled loops of large sessions: a place that can be written, and stays.
    cache = Path(snakemake.output.metrics).resolve().parents[1] / ".run" / "numba"
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache))
    settings = json.loads(snakemake.params.settings)
    parameters = settings["parameters"]
    found_path = Path(snakemake.output.metrics).with_name("found.json")
    found.demand_usable(snakemake.params.folder, found_path, snakemake.input.session)
    sort = session.load_session(snakemake.params.folder, snakemake.params.recording_duration_s)
    ks_labels = curation.original_ks_labels(snakemake.params.folder)
    table = metrics_table.compute(sort, parameters, ks_labels, settings["names"])
    for note in (*sort.notes, *table.notes):
        logging.getLogger("compute_metrics").warning(note)
    metrics_table.write_metrics(table, snakemake.output.metrics)
    unit_pictures.write(sort, table, snakemake.output.pictures)
    units = spikes.sampled_spikes(table.spikes, lineage.SAMPLED_SPIKES)
    measured = measurement.measured(sort, table, parameters, units, software.package_versions())
    files.write_atomically(Path(snakemake.output.measured), store.as_json(measured))


if __name__ == "__main__":
    logs.run(main, snakemake)
