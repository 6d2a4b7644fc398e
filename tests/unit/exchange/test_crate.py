"""The crate for archives: whole, of what is there, and without what is private."""

import json

import pytest

import made_dataset
from goodunits.exchange import crate, dataset_record

ARCHIVE = {"name": None, "license": None, "creators": [], "folders": False}


def graph_of(base, *sessions, **archive):
    record = dataset_record.read(list(sessions))
    content = json.loads(crate.metadata(record, base / "results", {**ARCHIVE, **archive}))
    return {entity["@id"]: entity for entity in content["@graph"]}


@pytest.fixture
def sessions(tmp_path):
    return made_dataset.label(tmp_path, "a"), made_dataset.label(tmp_path, "b")


def references_in(value):
    """Ids that an entity points to."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            return {value["@id"]}
        return set().union(*map(references_in, value.values()))
    if isinstance(value, list):
        return set().union(set(), *map(references_in, value))
    return set()


def test_every_session_is_an_update_of_its_own_sort(tmp_path, sessions):
    graph = graph_of(tmp_path, *sessions)
    updates = [entity for entity in graph.values() if entity["@type"] == "UpdateAction"]
    assert len(updates) == 2
    for update in updates:
        sort = next(graph[i["@id"]] for i in update["object"] if i["@id"].startswith("#sort-"))
        assert sort["identifier"] == [f"spike_times.npy sha256:{'ab' * 32}"]
        assert update["endTime"] == "2026-01-02T03:04:05+00:00"
        assert {"@id": update["@id"]} in graph["./"]["mentions"]
    assert graph["#run"]["@type"] == "CreateAction"


def test_the_last_write_is_the_last_in_whatever_time_zone(tmp_path):
    times = {"a": "2026-01-02T23:00:00+0000", "b": "2026-01-03T01:00:00+0900"}
    graph = graph_of(tmp_path, *(made_dataset.label(tmp_path, n, time=t) for n, t in times.items()))
    assert graph["./"]["datePublished"] == "2026-01-02T23:00:00+00:00"


def test_what_is_pointed_to_is_there(tmp_path, sessions):
    graph = graph_of(tmp_path, *sessions, made_dataset.unlabelled(tmp_path, "c"))
    pointed = set().union(*(references_in(list(entity.values())) for entity in graph.values()))
    inside = {name for name in pointed if not name.startswith("https://")}
    assert inside <= set(graph)
    root = graph["./"]
    assert all((tmp_path / "results" / part["@id"]).exists() for part in root["hasPart"][1:])


def test_a_session_that_failed_is_a_failed_action_without_its_paths(tmp_path, sessions):
    graph = graph_of(tmp_path, *sessions, made_dataset.unlabelled(tmp_path, "c"))
    assert graph["#write-c"]["actionStatus"] == crate.FAILED
    assert "compute_metrics" in graph["#write-c"]["error"]
    text = json.dumps(graph)
    assert "/home/anna" not in text and str(tmp_path) not in text


def test_folders_people_and_licence_are_told_where_they_are_given(tmp_path, sessions):
    person = {"name": "Anna Example", "orcid": "0000-0002-1825-0097"}
    licence = "https://creativecommons.org/licenses/by/4.0/"
    graph = graph_of(tmp_path, *sessions, license=licence, creators=[person], folders=True)
    assert graph["./"]["license"] == licence
    assert graph["https://orcid.org/0000-0002-1825-0097"]["name"] == "Anna Example"
    assert str(tmp_path) in json.dumps(graph)
    assert "No licence was stated" in graph_of(tmp_path, *sessions)["./"]["license"]


def test_nothing_labelled_is_a_crate_too(tmp_path):
    graph = graph_of(tmp_path, made_dataset.unlabelled(tmp_path, "c"))
    assert "#run" not in graph and "#write-c" in graph


def test_sessions_with_the_same_criteria_share_them(tmp_path, sessions):
    other = [{"good": {"all": ["n_spikes > 9"]}}, {"mua": "rest"}]
    third = made_dataset.label(tmp_path, "c", settings={"labels": other})
    graph = graph_of(tmp_path, *sessions, third)
    assert sum(name.startswith("#criteria-") for name in graph) == 2
