"""The table units.tsv: every unit of every labelled session, with its labels and metrics."""

from pathlib import Path

import pandas as pd

from goodunits import labels_file


def units_tsv(sessions):
    """Content of units.tsv.

    Parameters
    ----------
    sessions : list of tuple of str
        Id and results folder of each labelled session.

    Returns
    -------
    data : bytes
        Tab-separated; only a header without sessions.
    """
    tables = [_session_units(*session) for session in sorted(sessions)]
    if not tables:
        tables = [pd.DataFrame(columns=["session", *labels_file.FIXED_COLUMNS])]
    return pd.concat(tables).to_csv(sep="\t", index=False, lineterminator="\n").encode()


def _session_units(session, results):
    """Labels and metrics of one session, as text so that no digit changes."""
    as_text = {"sep": "\t", "dtype": str, "keep_default_na": False}
    labels = pd.read_csv(Path(results, "labels.tsv"), **as_text)[list(labels_file.FIXED_COLUMNS)]
    metrics = pd.read_csv(Path(results, "metrics.tsv"), **as_text)
    joined = labels.merge(metrics, on="cluster_id", validate="one_to_one")
    joined.insert(0, "session", session)
    return joined
