"""PC features of a few spikes of each unit, on the channels that they were really measured on.

Kilosort 4 writes a spike's features on ten channels into pc_features.npy and names the channels in
pc_feature_ind.npy, a row per cluster. The names are wrong wherever clusters share a detection
template: cluster by cluster it reorders the columns of all spikes of the cluster's detection
templates, in place, and takes them for untouched each time (make_pc_features, read in 4.1.7). The
order that it applied is in pc_feature_ind.npy, and the true channels at the start are in ops.npy,
so the reordering is followed here step by step. On real sorts the centres of mass of the features
then equal spike_positions.npy; by the names they are off by up to 22 um on average over a unit.
"""

from dataclasses import dataclass

import numpy as np

from goodunits.base.errors import SessionError
from goodunits.kilosort.ops_file import read_ops
from goodunits.kilosort.optional_files import load
from goodunits.kilosort.unit_templates import unit_template
from goodunits.spiketrains.unit_spikes import evenly_spread

# Marks a column that holds no channel.
NO_CHANNEL = -1
# Share of the spikes of a unit that must be measured on a channel for it to count as the unit's.
MIN_SHARE_MEASURED = 0.95
# Features belong to a unit's template if the cosine of their sizes over the channels is so high.
MIN_COSINE = 0.95
# Share of the units that must pass that test; else the channels of this sort are not understood.
MIN_SHARE_PASSED = 0.8
COUNTED_AT_A_TIME = 2**20


@dataclass(frozen=True)
class UnitFeatures:
    """Features of some spikes of a unit.

    Attributes
    ----------
    values : float32 array (n_sampled, n_pcs, n_columns)
        The features.
    channels : int64 array (n_sampled, n_columns)
        Channel of each column, -1 for none.
    n_spikes : int
        How many spikes the unit has.
    """

    values: np.ndarray
    channels: np.ndarray
    n_spikes: int

    def on(self, channels):
        """Features (n_sampled, n_pcs * n_channels) on some channels; 0 where there are none."""
        parts = []
        for channel in channels:
            is_it = self.channels == channel
            column = is_it.argmax(axis=1)
            part = self.values[np.arange(len(column)), :, column]
            parts.append(np.where(is_it.any(axis=1)[:, None], part, 0))
        return np.concatenate(parts, axis=1).astype(np.float64)

    def largest_channels(self, n_most):
        """Channels on which the unit is largest, where nearly all of its spikes were measured."""
        sizes = self.sizes()
        known = [channel for channel in sizes if self.share_with(channel) >= MIN_SHARE_MEASURED]
        return sorted(known, key=sizes.get, reverse=True)[:n_most]

    def cloud(self, n_channels, min_spikes_per_feature):
        """Channels where the unit is largest, features there, and "" or why they say nothing."""
        channels = self.largest_channels(n_channels)
        if not channels:
            return channels, None, "channels_unknown"
        features = self.on(channels)
        is_enough = len(features) >= min_spikes_per_feature * features.shape[1]
        return channels, features, "" if is_enough else "too_few_spikes"

    def share_with(self, channel):
        """Share of the sampled spikes that have features on a channel."""
        return (self.channels == channel).any(axis=1).mean()

    def sizes(self):
        """Norm of the mean features on each channel that any spike was measured on."""
        known = np.unique(self.channels[self.channels != NO_CHANNEL]).tolist()
        return {channel: np.linalg.norm(self.on([channel]).mean(axis=0)) for channel in known}


def load_features(sort, spikes, max_spikes_per_unit):
    """Features of some spikes of each unit.

    Parameters
    ----------
    sort : Sort
        The sort.
    spikes : UnitSpikes
        Its spikes by unit.
    max_spikes_per_unit : int
        At most so many spikes of a unit, evenly spread over its train.

    Returns
    -------
    units : list of UnitFeatures, or None
        Per unit; None if they cannot be had.
    reason : str
        "" or why there are none.
    notes : list of str
        What is wrong with the files.
    """
    features = load(sort, "pc_features.npy", 3, per_spike=True, mmap=True)
    names = load(sort, "pc_feature_ind.npy", 2)
    notes = [*features.notes, *names.notes]
    if features.array is None or names.array is None:
        return None, features.reason or names.reason, notes
    names = names.array.astype(np.int64)
    if features.array.shape[2] != names.shape[1]:
        notes.append("pc_features.npy and pc_feature_ind.npy have other numbers of channels")
        return None, "file_unusable", notes
    sources, columns = _channels_by_source(sort, names)
    units = []
    for row, n_spikes in enumerate(spikes.counts().tolist()):
        places = evenly_spread(spikes, row, max_spikes_per_unit)
        # In the order of the file: it is read from disk.
        places = np.sort(places)
        channels = columns[np.minimum(sources[places], len(columns) - 1)]
        channels = np.where((sources[places] < len(columns))[:, None], channels, NO_CHANNEL)
        units.append(UnitFeatures(features.array[places], channels, n_spikes))
    return units, "", notes


def _channels_by_source(sort, names):
    """A number per spike, and for each such number the channels of the columns."""
    sorting_ids = sort.spike_templates
    if sorting_ids is None:
        sorting_ids = sort.spike_clusters
    detected = load(sort, "spike_detection_templates.npy", 1, per_spike=True).array
    nearest = _nearest_channels(sort)
    if detected is None or nearest is None or nearest.shape[1] != names.shape[1]:
        return sorting_ids, names
    detected = detected.astype(np.int64)
    if detected.max() >= len(nearest) or sorting_ids.max() >= len(names):
        return sorting_ids, names
    return detected, replayed_channels(_pairs(sorting_ids, detected), nearest, names)


def _nearest_channels(sort):
    """Channels (n_detection_templates, n_columns) by Kilosort's own record, None without it."""
    try:
        ops = read_ops(sort.folder / "ops.npy")
    except (SessionError, OSError):
        return None
    near, peaks = ops.get("iCC"), ops.get("iU")
    for array, n_dims in ((near, 2), (peaks, 1)):
        if (
            not isinstance(array, np.ndarray)
            or array.ndim != n_dims
            or array.dtype.kind not in "iu"
        ):
            return None
    if not peaks.size or not near.size or peaks.min() < 0 or peaks.max() >= near.shape[1]:
        return None
    return near[:, peaks].T.astype(np.int64)


def _pairs(sorting_ids, detected):
    """Which clusters have spikes of which detection templates: bool (n_clusters, n_detected)."""
    n_clusters, n_detected = int(sorting_ids.max()) + 1, int(detected.max()) + 1
    found = np.zeros(n_clusters * n_detected, dtype=bool)
    for start in range(0, len(detected), COUNTED_AT_A_TIME):
        part = slice(start, start + COUNTED_AT_A_TIME)
        found[sorting_ids[part].astype(np.int64) * n_detected + detected[part]] = True
    return found.reshape(n_clusters, n_detected)


def replayed_channels(has_spikes, nearest, names):
    """Follow how Kilosort reordered the columns of the features.

    Parameters
    ----------
    has_spikes : bool array (n_clusters, n_detected)
        Whether a cluster has spikes of a detection template.
    nearest : int64 array (n_detected, n_columns)
        Channels of the columns of each detection template before any reordering.
    names : int64 array (n_clusters, n_columns)
        pc_feature_ind.npy: the channels that Kilosort thought to put into the columns.

    Returns
    -------
    int64 array (n_detected, n_columns)
        Channels that the columns of each detection template really hold; -1 if a column is empty.
    """
    held = nearest.copy()
    for cluster, detected in enumerate(has_spikes):
        for source in np.flatnonzero(detected):
            # Kilosort looks a channel up where it was at first, and takes what is there now.
            was_at = {channel: place for place, channel in enumerate(nearest[source].tolist())}
            taken = [was_at.get(channel) for channel in names[cluster].tolist()]
            now = held[source].copy()
            held[source] = [NO_CHANNEL if place is None else now[place] for place in taken]
    return held


def checked_features(sort, spikes, families, max_spikes_per_unit):
    """Features of some spikes of each unit, and whether they lie where its template does.

    Parameters
    ----------
    sort, spikes, max_spikes_per_unit
        As `load_features` takes them.
    families : list of (int64 array, int64 array)
        As `passes` takes them.

    Returns
    -------
    units : list of UnitFeatures, or None
        Per unit; None if they cannot be had.
    reasons : list of str
        Per unit "" or why its features are not to be used.
    notes : list of str
        What is wrong with the files.
    """
    units, reason, notes = load_features(sort, spikes, max_spikes_per_unit)
    if units is None:
        return None, [reason] * spikes.n_units, notes
    passed = passes(units, sort, families)
    if sum(passed) < MIN_SHARE_PASSED * len(units):
        notes.append(
            "pc_features.npy: its channels do not fit templates.npy (only with ops.npy and "
            "spike_detection_templates.npy they are known); the metrics of PC features are left out"
        )
        return None, ["channels_unknown"] * spikes.n_units, notes
    return units, ["" if fits else "channels_unknown" for fits in passed], notes


def passes(units, sort, families):
    """Say of which units the features lie on the channels of the unit's template.

    Parameters
    ----------
    units : list of UnitFeatures
        As `load_features` gives them.
    sort : Sort
        The sort.
    families : list of (int64 array, int64 array)
        Templates of each unit and their spike counts, as `waves_files.parents` gives.

    Returns
    -------
    list of bool
        All true if there is no templates.npy to compare with.
    """
    stored = load(sort, "templates.npy", 3, mmap=True).array
    if stored is None:
        return [True] * len(units)
    found = []
    for unit, family in zip(units, families, strict=True):
        template = unit_template(family, stored)
        sizes = unit.sizes()
        if template is None or not sizes or max(sizes) >= stored.shape[2]:
            found.append(False)
            continue
        expected = np.linalg.norm(template, axis=0)[list(sizes)]
        found.append(_cosine(expected, np.array(list(sizes.values()))) >= MIN_COSINE)
    return found


def _cosine(first, second):
    """Cosine of two rows of sizes, 0 if one of them has no size."""
    norm = np.linalg.norm(first) * np.linalg.norm(second)
    return float(first @ second / norm) if norm else 0.0
