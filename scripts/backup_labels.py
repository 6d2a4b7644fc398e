"""Keep the label files of one session as they are before any write (rule backup_labels)."""

from pathlib import Path

from goodunits import backup, curation, files, found, generations, job, sort_id, store


def main(snakemake):
    """Back up, once per sort, and write a receipt that says what the store holds."""
    session, receipt_path = snakemake.params.folder, Path(snakemake.output.receipt)
    found.demand_usable(session, receipt_path.with_name("found.json"), snakemake.input.session)
    sort_id.check_folder(session)
    backup.demand_store(session, receipt_path.with_name("written.json"))
    # A label file that cannot be read must be mended first: as an original it would stay for ever.
    curation.look(session, generations.current_generation(session))
    with store.locked(session) as base:
        manifest = store.read_manifest(backup.back_up(session, base))
    receipt = {"folder": session, "store": str(base), **manifest}
    files.write_atomically(receipt_path, store.as_json(receipt))


if __name__ == "__main__":
    job.start(main)
