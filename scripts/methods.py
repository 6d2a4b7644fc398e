"""Say in words what was done, for a paper (rule methods)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.workflow import run_script


def main(snakemake):
    """Write the text and its bibliography."""
    documents.write_methods(snakemake.params.sessions, Path(snakemake.output.text).parent)


if __name__ == "__main__":
    run_script.run(main, snakemake)
