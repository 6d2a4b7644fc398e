"""Pairs of units that may be one neuron, as the page shows them."""

from pathlib import Path

import numpy as np

from goodunits.base import tsv

NAME = "merge_candidates.tsv"


def read(results, unit_ids, pictures, most):
    """Read the candidates of a session.

    Parameters
    ----------
    results : path-like
        Results folder of the session.
    unit_ids : list of int
        Its units, ascending.
    pictures : dict of str to array
        From `report_data.read_pictures`.
    most : int
        Pairs to give at most, the most likely ones.

    Returns
    -------
    pairs : list of dict
        `rows` of the two units, `kind`, `score`, `reasons`, and `picture`: the row of the
        cross-correlogram among the pictures, -1 where there is none. Empty where the session was
        measured before there were candidates, or the file is damaged: the units are still shown.
    """
    try:
        _, lines = tsv.read_table(Path(results, NAME))
    except (OSError, ValueError):
        return []
    drawn = pictures.get("pair_ids", np.zeros((0, 2), dtype=int)).tolist()
    picture_of = {tuple(ids): place for place, ids in enumerate(drawn)}
    row_of = {unit_id: row for row, unit_id in enumerate(unit_ids)}
    try:
        pairs = [_pair(line, row_of, picture_of) for line in lines[:most]]
    except (KeyError, TypeError, ValueError):
        return []
    return [pair for pair in pairs if pair]


def _pair(line, row_of, picture_of):
    """One pair; None if a unit of it is not there any more."""
    ids = int(line["cluster_id"]), int(line["merge_with"])
    score = float(line["merge_score"])
    if not row_of.keys() >= set(ids):
        return None
    return {
        "rows": [row_of[unit_id] for unit_id in ids],
        "kind": line["kind"],
        "score": score,
        "reasons": line["reasons"],
        "picture": picture_of.get(ids, -1),
    }
