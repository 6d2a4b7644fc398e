"""Templates of the units: whitening undone on the right side, mapped through the spikes."""

from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from goodunits.kilosort import probe_geometry, unit_templates
from goodunits.kilosort.sort_files import read_sort
from goodunits.kilosort.unit_templates import parents
from goodunits.metrics import compute, templates
from goodunits.metrics.compute import Inputs
from goodunits.spiketrains.unit_spikes import group_by_unit
from real_sorts import PROJECT

DEFAULTS = yaml.safe_load((PROJECT / "config.yaml").read_text())["metrics"]
POSITIONS_UM = np.array([[32.0 * (row % 2), 10.0 * row] for row in range(64)])


def a_spike(n_samples=61):
    t = np.arange(n_samples) - 20
    return -np.exp(-((t / 3) ** 2)) + 0.3 * np.exp(-(((t - 15) / 6) ** 2))


def true_templates(peaks=(3, 20, 33, 47, 60), size=200):
    """Templates that fall off around a channel each, in the recording's units."""
    distances = np.linalg.norm(POSITIONS_UM[:, None] - POSITIONS_UM[list(peaks)], axis=2)
    falloff = np.exp(-distances / 25).T
    return size * a_spike()[None, :, None] * falloff[:, None, :]


def local_whitening(n_neighbours=32):
    """Kilosort's: row j is channel j's whitening vector among its nearest channels."""
    rng = np.random.default_rng(1)
    distances = np.linalg.norm(POSITIONS_UM[:, None] - POSITIONS_UM, axis=2)
    gains = rng.lognormal(0, 0.3, 64)
    covariance = (80 * np.exp(-distances / 1000) + 20 * np.eye(64)) * gains[:, None] * gains
    whitening = np.zeros((64, 64))
    for channel in range(64):
        near = np.argsort(distances[channel], kind="stable")[:n_neighbours]
        values, vectors = np.linalg.eigh(covariance[np.ix_(near, near)])
        whitening[channel, near] = (vectors / np.sqrt(values) @ vectors.T)[0]
    return whitening, covariance


def make_sort(folder, stored, clusters, spike_templates=None, **files):
    """Session folder with templates and whatever else is given as file_name=array."""
    folder.mkdir(exist_ok=True)
    clusters = np.asarray(clusters, np.int32)
    arrays = {
        "spike_times": np.arange(len(clusters), dtype=np.int64) * 900,
        "spike_clusters": clusters,
        "spike_templates": clusters if spike_templates is None else np.asarray(spike_templates),
        "templates": stored,
        **files,
    }
    for name, array in arrays.items():
        if array is not None:
            np.save(folder / f"{name}.npy", array)
    (folder / "params.py").write_text("sample_rate = 30000.0\n")
    return folder


def measure(folder, group="templates"):
    """Values by metric name (a text is the reason why there is none), ids, notes."""
    session = read_sort(folder)
    spikes = group_by_unit(session.spike_samples, session.spike_clusters)
    columns, notes = compute.GROUP_FUNCTIONS[group](Inputs(session, spikes, DEFAULTS, None))
    found = {
        name: [column.reasons.get(row, value) for row, value in enumerate(column.values)]
        for name, column in columns.items()
    }
    return SimpleNamespace(ids=spikes.unit_ids.tolist(), found=found, notes=notes)


@pytest.fixture
def whitened(tmp_path):
    """A sort of five units on 64 channels, whitened as Kilosort does it."""
    matrix, _ = local_whitening()
    stored = np.einsum("ij,ntj->nti", matrix, true_templates()).astype(np.float32)
    return make_sort(
        tmp_path / "sort",
        stored,
        np.repeat(np.arange(5), 10),
        whitening_mat_inv=np.linalg.inv(matrix + 1e-5 * np.eye(64)),
        channel_positions=POSITIONS_UM,
    )


def test_local_whitening_is_not_symmetric_and_whitens_from_the_left():
    matrix, covariance = local_whitening()
    assert np.abs(matrix - matrix.T).max() > 0.003 * np.abs(matrix).max()
    left, right = (np.diag(m @ covariance @ m.T) - 1 for m in (matrix, matrix.T))
    assert np.abs(left).max() < 0.01 < np.abs(right).max()


def test_whitening_is_undone_on_the_side_on_which_it_was_done(whitened):
    stored = np.load(whitened / "templates.npy").astype(float)
    matrix, reason, notes = probe_geometry.unwhitening_matrix(read_sort(whitened), 64)
    truth = true_templates()
    right = np.abs(stored @ matrix - truth).max() / np.abs(truth).max()
    wrong = np.abs(stored @ matrix.T - truth).max() / np.abs(truth).max()
    assert (reason, notes) == ("", ())
    assert right < 0.001
    assert wrong > 0.05


def test_unwhitened_templates_have_their_true_place_size_and_shape(whitened):
    found = measure(whitened).found
    assert found["peak_channel"] == [3, 20, 33, 47, 60]
    assert found["depth"] == [30, 200, 330, 470, 600]
    assert found["template_ptp_adc"] == pytest.approx([np.ptp(200 * a_spike())] * 5, rel=0.001)
    assert found["exp_decay"] == pytest.approx([1 / 25] * 5, rel=0.02)
    assert found["peak_to_trough_duration"] == pytest.approx([15 / 30_000] * 5, rel=0.02)


def test_before_4_0_7_the_real_matrix_lies_in_another_file(whitened):
    expected = measure(whitened).found
    np.save(whitened / "whitening_mat_inv.npy", np.linalg.inv(0.00501 * np.eye(64)))
    assert set(measure(whitened).found["depth"]) == {"whitening_unknown"}
    np.save(whitened / "whitening_mat_dat.npy", local_whitening()[0])
    assert measure(whitened).found["template_ptp_adc"] == pytest.approx(
        expected["template_ptp_adc"], rel=1e-4
    )


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_peak_channels_of_real_units_lie_where_their_spikes_are(name, pristine_sorts):
    folder = next((pristine_sorts / name).rglob("spike_times.npy")).parent
    sort = measure(folder)
    positions, clusters = (
        np.load(folder / "spike_positions.npy"),
        np.load(folder / "spike_clusters.npy"),
    )
    for unit_id, depth_um in zip(sort.ids, sort.found["depth"], strict=True):
        # Kilosort's positions are centres of mass, drawn towards the middle of the 140 um probe.
        assert abs(np.median(positions[clusters == unit_id, 1]) - depth_um) < 45


def test_the_whitened_peak_is_taken_from_the_file_as_it_is(whitened):
    peaks = np.abs(np.load(whitened / "templates.npy")).max(axis=(1, 2))
    assert measure(whitened).found["template_snr_whitened"] == pytest.approx(peaks.tolist())


def test_merged_units_have_the_mean_of_their_parents_by_spikes(whitened, tmp_path):
    stored = np.load(whitened / "templates.npy")
    inverse = np.load(whitened / "whitening_mat_inv.npy")
    origin = np.repeat(np.arange(5), 10)
    # 5 = all of 0 and 1; 6 and 7 = halves of 2; 3 and 4 as they were.
    clusters = np.select([origin < 2, origin == 2], [5, 6 + np.arange(50) % 2], origin)
    curated = make_sort(
        tmp_path / "curated",
        stored,
        clusters,
        origin,
        whitening_mat_inv=inverse,
        channel_positions=POSITIONS_UM,
    )
    before, after = measure(whitened), measure(curated)
    assert after.ids == [3, 4, 5, 6, 7]
    for name, values in after.found.items():
        assert values[:2] == before.found[name][3:], name  # untouched units
        assert values[3] == values[4] == before.found[name][2], name  # halves: their parent's
    merged = unit_templates.unit_template((np.array([0, 1]), np.array([30, 10])), stored)
    np.testing.assert_allclose(merged, 0.75 * stored[0] + 0.25 * stored[1], rtol=1e-5, atol=1e-5)
    # Peaks 170 um apart: the mean has both, so it is wider than either, and half as high.
    assert after.found["spread"][2] > max(before.found["spread"][:2])
    assert after.found["template_ptp_adc"][2] == pytest.approx(
        before.found["template_ptp_adc"][0] / 2, rel=0.1
    )


def test_curation_in_phy_leaves_other_units_alone(pristine_sorts):
    fresh, curated = (
        measure(next((pristine_sorts / name).rglob("spike_times.npy")).parent)
        for name in ("dev_a", "dev_a_curated")
    )
    kept = sorted(set(fresh.ids) & set(curated.ids))
    assert len(kept) == 21 and max(curated.ids) == 29
    for name in templates.NAMES:
        for unit_id in kept:
            assert (
                curated.found[name][curated.ids.index(unit_id)]
                == fresh.found[name][fresh.ids.index(unit_id)]
            )
    sizes = dict(zip(fresh.ids, fresh.found["template_snr_whitened"], strict=True))
    merged = dict(zip(curated.ids, curated.found["template_snr_whitened"], strict=True))
    for unit_id, pair in {26: (5, 23), 27: (4, 12)}.items():
        assert merged[unit_id] < max(sizes[parent] for parent in pair)


def test_parents_are_found_by_the_spikes():
    spikes = group_by_unit(np.arange(6), np.array([9, 9, 9, 2, 2, 7]))
    ids, counts = zip(*parents(spikes, np.array([1, 4, 1, 0, 0, 3])), strict=True)
    assert [each.tolist() for each in ids] == [[0], [3], [1, 4]]
    assert [each.tolist() for each in counts] == [[2], [1], [2, 1]]
    own = parents(spikes, None)
    assert [each[0].tolist() for each in own] == [[2], [7], [9]]


def test_units_without_a_template_and_empty_templates_have_a_reason(whitened, tmp_path):
    stored = np.load(whitened / "templates.npy")
    stored[1] = 0
    stored[2, 5, 5] = np.nan
    folder = make_sort(
        tmp_path / "odd",
        stored,
        np.repeat([0, 1, 2, 800], 3),
        whitening_mat_inv=np.load(whitened / "whitening_mat_inv.npy"),
    )
    found = measure(folder).found
    assert found["num_positive_peaks"][1:] == ["empty_template", "not_finite", "template_unknown"]
    assert found["peak_channel"][0] == 3
    assert found["exp_decay"][0] == found["depth"][0] == "file_missing"


@pytest.mark.parametrize("missing", ["templates.npy", "whitening_mat_inv.npy"])
def test_a_missing_file_is_a_reason(missing, whitened):
    (whitened / missing).unlink()
    found = measure(whitened).found
    assert set(found) == set(templates.NAMES)
    assert {value for values in found.values() for value in values} == {"file_missing"}


@pytest.mark.parametrize(
    "name, array",
    [
        ("templates", np.zeros((5, 61))),
        ("whitening_mat_inv", np.eye(3)),
        ("whitening_mat_inv", np.array(["a"])),
    ],
)
def test_an_unusable_file_is_a_reason_and_a_note(name, array, whitened):
    np.save(whitened / f"{name}.npy", array)
    sort = measure(whitened)
    assert set(sort.found["depth"]) == {"file_unusable"}
    assert name in sort.notes[0] and "\n" not in sort.notes[0]


def test_extent_stays_on_the_shank(tmp_path):
    # Two shanks of 32 channels a metre apart in the files' order: even and odd channels.
    positions_um = np.stack([1e6 * (np.arange(64) % 2), 10.0 * (np.arange(64) // 2)], axis=1)
    distances = np.abs(np.arange(64) // 2 - 5) * 10.0
    sizes = np.where(np.arange(64) % 2, 0.9, np.exp(-distances / 25))
    folder = make_sort(
        tmp_path / "shanks",
        100 * a_spike()[None, :, None] * sizes,
        [0, 0],
        whitening_mat_inv=np.eye(64) + 1e-3 * np.eye(64, k=2),
        channel_positions=positions_um,
        channel_shanks=np.arange(64) % 2,
        channel_map=np.arange(64) + 100,
    )
    by_shank = measure(folder).found
    assert by_shank["peak_channel"] == [110]
    assert by_shank["depth"] == [50]
    assert by_shank["exp_decay"][0] == pytest.approx(1 / 25, rel=0.05)
    assert 60 <= by_shank["spread"][0] <= 140
    (folder / "channel_shanks.npy").unlink()
    assert measure(folder).found["spread"][0] > by_shank["spread"][0]


@pytest.mark.parametrize("n_samples, n_channels", [(1, 1), (7, 2), (61, 1), (200, 5)])
def test_odd_shapes_give_values_or_reasons(n_samples, n_channels, tmp_path):
    rng = np.random.default_rng(n_samples)
    folder = make_sort(
        tmp_path / "odd",
        rng.normal(size=(3, n_samples, n_channels)),
        [0, 1, 2],
        whitening_mat_inv=rng.normal(size=(n_channels, n_channels)),
        channel_positions=rng.normal(size=(n_channels, 2)),
    )
    found = measure(folder).found
    assert {len(values) for values in found.values()} == {3}
    for values in found.values():
        for value in values:
            assert isinstance(value, str) or np.isfinite(value)
