"""Sort a simulated recording by Kilosort 4.1.7 on one CPU core: `sort.py OUT/pool_SEED`.

The search with universal templates, a large einsum, is done by a compiled loop with the same sums,
which takes a fifth of the time. The first batch is done by Kilosort's own function too, and the
script stops if the spikes differ. Nothing else is changed.
"""

import os

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
os.environ |= dict.fromkeys(THREADS, "1")

import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numba  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from kilosort import run_kilosort, spikedetect  # noqa: E402
from torch.nn.functional import conv1d, max_pool1d  # noqa: E402

torch.set_num_threads(1)
KILOSORTS_OWN = spikedetect.template_match
CPU = torch.device("cpu")
PIECE = 256  # samples at a time: they stay in the processor's cache


@numba.njit(fastmath=True, cache=True)
def best_matches(projections, near, weights, highest, which):
    """At each place and sample the template with the largest sum, and its sign."""
    n_sizes, n_near, n_places = weights.shape
    n_templates, n_samples = projections.shape[1], projections.shape[2]
    sums = np.empty(PIECE, np.float32)
    for start in range(0, n_samples, PIECE):
        count = min(PIECE, n_samples - start)
        for place in range(n_places):
            for size in range(n_sizes):
                for template in range(n_templates):
                    sums[:count] = 0
                    for other in range(n_near):
                        row = projections[near[other, place], template, start : start + count]
                        weight = weights[size, other, place]
                        for t in range(count):
                            sums[t] += weight * row[t]
                    label = np.int64(1 + size * n_templates + template)
                    for t in range(count):
                        if abs(sums[t]) > highest[place, start + t]:
                            highest[place, start + t] = abs(sums[t])
                            which[place, start + t] = label if sums[t] >= 0 else -label


@numba.njit(cache=True)
def highest_around(highest, near, found):
    """The highest of the near places at each place and sample."""
    for place in range(highest.shape[0]):
        for t in range(highest.shape[1]):
            found[place, t] = highest[near[0, place], t]
        for other in range(1, near.shape[0]):
            row = highest[near[other, place]]
            for t in range(highest.shape[1]):
                found[place, t] = max(found[place, t], row[t])


def template_match(batch, ops, near, around_near, weigh, device=CPU):
    """As Kilosort's function of this name, with its arguments in its order."""
    n_times, reach = ops["nt"], ops["settings"]["nt0min"]
    n_templates, n_samples, n_places = (
        ops["settings"]["n_templates"],
        batch.shape[-1],
        near.shape[1],
    )
    curves = conv1d(batch.unsqueeze(1), ops["wTEMP"].unsqueeze(1), padding=n_times // 2)
    highest = torch.zeros((n_places, n_samples))
    around = torch.zeros((n_places, n_samples))
    which = torch.zeros((n_places, n_samples), dtype=torch.int64)
    weights = weigh.float().contiguous().numpy()
    best_matches(curves.contiguous().numpy(), near.numpy(), weights, highest.numpy(), which.numpy())
    highest_around(highest.numpy(), around_near.numpy(), around.numpy())
    around[:, :n_times] = 0
    around[:, -n_times:] = 0
    around = max_pool1d(around.unsqueeze(0), (2 * reach + 1), stride=1, padding=reach).squeeze(0)
    is_spike = torch.logical_and(around == highest, highest > ops["Th_universal"])
    places = is_spike.nonzero()
    label = which[places[:, 0], places[:, 1]]
    sign, label = label.sign(), label.abs() - 1
    features = curves[near[:, places[:, 0]], label % n_templates, places[:, 1]] * sign
    return places, label, highest[places[:, 0], places[:, 1]], features


class Checked:
    """The fast search; the first call is compared with Kilosort's own."""

    def __init__(self):
        self.is_checked = False

    def __call__(self, *arguments, device=CPU):
        """Spikes of one batch."""
        found = template_match(*arguments, device=device)
        if self.is_checked:
            return found
        own = KILOSORTS_OWN(*arguments, device=device)
        if not all(
            torch.equal(ours, theirs) for ours, theirs in zip(found[:2], own[:2], strict=True)
        ):
            sys.exit("the fast search finds other spikes than Kilosort's: use its own")
        self.is_checked = True
        return own


def main():
    """Sort one recording into its folder kilosort4."""
    folder = Path(sys.argv[1])
    about = json.loads((folder / "probe.json").read_text(encoding="utf-8"))
    n_channels = about["nch"]
    probe = {
        "chanMap": np.arange(n_channels),
        "xc": np.array(about["x"], dtype=np.float32),
        "yc": np.array(about["y"], dtype=np.float32),
        "kcoords": np.zeros(n_channels),
        "n_chan": n_channels,
    }
    spikedetect.template_match = Checked()
    run_kilosort(
        {"n_chan_bin": n_channels, "fs": about["fs"], "nblocks": about["nblocks"]},
        probe=probe,
        filename=str(folder / "rec.ap.bin"),
        results_dir=str(folder / "kilosort4"),
        device=CPU,
        save_extra_vars=False,
    )


if __name__ == "__main__":
    main()
