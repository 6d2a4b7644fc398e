"""Check that every session folder carries what was written (rule verify)."""

from pathlib import Path

from goodunits import files, logs, verify
from goodunits.errors import GoodunitsError, in_words, one_line

SHOWN = 10


def main(snakemake):
    """Compare folders with receipts; end with an error that names every folder that differs."""
    rows, failures = [], []
    for session, folder, results in snakemake.params.sessions:
        try:
            verdict = verify.check(folder, results)
        except Exception as error:  # whatever it is, the other sessions go on
            verdict = verify.Verdict(verify.DIFFERS, in_words(error))
        rows.append([session, folder, verdict.word, verdict.detail])
        if not verdict.is_fine:
            failures.append(f"{session} ({verdict.word})")
    files.write_if_changed(Path(snakemake.params.table), verify.table(rows))
    for session, folder, word, detail in rows:
        print(one_line(f"{session}: {word}" + (f": {folder}: {detail}" if detail else "")))
    if failures:
        named = ", ".join(failures[:SHOWN]) + (", ..." if len(failures) > SHOWN else "")
        raise GoodunitsError(f"{len(failures)} session(s) not as written: {named}")


if __name__ == "__main__":
    logs.run(main, snakemake)
