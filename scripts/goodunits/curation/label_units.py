"""Label the units of a session: by the criteria, by people, and why. Standard library only."""

import logging

from goodunits.base import tsv
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict
from goodunits.curation import decisions
from goodunits.result_files import labels_tsv
from goodunits.scorecards import quantities

BY_HAND = "labelled {label} by hand; the criteria say {criteria_label}: {reason}"
INHERITED = (
    "{label} inherited in Phy from a merged or split cluster; the criteria say {criteria_label}: "
    "{reason}"
)

log = logging.getLogger(__name__)


def label_units(rows, undefined, labels_block, manual_curation, seen, cards=None):
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
    cards : dict of str to Scorecard, optional
        The configured scorecards by name, in order.

    Returns
    -------
    data : bytes
        Content of labels.tsv.
    """
    kinds = all_metrics.kinds() | quantities.kinds(cards or ())
    rules = label_rules.parse_labels(labels_block, kinds, all_metrics.units())
    scored = _scored(rows, undefined, cards)
    verdicts = {row["cluster_id"]: _verdict(rules, row, undefined, scored) for row in rows}
    by_criteria = {i: verdict.label for i, verdict in verdicts.items()}
    final, sources = decisions.final_labels(
        by_criteria, seen.decisions, seen.inherited, manual_curation
    )
    names = [criterion.text for criterion in rules.criteria]
    score_names = labels_tsv.score_columns(cards or ())
    table = []
    for cluster_id, verdict in sorted(verdicts.items()):
        label = final[cluster_id]
        before = seen.labels_before.get(cluster_id, "")
        reason = explain(label, sources[cluster_id], verdict)
        fixed = [cluster_id, label, before, sources[cluster_id], reason, verdict.label]
        scores = scored[cluster_id].cells if scored else ()
        table.append([*fixed, *scores, *(verdict.results[name] for name in names)])
    return tsv.format_results([*labels_tsv.FIXED_COLUMNS, *score_names, *names], table)


def _verdict(rules, row, undefined, scored):
    """Label of one unit by the rules, with its scores where there are any."""
    why = undefined.get(row["cluster_id"], {})
    if scored is None:
        return unit_verdict.label_unit(rules, row, why)
    own = scored[row["cluster_id"]]
    return unit_verdict.label_unit(rules, row | own.values, why, own.costs)


def _scored(rows, undefined, cards):
    """Scores of every unit by its id; None without scorecards, which most runs do without."""
    if not cards:
        return None
    from goodunits.scorecards import scoring

    scored = scoring.of_units(rows, undefined, cards)
    for note in scoring.notes(rows, cards):
        log.warning("%s", note)
    return scored


def explain(label, source, verdict):
    """Reason of a final label in words."""
    if source == decisions.CRITERIA:
        return verdict.reason
    text = BY_HAND if source == decisions.MANUAL else INHERITED
    return text.format(label=label, criteria_label=verdict.label, reason=verdict.reason)
