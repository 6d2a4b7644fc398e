"""What is known of a dataset from its receipts. Standard library only."""

import json
from pathlib import Path
from typing import NamedTuple

from goodunits.base import errors, tsv
from goodunits.criteria import label_rules
from goodunits.standing import session_standing
from goodunits.tables import sessions_tsv


class Labelled(NamedTuple):
    """One session whose folder holds the labels of its receipt.

    Attributes
    ----------
    session : str
        Its id.
    receipt : dict
        Of the last write.
    results : Path
        Folder of its results.
    """

    session: str
    receipt: dict
    results: Path


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
    labelled, others = [], []
    for session, folder, results in sorted(sessions):
        try:
            stands = session_standing.of_session(folder, results)
            problem = stands.receipt and sessions_tsv.damaged_tables(results, stands.receipt)
            if stands.status == session_standing.LABELLED and not problem:
                labelled.append(Labelled(session, stands.receipt, Path(results)))
                continue
            status = session_standing.NOT_LABELLED if problem else stands.status
            rule = (stands.failure or {}).get("rule", "")
        except Exception:  # whatever it is, the others are told of
            status, rule = session_standing.FAILED, ""
        others.append((session, status, rule))
    return DatasetRecord(tuple(labelled), tuple(others))


def units(item):
    """Rows of the labels.tsv that was written for a labelled session."""
    return tsv.read_table(item.results / session_standing.WRITTEN / "labels.tsv")[1]


def canonical_labels(labels):
    """One text for the same criteria."""
    try:
        return label_rules.canonical(labels)
    except errors.ConfigError:
        return json.dumps(labels, sort_keys=True)
