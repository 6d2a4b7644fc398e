"""Record the IBL's unit metrics (see README.md)."""

import numpy as np
from brainbox.metrics import single_units
from slidingRP import metrics as sliding

from golden import recorded

FROM_UNIT_METRICS = ("presence_ratio", "contamination", "contamination_alt")
FROM_SLIDING = (
    "max_confidence",
    "min_contamination",
    "rp_min_val",
    "n_spikes_below2",
    "firing_rate",
)


def values_of(samples, clusters):
    """The IBL's metrics of spike times for each unit."""
    times_s = samples / recorded.FREQUENCY_HZ
    # The functions want amplitudes and depths; no recorded value depends on them.
    amplitudes = 1e-4 * (1 + np.arange(len(samples)) % 97)
    unit_metrics = single_units.quick_unit_metrics(
        clusters, times_s, amplitudes, np.zeros(len(samples))
    )
    # It cuts times off to whole samples: half a sample later, that gives the right ones.
    found = sliding.slidingRP_all(
        (samples + 0.5) / recorded.FREQUENCY_HZ,
        clusters,
        sampleRate=recorded.FREQUENCY_HZ,
        binSizeCorr=1 / recorded.FREQUENCY_HZ,
    )
    units = {}
    for row, unit_id in enumerate(unit_metrics["cluster_id"]):
        units[unit_id] = {name: unit_metrics[name][row] for name in FROM_UNIT_METRICS}
        units[unit_id] |= {name: found[name][row] for name in FROM_SLIDING}
        _, units[unit_id]["n_isi_violations"] = single_units.contamination(
            times_s[clusters == unit_id],
            times_s[0],
            times_s[-1],
            rp=single_units.METRICS_PARAMS["refractory_period"],
            min_isi=single_units.METRICS_PARAMS["min_isi"],
        )
    return units


if __name__ == "__main__":
    packages = ["ibllib", "slidingRP", "phylib", "iblutil", "numpy", "scipy"]
    recorded.make("ibl", packages, values_of)
