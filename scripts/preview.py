"""Show which labels a run would change; no session folder is touched (rule preview)."""

from pathlib import Path

from goodunits import files, logs, preview


def main(snakemake):
    """Compare the labels of every session with its folder; print a summary, write the table."""
    rows = []
    for session, folder, results in snakemake.params.sessions:
        rows += preview.changes(session, folder, preview.labels_path(results))
    files.write_atomically(Path(snakemake.params.table), preview.table(rows))
    print(preview.text(rows, [session for session, _, _ in snakemake.params.sessions]))
    print(f"All of them: {snakemake.params.table}")


if __name__ == "__main__":
    logs.run(main, snakemake)
