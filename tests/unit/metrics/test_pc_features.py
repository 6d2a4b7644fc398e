"""PC features on their true channels, although Kilosort names others."""

import numpy as np
import pytest
from test_templates import measure

from goodunits.kilosort import pc_features
from goodunits.kilosort.sort_files import read_sort
from goodunits.kilosort.unit_templates import parents
from goodunits.metrics import isolation
from goodunits.spiketrains.unit_spikes import group_by_unit

N_CHANNELS, N_COLUMNS, N_PCS = 16, 10, 6
POSITIONS_UM = np.stack([32.0 * (np.arange(16) // 8), 20.0 * (np.arange(16) % 8)], axis=1)
# Detection templates of each cluster: shared ones, and clusters of two.
SOURCES = {0: (0,), 1: (0,), 2: (0, 1), 3: (1,), 4: (2,), 5: (2, 3), 6: (3,)}


def nearest_channels():
    """Kilosort's iCC: for each channel the nearest ten, itself first."""
    distances = np.linalg.norm(POSITIONS_UM[:, None] - POSITIONS_UM, axis=2)
    return np.argsort(distances, axis=0, kind="stable")[:N_COLUMNS]


def reordered_by_kilosort(features, nearest, detected, clusters):
    """What Kilosort does before it writes the features: cluster by cluster, in place."""
    features = features.copy()
    names = np.zeros((clusters.max() + 1, N_COLUMNS), np.uint32)
    for cluster in np.unique(clusters):
        sources = np.unique(detected[clusters == cluster])
        rows = np.flatnonzero(np.isin(detected, sources))
        channels = np.unique(nearest[:, sources])
        dense = np.zeros((len(rows), len(channels), N_PCS), np.float32)
        for source in sources:
            own = detected[rows] == source
            at = np.searchsorted(channels, nearest[:, source])
            dense[np.ix_(own, at)] = features[rows[own]]
        order = np.argsort(-np.linalg.norm(dense.mean(axis=0), axis=1))[:N_COLUMNS]
        features[rows] = dense[:, order]
        names[cluster] = channels[order]
    return features.transpose(0, 2, 1), names


@pytest.fixture
def sort(tmp_path):
    """A sort of seven clusters with known features on all channels, as Kilosort writes it."""
    rng = np.random.default_rng(3)
    nearest = nearest_channels()[:, [0, 2, 9, 12]]
    clusters, detected = [], []
    for cluster, sources in SOURCES.items():
        for source in sources:
            clusters += [cluster] * 300
            detected += [source] * 300
    clusters, detected = np.array(clusters, np.int32), np.array(detected, np.int32)
    means = np.zeros((len(SOURCES), N_PCS, N_CHANNELS))
    for cluster, sources in SOURCES.items():
        peak = nearest[0, sources[0]]
        falloff = np.exp(-np.linalg.norm(POSITIONS_UM - POSITIONS_UM[peak], axis=1) / 40)
        means[cluster] = rng.normal(size=(N_PCS, 1)) * 12 * falloff + rng.normal(size=(N_PCS, 16))
    true = means[clusters] + rng.normal(size=(len(clusters), N_PCS, N_CHANNELS))
    measured = np.stack([true[i][:, nearest[:, d]].T for i, d in enumerate(detected)])
    written, names = reordered_by_kilosort(measured.astype(np.float32), nearest, detected, clusters)
    # A template is the mean of what was measured, with 0 where it was not.
    seen = np.zeros_like(true)
    for i, source in enumerate(detected):
        seen[i][:, nearest[:, source]] = measured[i].T
    templates = np.stack([seen[clusters == each].mean(axis=0) for each in SOURCES])
    basis = np.linalg.qr(rng.normal(size=(61, N_PCS)))[0]
    np.save(tmp_path / "spike_times.npy", np.arange(len(clusters), dtype=np.int64) * 500)
    np.save(tmp_path / "spike_clusters.npy", clusters)
    np.save(tmp_path / "spike_templates.npy", clusters)
    np.save(tmp_path / "spike_detection_templates.npy", detected)
    np.save(tmp_path / "pc_features.npy", written)
    np.save(tmp_path / "pc_feature_ind.npy", names)
    np.save(tmp_path / "templates.npy", np.einsum("tp,npc->ntc", basis, templates))
    ops = {"iCC": nearest_channels(), "iU": np.array([0, 2, 9, 12]), "fs": 30_000}
    np.save(tmp_path / "ops.npy", np.array(ops, dtype=object), allow_pickle=True)
    (tmp_path / "params.py").write_text("sample_rate = 30000.0\n")
    return tmp_path, true, names


def loaded(folder, n_most=10_000):
    session = read_sort(folder)
    spikes = group_by_unit(session.spike_samples, session.spike_clusters)
    units, reason, notes = pc_features.load_features(session, spikes, n_most)
    return units, reason, notes, session, spikes


def test_kilosorts_names_are_wrong_here_and_the_channels_found_are_right(sort):
    folder, true, names = sort
    units, _, _, session, spikes = loaded(folder)
    n_wrong = 0
    for unit_id, unit in enumerate(units):
        own = true[np.sort(spikes.order[spikes.starts[unit_id] : spikes.starts[unit_id + 1]])]
        held = np.unique(unit.channels[unit.channels >= 0])
        assert len(held) >= 5
        for channel in held:
            found = unit.on([channel])
            measured = np.abs(found).sum(axis=1) > 0
            assert measured.any()
            np.testing.assert_allclose(found[measured], own[measured][:, :, channel], atol=1e-5)
        by_name = unit.values[:, :, 0]
        n_wrong += not np.allclose(by_name, own[:, :, names[unit_id, 0]], atol=1e-3)
    assert n_wrong >= 2
    families = parents(spikes, session.spike_templates)
    assert pc_features.passes(units, session, families) == [True] * len(units)


def test_isolation_is_computed_of_that_sort(sort):
    found = measure(sort[0], "isolation")
    assert found.notes == []
    assert set(found.found) == set(isolation.NAMES)
    hits = [value for value in found.found["nn_hit_rate"] if not isinstance(value, str)]
    assert len(hits) >= 5
    assert min(hits) > 0.9  # the seven clouds are far apart


@pytest.mark.parametrize("missing", ["ops.npy", "spike_detection_templates.npy"])
def test_names_that_do_not_fit_the_templates_are_not_believed(missing, sort):
    (sort[0] / missing).unlink()
    found = measure(sort[0], "isolation")
    assert {value for values in found.found.values() for value in values} == {"channels_unknown"}
    assert "do not fit templates.npy" in found.notes[0]


def test_names_that_fit_are_believed_without_ops(sort):
    folder, true, names = sort
    clusters = np.load(folder / "spike_clusters.npy")
    names[:] = nearest_channels()[:, [0, 0, 0, 2, 9, 9, 12]].T
    measured = np.stack([true[i][:, names[c].astype(int)] for i, c in enumerate(clusters)])
    np.save(folder / "pc_features.npy", measured)
    np.save(folder / "pc_feature_ind.npy", names)
    (folder / "ops.npy").unlink()
    (folder / "templates.npy").unlink()
    assert "too_few_spikes" not in measure(folder, "isolation").found["l_ratio"]
    basis = np.linalg.qr(np.random.default_rng(4).normal(size=(61, N_PCS)))[0]
    templates = np.stack([basis @ true[clusters == each].mean(axis=0) for each in SOURCES])
    np.save(folder / "templates.npy", templates)
    found = measure(folder, "isolation")
    assert found.notes == []
    assert "channels_unknown" not in found.found["l_ratio"]


def test_merged_and_split_units_keep_the_channels_of_their_spikes(sort):
    folder, true, _ = sort
    clusters = np.load(folder / "spike_clusters.npy")
    clusters[np.isin(clusters, [3, 6])] = 20  # far apart
    clusters[np.flatnonzero(clusters == 4)[::2]] = 21
    clusters[clusters == 4] = 22
    np.save(folder / "spike_clusters.npy", clusters)
    units, _, _, session, spikes = loaded(folder)
    assert spikes.unit_ids.tolist() == [0, 1, 2, 5, 20, 21, 22]
    for row, unit in enumerate(units):
        own = true[np.sort(spikes.order[spikes.starts[row] : spikes.starts[row + 1]])]
        for channel in (2, 9):
            found = unit.on([channel])
            measured = np.abs(found).sum(axis=1) > 0
            np.testing.assert_allclose(found[measured], own[measured][:, :, channel], atol=1e-5)
    found = measure(folder, "isolation")
    # Two halves of one cloud cannot be told apart.
    hits = dict(zip(found.ids, found.found["nn_hit_rate"], strict=True))
    assert max(hits[21], hits[22]) < 0.7 < min(hits[0], hits[1])


def test_no_more_spikes_than_asked_for_are_read_and_always_the_same(sort):
    first, second = (loaded(sort[0], n_most=50)[0] for _ in range(2))
    assert {len(unit.values) for unit in first} == {50}
    assert [unit.n_spikes for unit in first] == [300, 300, 600, 300, 300, 600, 300]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


@pytest.mark.parametrize(
    "name, array, reason",
    [
        ("pc_features", None, "file_missing"),
        ("pc_feature_ind", None, "file_missing"),
        ("pc_features", np.zeros((5, 6, 10)), "file_unusable"),
        ("pc_features", np.zeros((2700, 6)), "file_unusable"),
        ("pc_feature_ind", np.zeros((7, 3)), "file_unusable"),
    ],
)
def test_missing_and_unusable_files_are_a_reason(name, array, reason, sort):
    path = sort[0] / f"{name}.npy"
    path.unlink()
    if array is not None:
        np.save(path, array)
    found = measure(sort[0], "isolation")
    assert {value for values in found.found.values() for value in values} == {reason}
    assert bool(found.notes) == (reason == "file_unusable")


def test_ids_beyond_the_arrays_do_not_stop_it(sort):
    folder = sort[0]
    for name in ("spike_templates", "spike_clusters"):
        ids = np.load(folder / f"{name}.npy")
        ids[ids == 6] = 900
        np.save(folder / f"{name}.npy", ids)
    found = measure(folder, "isolation")
    assert found.ids[-1] == 900
    assert isinstance(found.found["d_prime"][-1], str)
