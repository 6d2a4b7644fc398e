"""Describe the run for an archive (rule ro_crate)."""

import json
from pathlib import Path

from goodunits.exchange import documents
from goodunits.result_files import dataset_json
from goodunits.workflow import step_words


def main(*, dataset, archive, snakefile, metadata):
    """Write the metadata of the crate, and the workflow's entry point.

    Parameters
    ----------
    dataset : path
        All sessions and where they lie: results/.run/dataset.json.
    archive : path
        What the owner says for archives: results/.run/archive.json.
    snakefile : path
        The workflow's Snakefile.
    metadata : path
        Where to write the metadata: results/ro-crate-metadata.json.
    """
    said = json.loads(Path(archive).read_text(encoding="utf-8"))
    sessions = dataset_json.read(dataset)
    documents.write_crate(sessions, Path(metadata).parent, snakefile, said)


if __name__ == "__main__":
    step_words.start(main)
