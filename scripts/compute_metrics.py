"""Compute the metrics of every unit of one session (rule compute_metrics)."""

import json
import logging
import os
from pathlib import Path

from goodunits.base import files, json_record
from goodunits.curation import whose_labels
from goodunits.kilosort import sort_files
from goodunits.metrics import compute
from goodunits.pictures import unit_pictures
from goodunits.result_files import measured_json, merge_candidates_tsv
from goodunits.spiketrains import unit_spikes
from goodunits.standing import found_json
from goodunits.workflow import software_versions, step_words


def main(*, folder, settings, session_settings, merge_candidates, pictures, measured, metrics):
    """Read the session; write its metrics, pairs, what was read and how, what the report draws.

    Parameters
    ----------
    folder : path
        Kilosort folder of the session.
    settings : path
        Which metrics, with which parameters: results/.run/metrics.json.
    session_settings : path
        What the dataset says of the session: results/SESSION/session.json.
    merge_candidates, pictures, measured : path
        Where to write the pairs, what the report draws, and what was read.
    metrics : path
        Where to write the metrics: results/SESSION/metrics.tsv.
    """
    # For the compiled loops of large sessions: a place that can be written, and stays.
    cache = Path(metrics).resolve().parents[1] / ".run" / "numba"
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache))
    chosen = json.loads(Path(settings).read_text(encoding="utf-8"))
    found_json.demand_usable(folder, Path(metrics).with_name("found.json"), session_settings)
    about = json.loads(Path(session_settings).read_text(encoding="utf-8"))
    sort = sort_files.read_sort(folder, about["duration_s"])
    ks_labels = whose_labels.original_ks_labels(folder)
    table = compute.compute_metrics(sort, chosen["parameters"], ks_labels, chosen["names"])
    for note in (*sort.notes, *table.notes):
        logging.getLogger("compute_metrics").warning(note)
    compute.write_metrics(table, metrics)
    merge_candidates_tsv.write(merge_candidates, table.merge_candidates)
    unit_pictures.write(sort, table, pictures)
    units = unit_spikes.sampled_spikes(table.spikes, unit_spikes.SAMPLED_SPIKES)
    record = measured_json.measured(
        sort, table, chosen["parameters"], units, software_versions.package_versions()
    )
    files.write_atomically(Path(measured), json_record.as_json(json_record.with_version(record)))


if __name__ == "__main__":
    step_words.start(main)
