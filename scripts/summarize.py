"""Join the results of all sessions into two tables (rule summarize)."""

from pathlib import Path

from goodunits import files, logs, summary, unit_table


def main(snakemake):
    """Write a row per session and a row per unit."""
    table, rows = summary.sessions_table(snakemake.params.sessions)
    files.write_atomically(Path(snakemake.output.sessions), table)
    labelled = summary.labelled(rows, snakemake.params.sessions)
    files.write_atomically(Path(snakemake.output.units), unit_table.units_tsv(labelled))


if __name__ == "__main__":
    logs.run(main, snakemake)
