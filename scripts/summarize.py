"""Join the results of all sessions into tables (rule summarize)."""

from pathlib import Path

from goodunits import files, logs, own_columns, summary


def main(snakemake):
    """Write a row per session, a row per unit, and a row per criterion."""
    results = Path(snakemake.output.sessions).parent
    sessions = snakemake.params.sessions
    table, units, rows = summary.tables(sessions, own_columns.read(results))
    files.write_atomically(Path(snakemake.output.sessions), table)
    files.write_atomically(Path(snakemake.output.units), units)
    files.write_atomically(Path(snakemake.output.summary), summary.criteria_tsv(rows, sessions))


if __name__ == "__main__":
    logs.run(main, snakemake)
