"""The most similar other unit, by Kilosort's similarity of templates."""

import numpy as np

from goodunits.kilosort.optional_files import load, unusable
from goodunits.kilosort.unit_templates import within
from goodunits.metrics.metric_column import all_undefined, as_columns


def group(inputs):
    """Columns and notes of the group `similarity`."""
    sort, spikes = inputs.sort, inputs.spikes
    stored = load(sort, "similar_templates.npy", 2)
    if stored.array is not None and len(set(stored.array.shape)) > 1:
        stored = unusable("similar_templates.npy", f"shape {stored.array.shape}, expected a square")
    if stored.array is None:
        names, int_names = NAMES, INT_NAMES
        columns = all_undefined(names, stored.reason, spikes.n_units, int_names)
        return columns, list(stored.notes)
    return nearest_units(spikes.unit_ids, inputs.families, stored.array), []


NAMES = ("similarity_max", "similar_to")
INT_NAMES = ("similar_to",)


def nearest_units(unit_ids, families, similarity):
    """Nearest other unit of each unit.

    The similarity of two units is the highest one between a template of the one and another
    template of the other, which is Phy's rule after merges. Halves of a split share their template,
    which tells nothing about them, so a template is never compared with itself.

    Parameters
    ----------
    unit_ids : int64 array (n_units,)
        Ids of the units.
    families : list of (int64 array, int64 array)
        Templates of each unit and their spike counts, as `waves_files.parents` gives.
    similarity : float array (n_templates, n_templates)
        Similarity of templates, -1 to 1.

    Returns
    -------
    dict of str to Column
        `similarity_max`, and `similar_to`, the id of that unit (the lowest one of equals).
    """
    between = np.array(similarity, dtype=np.float64)
    np.fill_diagonal(between, -np.inf)
    between[np.isnan(between)] = -np.inf
    known = [within(family, len(between))[0] for family in families]
    # Similarity of every unit to every template, then to every unit.
    to_templates = np.full((len(known), len(between)), -np.inf)
    for row, ids in enumerate(known):
        if len(ids):
            to_templates[row] = between[ids].max(axis=0)
    rows = []
    for row, ids in enumerate(known):
        if not len(ids):
            rows.append(dict.fromkeys(NAMES, "template_unknown"))
            continue
        to_units = [to_templates[row, other].max(initial=-np.inf) for other in known]
        to_units[row] = -np.inf
        best = int(np.argmax(to_units))
        if np.isfinite(to_units[best]):
            rows.append({"similarity_max": to_units[best], "similar_to": unit_ids[best]})
        else:
            rows.append(dict.fromkeys(NAMES, "no_other_template"))
    return as_columns(rows, INT_NAMES)
