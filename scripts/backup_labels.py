"""Keep the label files of one session as they are before any write (rule backup_labels)."""

from pathlib import Path

from goodunits import curation, files, job, store


def main(snakemake):
    """Back up, once per sort, and write a receipt that says what the store holds."""
    session, receipt_path = snakemake.params.folder, Path(snakemake.output.receipt)
    store.check_folder(session)
    store.demand_store(session, receipt_path.with_name("written.json"))
    # A label file that cannot be read must be mended first: as an original it would stay for ever.
    curation.look(session, curation.current_generation(session))
    with store.locked(session) as base:
        manifest = store.back_up(session, base, store.sort_id(session))
    receipt = {"folder": session, "store": str(base), **manifest}
    files.write_atomically(receipt_path, store.as_json(receipt))


if __name__ == "__main__":
    job.start(main)
