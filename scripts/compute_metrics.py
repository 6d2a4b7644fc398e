"""Compute the metrics of every unit of one session (rule compute_metrics)."""

import json
import logging
import os
from pathlib import Path

from goodunits.base import files, json_record
from goodunits.curation import whose_labels
from goodunits.kilosort import sort_files
from goodunits.metrics import compute
from goodunits.results import measured_json, merge_candidates_tsv
from goodunits.spiketrains import unit_spikes
from goodunits.standing import found_json
from goodunits.workflow import run_script, software_versions


def main(snakemake):
    """Read the session, write metrics.tsv, merge_candidates.tsv, and what was read and how."""
    # For the compiled loops of large sessions: a place that can be written, and stays.
    cache = Path(snakemake.output.metrics).resolve().parents[1] / ".run" / "numba"
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache))
    settings = json.loads(snakemake.params.settings)
    parameters = settings["parameters"]
    found_path = Path(snakemake.output.metrics).with_name("found.json")
    found_json.demand_usable(snakemake.params.folder, found_path, snakemake.input.session)
    sort = sort_files.read_sort(snakemake.params.folder, snakemake.params.recording_duration_s)
    ks_labels = whose_labels.original_ks_labels(snakemake.params.folder)
    table = compute.compute_metrics(sort, parameters, ks_labels, settings["names"])
    for note in (*sort.notes, *table.notes):
        logging.getLogger("compute_metrics").warning(note)
    compute.write_metrics(table, snakemake.output.metrics)
    merge_candidates_tsv.write(snakemake.output.merge_candidates, table.merge_candidates)
    units = unit_spikes.sampled_spikes(table.spikes, unit_spikes.SAMPLED_SPIKES)
    measured = measured_json.measured(
        sort, table, parameters, units, software_versions.package_versions()
    )
    files.write_atomically(Path(snakemake.output.measured), json_record.as_json(measured))


if __name__ == "__main__":
    run_script.run(main, snakemake)
