"""Put the label files of every session back (rules restore and restore_last)."""

from pathlib import Path

from goodunits import backup, files, logs, preview_tables, restore, screen, summary, tsv
from goodunits.errors import GoodunitsError, in_words

COLUMNS = ("session", "folder", "result", "files")
SHOWN = 10


def main(snakemake):
    """Restore session by session; one that cannot be restored does not stop the others."""
    rows, failures, table = [], [], Path(snakemake.params.table)
    preview_tables.remove(table.parent)
    for session, folder, results in snakemake.params.sessions:
        try:
            backup.demand_store(folder, Path(results, "written.json"))
            report = restore.restore(folder, snakemake.params.to)
            done = ", ".join(f"{name} {what}" for name, what in report["files"].items())
            rows.append([session, folder, "restored", done])
        except restore.NothingToRestoreError as error:
            rows.append([session, folder, "as it was", str(error)])
        except Exception as error:  # whatever it is, the other sessions go on
            rows.append([session, folder, "failed", in_words(error)])
            failures.append(session)
    files.write_if_changed(table, tsv.format_results(COLUMNS, rows))
    summary.keep_true(table.parent, {row[0]: row[1] for row in rows})
    said = [(result != "failed", f"{name}: {result}: {done}") for name, _, result, done in rows]
    print(screen.fitting([line for _, line in sorted(said)], table))
    if failures:
        named = ", ".join(failures[:SHOWN]) + (", ..." if len(failures) > SHOWN else "")
        raise GoodunitsError(f"{len(failures)} session(s) not restored: {named}")


if __name__ == "__main__":
    logs.run(main, snakemake)
