"""The table labels.tsv: the label of every unit, whose it is, and why. Standard library only."""

from goodunits.base import tsv
from goodunits.scorecards import quantities

FIXED_COLUMNS = ("cluster_id", "label", "label_before", "source", "reason", "label_criteria")


def score_columns(cards):
    """Columns of the scores: the score, and how many metrics of its card are undefined.

    Parameters
    ----------
    cards : iterable of str
        Names of the configured scorecards, in order.

    Returns
    -------
    columns : list of str
        ``score, score_undefined, score.<second>, score.<second>_undefined, ...``
    """
    suffixes = ("", quantities.UNDEFINED_SUFFIX)
    return [f"{name}{suffix}" for name in quantities.columns(cards) for suffix in suffixes]


def scores_in(header):
    """Columns of the scores, and of their undefined metrics, among those of a labels.tsv."""
    after = header[len(FIXED_COLUMNS) :]
    return [
        name
        for name in after
        if quantities.is_score(name.removesuffix(quantities.UNDEFINED_SUFFIX))
    ]


def criteria_in(header):
    """Columns of the criteria among those of a labels.tsv."""
    scores = set(scores_in(header))
    return [name for name in header[len(FIXED_COLUMNS) :] if name not in scores]


def read_labels(path):
    """Read labels.tsv.

    Parameters
    ----------
    path : path-like
        A labels.tsv.

    Returns
    -------
    labels : dict of int to str
        Final label by cluster id.
    criteria_labels : dict of int to str
        Label by the criteria alone.
    """
    _, rows = tsv.read_table(path)
    labels = {int(row["cluster_id"]): row["label"] for row in rows}
    return labels, {int(row["cluster_id"]): row["label_criteria"] for row in rows}
