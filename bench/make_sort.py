"""Make a Kilosort4-like results folder of any size, with a contaminated third of the units."""

import argparse
from pathlib import Path

import numpy as np

SAMPLING_FREQUENCY_HZ = 30_000
REFRACTORY_S = 0.002
CONTAMINATION = 0.3
N_CHANNELS, N_TIMES, TROUGH = 384, 61, 20


def main():
    """Write the folder that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--spikes", type=float, default=15.8e6)
    parser.add_argument("--units", type=int, default=500)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    make_sort(
        arguments.folder,
        int(arguments.spikes),
        arguments.units,
        arguments.hours * 3600,
        arguments.seed,
    )


def make_sort(folder, n_spikes, n_units, duration_s, seed=0):
    """Write a folder with about `n_spikes` spikes.

    Parameters
    ----------
    folder : Path
        Made new.
    n_spikes : int
        Spikes of all units together; rates are lognormal over units.
    n_units : int
        Every third unit is contaminated: a share CONTAMINATION of its spikes is Poisson.
    duration_s : float
        Length of the recording.
    seed : int
        Seed of the random numbers.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    weights = rng.lognormal(0, 1, n_units)
    counts = np.maximum(20, n_spikes * weights / weights.sum()).astype(int)
    counts = np.minimum(counts, int(0.25 * duration_s / REFRACTORY_S))
    trains = [unit_train(rng, n, duration_s, unit % 3 == 2) for unit, n in enumerate(counts)]
    samples = np.concatenate(trains)
    owners = np.repeat(np.arange(n_units, dtype=np.int32), [len(train) for train in trains])
    order = np.argsort(samples, kind="stable")
    samples, owners = samples[order], owners[order]
    np.save(folder / "spike_times.npy", samples)
    np.save(folder / "spike_clusters.npy", owners)
    np.save(folder / "spike_templates.npy", owners)
    write_shapes(rng, folder, owners, n_units)
    (folder / "params.py").write_text(
        f"n_channels_dat = {N_CHANNELS}\nsample_rate = {SAMPLING_FREQUENCY_HZ}.\n"
        "dtype = 'int16'\noffset = 0\nhp_filtered = False\ndat_path = 'no_path.bin'\n"
    )
    rows = "".join(f"{unit}\tgood\n" for unit in range(n_units))
    for name in ("cluster_KSLabel.tsv", "cluster_group.tsv"):
        (folder / name).write_text(f"cluster_id\tKSLabel\n{rows}")


def unit_train(rng, n_spikes, duration_s, contaminated):
    """Spike times in samples of one unit: a dead time plus exponential intervals."""
    n_own = int(n_spikes * (1 - CONTAMINATION)) if contaminated else n_spikes
    mean_s = duration_s / n_own
    own_s = np.cumsum(REFRACTORY_S + rng.exponential(mean_s - REFRACTORY_S, n_own))
    foreign_s = rng.uniform(0, duration_s, n_spikes - n_own)
    times_s = np.concatenate([own_s, foreign_s])
    times_s = times_s[times_s < duration_s]
    return np.sort((times_s * SAMPLING_FREQUENCY_HZ).astype(np.int64))


def write_shapes(rng, folder, owners, n_units):
    """Write the files beside the spike trains: amplitudes, positions, templates, geometry."""
    positions = np.column_stack([np.tile([0, 32], N_CHANNELS // 2), np.arange(N_CHANNELS) * 10])
    peaks = rng.integers(5, N_CHANNELS - 5, n_units)
    times = np.arange(N_TIMES)
    wave = -np.exp(-(((times - TROUGH) / 3) ** 2)) + 0.4 * np.exp(-(((times - 32) / 7) ** 2))
    distance = np.linalg.norm(positions[None] - positions[peaks][:, None], axis=2)
    templates = (8 * np.exp(-distance / 30)[:, None, :] * wave[None, :, None]).astype(np.float32)
    spike_positions = positions[peaks[owners]] + rng.normal(0, 5, (len(owners), 2))
    np.save(folder / "amplitudes.npy", rng.normal(20, 4, len(owners)).astype(np.float32))
    np.save(folder / "spike_positions.npy", spike_positions.astype(np.float32))
    np.save(folder / "templates.npy", templates)
    np.save(folder / "channel_positions.npy", positions.astype(float))
    np.save(folder / "channel_map.npy", np.arange(N_CHANNELS))
    np.save(folder / "whitening_mat_inv.npy", np.eye(N_CHANNELS))
    np.save(folder / "similar_templates.npy", np.corrcoef(templates.reshape(n_units, -1)))


if __name__ == "__main__":
    main()
