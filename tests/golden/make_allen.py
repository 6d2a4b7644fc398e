"""Record the Allen Institute's presence ratio and ISI violations (see README.md)."""

import numpy as np
from ecephys_spike_sorting.modules.quality_metrics import metrics

from golden import recorded


def values_of(samples, clusters):
    """The metrics of each unit as `calculate_metrics` calls them, with the default parameters."""
    times_s = samples / recorded.FREQUENCY_HZ
    units = {}
    for unit_id in np.unique(clusters):
        train = times_s[clusters == unit_id]
        ratio, n_violations = metrics.isi_violations(
            train, times_s.min(), times_s.max(), isi_threshold=0.0015, min_isi=0
        )
        units[unit_id] = {
            "presence_ratio": metrics.presence_ratio(train, times_s.min(), times_s.max()),
            "isi_viol": ratio,
            "n_isi_violations": n_violations,
        }
    return units


if __name__ == "__main__":
    recorded.make("allen", ["forked-ecephys-spike-sorting", "numpy", "scipy"], values_of)
