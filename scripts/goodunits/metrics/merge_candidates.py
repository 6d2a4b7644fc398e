"""Pairs of units that may be one neuron: copies, pieces at one time, pieces in turn.

Two additive scores, one for pairs that share spikes and one for those that do not, give a
probability. Their weights were fitted on sorts with known truth (bench/truth/merge_candidates.py).
"""

from typing import NamedTuple

import numpy as np

from goodunits.metrics import unit_pairs
from goodunits.numerics import poisson
from goodunits.result_files.merge_candidates_tsv import Candidate

# Pairs that share at least this part of the smaller unit's spikes are copies, not pieces.
MIN_SHARED = 0.3
# Pieces that overlap less than this in time take turns, as by drift.
MAX_OVERLAP_IN_TURN = 0.5
# Less alike units are no pieces of one neuron; less likely pairs are not listed.
MIN_SIMILARITY, MIN_SCORE = 0.4, 0.2
# Weights on log odds; the terms are those of `terms_of_copies` and `terms_of_pieces`.
COPIES = (2.4, 0.5, 1.0)
PIECES = (-2.2, 2.0, -4.8, -2.0, -8.2)


class Evidence(NamedTuple):
    """What speaks for pairs of units being one neuron; arrays (n_pairs,).

    Attributes
    ----------
    similarity : float64 array
        Cosine of the templates; -inf where there is none.
    shared : float64 array
        Part of the smaller unit's spikes that the other has too.
    agreement : float64 array
        Spikes of both over spikes of either.
    close, expected : array
        Pairs of spikes within both refractory periods, and how many there are by chance if both
        fire as they do in each tenth of the recording.
    loudness : float64 array
        Absolute logarithm of the ratio of median amplitudes; 0 where one is unknown.
    overlap : float64 array
        Overlap of presence over time, 0 to 1.
    """

    similarity: np.ndarray
    shared: np.ndarray
    agreement: np.ndarray
    close: np.ndarray
    expected: np.ndarray
    loudness: np.ndarray
    overlap: np.ndarray


def evidence(found, firsts, seconds):
    """Compare units pair by pair.

    Parameters
    ----------
    found : unit_pairs.Pairs
        The units.
    firsts, seconds : int array (n_pairs,)
        Rows of the two units of each pair.

    Returns
    -------
    Evidence
    """
    counts = found.counts
    smaller = np.minimum(counts[firsts], counts[seconds])
    common = np.minimum(found.coincident_pairs[firsts, seconds], smaller)
    similarity = np.full(len(firsts), -np.inf)
    if found.likeness is not None:
        similarity = found.likeness.whitened[firsts, seconds]
    with np.errstate(all="ignore"):
        logs = np.log(np.array(found.amplitudes.values))
        loudness = np.abs(logs[firsts] - logs[seconds])
    presence = found.binned / counts[:, None]
    own, theirs = presence[firsts], presence[seconds]
    # What the whole recording expects, times how much more the two meet in its tenths.
    meetings = unit_pairs.N_BINS * (own * theirs).sum(axis=1)
    return Evidence(
        similarity=similarity,
        shared=common / smaller,
        agreement=common / (counts[firsts] + counts[seconds] - common),
        close=found.close_pairs[firsts, seconds],
        expected=found.expected_pairs[firsts, seconds] * meetings,
        loudness=np.where(np.isfinite(loudness), loudness, 0),
        overlap=np.minimum(own, theirs).sum(axis=1),
    )


def terms_of_copies(seen):
    """Terms of the score of pairs that share spikes, (3, n_pairs).

    One; log odds of the shared part of the smaller unit; logarithm of the agreement.
    """
    odds = seen.shared / (1.02 - seen.shared) + 0.01
    return np.stack([np.ones_like(odds), np.log(odds), np.log(seen.agreement + 0.02)])


def terms_of_pieces(seen):
    """Terms of the score of pairs that share few spikes, (5, n_pairs).

    One; nearness of the similarity to 1; difference in loudness; logarithm of close pairs over
    expected ones; overlap in time, as far as it is below a half.
    """
    unlike = np.clip(1.02 - seen.similarity, None, 2)
    return np.stack(
        [
            np.ones_like(unlike),
            -np.log(unlike),
            np.minimum(seen.loudness, 1.5),
            np.log((seen.close + 1) / (seen.expected + 1)),
            np.minimum(seen.overlap, MAX_OVERLAP_IN_TURN),
        ]
    )


def scores(seen):
    """Probability that the units of each pair are one neuron, as far as the evidence goes.

    Parameters
    ----------
    seen : Evidence
        The pairs.

    Returns
    -------
    float64 array (n_pairs,)
        0 to 1; 0 for units that are neither alike nor share spikes.
    """
    copies = np.array(COPIES) @ terms_of_copies(seen)
    pieces = np.array(PIECES) @ terms_of_pieces(seen)
    are_copies = _are_copies(seen)
    found = 1 / (1 + np.exp(-np.where(are_copies, copies, pieces)))
    found[~are_copies & ~(seen.similarity > MIN_SIMILARITY)] = 0
    return found


def _are_copies(seen):
    """Which pairs share so many spikes that they are copies, not pieces."""
    return seen.shared >= MIN_SHARED


def highest(found):
    """Metrics of each unit and the unit that it most likely is one neuron with.

    Parameters
    ----------
    found : unit_pairs.Pairs
        The units.

    Returns
    -------
    dict of str to Column
        `merge_score_max`, `merge_score_unit`, `merge_score_bigger`, `share_of_neuron`.
    """
    n_units = len(found.counts)
    firsts, seconds = _worth_a_look(found)
    seen = evidence(found, firsts, seconds)
    likely = scores(seen)
    shares = _shares_of_neurons(
        found.counts, firsts, seconds, np.where(_are_copies(seen), 0, likely)
    )
    # Each pair from either side; the lowest id of equals comes first.
    rows, others = np.concatenate([firsts, seconds]), np.concatenate([seconds, firsts])
    likely = np.concatenate([likely, likely])
    most, bigger, best = np.zeros(n_units), np.zeros(n_units), np.full(n_units, -1)
    np.maximum.at(most, rows, likely)
    is_bigger = found.counts[others] > found.counts[rows]
    np.maximum.at(bigger, rows[is_bigger], likely[is_bigger])
    is_best = np.flatnonzero(likely == most[rows])
    is_best = is_best[np.argsort(-others[is_best], kind="stable")]
    best[rows[is_best]] = others[is_best]
    if found.likeness is None:
        reasons = dict.fromkeys(range(n_units), found.why_unlike)
    elif n_units == 1:
        reasons = {0: "no_other_template"}
    else:
        reasons = dict(found.likeness.reasons)
    nobody = dict.fromkeys(np.flatnonzero(best < 0).tolist(), "no_alike_unit") | reasons
    return {
        "merge_score_max": unit_pairs.float_column(most, reasons),
        "merge_score_unit": unit_pairs.id_column(found.unit_ids[best], nobody),
        "merge_score_bigger": unit_pairs.float_column(bigger, reasons),
        "share_of_neuron": unit_pairs.float_column(shares, reasons),
    }


def _shares_of_neurons(counts, firsts, seconds, likely):
    """How much of its neuron each unit has, (n_units,), by the probability of each pair."""
    shares = np.ones(len(counts))
    elsewhere = likely / (counts[firsts] + counts[seconds])
    np.multiply.at(shares, firsts, 1 - elsewhere * counts[seconds])
    np.multiply.at(shares, seconds, 1 - elsewhere * counts[firsts])
    return shares


def candidates(found):
    """Pairs that may be one neuron, the most likely first.

    Parameters
    ----------
    found : unit_pairs.Pairs
        The units.

    Returns
    -------
    list of Candidate
        Each pair once, the unit with fewer spikes first.
    """
    firsts, seconds = _worth_a_look(found)
    seen = evidence(found, firsts, seconds)
    likely = scores(seen)
    order = np.argsort(-likely, kind="stable")
    rows = []
    for place in order[likely[order] >= MIN_SCORE]:
        pair = int(firsts[place]), int(seconds[place])
        own = Evidence(*(each[place] for each in seen))
        rows.append(_candidate(found, pair, own, float(likely[place])))
    return rows


def _worth_a_look(found):
    """Rows of the pairs of units that are alike or share spikes."""
    smaller = np.minimum.outer(found.counts, found.counts)
    chosen = found.coincident_pairs >= MIN_SHARED * smaller
    if found.likeness is not None:
        chosen |= found.likeness.whitened > MIN_SIMILARITY
    return np.nonzero(np.triu(chosen, 1))


def _candidate(found, pair, own, score):
    """One pair, with its own evidence, as a row of the table."""
    row, other = sorted(pair, key=found.counts.__getitem__)
    amplitudes = found.amplitudes.values
    known = not {row, other} & set(found.amplitudes.reasons) and amplitudes[other]
    ratio = float(amplitudes[row] / amplitudes[other]) if known else None
    kind = _kind(own)
    chance = float(poisson.cumulative(own.close, max(own.expected, 1e-9)))
    return Candidate(
        cluster_id=int(found.unit_ids[row]),
        merge_with=int(found.unit_ids[other]),
        kind=kind,
        merge_score=score,
        reasons="; ".join(_reasons(own, kind, chance, ratio)),
        template_similarity=float(own.similarity) if np.isfinite(own.similarity) else None,
        shared_spikes=float(own.shared),
        close_pairs=int(own.close),
        close_pairs_expected=float(own.expected),
        joint_refractory_probability=chance,
        amplitude_ratio=ratio,
        presence_overlap=float(own.overlap),
        n_spikes=int(found.counts[row]),
        n_spikes_merge_with=int(found.counts[other]),
    )


def _kind(own):
    """Name of what a pair may be."""
    if own.shared >= MIN_SHARED:
        return "duplicate"
    return "drift_split" if own.overlap < MAX_OVERLAP_IN_TURN else "split"


def _reasons(own, kind, chance, ratio):
    """What speaks for and against a pair, in words."""
    if kind == "duplicate":
        yield f"{own.shared:.0%} of the smaller one's spikes are in both"
    if np.isfinite(own.similarity):
        yield f"template similarity {round(float(own.similarity), 2) + 0.0:.2f}"  # no -0.00
    if kind == "drift_split":
        yield f"fire in turn (presence overlaps by {own.overlap:.0%})"
    if kind != "duplicate":
        yield (
            f"{own.close:.0f} spike pairs within the refractory period, {own.expected:.1f} by "
            f"chance (p = {chance:.2g})"
        )
    if ratio is not None:
        yield f"amplitude ratio {ratio:.2f}"
