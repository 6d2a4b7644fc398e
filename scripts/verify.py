"""Check that every session folder carries what was written (rule verify)."""

from pathlib import Path

from goodunits.answers import screen, verify_folders
from goodunits.base import files
from goodunits.base.errors import GoodunitsError, in_words
from goodunits.workflow import run_script

SHOWN = 10


def main(*, sessions, table):
    """Compare folders with receipts; end with an error that names every folder that differs."""
    rows, failures, said = [], [], []
    for session, folder, results in sessions:
        try:
            verdict = verify_folders.check(folder, results)
        except Exception as error:  # whatever it is, the other sessions go on
            verdict = verify_folders.Verdict(verify_folders.DIFFERS, in_words(error))
        rows.append([session, folder, verdict.word, verdict.detail])
        detail = f": {folder}: {verdict.detail}" if verdict.detail else ""
        said.append((verdict.is_fine, f"{session}: {verdict.word}{detail}"))
        if not verdict.is_fine:
            failures.append(f"{session} ({verdict.word})")
    files.write_if_changed(Path(table), verify_folders.table(rows))
    print(screen.fitting([line for _, line in sorted(said)], table))
    if failures:
        named = ", ".join(failures[:SHOWN]) + (", ..." if len(failures) > SHOWN else "")
        raise GoodunitsError(f"{len(failures)} session(s) not as written: {named}")


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        table=snakemake.params.table,
    )
