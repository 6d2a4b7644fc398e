"""Pairs that may be one neuron: made neurons, and real sorts with known truth."""

import json

import numpy as np
import pytest
from test_pairs import DEFAULTS, DURATION_S, halves, make_sort, measure, on_channels

from goodunits.base import tsv
from goodunits.kilosort.sort_files import read_sort
from goodunits.metrics import compute
from goodunits.result_files import merge_candidates_tsv
from made_trains import poisson_train, refractory_train
from real_sorts import PROJECT

NEURON = on_channels([3, 2, 1, 0])
ELSEWHERE = on_channels([0, 0, 1, 3])


def candidates(folder):
    """Rows of the table."""
    sort = read_sort(folder, DURATION_S)
    return compute.compute_metrics(sort, DEFAULTS, None).merge_candidates


def neuron(seed, rate_hz=12):
    return refractory_train(np.random.default_rng(seed), rate_hz, DURATION_S, 3)


@pytest.mark.parametrize("seed", range(5))
def test_a_train_split_at_random_is_found(seed, tmp_path):
    trains = [*halves(np.random.default_rng(seed), neuron(seed)), neuron(seed + 50)]
    first, *others = candidates(make_sort(tmp_path, trains, [NEURON, NEURON, ELSEWHERE]))
    assert {first.cluster_id, first.merge_with} == {0, 1}
    assert (first.kind, first.close_pairs) == ("split", 0)
    assert first.merge_score > 0.8
    assert first.n_spikes <= first.n_spikes_merge_with
    assert others == []


@pytest.mark.parametrize("seed", range(5))
def test_two_neurons_with_like_templates_are_not(seed, tmp_path):
    shapes = [NEURON, NEURON + 0.3 * ELSEWHERE]
    found = candidates(make_sort(tmp_path, [neuron(seed), neuron(seed + 50)], shapes))
    assert [each.merge_score for each in found if each.merge_score >= 0.5] == []


@pytest.mark.parametrize("seed", range(5))
def test_a_neuron_that_drifted_from_one_unit_to_another_is_found(seed, tmp_path):
    train = neuron(seed)
    early = train < train[-1] * 0.6
    shapes = [NEURON, NEURON + 0.2 * ELSEWHERE, ELSEWHERE]
    trains = [train[early], train[~early], neuron(seed + 50)]
    (found,) = candidates(make_sort(tmp_path, trains, shapes))
    assert (found.cluster_id, found.merge_with, found.kind) == (1, 0, "drift_split")
    assert found.merge_score > 0.8
    assert "in turn" in found.reasons


def test_a_neuron_found_twice_is_a_duplicate_on_any_channels(tmp_path):
    train = neuron(1)
    (found,) = candidates(make_sort(tmp_path, [train, train[::2] + 3], [NEURON, ELSEWHERE]))
    assert (found.cluster_id, found.merge_with, found.kind) == (1, 0, "duplicate")
    assert found.shared_spikes == pytest.approx(1, abs=0.01)
    assert "100% of the smaller one's spikes are in both" in found.reasons


def test_without_templates_and_amplitudes_duplicates_are_still_found(tmp_path):
    train = neuron(1)
    folder = make_sort(tmp_path, [train, train + 3], [NEURON, NEURON])
    (folder / "templates.npy").unlink()
    (folder / "amplitudes.npy").unlink()
    (found,) = candidates(folder)
    assert found.kind == "duplicate"
    assert (found.template_similarity, found.amplitude_ratio) == (None, None)


def test_pieces_of_other_loudness_are_less_likely(tmp_path):
    trains = halves(np.random.default_rng(0), neuron(3))
    scores = [
        candidates(make_sort(tmp_path / str(loudness), trains, [NEURON] * 2, [10.0, loudness]))
        for loudness in (10.0, 13.0)
    ]
    assert scores[0][0].merge_score > scores[1][0].merge_score


def test_other_ids_and_other_scales_of_templates_change_no_score(tmp_path):
    trains = [
        *halves(np.random.default_rng(0), neuron(3)),
        poisson_train(np.random.default_rng(1), 500, 1000),
    ]
    shapes = np.array([NEURON, NEURON + 0.1 * ELSEWHERE, ELSEWHERE])
    found = candidates(make_sort(tmp_path / "one", trains, shapes))
    moved = candidates(make_sort(tmp_path / "other", trains, shapes * 50, ids=[9, 4, 0]))
    assert len(found) == 1
    assert moved[0].merge_score == pytest.approx(found[0].merge_score, abs=1e-4)
    assert {moved[0].cluster_id, moved[0].merge_with} == {9, 4}


def test_one_unit_has_no_candidates(tmp_path):
    assert candidates(make_sort(tmp_path, [neuron(0)], [NEURON])) == []


def test_without_the_metrics_of_pairs_there_are_none(tmp_path):
    folder = make_sort(tmp_path, halves(np.random.default_rng(0), neuron(0)), [NEURON] * 2)
    table = compute.compute_metrics(read_sort(folder, DURATION_S), DEFAULTS, None, ["n_spikes"])
    assert table.merge_candidates == []


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_in_real_sorts_three_of_four_likely_pairs_are_one_neuron(name, sort_folder):
    sort = read_sort(sort_folder(name))
    truth = json.loads((PROJECT / "tests" / "data" / f"{name}.truth.json").read_text())["clusters"]
    found = compute.compute_metrics(sort, DEFAULTS, None).merge_candidates
    likely = [each for each in found if each.merge_score >= 0.5]
    same = [
        truth[str(each.cluster_id)]["unit"] == truth[str(each.merge_with)]["unit"]
        for each in likely
    ]
    assert len(likely) >= 8
    assert np.mean(same) >= 0.75
    scores = [each.merge_score for each in found]
    assert scores == sorted(scores, reverse=True)


def test_the_table_reads_back(tmp_path):
    trains = halves(np.random.default_rng(0), neuron(3))
    folder = make_sort(tmp_path / "sort", trains, [NEURON] * 2)
    (folder / "amplitudes.npy").unlink()
    (found,) = candidates(folder)
    merge_candidates_tsv.write(tmp_path / "merge_candidates.tsv", [found])
    header, (row,) = tsv.read_table(tmp_path / "merge_candidates.tsv")
    assert tuple(header) == merge_candidates_tsv.Candidate._fields
    assert float(row["merge_score"]) == pytest.approx(found.merge_score, rel=1e-3)
    assert row["reasons"] == found.reasons
    assert row["amplitude_ratio"] == ""
    merge_candidates_tsv.write(tmp_path / "none.tsv", [])
    assert tsv.read_table(tmp_path / "none.tsv")[1] == []


def test_each_unit_has_its_most_likely_other_half(tmp_path):
    trains = [*halves(np.random.default_rng(0), neuron(3)), neuron(50)]
    found = measure(make_sort(tmp_path, trains, [NEURON, NEURON, ELSEWHERE]))
    smaller = int(np.argmin([len(train) for train in trains[:2]]))
    assert found["merge_score_unit"] == {0: 1, 1: 0, 2: "no_alike_unit"}
    assert found["merge_score_max"][0] == found["merge_score_max"][1] > 0.8
    assert found["merge_score_bigger"][smaller] == found["merge_score_max"][smaller]
    assert found["merge_score_bigger"][1 - smaller] < 0.1
    assert found["merge_score_max"][2] == 0


def test_a_piece_has_a_part_of_its_neuron_and_a_unit_alone_all_of_it(tmp_path):
    trains = [*halves(np.random.default_rng(0), neuron(3)), neuron(50)]
    found = measure(make_sort(tmp_path, trains, [NEURON, NEURON, ELSEWHERE]))
    first, second = len(trains[0]), len(trains[1])
    score = found["merge_score_max"][0]
    shares = found["share_of_neuron"]
    assert shares[0] == pytest.approx(1 - score * second / (first + second))
    assert shares[1] == pytest.approx(1 - score * first / (first + second))
    assert shares[2] == 1


def test_a_copy_takes_nothing_from_its_neuron(tmp_path):
    train = neuron(3)
    found = measure(make_sort(tmp_path, [train, train + 3], [NEURON, NEURON]))
    assert found["merge_score_max"][0] > 0.5
    assert found["share_of_neuron"] == {0: 1, 1: 1}
