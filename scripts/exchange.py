"""Write what SpikeInterface and neuroconv read (rule exchange)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.workflow import run_script


def main(*, sessions, results):
    """Write the files of every session, and the table that lists them."""
    documents.write_exchange(sessions, results)


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        results=Path(snakemake.output.table).parent,
    )
