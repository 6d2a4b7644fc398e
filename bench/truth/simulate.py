"""Simulate a recording with known truth: `python bench/truth/simulate.py SEED OUT`.

Writes rec.ap.bin, truth.npz, units.json and probe.json into OUT/pool_SEED. Needs spikeinterface
0.105.3. Next: sort.py, then truth.py.
"""

import json
import sys
from pathlib import Path

import numpy as np
import spikeinterface.full as si
from probeinterface import Probe
from recipe import RATE_HZ, Trains, positions_um, recipe
from spikeinterface.core import NumpySorting
from spikeinterface.core.generate import _ensure_unit_params, generate_unit_locations
from spikeinterface.generation import generate_displacement_vector, generate_drifting_recording

DRIFTS = {
    "slow": {
        "drift_start_um": [0, 20],
        "drift_stop_um": [0, -20],
        "drift_step_um": 1,
        "motion_list": [
            {
                "drift_mode": "zigzag",
                "t_start_drift": 60.0,
                "t_end_drift": None,
                "period_s": 500,
                "non_rigid_gradient": 0.5,
            }
        ],
    },
    "jumps": {
        "drift_start_um": [0, 12],
        "drift_stop_um": [0, -12],
        "drift_step_um": 1,
        "motion_list": [
            {
                "drift_mode": "bump",
                "bump_interval_s": (80.0, 200.0),
                "non_rigid_gradient": None,
            }
        ],
    },
    None: {
        "drift_start_um": [0, 1],
        "drift_stop_um": [0, -1],
        "drift_step_um": 1,
        "motion_list": [{"drift_mode": "zigzag", "period_s": 200}],
    },
}


def main():
    """Simulate the recording of one seed."""
    settings = recipe(int(sys.argv[1]))
    out = Path(sys.argv[2], f"pool_{settings['seed']}")
    out.mkdir(parents=True, exist_ok=True)
    trains = Trains(settings)
    channels_um = positions_um(*settings["probe"])
    locations, shapes = places_and_shapes(settings, trains.neurons, channels_um)
    templates = write_recording(settings, trains, channels_um, locations, shapes, out)
    for neuron, template, place in zip(trains.neurons, templates, locations, strict=True):
        peak_uv = float(np.abs(template).max())
        neuron["location"] = [round(float(value), 1) for value in place]
        neuron["peak_uv"] = round(peak_uv, 1)
        neuron["snr"] = round(peak_uv / settings["noise"], 2)
    write_truth(settings, trains, channels_um, out)


def places_and_shapes(settings, neurons, channels_um):
    """Location of each neuron in um, and the parameters of its waveform."""
    seed, n_neurons = settings["seed"], len(neurons)
    rng = np.random.default_rng(seed + 5)
    kinds = [neuron["kind"] for neuron in neurons]
    far = [place for place, kind in enumerate(kinds) if kind == "far"]
    near = [place for place, kind in enumerate(kinds) if kind not in ("far", "twin_of")]
    locations = np.zeros((n_neurons, 3))
    locations[near] = generate_unit_locations(
        len(near),
        channels_um,
        margin_um=10.0,
        minimum_z=5.0,
        maximum_z=35.0,
        minimum_distance=settings["dist"],
        max_iteration=2000,
        seed=seed,
    )
    locations[far] = generate_unit_locations(
        len(far),
        channels_um,
        margin_um=40.0,
        minimum_z=settings["far_z"][0],
        maximum_z=settings["far_z"][1],
        minimum_distance=1.0,
        seed=seed + 1,
    )
    wanted = {"alpha": settings["alpha"], "spatial_decay": (12.0, 40.0)}
    shapes = _ensure_unit_params(wanted, n_neurons, seed)
    shapes = {name: np.array(values) for name, values in shapes.items()}
    shapes["alpha"][far] = rng.uniform(100, 300, len(far))
    shapes["spatial_decay"][far] = rng.uniform(20, 40, len(far))
    for place, neuron in enumerate(neurons):
        if neuron["like"] is None:
            continue
        locations[place] = locations[neuron["like"]] + rng.normal(0, 2.0, 3)
        for values in shapes.values():
            values[place] = values[neuron["like"]]
        shapes["alpha"][place] *= neuron["scale"]
    return locations, shapes


def write_recording(settings, trains, channels_um, locations, shapes, out):
    """Write rec.ap.bin; gives the templates of the neurons."""
    probe = Probe(ndim=2)
    probe.set_contacts(channels_um, shapes="circle", shape_params={"radius": 6})
    probe.set_device_channel_indices(np.arange(len(channels_um)))
    probe.create_auto_shape()
    sorting, sizes = all_spikes(trains)
    displacement = generate_displacement_vector(
        float(settings["dur"]),
        locations[:, :2],
        displacement_sampling_frequency=5.0,
        seed=settings["seed"],
        **DRIFTS[settings["drift"]],
    )
    static, moving, _, more = generate_drifting_recording(
        duration=float(settings["dur"]),
        sampling_frequency=RATE_HZ,
        probe=probe,
        unit_locations=locations,
        displacement_data=displacement,
        sorting=sorting,
        generate_templates_kwargs={
            "ms_before": 1.5,
            "ms_after": 3.0,
            "mode": "ellipsoid",
            "unit_params": shapes,
        },
        generate_noise_kwargs={
            "noise_levels": settings["noise"],
            "spatial_decay": settings["corr"],
        },
        amplitude_factor=sizes,
        extra_outputs=True,
        seed=settings["seed"],
    )
    chosen = moving if settings["drift"] else static
    si.write_binary_recording(
        si.scale(chosen, gain=1 / settings["gain"], dtype="int16"),
        file_paths=[str(out / "rec.ap.bin")],
        dtype="int16",
        n_jobs=1,
        chunk_duration="2s",
        progress_bar=False,
    )
    return more["templates"].templates_array


def all_spikes(trains):
    """All spikes as SpikeInterface takes them, and the factor on the amplitude of each."""
    samples, sizes = {}, {}
    for place in range(len(trains.neurons)):
        own = np.r_[trains.core[place], trains.extra[place]]
        order = np.argsort(own, kind="stable")
        samples[place] = own[order]
        sizes[place] = np.r_[trains.core_sizes[place], trains.extra_sizes[place]][order]
    sorting = NumpySorting.from_unit_dict([samples], RATE_HZ)
    spikes = sorting.to_spike_vector()
    factors = np.ones(spikes.size, "float32")
    for place, own in sizes.items():
        factors[spikes["unit_index"] == place] = own
    return sorting, factors


def write_truth(settings, trains, channels_um, out):
    """Write the true trains, the neurons, and the probe for the sorter."""
    arrays = {f"core_{place}": samples for place, samples in enumerate(trains.core)}
    arrays |= {f"extra_{place}": samples for place, samples in enumerate(trains.extra)}
    np.savez_compressed(out / "truth.npz", **arrays)
    probe = {
        "x": channels_um[:, 0].tolist(),
        "y": channels_um[:, 1].tolist(),
        "nch": len(channels_um),
        "fs": RATE_HZ,
        "nblocks": settings["nblocks"],
    }
    (out / "units.json").write_text(json.dumps(trains.neurons, indent=1), encoding="utf-8")
    (out / "probe.json").write_text(json.dumps(probe), encoding="utf-8")


if __name__ == "__main__":
    main()
