"""The table labels.tsv: the label of every unit, whose it is, and why. Standard library only."""


from goodunits.base import tsv



FIXED_COLUMNS = ("cluster_id", "label", "label_before", "source", "reason", "label_criteria")


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
