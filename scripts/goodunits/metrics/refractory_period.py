"""Contamination by foreign spikes, from spikes that follow each other too soon.

N spikes of a unit in a recording of T, of which the fraction C is foreign. Two spikes of one
neuron are never closer than its refractory period t_r. Spikes closer than the censored period t_c
are never found, because the sorter takes them for the same spike twice and removes one; so only
lags from t_c to t_r tell.
"""

import numpy as np

from goodunits.metrics.metric_column import Column, undefined_column
from goodunits.numerics import clean_odds, poisson

# Kilosort removed duplicates within 15 samples (4.0 to 4.0.2), later within 7 or 0.25 ms.
UNKNOWN_CENSORED_MS = 0.5


def group(inputs):
    """Columns and notes of the group `refractory_period`."""
    sort, parameters = inputs.sort, inputs.parameters
    frequency_hz, duration_s = sort.sampling_frequency_hz, sort.recording_duration_s
    pairs, counts = inputs.lags, inputs.spikes.counts()
    hill, rp, bound = (
        _in_samples(sort, parameters[name])
        for name in ("isi_contamination_hill", "rp_contamination", "contamination_upper_bound")
    )
    columns = isi_violations(
        pairs, counts, duration_s, frequency_hz, **parameters["isi_violations_ratio"]
    )
    columns["isi_contamination_hill"] = isi_contamination(pairs, counts, inputs.n_samples, **hill)
    columns |= rp_violations(pairs, counts, inputs.n_samples, **rp)
    columns["contamination_upper_bound"] = upper_bound(
        pairs,
        counts,
        inputs.n_samples,
        confidence=parameters["contamination_upper_bound"]["confidence"],
        **bound,
    )
    columns |= sliding(
        pairs,
        counts,
        duration_s,
        frequency_hz,
        **parameters["sliding_rp_violation"],
        **parameters["sliding_rp_confidence"],
    )
    n_close = pairs.all_pairs[:, bound["censored_samples"] : bound["refractory_samples"] + 1]
    expected = clean_odds.expected_pairs(inputs.spikes, inputs.n_samples, n_close.shape[1])
    limit = parameters["sliding_rp_confidence"]["contamination"]
    odds = clean_odds.clean_log_odds(n_close.sum(axis=1), expected, limit)
    columns["clean_log_odds"] = Column(odds, {})
    return columns, _censored_note(sort)


def _in_samples(sort, block):
    """Refractory and censored period of a metric in samples."""
    frequency_hz, censored_ms = sort.sampling_frequency_hz, block["censored_period_ms"]
    censored_samples = sort.duplicate_spike_bins
    if censored_ms is not None:
        censored_samples = round(censored_ms / 1000 * frequency_hz)
    elif censored_samples is None:
        censored_samples = round(UNKNOWN_CENSORED_MS / 1000 * frequency_hz)
    return {
        "refractory_samples": round(block["refractory_period_ms"] / 1000 * frequency_hz),
        "censored_samples": censored_samples,
    }


def _censored_note(sort):
    """What is said where the sort does not tell how it removed duplicates."""
    if sort.duplicate_spike_bins is not None:
        return []
    return [
        "duplicate_spike_bins of the sort is not known (no usable ops.npy); refractory-period "
        f"metrics without a censored_period_ms do not use lags below {UNKNOWN_CENSORED_MS} ms"
    ]


# Values that the sliding refractory period tries (IBL).
SLIDING_CONTAMINATIONS = np.arange(0.5, 35.5, 0.5) / 100


def isi_violations(
    lags, counts, duration_s, sampling_frequency_hz, *, isi_threshold_ms, min_isi_ms
):
    """Interspike intervals that are too short, and the rate of foreign spikes that would make them.

    Hill, Mehta, Kleinfeld 2011, doi:10.1523/JNEUROSCI.0971-11.2011, as SpikeInterface has it.

    Parameters
    ----------
    lags : LagCounts
        Pairs by lag.
    counts : int64 array (n_units,)
        Spikes of each unit.
    duration_s : float
        Length of the recording.
    sampling_frequency_hz : float
        Samples per second.
    isi_threshold_ms, min_isi_ms : float
        Intervals below the first violate; those below the second cannot be found.

    Returns
    -------
    dict of str to Column
        `isi_violations_count`, and `isi_violations_ratio`: n T / (2 N^2 (threshold - minimum)), NaN
        for one spike.
    """
    # The first lag that does not violate; the tolerance is for products such as 0.0015 * 30000.
    first = int(np.ceil(isi_threshold_ms / 1000 * sampling_frequency_hz - 1e-6))
    n_violations = lags.neighbours[:, :first].sum(axis=1)
    window_s = (isi_threshold_ms - min_isi_ms) / 1000
    if window_s <= 0:
        return {
            "isi_violations_count": Column(n_violations.tolist(), {}),
            "isi_violations_ratio": undefined_column(len(counts), "refractory_period_censored"),
        }
    ratios = n_violations * duration_s / (2 * counts.astype(float) ** 2 * window_s)
    return {
        "isi_violations_count": Column(n_violations.tolist(), {}),
        "isi_violations_ratio": _too_few(ratios, counts),
    }


def isi_contamination(lags, counts, n_samples, *, refractory_samples, censored_samples):
    """Fraction of foreign spikes from interspike intervals, if they come from one other neuron.

    Smaller root f of f (1 - f) 2 (t_r - t_c) N^2 / T = n (Hill et al. 2011), with n the intervals
    from t_c to t_r. Without a real root nothing is excluded: 1.

    Parameters
    ----------
    lags : LagCounts
        Pairs by lag.
    counts : int64 array (n_units,)
        Spikes of each unit.
    n_samples : int
        Length of the recording.
    refractory_samples, censored_samples : int
        t_r and t_c.

    Returns
    -------
    Column
        NaN for one spike, and for all units if t_r <= t_c.
    """
    if refractory_samples <= censored_samples:
        return undefined_column(len(counts), "refractory_period_censored")
    n_violations = lags.neighbours[:, censored_samples : refractory_samples + 1].sum(axis=1)
    window = refractory_samples - censored_samples
    shares = 2 * n_violations * n_samples / (window * counts.astype(float) ** 2)
    return _too_few(_fraction_of_one_neuron(shares), counts)


def rp_violations(lags, counts, n_samples, *, refractory_samples, censored_samples):
    """Fraction of foreign spikes from all pairs that are too close.

    C = 1 - sqrt(1 - n (T - 2 N t_c) / (N^2 (t_r - t_c))), with n the pairs from t_c to t_r apart
    (Llobet, Wyngaard, Barbour 2022, doi:10.1101/2022.02.08.479192); 1 where the root is not real.
    SpikeInterface's formula; its count takes lags below t_c too, where a fresh sort has none.

    Parameters
    ----------
    lags : LagCounts
        Pairs by lag.
    counts : int64 array (n_units,)
        Spikes of each unit.
    n_samples : int
        Length of the recording.
    refractory_samples, censored_samples : int
        t_r and t_c.

    Returns
    -------
    dict of str to Column
        `rp_violations` and `rp_contamination`; undefined as in `isi_contamination`.
    """
    if refractory_samples <= censored_samples:
        return {
            "rp_violations": Column(
                [None] * len(counts),
                dict.fromkeys(range(len(counts)), "refractory_period_censored"),
            ),
            "rp_contamination": undefined_column(len(counts), "refractory_period_censored"),
        }
    n_violations = lags.all_pairs[:, censored_samples : refractory_samples + 1].sum(axis=1)
    n_free = n_samples - 2.0 * counts * censored_samples
    window = refractory_samples - censored_samples
    radicands = 1 - n_violations * n_free / (counts.astype(float) ** 2 * window)
    contamination = np.where(radicands < 0, 1.0, 1 - np.sqrt(np.maximum(radicands, 0)))
    return {
        "rp_violations": Column(n_violations.tolist(), {}),
        "rp_contamination": _too_few(contamination, counts),
    }


def upper_bound(lags, counts, n_samples, *, refractory_samples, censored_samples, confidence):
    """Contamination that the close pairs leave possible, at a stated confidence.

    Let N C foreign spikes fall independently of the N (1 - C) of the neuron. Each pair of the two
    kinds is k samples apart, in either order, with probability 2 / T for every k >= 1; so within
    the K lags from t_c (at least 1 sample) to t_r there are on average

        m(C) = 2 K N^2 C (1 - C) / T

    pairs. The number of pairs between independent spikes is a Poisson number, or varies less where
    the neuron is refractory. So the exact (Garwood) upper limit L of a Poisson mean, at the
    observed number of pairs, lies above m(C) with the stated confidence, and so the C for which
    m(C) = L lies above the true one:

        bound = (1 - sqrt(1 - 2 L T / (K N^2))) / 2

    Choices, each on the side of caution (the bound is rather too high): pairs of two foreign
    spikes are not counted on, as if one other refractory neuron made them all (with many neurons
    m is larger, K N^2 (2 C - C^2) / T, Llobet et al. 2022); T is not shortened by the censored
    time; a neuron with a refractory period below t_r adds its own pairs; a unit that is active for
    part of T has more pairs than assumed. What could make it too low: foreign spikes that avoid
    the unit's own (that come while the unit is silent, or that the sorter gives to other units
    when they are close to one of the unit's).

    Where 2 L T / (K N^2) > 1 half of the spikes could be foreign, and the bound is 1: nothing is
    excluded. If that were so even without any pair (L = -log(1 - confidence)), the unit has too
    few spikes to tell and the bound is undefined. A train without any refractory period has
    K N^2 / T pairs, twice the largest m(C); so its bound is below 0.5 in fewer than 1 - confidence
    of cases at any N.

    Parameters
    ----------
    lags : LagCounts
        Pairs by lag.
    counts : int64 array (n_units,)
        Spikes of each unit.
    n_samples : int
        Length of the recording.
    refractory_samples, censored_samples : int
        t_r and t_c.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Column
        0 to 0.5, or 1. NaN: "too_few_spikes", or for all units "refractory_period_censored".
    """
    first = max(censored_samples, 1)
    if refractory_samples <= first:
        return undefined_column(len(counts), "refractory_period_censored")
    n_pairs = lags.all_pairs[:, first : refractory_samples + 1].sum(axis=1)
    n_lags = refractory_samples - first + 1
    shares_per_pair = 2 * n_samples / (n_lags * counts.astype(float) ** 2)
    bounds = _fraction_of_one_neuron(poisson.upper_limit(n_pairs, confidence) * shares_per_pair)
    too_few = -np.log(1 - confidence) * shares_per_pair > 1
    bounds[too_few] = np.nan
    return Column(bounds, dict.fromkeys(np.flatnonzero(too_few).tolist(), "too_few_spikes"))


def sliding(
    lags,
    counts,
    duration_s,
    sampling_frequency_hz,
    *,
    bin_size_ms,
    exclude_ref_period_below_ms,
    max_ref_period_ms,
    contamination,
    confidence,
):
    """Contamination that is excluded for the refractory period that suits it best.

    For each refractory period tau and contamination C, the confidence is that of a Poisson number
    with mean 2 tau / T N C (N (1 - C) + (N C - 1) / 2) being above the number of pairs within tau
    (IBL 2022, doi:10.6084/m9.figshare.19705522; SpikeInterface's bins and mean).

    Parameters
    ----------
    lags : LagCounts
        Pairs by lag.
    counts : int64 array (n_units,)
        Spikes of each unit.
    duration_s : float
        Length of the recording.
    sampling_frequency_hz : float
        Samples per second.
    bin_size_ms, exclude_ref_period_below_ms, max_ref_period_ms : float
        Step and range of the refractory periods.
    contamination : float
        The contamination of `sliding_rp_confidence`.
    confidence : float
        The confidence of `sliding_rp_violation`.

    Returns
    -------
    dict of str to Column
        `sliding_rp_violation`, the least of 0.5, 1, ... 35 % (as a fraction) that is excluded with
        the confidence for any tau, NaN if none is; `sliding_rp_confidence`, the confidence (0 to 1)
        that the contamination is below the given one, at the best tau.
    """
    bin_samples = max(round(bin_size_ms / 1000 * sampling_frequency_hz), 1)
    n_bins = int(max_ref_period_ms / 1000 / (bin_samples / sampling_frequency_hz))
    ends = bin_samples * np.arange(1, n_bins + 1)
    centres_s = (ends - bin_samples / 2) / sampling_frequency_hz
    ends = ends[centres_s > exclude_ref_period_below_ms / 1000]
    n_units = len(counts)
    if not len(ends):
        return {
            name: undefined_column(n_units, "no_refractory_period_in_range")
            for name in ("sliding_rp_violation", "sliding_rp_confidence")
        }
    n_pairs = np.cumsum(lags.all_pairs, axis=1)[:, ends - 1]
    taus_s = ends / sampling_frequency_hz
    limits = poisson.upper_limit(n_pairs, confidence)
    least = np.full(n_units, np.nan)
    for tried in SLIDING_CONTAMINATIONS[::-1]:
        excluded = np.any(_expected_pairs(tried, counts, taus_s, duration_s) > limits, axis=1)
        least[excluded] = tried
    expected = _expected_pairs(contamination, counts, taus_s, duration_s)
    best = 1 - poisson.cumulative(n_pairs, expected).min(axis=1)
    reasons = dict.fromkeys(np.flatnonzero(np.isnan(least)).tolist(), "nothing_below_0.35_excluded")
    return {
        "sliding_rp_violation": Column(least, reasons),
        "sliding_rp_confidence": Column(best, {}),
    }


def _expected_pairs(contamination, counts, taus_s, duration_s):
    """Mean number of pairs within each tau, (n_units, n_taus)."""
    n_foreign = counts * contamination
    n_own = counts * (1 - contamination)
    return np.outer(n_foreign * (n_own + (n_foreign - 1) / 2), 2 * taus_s / duration_s)


def _fraction_of_one_neuron(shares):
    """Smaller root C of 4 C (1 - C) = share; 1 where there is none."""
    roots = (1 - np.sqrt(np.maximum(1 - shares, 0))) / 2
    return np.where(shares > 1, 1.0, roots)


def _too_few(values, counts):
    """Column that is undefined for units of one spike."""
    alone = np.flatnonzero(counts < 2)
    values[alone] = np.nan
    return Column(values, dict.fromkeys(alone.tolist(), "too_few_spikes"))
