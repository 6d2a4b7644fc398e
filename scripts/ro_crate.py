"""Describe the run for an archive (rule ro_crate)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.workflow import run_script


def main(snakemake):
    """Write the metadata of the crate, and the workflow's entry point."""
    results = Path(snakemake.output.metadata).parent
    documents.write_crate(
        snakemake.params.sessions, results, snakemake.params.snakefile, snakemake.params.archive
    )


if __name__ == "__main__":
    run_script.run(main, snakemake)
