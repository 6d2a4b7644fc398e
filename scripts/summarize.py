"""Join the results of all sessions into tables (rule summarize)."""

from pathlib import Path

from goodunits.tables import sessions_tsv
from goodunits.workflow import run_script


def main(*, sessions, results):
    """Write a row per session, a row per unit, and a row per criterion."""
    sessions_tsv.write_tables(sessions, results)


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        results=Path(snakemake.output.sessions).parent,
    )
