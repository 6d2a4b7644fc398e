"""The most similar other unit."""

import numpy as np
import pytest
from test_templates import make_sort, measure

from goodunits.kilosort.sort_files import read_sort
from goodunits.kilosort.unit_templates import parents
from goodunits.metrics.similarity import nearest_units
from goodunits.spiketrains.unit_spikes import group_by_unit

SIMILARITY = np.array(
    [
        [1.0, 0.9, 0.1, 0.2],
        [0.9, 1.0, 0.3, 0.4],
        [0.1, 0.3, 1.0, 0.5],
        [0.2, 0.4, 0.5, 1.0],
    ]
)


def nearest(unit_ids, families, similarity=SIMILARITY):
    families = [(np.array(ids), np.ones(len(ids))) for ids in families]
    columns = nearest_units(np.array(unit_ids), families, similarity)
    cells = [
        [column.reasons.get(row, value) for row, value in enumerate(column.values)]
        for column in columns.values()
    ]
    return list(zip(*cells, strict=True))


def test_fresh_units_are_compared_with_all_others():
    found = nearest([0, 1, 2, 3], [[0], [1], [2], [3]])
    assert found == [(0.9, 1), (0.9, 0), (0.5, 3), (0.5, 2)]


def test_ids_are_not_places_in_the_array():
    found = nearest([2, 7, 30], [[2], [3], [0, 1]])
    assert found == [(0.5, 7), (0.5, 2), (0.4, 7)]


def test_a_merged_unit_is_as_similar_as_its_most_similar_parent():
    assert nearest([5, 3], [[0, 2], [3]]) == [(0.5, 3), (0.5, 5)]


def test_halves_of_a_split_say_nothing_of_each_other():
    assert nearest([1, 8, 9], [[1], [0], [0]]) == [(0.9, 8), (0.9, 1), (0.9, 1)]
    alone = nearest([8, 9], [[0], [0]])
    assert alone == [("no_other_template",) * 2] * 2


def test_units_without_a_template_have_a_reason_and_are_no_partner():
    assert nearest([0, 50], [[0], [50]]) == [
        ("no_other_template",) * 2,
        ("template_unknown",) * 2,
    ]
    assert nearest([4], [[0]], np.ones((1, 1))) == [("no_other_template",) * 2]


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c"])
def test_on_a_fresh_sort_it_is_the_largest_value_off_the_diagonal(name, pristine_sorts):
    folder = next((pristine_sorts / name).rglob("spike_times.npy")).parent
    stored = np.load(folder / "similar_templates.npy").astype(float)
    sort = measure(folder, "similarity")
    np.fill_diagonal(stored, -1)
    assert sort.found["similarity_max"] == stored.max(axis=1).tolist()
    for unit_id, other in zip(sort.ids, sort.found["similar_to"], strict=True):
        assert other != unit_id and stored[unit_id, other] == stored[unit_id].max()


def test_curated_units_stand_for_their_parents(pristine_sorts):
    folder = next((pristine_sorts / "dev_a_curated").rglob("spike_times.npy")).parent
    stored = np.load(folder / "similar_templates.npy").astype(float)
    session = read_sort(folder)
    spikes = group_by_unit(session.spike_samples, session.spike_clusters)
    families = [ids for ids, _ in parents(spikes, session.spike_templates)]
    sort = measure(folder, "similarity")
    for row, ids in enumerate(families):
        others = [
            max((stored[a, b] for a in ids for b in other if a != b), default=-1)
            for place, other in enumerate(families)
            if place != row
        ]
        assert sort.found["similarity_max"][row] == max(others)


def test_a_missing_or_unusable_file_is_a_reason(tmp_path):
    folder = make_sort(tmp_path / "sort", None, [0, 1])
    assert measure(folder, "similarity").found["similar_to"] == ["file_missing"] * 2
    np.save(folder / "similar_templates.npy", np.ones((2, 3)))
    sort = measure(folder, "similarity")
    assert sort.found["similarity_max"] == ["file_unusable"] * 2
    assert "expected a square" in sort.notes[0]
