"""Check that every session folder carries what was written (rule verify)."""

from pathlib import Path

from goodunits import files, logs, verify
from goodunits.errors import GoodunitsError, in_words, one_line


def main(snakemake):
    """Compare folders with receipts; end with an error that names every folder that differs."""
    rows = []
    for session, folder, results in snakemake.params.sessions:
        try:
            problems = verify.check(folder, results)
        except Exception as error:  # whatever it is, the other sessions go on
            problems = [in_words(error)]
        rows.append([session, folder, "differs" if problems else "as written", "; ".join(problems)])
    files.write_if_changed(Path(snakemake.params.table), verify.table(rows))
    for session, folder, verdict, detail in rows:
        print(one_line(f"{session}: {verdict}" + (f": {folder}: {detail}" if detail else "")))
    differing = [row[0] for row in rows if row[2] == "differs"]
    if differing:
        raise GoodunitsError(f"{len(differing)} session(s) differ: {', '.join(differing)}")


if __name__ == "__main__":
    logs.run(main, snakemake)
