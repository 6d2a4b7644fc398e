"""Keep the label files of one session as they are before any write (rule backup_labels)."""

from pathlib import Path

from goodunits import files, lock, logs, store


def main(snakemake):
    """Back up, once per sort, and write a receipt that says what the store holds."""
    session = snakemake.params.folder
    store.check_folder(session)
    base = store.open_store(session)
    with lock.hold(base / "lock"):
        manifest = store.back_up(session, base, store.sort_id(session))
    receipt = {"folder": session, "store": str(base), **manifest}
    files.write_atomically(Path(snakemake.output.receipt), store.as_json(receipt))


if __name__ == "__main__":
    logs.run(main, snakemake)
