"""Write the documents of a dataset: methods, provenance, files for other programs."""

from pathlib import Path

from goodunits.base import files
from goodunits.exchange import crate, dataset_record, methods_text, session_files

METHODS, BIBLIOGRAPHY = "methods.md", "references.bib"


def write_methods(sessions, results):
    """Write methods.md and references.bib.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder.
    results : path-like
        Folder of all results.
    """
    _write_methods(dataset_record.read(sessions), results)


def _write_methods(record, results):
    """Write methods.md and references.bib of what is known of a dataset."""
    text, bibliography = methods_text.methods(record)
    files.write_atomically(Path(results, METHODS), text.encode())
    files.write_atomically(Path(results, BIBLIOGRAPHY), bibliography.encode())


def write_exchange(sessions, results):
    """Write the files of every session for SpikeInterface and NWB, and exchange.tsv."""
    data = session_files.write(sessions, results)
    files.write_atomically(Path(results, session_files.TABLE), data)


def write_crate(sessions, results, snakefile, archive):
    """Write ro-crate-metadata.json, and the workflow's entry point beside it.

    Parameters
    ----------
    sessions, results
        As for `write_methods`.
    snakefile : path-like
        The workflow's entry point.
    archive : dict
        Block `archive` of the configuration.
    """
    _write_crate(dataset_record.read(sessions), results, snakefile, archive)


def _write_crate(record, results, snakefile, archive):
    """Write the crate of what is known of a dataset."""
    files.write_atomically(Path(results, crate.WORKFLOW), Path(snakefile).read_bytes())
    data = crate.metadata(record, results, archive)
    files.write_atomically(Path(results, crate.METADATA), data)


def write_all(sessions, results, snakefile, archive):
    """Write all of it of what is there, as after a run in which sessions failed."""
    record = dataset_record.read(sessions)
    _write_methods(record, results)
    write_exchange(sessions, results)
    _write_crate(record, results, snakefile, archive)
