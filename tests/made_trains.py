"""Made spike trains with known truth, for the tests."""

import numpy as np

from goodunits.spiketrains.unit_spikes import group_by_unit

FREQUENCY_HZ = 30000.0


def poisson_train(rng, n_spikes, duration_s):
    """Spikes without any refractory period, in samples."""
    return np.sort(rng.integers(0, round(duration_s * FREQUENCY_HZ), n_spikes))


def refractory_train(rng, rate_hz, duration_s, refractory_ms):
    """Spikes of one neuron that fires at random outside its refractory period, in samples."""
    gap = refractory_ms / 1000 * FREQUENCY_HZ
    n_most = int(rate_hz * duration_s * 1.5) + 50
    gaps = np.ceil(gap + rng.exponential(FREQUENCY_HZ / rate_hz - gap, n_most)).astype(np.int64)
    train = np.cumsum(gaps)
    return train[train < duration_s * FREQUENCY_HZ]


def contaminated_train(rng, rate_hz, duration_s, refractory_ms, contamination, one_neuron=False):
    """Spikes of a neuron with a share of foreign ones, and which of them are foreign."""
    own = refractory_train(rng, rate_hz * (1 - contamination), duration_s, refractory_ms)
    foreign = np.empty(0, dtype=np.int64)
    if contamination and one_neuron:
        foreign = refractory_train(rng, rate_hz * contamination, duration_s, refractory_ms)
    elif contamination:
        foreign = poisson_train(rng, rng.poisson(rate_hz * contamination * duration_s), duration_s)
    samples = np.concatenate([own, foreign])
    is_foreign = np.repeat([False, True], [len(own), len(foreign)])
    order = np.argsort(samples, kind="stable")
    return samples[order], is_foreign[order]


def without_duplicates(samples, censored_samples):
    """Which spikes a sorter keeps that drops those too close to the last one that it kept."""
    kept = np.ones(len(samples), dtype=bool)
    last = -censored_samples
    for index in np.flatnonzero(np.diff(samples, prepend=last) < censored_samples):
        before = index - 1
        while before >= 0 and not kept[before]:
            before -= 1
        kept[index] = before < 0 or samples[index] - samples[before] >= censored_samples
    return kept


def grouped(trains):
    """UnitSpikes of some trains; unit ids are 0, 1, ... in their order."""
    clusters = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    samples = np.concatenate(trains)
    order = np.argsort(samples, kind="stable")
    return group_by_unit(samples[order], clusters[order])
