"""Put the label files of every session back (rules restore and restore_last)."""

from pathlib import Path

from goodunits.answers import screen
from goodunits.base import files, tsv
from goodunits.base.errors import GoodunitsError, in_words
from goodunits.phy import restore_labels
from goodunits.result_files import preview_tables
from goodunits.store import backup
from goodunits.tables import sessions_tsv
from goodunits.workflow import run_script

COLUMNS = ("session", "folder", "result", "files")
SHOWN = 10


def main(*, sessions, table, to):
    """Restore session by session; one that cannot be restored does not stop the others."""
    rows, failures, table = [], [], Path(table)
    preview_tables.remove(table.parent)
    for session, folder, results in sessions:
        try:
            backup.demand_store(folder, Path(results, "written.json"))
            report = restore_labels.restore(folder, to)
            done = ", ".join(f"{name} {what}" for name, what in report["files"].items())
            rows.append([session, folder, "restored", " | ".join([done, *report["doubts"]])])
        except restore_labels.NothingToRestoreError as error:
            rows.append([session, folder, "as it was", str(error)])
        except Exception as error:  # whatever it is, the other sessions go on
            rows.append([session, folder, "failed", in_words(error)])
            failures.append(session)
    files.write_if_changed(table, tsv.format_results(COLUMNS, rows))
    sessions_tsv.keep_true(table.parent, {name: folder for name, folder, _ in sessions})
    said = [(result != "failed", f"{name}: {result}: {done}") for name, _, result, done in rows]
    print(screen.fitting([line for _, line in sorted(said)], table))
    if failures:
        named = ", ".join(failures[:SHOWN]) + (", ..." if len(failures) > SHOWN else "")
        raise GoodunitsError(f"{len(failures)} session(s) not restored: {named}")


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        table=snakemake.params.table,
        to=snakemake.params.to,
    )
