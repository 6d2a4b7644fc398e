"""Say in words what was done, for a paper (rule methods)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.workflow import run_script


def main(*, sessions, results):
    """Write the text and its bibliography."""
    documents.write_methods(sessions, results)


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        results=Path(snakemake.output.text).parent,
    )
