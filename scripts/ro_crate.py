"""Describe the run for an archive (rule ro_crate)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.workflow import run_script


def main(*, sessions, results, snakefile, archive):
    """Write the metadata of the crate, and the workflow's entry point."""
    documents.write_crate(sessions, results, snakefile, archive)


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        results=Path(snakemake.output.metadata).parent,
        snakefile=snakemake.params.snakefile,
        archive=snakemake.params.archive,
    )
