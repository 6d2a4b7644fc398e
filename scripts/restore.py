"""Put the label files of every session back (rules restore and restore_last)."""

from pathlib import Path

from goodunits import backup, files, logs, restore, tsv
from goodunits.errors import GoodunitsError, in_words, one_line

COLUMNS = ("session", "folder", "result", "files")


def main(snakemake):
    """Restore session by session; one that cannot be restored does not stop the others."""
    rows, failures = [], []
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
            failures.append(f"{session}: {in_words(error)}")
    files.write_if_changed(Path(snakemake.params.table), tsv.format_results(COLUMNS, rows))
    for session, _, result, done in rows:
        print(one_line(f"{session}: {result}: {done}"))
    if failures:
        raise GoodunitsError(f"{len(failures)} session(s) not restored: {'; '.join(failures)}")


if __name__ == "__main__":
    logs.run(main, snakemake)
