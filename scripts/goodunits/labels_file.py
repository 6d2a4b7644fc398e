"""The table labels.tsv: the label of every unit, whose it is, and why. Standard library only."""

from goodunits import catalogue, criteria, decisions, tsv

FIXED_COLUMNS = ("cluster_id", "label", "label_before", "source", "reason", "label_criteria")
BY_HAND = "labelled {label} by hand; the criteria say {criteria_label}: {reason}"
INHERITED = (
    "{label} inherited in Phy from a merged or split cluster; the criteria say {criteria_label}: "
    "{reason}"
)


def label_units(rows, undefined, labels_block, manual_curation, seen):
    """Label every unit of a session.

    Parameters
    ----------
    rows : list of dict
        Metrics of each unit, with `cluster_id`.
    undefined : dict of int to dict of str to str
        Per unit, why a metric has no value.
    labels_block : dict
        The `labels` block of the configuration.
    manual_curation : {"keep", "fill", "overwrite"}
        What becomes of the labels that people gave.
    seen : Curation
        What the session folder holds of people and of Kilosort.

    Returns
    -------
    data : bytes
        Content of labels.tsv.
    """
    units = {name: metric.unit for name, metric in catalogue.METRICS.items()}
    rules = criteria.parse_labels(labels_block, catalogue.kinds(), units)
    verdicts = {
        row["cluster_id"]: criteria.label_unit(rules, row, undefined.get(row["cluster_id"], {}))
        for row in rows
    }
    by_criteria = {i: verdict.label for i, verdict in verdicts.items()}
    final, sources = decisions.final_labels(
        by_criteria, seen.decisions, seen.inherited, manual_curation
    )
    names = [criterion.text for criterion in rules.criteria]
    table = []
    for cluster_id, verdict in sorted(verdicts.items()):
        label = final[cluster_id]
        before = seen.labels_before.get(cluster_id, "")
        reason = explain(label, sources[cluster_id], verdict)
        fixed = [cluster_id, label, before, sources[cluster_id], reason, verdict.label]
        table.append([*fixed, *(verdict.results[name] for name in names)])
    return tsv.format_table([*FIXED_COLUMNS, *names], table)


def explain(label, source, verdict):
    """Reason of a final label in words."""
    if source == "criteria":
        return verdict.reason
    text = BY_HAND if source == "manual" else INHERITED
    return text.format(label=label, criteria_label=verdict.label, reason=verdict.reason)


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
