"""Label rules and a unit for tests of criteria."""

from goodunits.criteria.label_rules import parse_labels
from goodunits.criteria.unit_verdict import label_unit

KINDS = {
    "ks_refractory": "bool",
    "ks_contamination": "float",
    "firing_rate": "float",
    "presence_ratio": "float",
    "peak_ratio": "float",
    "n_spikes": "int",
    "ks_label": "label",
}
UNITS = {"firing_rate": "Hz"}
UNIT = {
    "ks_refractory": True,
    "ks_contamination": 0.1,
    "firing_rate": 5.0,
    "presence_ratio": 0.8,
    "peak_ratio": -1.5,
    "n_spikes": 5000,
    "ks_label": "good",
}
DEFAULT = {
    "good": {
        "all": [
            "ks_refractory",
            "ks_contamination < 0.2",
            "firing_rate >= 1",
            "presence_ratio >= 0.5",
        ]
    },
    "mua": "rest",
}
THREE = {
    "noise": {"any": ["n_spikes < 100", "presence_ratio < 0.1"]},
    "good": {"all": ["ks_refractory", "presence_ratio >= 0.5"]},
    "mua": "rest",
}


def good_if(*items, mode="all", **more):
    """Labels block with one class of criteria."""
    return {"good": {mode: list(items), **more}, "mua": "rest"}


def verdict(block, why_undefined=None, **changes):
    """Verdict on the standard unit with some metrics changed."""
    rules = parse_labels(block, KINDS, UNITS)
    return label_unit(rules, {**UNIT, **changes}, why_undefined)
