"""Keep the label files of one session as they are before any write (rule backup_labels)."""

from pathlib import Path

from goodunits.base import files, json_record
from goodunits.curation import whose_labels
from goodunits.session_folder import sort_id
from goodunits.standing import found_json
from goodunits.store import backup, generations, label_store, original_files
from goodunits.workflow import step_words


def main(*, folder, session_settings, receipt):
    """Back up, once per sort, and write a receipt that says what the store holds.

    Parameters
    ----------
    folder : path
        Kilosort folder of the session.
    session_settings : path
        What the dataset says of the session: results/SESSION/session.json.
    receipt : path
        Where to write the receipt: results/SESSION/backup.json.
    """
    results = Path(receipt).parent
    found_json.demand_usable(folder, results / "found.json", session_settings)
    sort_id.check_folder(folder)
    backup.demand_store(folder, results / "written.json")
    # A label file that cannot be read must be mended first: as an original it would stay for ever.
    whose_labels.read_curation(folder, generations.current_generation(folder))
    with label_store.locked(folder) as store:
        manifest = original_files.read_manifest(backup.back_up(folder, store))
    said = {"folder": folder, "store": str(store), **manifest}
    files.write_atomically(Path(receipt), json_record.as_json(json_record.with_version(said)))


if __name__ == "__main__":
    step_words.start(main)
