"""Label the units of a session: by the criteria, by people, and why. Standard library only."""

from goodunits.base import tsv
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict
from goodunits.curation import decisions
from goodunits.results import labels_tsv

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
    rules = label_rules.parse_labels(labels_block, all_metrics.kinds(), all_metrics.units())
    verdicts = {
        row["cluster_id"]: unit_verdict.label_unit(rules, row, undefined.get(row["cluster_id"], {}))
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
    return tsv.format_results([*labels_tsv.FIXED_COLUMNS, *names], table)


def explain(label, source, verdict):
    """Reason of a final label in words."""
    if source == "criteria":
        return verdict.reason
    text = BY_HAND if source == "manual" else INHERITED
    return text.format(label=label, criteria_label=verdict.label, reason=verdict.reason)
