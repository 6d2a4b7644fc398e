"""Record Kilosort's own contamination and refractory test (see README.md)."""

import numpy as np
from kilosort import CCG

from golden import recorded


def values_of(samples, clusters):
    """What Kilosort writes for each unit, and R12 and Q12 where it computes them."""
    times_s = samples / recorded.FREQUENCY_HZ
    is_ref, est_contam_rate = CCG.refract(clusters, times_s)
    units = {}
    for unit_id in np.unique(clusters):
        train = times_s[clusters == unit_id]
        row = {"is_ref": bool(is_ref[unit_id]), "est_contam_rate": est_contam_rate[unit_id]}
        row |= {"r12": np.nan, "q12": np.nan}
        if len(train) > 10 and train[0] != train[-1]:
            counts, span_s = CCG.compute_CCG(train, train.copy())
            row["r12"], row["q12"], _ = CCG.CCG_metrics(
                train, train, counts, span_s, nbins=500, tbin=1 / 1000
            )
        units[unit_id] = row
    return units


if __name__ == "__main__":
    recorded.make("kilosort", ["kilosort", "numpy", "numba", "torch"], values_of)
