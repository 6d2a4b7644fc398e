"""Join the results of all sessions into two tables (rule summarize)."""

from pathlib import Path

import pandas as pd
from goodunits import files, labels_file, logs, summary


def main(snakemake):
    """Write a row per session and a row per unit."""
    table, _ = summary.sessions_table(snakemake.params.sessions)
    files.write_atomically(Path(snakemake.output.sessions), table)
    units = [unit_table(session, results) for session, _, results in snakemake.params.sessions]
    text = pd.concat(units).to_csv(sep="\t", index=False, lineterminator="\n")
    files.write_atomically(Path(snakemake.output.units), text.encode())


def unit_table(session, results):
    """Labels and metrics of one session, as text so that no digit changes."""
    as_text = {"sep": "\t", "dtype": str, "keep_default_na": False}
    labels = pd.read_csv(Path(results, "labels.tsv"), **as_text)[list(labels_file.FIXED_COLUMNS)]
    metrics = pd.read_csv(Path(results, "metrics.tsv"), **as_text)
    joined = labels.merge(metrics, on="cluster_id", validate="one_to_one")
    joined.insert(0, "session", session)
    return joined


if __name__ == "__main__":
    logs.run(main, snakemake)
