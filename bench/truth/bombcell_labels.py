"""Labels of the real bombcell for sorts, without their raw data, into others.csv.

    python bench/truth/bombcell_labels.py [--out others.csv] FOLDER...

A folder holds `kilosort4/`, and its name is that of the sort. Needs bombcell==0.94 in an
environment of its own and nothing of this project. Bombcell writes beside what it reads, so it
gets a copy; rows of the same program and sort in the file are replaced, all others stay.
"""

import argparse
import csv
import os
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

VERSION = "0.94"
PROGRAM = f"bombcell {VERSION} itself, without raw data"
OTHERS = Path(__file__).with_name("others.csv")
COLUMNS = ("program", "sort", "cluster_id", "label")
COPIED = ("*.npy", "*.tsv", "params.py")


def main():
    """Label sorts and write the file after each of them."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    arguments.add_argument("--out", type=Path, default=OTHERS)
    chosen = arguments.parse_args()
    if metadata.version("bombcell") != VERSION:
        raise SystemExit(f"bombcell {metadata.version('bombcell')} found, {VERSION} expected")
    os.environ["MPLBACKEND"] = "agg"  # its plots open no window
    for folder in chosen.folders:
        sort = folder.resolve().name
        labels = labels_of(folder / "kilosort4")
        write(updated(read(chosen.out), sort, labels), chosen.out)
        print(f"{sort}: {len(labels)} labels, {list(labels.values()).count('good')} good")


def labels_of(kilosort):
    """Bombcell's unit types of one sort.

    Parameters
    ----------
    kilosort : Path
        Folder of Kilosort 4, only read.

    Returns
    -------
    dict of int to str
        `good`, `mua`, `noise` or `non-soma` by cluster id; no entry for a cluster without spikes.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy, results = Path(scratch) / "kilosort4", Path(scratch) / "bombcell"
        copy.mkdir()
        results.mkdir()
        for pattern in COPIED:
            for path in kilosort.glob(pattern):
                shutil.copyfile(path, copy / path.name)
        return run(copy, results)


def run(kilosort, results):
    """Run bombcell with its defaults for Kilosort 4, but without raw data and plots.

    Parameters
    ----------
    kilosort, results : Path
        Folders of the sort and for what bombcell saves; both are written into.

    Returns
    -------
    dict of int to str
        As `labels_of` returns it.
    """
    import bombcell

    settings = bombcell.get_default_parameters(str(kilosort), raw_file=None, kilosort_version=4)
    settings |= {"extractRaw": False, "plotGlobal": False, "verbose": False}
    _, used, _, types = bombcell.run_bombcell(str(kilosort), str(results), settings)
    ids = used["unique_templates"].tolist()
    return {unit: str(kind).lower() for unit, kind in zip(ids, types, strict=True) if kind}


def read(path):
    """Rows of a file of labels; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def updated(rows, sort, labels):
    """Rows with those of this program for one sort replaced, in order.

    Parameters
    ----------
    rows : list of dict
        As `read` returns them.
    sort : str
        Name of the sort.
    labels : dict of int to str
        Its labels by cluster id.

    Returns
    -------
    list of dict
        By program, sort and cluster id.
    """
    kept = [row for row in rows if (row["program"], row["sort"]) != (PROGRAM, sort)]
    new = [
        dict(zip(COLUMNS, (PROGRAM, sort, unit, label), strict=True))
        for unit, label in labels.items()
    ]
    return sorted(kept + new, key=lambda row: (row["program"], row["sort"], int(row["cluster_id"])))


def write(rows, path):
    """Write a file of labels."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
