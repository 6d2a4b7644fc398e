"""What a simulated recording is made of, all drawn from its seed: the recipe and the spike trains.

Seeds 500 to 599 give recordings of an hour, 600 to 699 of 48 channels, all others of 10 to 20
minutes and 16 to 32 channels. Any change here makes other recordings: raise VERSION then.
"""

import numpy as np

VERSION = 1
RATE_HZ = 30000.0
KINDS = ("clean", "clean", "contaminated", "dropout", "lowrate", "burst", "twin", "late")
KINDS += ("clean", "fading", "clean")
EDGE_SAMPLES = 200  # without spikes at both ends


def recipe(seed):
    """Settings of a recording.

    Parameters
    ----------
    seed : int
        Number of the recording.

    Returns
    -------
    dict
        `dur` in s; `probe`: form and number of channels; `nu` neurons that can be sorted, at least
        `dist` um apart; `far` small ones at a distance `far_z` in um; `noise` in uV with spatial
        decay `corr` in um (None: white); `alpha`: size in uV; `rate`: median in Hz and standard
        deviation of its logarithm; `mix`: kinds of neurons in turn; `drift`; `gain` in uV per bit;
        `nblocks` of Kilosort; `amp_sd`: scatter of the amplitude.
    """
    rng = np.random.default_rng([seed, VERSION])

    def pick(*choices):
        return choices[rng.integers(len(choices))]

    n_channels = int(pick(16, 16, 20, 24, 32))
    mix = [str(kind) for kind in rng.permutation(KINDS)]
    drift = pick(None, None, None, "slow", "jumps")
    found = {
        "seed": seed,
        "dur": int(pick(600, 600, 900, 1200)),
        "probe": (pick("linear", "two", "staggered"), n_channels),
        "nu": int(rng.integers(n_channels // 2, int(n_channels * 1.2))),
        "dist": float(rng.uniform(6, 15)),
        "far": int(rng.integers(10, 40)),
        "far_z": pick((45.0, 80.0), (35.0, 65.0), (30.0, 60.0)),
        "noise": float(rng.uniform(6, 12)),
        "corr": pick(None, 15.0, 25.0, 30.0),
        "alpha": (float(rng.uniform(80, 110)), float(rng.uniform(350, 500))),
        "rate": (float(np.exp(rng.uniform(np.log(1), np.log(6)))), float(rng.uniform(0.8, 1.2))),
        "mix": mix,
        "drift": drift,
        "gain": pick(2.34375, 0.195),
        "nblocks": 1 if drift else 0,
        "amp_sd": float(rng.uniform(0.05, 0.1)),
    }
    if 500 <= seed < 600:
        found["dur"] = 3600
    if 600 <= seed < 700:
        more = 48 / n_channels
        found["probe"] = (found["probe"][0], 48)
        found |= {"nu": int(found["nu"] * more), "far": int(found["far"] * more)}
    return found


def positions_um(form, n_channels):
    """Places of the channels (n_channels, 2)."""
    i = np.arange(n_channels)
    if form == "linear":
        return np.c_[np.zeros(n_channels), 20.0 * i]
    if form == "two":
        return np.c_[32.0 * (i % 2), 20.0 * (i // 2)]
    return np.c_[np.array([16.0, 48.0, 0.0, 32.0])[i % 4], 20.0 * (i // 2)]  # Neuropixels 1.0


class Trains:
    """Spike trains of a recipe; the same seed gives the same trains.

    Attributes
    ----------
    core, extra : list of int64 array
        Samples of the spikes of each neuron, and of foreign spikes of the same waveform.
    core_sizes, extra_sizes : list of float64 array
        Factor on the amplitude of each.
    neurons : list of dict
        Kind, rate, refractory period; `like` and `scale` of twins.
    """

    def __init__(self, settings):
        self.settings, self.duration_s = settings, settings["dur"]
        self.n_samples = int(self.duration_s * RATE_HZ)
        self.rng = np.random.default_rng(settings["seed"])
        self.core, self.extra, self.core_sizes, self.extra_sizes = [], [], [], []
        self.neurons = []
        for place in range(settings["nu"]):
            self._neuron(settings["mix"][place % len(settings["mix"])])
        for _ in range(settings["far"]):
            rate_hz = float(self.rng.uniform(0.5, 6))
            times = self._renewal(rate_hz, 0.002)
            self._add("far", times, np.ones(times.size), None, rate_hz, 0.002)

    def _renewal(self, rate_hz, refractory_s):
        """Times in s of a process with a dead time."""
        mean = max(1 / rate_hz - refractory_s, 1e-4)
        n_intervals = int(rate_hz * self.duration_s * 1.3) + 50
        times = np.cumsum(self.rng.exponential(mean, n_intervals) + refractory_s)
        return times[times < self.duration_s]

    def _waxing(self, times, depth):
        """A part of the spikes, so that the rate changes slowly."""
        walk = np.cumsum(self.rng.normal(0, 1, 40))
        walk = np.exp(depth * (walk - walk.mean()) / (walk.std() + 1e-9))
        kept = np.interp(times, np.linspace(0, self.duration_s, 40), walk / walk.max())
        return times[self.rng.random(times.size) < kept]

    def _bursts(self, rate_hz, refractory_s):
        """Times in s and sizes of bursts of falling amplitude."""
        starts = self._renewal(rate_hz / 2.2, 0.03)
        left = self.rng.geometric(1 / 2.2, starts.size) - 1
        times, sizes = [starts], [np.ones(starts.size)]
        last, step = starts.copy(), 1
        while (left > 0).any() and step < 7:
            going = left > 0
            gaps = self.rng.uniform(max(refractory_s, 0.003), 0.007, going.sum())
            last, left = last[going] + gaps, left[going] - 1
            times.append(last)
            sizes.append(np.full(last.size, 0.88**step))
            step += 1
        times, sizes = np.concatenate(times), np.concatenate(sizes)
        order = np.argsort(times)
        times, sizes = times[order], sizes[order]
        kept = (times < self.duration_s) & np.r_[True, np.diff(times) > refractory_s]
        return times[kept], sizes[kept]

    def _neuron(self, kind):
        """Add a neuron of a kind, and the twin of a twin."""
        rng, duration_s = self.rng, self.duration_s
        refractory_s = float(rng.uniform(0.0015, 0.004))
        median_hz, spread = self.settings["rate"]
        rate_hz = float(np.clip(np.exp(rng.normal(np.log(median_hz), spread)), 0.3, 40.0))
        if kind == "lowrate":
            rate_hz = float(rng.uniform(0.1, 0.5))
        if kind == "burst":
            times, sizes = self._bursts(rate_hz, refractory_s)
        else:
            times = self._renewal(rate_hz, refractory_s)
            if rng.random() < 0.5:
                times = self._waxing(times, 0.4)
            if kind == "dropout":
                times = times[times < duration_s * rng.uniform(0.2, 0.6)]
            if kind == "late":
                times = times[times > duration_s * rng.uniform(0.4, 0.75)]
            sizes = np.ones(times.size)
            if kind == "fading":
                sizes = 1 - (1 - rng.uniform(0.25, 0.5)) * times / duration_s
        foreign = None
        if kind == "contaminated":
            foreign = rng.uniform(0, duration_s, rng.poisson(times.size * rng.uniform(0.03, 0.5)))
        place = len(self.neurons)
        self._add(kind, times, sizes, foreign, rate_hz, refractory_s)
        if kind == "twin":
            rate_hz *= rng.uniform(0.1, 1.0)
            times = self._renewal(rate_hz, 0.0025)
            scale = float(rng.uniform(0.75, 0.95))
            self._add("twin_of", times, np.ones(times.size), None, rate_hz, 0.0025, place, scale)

    def _add(self, kind, times, sizes, foreign, rate_hz, refractory_s, like=None, scale=1.0):
        """Keep the trains of a neuron in samples."""
        spread = self.settings["amp_sd"]
        samples, firsts = np.unique((times * RATE_HZ).astype(np.int64), return_index=True)
        inside = (samples > EDGE_SAMPLES) & (samples < self.n_samples - EDGE_SAMPLES)
        self.core.append(samples[inside])
        sizes = sizes * self.rng.normal(1, spread, sizes.size)
        self.core_sizes.append(sizes[firsts[inside]])
        extra = np.array([], np.int64)
        if foreign is not None:
            extra = np.unique((foreign * RATE_HZ).astype(np.int64))
        extra = extra[(extra > EDGE_SAMPLES) & (extra < self.n_samples - EDGE_SAMPLES)]
        extra = np.setdiff1d(extra, self.core[-1])
        self.extra.append(extra)
        sizes = self.rng.normal(1, spread, extra.size)
        self.extra_sizes.append(sizes * (self.rng.uniform(0.8, 1.0) if extra.size else 1.0))
        self.neurons.append(
            {
                "unit": len(self.neurons),
                "kind": kind,
                "rate": float(rate_hz),
                "refractory_ms": 1e3 * refractory_s,
                "like": like,
                "scale": scale,
                "n": int(self.core[-1].size),
                "n_extra": int(extra.size),
            }
        )
