"""Join the results of all sessions into tables (rule summarize)."""

from pathlib import Path

from goodunits import logs, summary


def main(snakemake):
    """Write a row per session, a row per unit, and a row per criterion."""
    summary.write_tables(snakemake.params.sessions, Path(snakemake.output.sessions).parent)


if __name__ == "__main__":
    logs.run(main, snakemake)
