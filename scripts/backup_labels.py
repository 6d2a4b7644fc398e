"""Keep the label files of one session as they are before any write (rule backup_labels)."""

from pathlib import Path

from goodunits.base import files, json_record
from goodunits.curation import whose_labels
from goodunits.session_folder import sort_id
from goodunits.standing import found_json
from goodunits.store import backup, generations, label_store, original_files
from goodunits.workflow import light_step


def main(snakemake):
    """Back up, once per sort, and write a receipt that says what the store holds."""
    session, receipt_path = snakemake.params.folder, Path(snakemake.output.receipt)
    found_json.demand_usable(session, receipt_path.with_name("found.json"), snakemake.input.session)
    sort_id.check_folder(session)
    backup.demand_store(session, receipt_path.with_name("written.json"))
    # A label file that cannot be read must be mended first: as an original it would stay for ever.
    whose_labels.read_curation(session, generations.current_generation(session))
    with label_store.locked(session) as base:
        manifest = original_files.read_manifest(backup.back_up(session, base))
    receipt = {"folder": session, "store": str(base), **manifest}
    files.write_atomically(receipt_path, json_record.as_json(receipt))


if __name__ == "__main__":
    light_step.start(main)
