"""What is known of a dataset from its receipts. Standard library only."""

import json
from pathlib import Path
from typing import NamedTuple

from goodunits import criteria, errors, files, standing, summary, tsv


class Labelled(NamedTuple):
    """One session whose folder holds the labels of its receipt.

    Attributes
    ----------
    session : str
        Its id.
    receipt : dict
        Of the last write.
    units : list of dict
        Rows of the labels.tsv that was written.
    receipt_sha256 : str
        Hash of the receipt itself.
    """

    session: str
    receipt: dict
    units: list
    receipt_sha256: str


class DatasetRecord(NamedTuple):
    """Sessions of a dataset as they stand.

    Attributes
    ----------
    labelled : tuple of Labelled
    others : tuple of tuple
        Session id, status and the rule that failed ("" where none did) of all others.
    """

    labelled: tuple
    others: tuple


def read(sessions):
    """Read the receipts of a dataset.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder.

    Returns
    -------
    record : DatasetRecord
    """
    _, rows = summary.sessions_table(sessions)
    places = {session: results for session, _, results in sessions}
    labelled, others = [], []
    for row in rows:
        name = row["session"]
        if row["status"] == standing.LABELLED:
            labelled.append(_labelled(name, places[name]))
        else:
            others.append((name, row["status"], _rule(row)))
    return DatasetRecord(tuple(labelled), tuple(others))


def _labelled(session, results):
    """What was written for one session."""
    data = Path(results, standing.RECEIPT).read_bytes()
    _, units = tsv.read_table(Path(results, standing.WRITTEN, "labels.tsv"))
    return Labelled(session, json.loads(data), units, files.sha256_bytes(data))


def _rule(row):
    """Rule that failed in a session; empty where none did."""
    rule = row["reason"].partition(":")[0]
    return rule if row["status"] == standing.FAILED and rule.isidentifier() else ""


def canonical_labels(labels):
    """One text for the same criteria."""
    try:
        return criteria.canonical(labels)
    except errors.ConfigError:
        return json.dumps(labels, sort_keys=True)
