"""Write what SpikeInterface and neuroconv read (rule exchange)."""

from pathlib import Path

from goodunits import logs
from goodunits.exchange import documents


def main(snakemake):
    """Write the files of every session, and the table that lists them."""
    documents.write_exchange(snakemake.params.sessions, Path(snakemake.output.table).parent)


if __name__ == "__main__":
    logs.run(main, snakemake)
