"""Metrics of two units, against arrays worked by hand and made neurons."""

import numpy as np
import pytest
import yaml
from scipy import stats

from goodunits.catalogue import all_metrics
from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import compute, unit_pairs
from goodunits.metrics.metric_column import Column
from goodunits.spiketrains import joint_counts, loops
from goodunits.spiketrains.coincidence import in_time_order
from goodunits.spiketrains.unit_spikes import count_ids
from goodunits.waveforms import template_likeness
from made_trains import FREQUENCY_HZ, poisson_train, refractory_train
from real_sorts import PROJECT

DEFAULTS = yaml.safe_load((PROJECT / "config.yaml").read_text())["metrics"]
DURATION_S = 1000.0
NAMES = [name for name, metric in all_metrics.METRICS.items() if metric.group == "pairs"]


def a_spike(trough=20, n_samples=61):
    t = np.arange(n_samples) - trough
    return -np.exp(-((t / 3) ** 2)) + 0.3 * np.exp(-(((t - 15) / 6) ** 2))


def on_channels(sizes, trough=20):
    """Template (61, n_channels) of one curve with a size on each channel."""
    return a_spike(trough)[:, None] * np.array(sizes, dtype=float)


def fresh(n_units):
    """Families of a sort that nobody changed."""
    return [(np.array([unit]), np.array([1])) for unit in range(n_units)]


def likeness(shapes, unwhiten=None, shift=2, families=None):
    return template_likeness.likeness(
        families or fresh(len(shapes)), np.array(shapes), unwhiten, "whitening_unknown", shift
    )


def make_sort(folder, trains, shapes, amplitudes=None, ids=None):
    """Session folder with a train, a template and an amplitude for each unit."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = range(len(trains)) if ids is None else ids
    samples = np.concatenate(trains)
    owners = np.repeat(list(ids), [len(train) for train in trains])
    sizes = np.repeat(amplitudes or [20.0] * len(trains), [len(train) for train in trains])
    order = np.argsort(samples, kind="stable")
    stored = np.zeros((max(ids) + 1, *np.shape(shapes)[1:]), dtype=np.float32)
    stored[list(ids)] = shapes
    arrays = {
        "spike_times": samples[order],
        "spike_clusters": owners[order].astype(np.int32),
        "spike_templates": owners[order].astype(np.int32),
        "amplitudes": sizes[order].astype(np.float32),
        "templates": stored,
        "whitening_mat_inv": np.diag(np.linspace(1, 2, stored.shape[2])),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "params.py").write_text(f"sample_rate = {FREQUENCY_HZ}\n")
    return folder


def measure(folder):
    """Values of the group by metric name and cluster id; a text is why there is none."""
    sort = read_sort(folder, DURATION_S)
    table = compute.compute_metrics(sort, DEFAULTS, None, NAMES)
    return {
        name: {
            unit_id: table.undefined.get(unit_id, {}).get(name, values[row])
            for row, unit_id in enumerate(table.unit_ids.tolist())
        }
        for name, values in table.columns.items()
    }


def halves(rng, train):
    """A train split at random."""
    first = rng.random(len(train)) < 0.5
    return train[first], train[~first]


def test_likeness_is_the_cosine_over_channels_and_time():
    found = likeness([on_channels([1, 0]), on_channels([1, 1]), on_channels([0, -3])])
    assert found.whitened[0, 1] == pytest.approx(1 / np.sqrt(2), abs=1e-6)
    assert found.whitened[1, 2] == pytest.approx(-1 / np.sqrt(2), abs=0.2)
    assert found.whitened[1, 2] < -0.5
    assert found.whitened[0, 2] == pytest.approx(0, abs=1e-6)
    np.testing.assert_array_equal(found.whitened, found.whitened.T)
    assert np.isinf(np.diag(found.whitened)).all()


def test_the_best_shift_up_to_the_largest_is_taken():
    moved = [on_channels([1, 2], trough) for trough in (20, 22, 23)]
    found = likeness(moved)
    assert found.whitened[0, 1] == pytest.approx(1, abs=1e-6)
    assert found.whitened[0, 2] < 0.99
    assert likeness(moved, shift=3).whitened[0, 2] == pytest.approx(1, abs=1e-6)
    assert likeness(moved, shift=0).whitened[0, 1] < found.whitened[0, 1]


def test_any_curves_are_compared_as_by_the_plain_sum():
    shapes = np.random.default_rng(0).normal(size=(5, 30, 4))
    found = likeness(shapes, shift=1).whitened
    for one in range(5):
        for other in range(one):
            a, b = shapes[one], shapes[other]
            sums = [np.sum(a * b), np.sum(a[1:] * b[:-1]), np.sum(a[:-1] * b[1:])]
            cosine = max(sums) / np.linalg.norm(a) / np.linalg.norm(b)
            assert found[one, other] == pytest.approx(cosine, abs=1e-5)


def test_raw_templates_are_compared_after_the_whitening_is_undone():
    found = likeness([on_channels([1, 0]), on_channels([1, 1])], np.diag([3.0, 4.0]))
    assert found.raw[0, 1] == pytest.approx(3 / 5, abs=1e-6)
    assert likeness([on_channels([1, 0])] * 2).raw is None


def test_scaling_templates_changes_nothing():
    shapes = np.random.default_rng(1).normal(size=(4, 20, 3))
    scaled = shapes * np.array([1e-6, 2, 300, 1e9])[:, None, None]
    np.testing.assert_allclose(likeness(shapes).whitened, likeness(scaled).whitened, atol=1e-6)


def test_a_merged_unit_has_the_mean_template_of_its_spikes():
    shapes = [on_channels([1, 0]), on_channels([0, 1]), on_channels([3, 1])]
    families = [(np.array([0, 1]), np.array([3, 1])), (np.array([2]), np.array([5]))]
    assert likeness(shapes, families=families).whitened[0, 1] == pytest.approx(1, abs=1e-6)


def test_units_without_a_usable_template_are_left_out_and_say_why():
    shapes = [on_channels([1, 0]), on_channels([0, 0]), on_channels([np.nan, 1])]
    found = likeness(shapes, families=[*fresh(3), (np.array([9]), np.array([1]))])
    assert found.reasons == {1: "empty_template", 2: "not_finite", 3: "template_unknown"}
    assert np.isinf(found.whitened).all()


@pytest.mark.parametrize("bounds", [(0, 5), (3, 5), (5, 5)])
def test_pairs_at_lags_are_those_counted_by_hand(bounds, monkeypatch):
    rng = np.random.default_rng(4)
    samples, clusters = np.sort(rng.integers(0, 400, 200)), rng.integers(0, 4, 200)
    ordered = in_time_order(samples, clusters, count_ids(clusters)[0])
    lags = np.abs(samples[:, None] - samples)
    near = (lags >= bounds[0]) & (lags <= bounds[1])
    expected = [
        [0 if a == b else near[np.ix_(clusters == a, clusters == b)].sum() for b in range(4)]
        for a in range(4)
    ]
    for least in (10**9, 0):
        monkeypatch.setattr(loops, "COMPILED_FROM_SPIKES", least)
        np.testing.assert_array_equal(joint_counts.pairs_between(ordered, *bounds), expected)


def test_a_pair_of_units_worked_by_hand(tmp_path):
    """Twenty spikes every 50 s, and ten of another unit 1 ms after every other one.

    There are 38 lags of 8 to 45 samples to either side in 30 million samples: independent trains
    would have 2 * 38 * 20 * 10 / 3e7 = 0.000507 pairs; there are 10.
    """
    train = np.arange(20) * 1_500_000 + 700_000
    folder = make_sort(
        tmp_path, [train, train[::2] + 30], [on_channels([2, 0]), on_channels([1, 1])], [30.0, 15.0]
    )
    found = measure(folder)
    assert found["template_similarity_max"][0] == pytest.approx(1 / np.sqrt(2), abs=1e-6)
    assert found["template_similarity_raw_max"][0] == pytest.approx(1 / np.sqrt(5), abs=1e-6)
    assert found["alike_unit"] == {0: 1, 1: 0}
    assert found["template_similarity_bigger"][0] == "no_bigger_unit"
    assert found["template_similarity_bigger_unit"] == {0: "no_bigger_unit", 1: 0}
    assert found["joint_refractory_ratio"][1] == pytest.approx(10 / (2 * 38 * 200 / 3e7))
    assert found["joint_refractory_probability"][1] == pytest.approx(
        stats.poisson.cdf(10, 2 * 38 * 200 / 3e7)
    )
    assert found["amplitude_ratio_to_alike"] == {0: 2, 1: 0.5}
    assert found["spike_count_ratio_to_alike"] == {0: 2, 1: 0.5}
    assert found["coincidences_with_alike"] == {0: 0, 1: 0}
    assert found["rate_correlation_with_alike"] == {0: "constant_rate", 1: "constant_rate"}
    assert found["presence_overlap_with_alike"] == {0: pytest.approx(1), 1: pytest.approx(1)}
    assert found["is_louder_copy"] == {0: "no_copy", 1: "no_copy"}


def test_units_in_turn_do_not_overlap(tmp_path):
    train = np.arange(1000) * 30_000
    shapes = [on_channels([1, 2])] * 2
    found = measure(make_sort(tmp_path, [train[:500], train[500:]], shapes))
    assert found["presence_overlap_with_alike"][0] == 0
    assert found["rate_correlation_with_alike"][0] == pytest.approx(-1)


def test_halves_of_a_train_are_refractory_together_and_two_neurons_are_not(tmp_path):
    rng = np.random.default_rng(2)
    whole = refractory_train(rng, 12, DURATION_S, 3)
    other = refractory_train(rng, 12, DURATION_S, 3)
    trains = [*halves(rng, whole), other]
    found = measure(make_sort(tmp_path, trains, [on_channels([3, 2])] * 3))
    assert found["template_similarity_max"][0] == pytest.approx(1, abs=1e-6)
    smaller = int(np.argmin([len(train) for train in trains[:2]]))
    # The other neuron has more spikes than both; the least ratio is that of the other half.
    assert found["joint_refractory_ratio"][smaller] == 0
    assert 0.7 < found["joint_refractory_ratio"][1 - smaller] < 1.4
    apart = measure(make_sort(tmp_path / "two", [trains[0], other], [on_channels([3, 2])] * 2))
    assert apart["joint_refractory_probability"][0] > 0.01
    together = measure(make_sort(tmp_path / "one", trains[:2], [on_channels([3, 2])] * 2))
    assert together["joint_refractory_probability"][0] < 1e-6


def test_the_louder_of_two_copies_is_the_one_to_keep(tmp_path):
    rng = np.random.default_rng(5)
    train, alone = poisson_train(rng, 900, DURATION_S), poisson_train(rng, 500, DURATION_S)
    shapes = [on_channels([1, 0]), on_channels([0, 1]), on_channels([1, 1])]
    trains = [train, train[::2] + 3, alone]
    found = measure(make_sort(tmp_path, trains, shapes, [15.0, 30.0, 20.0]))
    assert found["is_louder_copy"] == {0: False, 1: True, 2: "no_copy"}


def test_of_two_equally_loud_copies_one_is_kept():
    counts, pairs = np.array([50, 50]), np.array([[0, 50], [50, 0]])
    found = unit_pairs.louder_copy(counts, pairs, Column(np.array([9.0, 9.0]), {}), 0.1)
    assert found.values == [True, False]
    unknown = Column(np.array([9.0, np.nan]), {1: "not_finite"})
    found = unit_pairs.louder_copy(counts, pairs, unknown, 0.1)
    assert found.reasons == {0: "not_finite", 1: "not_finite"}


def test_of_three_copies_one_is_kept(tmp_path):
    """The third agrees best with the second (540 of 600 spikes), and is louder; not the first."""
    train = poisson_train(np.random.default_rng(7), 900, DURATION_S)
    trains = [train, train[: 2 * len(train) // 3], train[: 3 * len(train) // 5]]
    shapes = [on_channels([1, 0, 0]), on_channels([0, 1, 0]), on_channels([0, 0, 1])]
    found = measure(make_sort(tmp_path, trains, shapes, [30.0, 10.0, 20.0]))
    assert found["is_louder_copy"] == {0: True, 1: False, 2: False}


def test_other_ids_permute_the_results(tmp_path):
    rng = np.random.default_rng(6)
    trains = [poisson_train(rng, 300 + 100 * unit, DURATION_S) for unit in range(5)]
    trains[4] = np.sort(np.concatenate([trains[4], trains[0][::2] + 2]))
    shapes = rng.normal(size=(5, 61, 3)) + 2 * on_channels([1, 2, 1])
    amplitudes = [10.0, 30, 20, 25, 15]
    found = measure(make_sort(tmp_path / "one", trains, shapes, amplitudes))
    new = [40, 3, 17, 8, 0]
    moved = measure(make_sort(tmp_path / "other", trains, shapes, amplitudes, new))
    for name, values in found.items():
        for unit, value in values.items():
            other = moved[name][new[unit]]
            if isinstance(value, str):
                assert other == value, name
            elif name in ("alike_unit", "merge_score_unit", "template_similarity_bigger_unit"):
                assert other == new[value], name
            else:
                assert other == pytest.approx(value, abs=1e-6), name


def test_without_templates_only_copies_are_known(tmp_path):
    train = np.arange(100) * 30_000
    folder = make_sort(tmp_path, [train, train + 2], [on_channels([1, 0])] * 2, [20.0, 10.0])
    (folder / "templates.npy").unlink()
    found = measure(folder)
    assert found.pop("is_louder_copy") == {0: True, 1: False}
    assert all(values == {0: "file_missing", 1: "file_missing"} for values in found.values())


def test_one_unit_has_nobody_to_be_alike(tmp_path):
    found = measure(make_sort(tmp_path, [np.arange(100) * 30_000], [on_channels([1, 0])]))
    assert found["template_similarity_max"] == {0: "no_other_template"}
    assert found["template_similarity_bigger"] == {0: "no_bigger_unit"}
    assert found["joint_refractory_ratio"] == {0: "no_bigger_unit"}
    assert found["is_louder_copy"] == {0: "no_copy"}


def test_amplitudes_that_cannot_be_read_cost_only_what_needs_them(tmp_path):
    train = np.arange(100) * 30_000
    folder = make_sort(tmp_path, [train, train + 2], [on_channels([1, 0])] * 2)
    (folder / "amplitudes.npy").write_bytes(b"no array")
    found = measure(folder)
    assert found["amplitude_ratio_to_alike"] == {0: "file_unusable", 1: "file_unusable"}
    assert found["is_louder_copy"] == {0: "file_unusable", 1: "file_unusable"}
    assert found["template_similarity_max"][0] == pytest.approx(1, abs=1e-6)
