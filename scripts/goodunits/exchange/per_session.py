"""What SpikeInterface and neuroconv read of a session. Standard library only."""

import json

from goodunits import catalogue, tsv
from goodunits.errors import one_line

CURATION, UNITS, METADATA = "spikeinterface_curation.json", "nwb_units.tsv", "nwb_metadata.yaml"
NAMES = (CURATION, UNITS, METADATA)
PROPERTY = "quality"
LABEL_OPTIONS = ("good", "mua", "noise")
UNDEFINED = "undefined"
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
    return (json.dumps(content, indent=1) + "\n").encode()


def nwb(units, header, metrics):
    """Table of units for NWB, and what its columns mean.

    Parameters
    ----------
    units : list of dict
        Rows of labels.tsv.
    header : list of str
        Columns of metrics.tsv.
    metrics : list of dict
        Rows of metrics.tsv.

    Returns
    -------
    table, metadata : bytes
        TSV with a row per unit, and YAML for neuroconv. A metric that no unit has is left out.
    """
    by_unit = {row["cluster_id"]: row for row in metrics}
    names = [name for name in header if name in catalogue.METRICS]
    used = [name for name in names if any(row[name] for row in metrics)]
    rows = []
    for unit in units:
        own = [unit["cluster_id"], unit["label"], unit["label"], unit["source"], unit["reason"]]
        values = by_unit.get(unit["cluster_id"], {})
        rows.append([*own, *(_value(name, values.get(name, "")) for name in used)])
    table = tsv.format_results([*OWN_COLUMNS, *used], rows)
    return table, _metadata(used)


def _value(name, text):
    """A value; where a word is expected, nothing is a word too."""
    is_word = catalogue.METRICS[name].kind in ("bool", "label")
    return UNDEFINED if is_word and not text else text


def describe(name):
    """What a metric is, for a column of an NWB file."""
    metric = catalogue.METRICS[name]
    unit = f" In {metric.unit}." if metric.unit else ""
    formula = f" Computed as {metric.formula}." if metric.formula else ""
    source = f" Source: {metric.reference}." if metric.reference else ""
    return f"{metric.description}{unit}{formula}{source}"


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
