"""Each unit and the unit most alike to it: a piece of it, a copy of it, or a neighbour?"""

from dataclasses import dataclass

import numpy as np

from goodunits.metrics.metric_column import Column
from goodunits.numerics import poisson
from goodunits.spiketrains import coincidence

# Bins of time in which two units are compared.
N_BINS = 10
NAMES_OF_ALIKE = (
    "template_similarity_max",
    "alike_unit",
    "joint_refractory_probability",
    "spike_count_ratio_to_alike",
    "coincidences_with_alike",
    "rate_correlation_with_alike",
    "presence_overlap_with_alike",
    "amplitude_ratio_to_alike",
    "template_similarity_raw_max",
)


@dataclass(frozen=True)
class Pairs:
    """What is known of all pairs of units of a session.

    Attributes
    ----------
    unit_ids, counts : int64 array (n_units,)
        Ids and numbers of spikes.
    likeness : template_likeness.Likeness or None
        Similarity of the templates; None without templates.
    why_unlike : str
        Why there is none.
    close_pairs : int64 array (n_units, n_units)
        Pairs of spikes of each two units that are within both refractory periods.
    expected_pairs : float64 array (n_units, n_units)
        How many there are of independent trains of constant rates.
    coincident_pairs : int64 array (n_units, n_units)
        Pairs of spikes that are almost simultaneous, from `coincidence.coincidences`.
    binned : int64 array (n_units, N_BINS)
        Spikes in equal bins of the recording.
    amplitudes : Column
        Median amplitude of each unit.
    """

    unit_ids: np.ndarray
    counts: np.ndarray
    likeness: object
    why_unlike: str
    close_pairs: np.ndarray
    expected_pairs: np.ndarray
    coincident_pairs: np.ndarray
    binned: np.ndarray
    amplitudes: Column


def expected_close_pairs(counts, n_samples, n_lags):
    """Pairs of spikes at some lags that independent trains of constant rates have.

    Parameters
    ----------
    counts : int64 array (n_units,)
        Spikes of each unit.
    n_samples : int
        Length of the recording.
    n_lags : int
        Lags in samples to one side; both sides count.

    Returns
    -------
    float64 array (n_units, n_units)
    """
    return 2 * n_lags / n_samples * np.outer(counts, counts).astype(np.float64)


def counts_in_bins(spikes, n_samples):
    """Spikes of each unit in equal bins of the recording, int64 (n_units, N_BINS)."""
    edges = np.linspace(0, n_samples, N_BINS + 1)[1:-1]
    found = np.empty((spikes.n_units, N_BINS), dtype=np.int64)
    for row in range(spikes.n_units):
        train = spikes.train(row)
        ends = np.searchsorted(train, edges)
        found[row] = np.diff(ends, prepend=0, append=len(train))
    return found


def with_most_alike(pairs):
    """Metrics of each unit and the unit whose template is most alike.

    Parameters
    ----------
    pairs : Pairs
        The units.

    Returns
    -------
    dict of str to Column
        The metrics in NAMES_OF_ALIKE, as the catalogue describes them.
    """
    alike, reasons = _most_alike(pairs, np.ones((len(pairs.counts),) * 2, dtype=bool))
    rows, n_units = np.arange(len(alike)), len(alike)
    found = {"alike_unit": id_column(pairs.unit_ids[alike], reasons)}
    if pairs.likeness is None:
        floats = [name for name in NAMES_OF_ALIKE if name != "alike_unit"]
        return found | {name: float_column(np.zeros(n_units), reasons) for name in floats}
    close, expected = pairs.close_pairs[rows, alike], pairs.expected_pairs[rows, alike]
    smaller = np.minimum(pairs.counts, pairs.counts[alike])
    shared = np.minimum(pairs.coincident_pairs[rows, alike], smaller)
    correlation, overlap = _over_time(pairs.binned, pairs.binned[alike])
    constant = dict.fromkeys(np.flatnonzero(np.isnan(correlation)).tolist(), "constant_rate")
    values = {
        "template_similarity_max": pairs.likeness.whitened[rows, alike],
        "joint_refractory_probability": poisson.cumulative(close, expected),
        "spike_count_ratio_to_alike": pairs.counts / pairs.counts[alike],
        "coincidences_with_alike": shared / smaller,
        "presence_overlap_with_alike": overlap,
    }
    found |= {name: float_column(each, reasons) for name, each in values.items()}
    found["rate_correlation_with_alike"] = float_column(correlation, constant | reasons)
    found["amplitude_ratio_to_alike"] = _amplitude_ratio(pairs.amplitudes, alike, reasons)
    found["template_similarity_raw_max"] = _raw(pairs.likeness, reasons)
    return found


def with_bigger(pairs, min_similarity):
    """Metrics of each unit and the units that have more spikes.

    Parameters
    ----------
    pairs : Pairs
        The units.
    min_similarity : float
        Templates more similar than this count for `joint_refractory_ratio`.

    Returns
    -------
    dict of str to Column
        `template_similarity_bigger`, `template_similarity_bigger_unit`, `joint_refractory_ratio`.
    """
    bigger = pairs.counts[None, :] > pairs.counts[:, None]
    alike, reasons = _most_alike(pairs, bigger, "no_bigger_unit")
    rows = np.arange(len(alike))
    found = {"template_similarity_bigger_unit": id_column(pairs.unit_ids[alike], reasons)}
    similarity = np.full(bigger.shape, -np.inf)
    if pairs.likeness is not None:
        similarity = pairs.likeness.whitened
    found["template_similarity_bigger"] = float_column(similarity[rows, alike], reasons)
    ratios = np.where(
        bigger & (similarity > min_similarity), pairs.close_pairs / pairs.expected_pairs, np.inf
    ).min(axis=1)
    none = dict.fromkeys(np.flatnonzero(np.isinf(ratios)).tolist(), "no_alike_unit")
    return found | {"joint_refractory_ratio": float_column(ratios, none | reasons)}


def louder_copy(counts, coincident_pairs, amplitudes, min_share):
    """Whether each unit is louder than every unit that it shares spikes with.

    A neuron may be found three times: two of the copies can be louder than the one that each of
    them agrees with best, so all are compared.

    Parameters
    ----------
    counts : int64 array (n_units,)
        Spikes of each unit, by ascending id.
    coincident_pairs : int64 array (n_units, n_units)
        From `coincidence.coincidences`.
    amplitudes : Column
        Median amplitude of each unit.
    min_share : float
        Least share of its spikes that a copy has in common with another unit.

    Returns
    -------
    Column
        bool; undefined for units that are no copies.
    """
    shared = coincidence.shared_spikes(coincident_pairs, counts)
    is_copy = shared >= min_share * counts[:, None]
    np.fill_diagonal(is_copy, False)
    values, reasons = [None] * len(counts), {}
    for row, own in enumerate(amplitudes.values):
        others = np.flatnonzero(is_copy[row]).tolist()
        lacking = {row, *others} & set(amplitudes.reasons)
        if not others or lacking:
            reasons[row] = amplitudes.reasons[min(lacking)] if others else "no_copy"
            continue
        theirs = amplitudes.values[others]
        is_first = (own == theirs) & (row < np.array(others))
        values[row] = bool(np.all((own > theirs) | is_first))
    return Column(values, reasons)


def float_column(values, reasons):
    """Float column, NaN where there is a reason."""
    values = np.array(values, dtype=np.float64)
    values[list(reasons)] = np.nan
    return Column(values, dict(reasons))


def id_column(ids, reasons):
    """Column of ids, None where there is a reason."""
    return Column([None if row in reasons else int(i) for row, i in enumerate(ids)], dict(reasons))


def _most_alike(pairs, allowed, none_allowed="no_other_template"):
    """Row of the most alike of the allowed units, and why there is none."""
    n_units = len(pairs.counts)
    if pairs.likeness is None:
        return np.zeros(n_units, dtype=int), dict.fromkeys(range(n_units), pairs.why_unlike)
    similarity = np.where(allowed, pairs.likeness.whitened, -np.inf)
    alike = similarity.argmax(axis=1)
    alone = np.flatnonzero(np.isinf(similarity.max(axis=1))).tolist()
    reasons = {
        row: none_allowed if allowed[row].sum() == 0 else "no_other_template" for row in alone
    }
    return alike, reasons | pairs.likeness.reasons


def _over_time(own, theirs):
    """Correlation of the counts of two units over bins, and overlap of their presence."""
    own, theirs = (each / each.sum(axis=1, keepdims=True) for each in (own, theirs))
    overlap = np.minimum(own, theirs).sum(axis=1)
    own, theirs = (each - each.mean(axis=1, keepdims=True) for each in (own, theirs))
    sizes = np.sqrt((own**2).sum(axis=1) * (theirs**2).sum(axis=1))
    products = (own * theirs).sum(axis=1)
    correlation = np.full(len(own), np.nan)
    varies = sizes > 0
    correlation[varies] = np.clip(products[varies] / sizes[varies], -1, 1)
    return correlation, overlap


def _amplitude_ratio(amplitudes, alike, reasons):
    """Median amplitude over that of the most alike unit."""
    for row in range(len(alike)):
        for place in (row, int(alike[row])):
            if place in amplitudes.reasons and row not in reasons:
                reasons = reasons | {row: amplitudes.reasons[place]}
    theirs = np.array(amplitudes.values)[alike]
    silent = dict.fromkeys(np.flatnonzero(theirs == 0).tolist(), "zero_amplitude")
    with np.errstate(all="ignore"):
        return float_column(np.array(amplitudes.values) / theirs, silent | reasons)


def _raw(likeness, reasons):
    """Similarity of the templates before whitening to the most alike unit by these."""
    if likeness.raw is None:
        unknown = dict.fromkeys(range(len(likeness.whitened)), likeness.raw_reason)
        return float_column(np.zeros(len(unknown)), unknown | reasons)
    return float_column(likeness.raw.max(axis=1), reasons)
