"""What SpikeInterface and neuroconv read of a session. Standard library only."""

import functools
import json
import operator

from goodunits.base import tsv
from goodunits.base.errors import one_line
from goodunits.catalogue import all_metrics

CURATION, UNITS, METADATA = "spikeinterface_curation.json", "nwb_units.tsv", "nwb_metadata.yaml"
NAMES = (CURATION, UNITS, METADATA)
PROPERTY = "quality"
LABEL_OPTIONS = ("good", "mua", "noise")
UNDEFINED = "undefined"
# Kinds of metrics whose values are words; where one is missing, that is a word too.
WORDS = ("bool", "label")
# Columns of nwb_units.tsv that are no metric.
OWN_COLUMNS = {
    "unit_name": "Id of the cluster in the sort, as in Phy.",
    "quality": "Final label of the unit: by the criteria, or by hand where a person decided.",
    "quality_label": "The same label, under the name that is proposed for NWB.",
    "quality_source": "Who decided the label: criteria, manual (a person), or inherited (from a "
    "merge or split by a person).",
    "quality_reason": "Why the unit has its label, in words.",
}
# What SpikeInterface reads of the label files in the session folder.
PHY_COLUMNS = {
    "KSLabel": "Label of the unit by the criteria alone.",
    "original_cluster_id": "Id of the cluster in the sort, as in Phy.",
}


def curation(labels):
    """Labels of all units in SpikeInterface's curation format 2.

    Parameters
    ----------
    labels : dict of int to str
        Final label by cluster id.

    Returns
    -------
    data : bytes
        JSON.
    """
    options = list(dict.fromkeys([*LABEL_OPTIONS, *sorted(set(labels.values()))]))
    content = {
        "format_version": "2",
        "unit_ids": list(labels),
        "label_definitions": {PROPERTY: {"label_options": options, "exclusive": True}},
        "manual_labels": [
            {"unit_id": unit, "labels": {PROPERTY: [label]}} for unit, label in labels.items()
        ],
        "removed": [],
        "merges": [],
        "splits": [],
    }
    return (json.dumps(content) + "\n").encode()


def nwb(units, header, metrics):
    """Table of units for NWB, and what its columns mean.

    Parameters
    ----------
    units : list of dict
        Rows of labels.tsv.
    header : list of str
        Columns of metrics.tsv.
    metrics : list of list of str
        Rows of metrics.tsv.

    Returns
    -------
    table, metadata : bytes
        TSV with a row per unit, and YAML for neuroconv. A metric that no unit has is left out.
    """
    has_values = [any(column) for column in zip(*metrics, strict=True)]
    known = (name in all_metrics.METRICS for name in header)
    used = [i for i, is_used in enumerate(map(operator.and_, known, has_values)) if is_used]
    names = [header[i] for i in used]
    words = [place for place, name in enumerate(names) if all_metrics.METRICS[name].kind in WORDS]
    by_unit, blank = {row[0]: row for row in metrics}, [""] * len(header)
    rows = []
    for unit in units:
        row = by_unit.get(unit["cluster_id"], blank)
        values = [row[i] for i in used]
        for place in words:
            values[place] = values[place] or UNDEFINED
        own = [unit["cluster_id"], unit["label"], unit["label"], unit["source"], unit["reason"]]
        rows.append([*own, *values])
    return tsv.format_table([*OWN_COLUMNS, *names], rows), _metadata(tuple(names))


def describe(name):
    """What a metric is, for a column of an NWB file."""
    metric = all_metrics.METRICS[name]
    unit = f" In {metric.unit}." if metric.unit else ""
    formula = f" Computed as {metric.formula}." if metric.formula else ""
    source = f" Source: {metric.reference}." if metric.reference else ""
    return f"{metric.description}{unit}{formula}{source}"


@functools.cache
def _metadata(names):
    """YAML of the descriptions, in the form that neuroconv merges into its metadata."""
    described = {**OWN_COLUMNS, **PHY_COLUMNS, **{name: describe(name) for name in names}}
    described |= {f"gu_{name}": describe(name) for name in names}
    lines = ["Ecephys:", "  UnitProperties:"]
    for name, text in described.items():
        # A text in JSON is one in YAML too.
        lines.append(f"  - name: {json.dumps(name)}")
        lines.append(f"    description: {json.dumps(one_line(text))}")
    return ("\n".join(lines) + "\n").encode()
