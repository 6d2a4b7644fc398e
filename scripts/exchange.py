"""Write what SpikeInterface and neuroconv read (rule exchange)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.workflow import run_script


def main(snakemake):
    """Write the files of every session, and the table that lists them."""
    documents.write_exchange(snakemake.params.sessions, Path(snakemake.output.table).parent)


if __name__ == "__main__":
    run_script.run(main, snakemake)
