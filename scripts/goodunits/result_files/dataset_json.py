"""Which sessions the dataset has and where they lie, for jobs over all of them.

A file, so that a change starts the rules that tell of the dataset. Standard library only.
"""

import json
from pathlib import Path

from goodunits.base import files

KEPT = ".run/dataset.json"  # in results/


def path(results):
    """File with the sessions of the dataset."""
    return Path(results, KEPT)


def keep(results, places):
    """Bring the file up to date.

    Parameters
    ----------
    results : path-like
        Folder of all results.
    places : list of tuple of str
        Session id, Kilosort folder and results folder of each session.
    """
    files.write_if_changed(path(results), json.dumps(places, indent=0).encode())


def read(name):
    """Session id, Kilosort folder and results folder of each session.

    Parameters
    ----------
    name : path-like
        The file.

    Returns
    -------
    list of tuple of str
    """
    return [tuple(place) for place in json.loads(Path(name).read_text(encoding="utf-8"))]
