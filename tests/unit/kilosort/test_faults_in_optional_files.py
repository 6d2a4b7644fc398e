"""A fault in an optional file leaves its metrics undefined with a reason; the session goes on."""

import os
from pathlib import Path

import numpy as np
import pytest

from goodunits.catalogue import all_metrics
from goodunits.config import yaml_file
from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import compute

PROJECT = Path(__file__).parents[3]
NAMES = all_metrics.names_wanted(("isolation",))
# A metric of each file.
FILES = {
    "amplitudes.npy": "amplitude_median_ks",
    "spike_positions.npy": "drift_ptp",
    "templates.npy": "template_ptp_adc",
    "whitening_mat_inv.npy": "template_ptp_adc",
    "channel_positions.npy": "depth",
    "similar_templates.npy": "similarity_max",
}


@pytest.fixture(scope="module")
def parameters():
    return yaml_file.load_yaml(PROJECT / "config.yaml")["metrics"]


def measure(folder, parameters):
    """The metrics; whatever is undefined has one of its reasons, whatever is defined is finite."""
    table = compute.compute_metrics(read_sort(folder), parameters, None, NAMES)
    for name, values in table.columns.items():
        for unit_id, value in zip(table.unit_ids.tolist(), values, strict=True):
            is_defined = value is not None and value == value
            reason = table.undefined.get(unit_id, {}).get(name)
            assert is_defined == (reason is None), (name, unit_id, value, reason)
            assert reason is None or reason in all_metrics.METRICS[name].nan_reasons, (name, reason)
            if is_defined and all_metrics.METRICS[name].kind == "float":
                assert np.isfinite(value)
    return table


def one_nan(array):
    array = array.astype(np.float64)
    array.flat[array.size // 3] = np.nan
    return array


def all_nan(array):
    return np.full(array.shape, np.nan)


def absurd(array):
    return array.astype(np.float64) * 1e300


def tiny_steps(array):
    return array.astype(np.float64) * 1e-300


def other_shape(array):
    return array[:-1]


def zeros(array):
    return np.zeros_like(array)


@pytest.mark.parametrize("spoil", [one_nan, all_nan, absurd, tiny_steps, other_shape, zeros])
@pytest.mark.parametrize("name", [*FILES, "channel_shanks.npy", "channel_map.npy"])
def test_other_numbers(sort_folder, parameters, name, spoil):
    folder = sort_folder("dev_a")
    if not (folder / name).exists():
        np.save(folder / name, np.zeros(len(np.load(folder / "channel_map.npy"))))
    np.save(folder / name, spoil(np.load(folder / name)))
    measure(folder, parameters)


def without_stand_in(folder):
    """The folder without the file that takes the place of whitening_mat_inv.npy."""
    (folder / "whitening_mat_dat.npy").unlink(missing_ok=True)
    return folder


def cut(data):
    return data[: len(data) // 2]


def other_header(data):
    return data[:12] + b"((((" + data[16:]


def other_type(data):
    return data.replace(b"'descr': '<f4'", b"'descr': '|O8'").replace(b"'<f8'", b"'|O8'")


@pytest.mark.parametrize("spoil", [cut, other_header, other_type])
@pytest.mark.parametrize("name", FILES)
def test_other_bytes(sort_folder, parameters, name, spoil):
    folder = without_stand_in(sort_folder("dev_a"))
    (folder / name).write_bytes(spoil((folder / name).read_bytes()))
    table = measure(folder, parameters)
    reasons = {found.get(FILES[name]) for found in table.undefined.values()}
    assert reasons == {"file_unusable"}
    assert any(name in note for note in table.notes)


@pytest.mark.parametrize("name", FILES)
def test_a_pipe_is_not_waited_for(sort_folder, parameters, name):
    folder = without_stand_in(sort_folder("dev_a"))
    (folder / name).unlink()
    os.mkfifo(folder / name)
    table = measure(folder, parameters)
    assert {found.get(FILES[name]) for found in table.undefined.values()} == {"file_unusable"}
