"""Join the results of all sessions into two tables (rule summarize)."""

from pathlib import Path

from goodunits import files, logs, own_columns, summary


def main(snakemake):
    """Write a row per session and a row per unit."""
    results = Path(snakemake.output.sessions).parent
    sessions, units, _ = summary.tables(snakemake.params.sessions, own_columns.read(results))
    files.write_atomically(Path(snakemake.output.sessions), sessions)
    files.write_atomically(Path(snakemake.output.units), units)


if __name__ == "__main__":
    logs.run(main, snakemake)
