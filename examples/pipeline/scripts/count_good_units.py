"""Count the good units of each session (rule count_good_units)."""

import csv
from collections import Counter
from pathlib import Path


def main(snakemake):
    """Write a row per session."""
    with open(snakemake.input[0], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    counts = Counter(row["session"] for row in rows if row["label"] == "good")
    lines = [
        f"{session}\t{counts[session]}" for session in sorted({row["session"] for row in rows})
    ]
    Path(snakemake.output[0]).write_text("\n".join(["session\tn_good", *lines]) + "\n")


if __name__ == "__main__":
    main(snakemake)
