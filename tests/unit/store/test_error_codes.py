"""Programs can tell the faults of a session apart without reading sentences."""

import json

import numpy as np
import pytest

import tiny
from goodunits.base import errors, npy_array
from goodunits.base.errors import SessionError
from goodunits.curation import curation_record
from goodunits.phy import write_labels
from goodunits.session_folder import file_names
from goodunits.standing import found_json
from goodunits.store import generations, label_store, lock


def locked(sort, results, monkeypatch):
    monkeypatch.setattr(lock, "TIMEOUT_S", 0)
    with label_store.locked(sort), label_store.locked(sort):
        pass


def damaged_array(sort, results, monkeypatch):
    path = sort / "spike_times.npy"
    tiny.replace(path, path.read_bytes()[:-3])
    npy_array.read(path)


def damaged_table(sort, results, monkeypatch):
    tiny.replace(sort / file_names.GROUP_FILE, b"cluster_id\tgroup\n1\t\0\0\0\n")
    tiny.decided(sort)


def damaged_state(sort, results, monkeypatch):
    path = generations.current_generation(sort) / "state.json"
    tiny.replace(path, path.read_bytes().replace(b"good", b"evil"))
    tiny.decided(sort)


def changed_since_it_was_measured(sort, results, monkeypatch):
    plan = write_labels.Plan({}, {}, tiny.measured(sort), "keep", {})
    clusters = np.load(sort / "spike_clusters.npy")
    np.save(sort / "spike_clusters.npy", clusters[::-1])
    write_labels.write_label_files(sort, plan)


def link_in_the_store(sort, results, monkeypatch):
    path = generations.current_generation(sort) / "history.jsonl"
    path.rename(sort / "elsewhere")
    path.symlink_to(sort / "elsewhere")
    tiny.run(sort, results, least=60)


def other_spikes_under_our_labels(sort, results, monkeypatch):
    labels = tiny.read(sort)
    tiny.make_sort(sort, seed=1, sizes={unit: n + 1 for unit, n in tiny.SIZES.items()})
    for name, data in labels.items():
        if data:
            tiny.replace(sort / name, data)
    tiny.run(sort, results, least=60)


def state_of_a_newer_version(sort, results, monkeypatch):
    newer = {"format_version": 99}
    tiny.rewrite_state(generations.current_generation(sort), lambda state: state.update(newer))
    tiny.decided(sort)


CAUSES = {
    locked: errors.LOCKED,
    damaged_array: errors.DAMAGED,
    damaged_table: errors.DAMAGED,
    damaged_state: errors.DAMAGED,
    changed_since_it_was_measured: errors.CHANGED,
    link_in_the_store: errors.NOT_OURS,
    other_spikes_under_our_labels: errors.IN_DOUBT,
    state_of_a_newer_version: errors.NEWER,
}


@pytest.mark.parametrize("cause", CAUSES, ids=[cause.__name__ for cause in CAUSES])
def test_each_fault_has_its_code(tmp_path, cause, monkeypatch):
    sort = tiny.make_sort(tmp_path / "sort")
    tiny.run(sort, tmp_path / "results")
    with pytest.raises(SessionError) as raised:
        cause(sort, tmp_path / "results", monkeypatch)
    assert raised.value.code == CAUSES[cause]


def test_every_code_has_a_cause_here():
    assert {*CAUSES.values(), errors.OTHER} == set(errors.CODES)


def test_what_a_run_finds_keeps_its_code(tmp_path):
    path = tmp_path / "found.json"
    found_json.keep_problem(SessionError("held", code=errors.LOCKED), tmp_path, path)
    with pytest.raises(SessionError, match="held") as raised:
        curation_record.from_json(path.read_text())
    assert raised.value.code == errors.LOCKED
    found_json.keep_problem(ValueError("odd"), tmp_path, path)
    assert json.loads(path.read_text())["code"] == errors.OTHER
