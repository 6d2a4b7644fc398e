"""The templates that each unit is made of."""

import numpy as np


def parents(spikes, spike_templates):
    """Templates that the spikes of each unit were found with.

    After a merge or split in Phy a unit has a new id and its spikes tell where it came from; the
    id itself is no index into the arrays that Kilosort wrote.

    Parameters
    ----------
    spikes : UnitSpikes
        Spikes grouped by unit.
    spike_templates : integer array (n_spikes,) or None
        Id that Kilosort gave each spike, in the order of the files. Without it a unit is its own
        parent: Phy never gives an id to another cluster again.

    Returns
    -------
    list of (int64 array, int64 array)
        Per unit its templates, ascending, and how many of its spikes each has.
    """
    if spike_templates is None:
        pairs = zip(spikes.unit_ids, spikes.counts(), strict=True)
        return [(np.array([unit_id]), np.array([count])) for unit_id, count in pairs]
    found = []
    for row in range(spikes.n_units):
        own = spike_templates[spikes.places(row)]
        if own.min() == own.max():
            found.append((own[:1].astype(np.int64), np.array([len(own)])))
        else:
            ids, counts = np.unique(own, return_counts=True)
            found.append((ids.astype(np.int64), counts))
    return found


def within(family, n_templates):
    """Drop the parents of a unit that an array of `n_templates` rows does not have."""
    ids, counts = family
    known = ids < n_templates
    return ids[known], counts[known]


def unit_template(family, templates):
    """Template of a unit: the mean of its parents' templates, weighted by their spikes.

    Parameters
    ----------
    family : (int64 array, int64 array)
        Templates of the unit and their spike counts.
    templates : float array (n_templates, n_samples, n_channels)
        Templates by Kilosort's id.

    Returns
    -------
    float64 array (n_samples, n_channels) or None
        None if the file has no template of the unit.
    """
    ids, counts = within(family, len(templates))
    if not len(ids):
        return None
    if len(ids) == 1:
        return templates[ids[0]].astype(np.float64)
    return np.average(templates[ids].astype(np.float64), axis=0, weights=counts)
