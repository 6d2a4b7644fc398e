"""Do the tables tell of the session folders as they are now?"""

import csv
from pathlib import Path

import tiny
from goodunits.session_folder import file_names
from goodunits.store import generations, original_files


def read_tsv(path):
    """Rows of a tab-separated table, as text."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def check(results, folders):
    """Assert that both tables agree with the folders.

    Parameters
    ----------
    results : Path
        Folder of all results.
    folders : dict of str to Path
        Kilosort folder of each session now.

    Returns
    -------
    statuses : dict of str to str
        By session.
    """
    rows = read_tsv(results / "sessions.tsv")
    labels = {row["session"]: {} for row in rows}
    for unit in read_tsv(results / "units.tsv"):
        labels[unit["session"]][int(unit["cluster_id"])] = unit["label"]
    for row in rows:
        folder = folders[row["session"]]
        assert row["folder"] == str(folder)
        if row["status"] == "labelled":
            _check_labelled(row, labels[row["session"]], folder)
            continue
        assert row["reason"], row
        assert not labels[row["session"]], "units of a session that is not labelled"
        assert not any(row[name] for name in row if name.startswith("n_")), row
        if "as originally found" in row["reason"]:
            check_original(folder)
    return {row["session"]: row["status"] for row in rows}


def _check_labelled(row, labels, folder):
    """The folder holds these labels, and they are counted right."""
    assert labels
    assert tiny.groups(folder) == labels, row["session"]
    assert int(row["n_units"]) == len(labels)
    counts = {name: n for name, n in row.items() if name.startswith("n_")}
    for label in {"good", *labels.values()}:
        assert int(counts[f"n_{label}"]) == sum(said == label for said in labels.values())


def check_original(folder):
    """The label files are those of the backup."""
    generation = generations.current_generation(folder)
    for name in original_files.read_manifest(generation)["files"]:
        assert Path(folder, name).read_bytes() == (generation / "original" / name).read_bytes()


def check_preview(results, folders):
    """Assert that a preview, where one lies there, tells of the labels in these folders now."""
    path = results / "preview.tsv"
    for row in read_tsv(path) if path.exists() else []:
        if row["folder"] != str(folders.get(row["session"])):
            continue  # of another folder, and says so
        now = _shown(folders[row["session"]]).get(int(row["cluster_id"]), "")
        assert row["label_now"] == now, row


def _shown(folder):
    """Labels that Phy shows: the group where there is one, else Kilosort's."""
    shown = {}
    for name in (file_names.KS_FILE, file_names.GROUP_FILE):
        rows = read_tsv(Path(folder, name))
        column = "group" if rows and "group" in rows[0] else "KSLabel"
        shown |= {int(row["cluster_id"]): row[column] for row in rows}
    return shown
