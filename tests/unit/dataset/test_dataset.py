"""Which sessions a dataset has, under which ids, and what is said of a wrong sheet."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodunits.base.errors import ConfigError
from goodunits.dataset.session_entry import RESERVED, SESSION_ID, SessionEntry
from goodunits.dataset.session_search import MAX_DEPTH, NAME_IT, find_sessions, select, session_id
from goodunits.session_folder.file_names import STORE
from imports import loaded_by


def make_session(folder, marker="spike_times.npy"):
    """Make a folder that counts as a session."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / marker).touch()
    return folder


def found_ids(folder):
    """Ids of the sessions in a folder."""
    return [entry.id for entry in find_sessions(str(folder), [])]


def searched(folder):
    """Ids of the sessions in a folder, and what is said of what was left out."""
    notes = []
    return [entry.id for entry in find_sessions(str(folder), [], notes)], notes


# Folder search


@pytest.mark.parametrize("marker", ["spike_times.npy", "spike_clusters.npy", "cluster_KSLabel.tsv"])
def test_any_of_the_marker_files_makes_a_session(tmp_path, marker):
    make_session(tmp_path / "mouse1" / "kilosort4", marker)
    (tmp_path / "notes").mkdir()
    entries = find_sessions(str(tmp_path), [])
    assert entries == [SessionEntry("mouse1__kilosort4", tmp_path / "mouse1" / "kilosort4")]


def test_a_real_sort_is_found(sort_folder, tmp_path):
    folder = sort_folder("dev_c")
    entries = find_sessions(str(tmp_path / "sorts"), [])
    assert [(entry.id, entry.folder, entry.problem) for entry in entries] == [
        ("dev_c", folder, None)
    ]


def test_sessions_are_sorted_by_path_whatever_the_order_on_disk(tmp_path):
    for name in ("z", "b/2", "a", "b/10", "b/1"):
        make_session(tmp_path / name)
    assert found_ids(tmp_path) == ["a", "b__1", "b__10", "b__2", "z"]


def test_the_dataset_folder_itself_can_be_the_session(tmp_path):
    folder = make_session(tmp_path / "day 1")
    entries = find_sessions(str(folder), [])
    assert [(entry.id, entry.folder) for entry in entries] == [(session_id("day 1"), folder)]


def test_nothing_in_a_hidden_folder_is_a_session(tmp_path):
    make_session(tmp_path / "a")
    make_session(tmp_path / "a" / ".phy" / "b")
    assert searched(tmp_path) == (["a"], [])


def test_sort_inside_a_session_is_named(tmp_path):
    make_session(tmp_path / "a")
    nested = make_session(tmp_path / "a" / "tries" / "second")
    ids, notes = searched(tmp_path)
    assert ids == ["a"]
    assert [note.split(":")[0] for note in notes] == [str(nested)]
    assert f"lies in the session {tmp_path / 'a'}" in notes[0]


def test_copies_of_labels_inside_a_session_are_no_sort(tmp_path):
    make_session(tmp_path / "a")
    for place in ("labels of May", STORE):
        (tmp_path / "a" / place).mkdir()
        (tmp_path / "a" / place / "cluster_KSLabel.tsv").touch()
    assert searched(tmp_path) == (["a"], [])


def test_session_that_another_one_links_to_keeps_its_place(tmp_path):
    make_session(tmp_path / "a")
    make_session(tmp_path / "z" / "deep" / "sort")
    (tmp_path / "a" / "other").symlink_to(tmp_path / "z" / "deep")
    assert searched(tmp_path) == (["a", "z__deep__sort"], [])


def test_the_search_stops_at_the_maximum_depth(tmp_path):
    levels = [f"level{i}" for i in range(1, MAX_DEPTH + 2)]
    make_session(tmp_path.joinpath("deepest", *levels[: MAX_DEPTH - 1]))
    make_session(tmp_path.joinpath("too_deep", *levels[:MAX_DEPTH]))
    ids, notes = searched(tmp_path)
    assert [name.split("__")[0] for name in ids] == ["deepest"]
    place = tmp_path.joinpath("too_deep", *levels[: MAX_DEPTH - 1])
    assert notes == [f"{place}: not searched further, too deep; {NAME_IT}"]


def test_a_loop_of_links_ends(tmp_path):
    make_session(tmp_path / "a" / "sort")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    assert found_ids(tmp_path) == ["a__sort"]


def test_linked_folders_are_followed_and_their_path_is_kept(tmp_path):
    make_session(tmp_path / "disk" / "sort")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "m1").symlink_to(tmp_path / "disk")
    entries = find_sessions(str(tmp_path / "data"), [])
    assert [(entry.id, entry.folder) for entry in entries] == [
        ("m1__sort", tmp_path / "data" / "m1" / "sort")
    ]


def test_of_two_links_to_one_folder_the_first_in_sorted_order_counts(tmp_path):
    make_session(tmp_path / "disk" / "sort")
    (tmp_path / "data").mkdir()
    for name in ("b", "a", "c"):
        (tmp_path / "data" / name).symlink_to(tmp_path / "disk" / "sort")
    assert found_ids(tmp_path / "data") == ["a"]


def test_a_link_to_a_session_does_not_rename_it(tmp_path):
    make_session(tmp_path / "mouse" / "sort")
    before = found_ids(tmp_path)
    (tmp_path / "alias").symlink_to(tmp_path / "mouse" / "sort")
    (tmp_path / "mouse" / "a_first").symlink_to(tmp_path / "mouse" / "sort")
    assert found_ids(tmp_path) == before == ["mouse__sort"]


def test_a_sort_whose_files_are_broken_links_is_not_left_out_silently(tmp_path):
    (tmp_path / "annexed").mkdir()
    (tmp_path / "annexed" / "spike_times.npy").symlink_to(tmp_path / "not_fetched")
    assert found_ids(tmp_path) == ["annexed"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_an_unreadable_folder_is_noted_and_the_others_are_found(tmp_path):
    make_session(tmp_path / "a")
    (tmp_path / "locked").mkdir(mode=0)
    notes = []
    entries = find_sessions(str(tmp_path), [], notes)
    assert [entry.id for entry in entries] == ["a"]
    assert notes == [f"{tmp_path / 'locked'}: not searched (Permission denied)"]


def test_a_folder_without_sessions_says_what_was_expected(tmp_path):
    with pytest.raises(ConfigError, match="no session in .*expected folders with one of .*spike_"):
        find_sessions(str(tmp_path), [])


def test_braces_and_control_characters_in_a_path_are_a_problem_of_that_session_only(tmp_path):
    for name in ("a{b}", "good", "line\nbreak"):
        make_session(tmp_path / name)
    problems = {entry.folder.name: entry.problem for entry in find_sessions(str(tmp_path), [])}
    assert problems["good"] is None
    assert "braces" in problems["a{b}"]
    assert "not text" in problems["line\nbreak"] and "\n" not in problems["line\nbreak"]


def test_three_thousand_folders_take_seconds_at_most(tmp_path):
    for mouse in range(100):
        for day in range(30):
            make_session(tmp_path / f"mouse{mouse:03d}" / f"day{day:02d}")
    start = time.process_time()
    entries = find_sessions(str(tmp_path), [])
    assert len(entries) == 3000
    assert time.process_time() - start < 5


# Ids


def test_ids_of_odd_names_are_safe_and_differ():
    odd = ["day 1", "day-1", "day+1", "Mäuse/a", "Mause/a", "_x", "-x", ".x"]
    ids = [session_id(name) for name in odd]
    assert all(SESSION_ID.fullmatch(name) for name in ids)
    assert len(set(ids)) == len(odd)
    assert session_id("mouse_1/2024-05-01/ks4.1") == "mouse_1__2024-05-01__ks4.1"


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_folder_name_gives_a_usable_id(first, second):
    name = session_id(f"{first}/{second}")
    assert SESSION_ID.fullmatch(name)
    assert len(name) < 200


def test_an_id_does_not_depend_on_other_sessions(tmp_path):
    make_session(tmp_path / "m 1" / "sort")
    alone = found_ids(tmp_path)
    make_session(tmp_path / "a")
    make_session(tmp_path / "m 2")
    assert alone[0] in found_ids(tmp_path)


@pytest.mark.parametrize("first", ["a", "A"])
def test_ids_that_clash_ignoring_case_all_get_a_suffix(tmp_path, first):
    make_session(tmp_path / first / "b")
    make_session(tmp_path / "a__b")
    make_session(tmp_path / "other")
    ids = [name.lower() for name in found_ids(tmp_path)]
    assert len(set(ids)) == 3 and "other" in ids
    assert sum(name.startswith("a__b-") for name in ids) == 2


def test_a_folder_named_like_a_file_of_results_gets_another_id(tmp_path):
    make_session(tmp_path / "Report.html")
    assert found_ids(tmp_path)[0].lower() not in RESERVED


# Where the dataset is looked up


def test_a_relative_dataset_is_taken_from_the_first_base_folder_that_has_it(tmp_path):
    here, project = tmp_path / "here", tmp_path / "project"
    make_session(project / "data" / "of_project")
    here.mkdir()
    assert [entry.id for entry in find_sessions("data", [here, project])] == ["of_project"]
    make_session(here / "data" / "of_here")
    assert [entry.id for entry in find_sessions("data", [here, project])] == ["of_here"]


def test_a_dataset_that_is_not_found_names_the_places_tried(tmp_path):
    with pytest.raises(ConfigError) as caught:
        find_sessions("data", [tmp_path / "here", tmp_path / "project"])
    for place in ("here", "project"):
        assert str(tmp_path / place / "data") in str(caught.value)


def test_a_file_that_is_no_sheet_is_refused(tmp_path):
    (tmp_path / "sessions.xlsx").write_bytes(b"PK")
    with pytest.raises(ConfigError, match=r"or a sheet saved as \.tsv, \.csv or \.txt"):
        find_sessions("sessions.xlsx", [tmp_path])


# Choosing sessions


def entries_named(*names):
    """Entries with these ids."""
    return [SessionEntry(name, Path(name)) for name in names]


def test_select_keeps_ids_and_patterns_in_the_order_of_the_dataset():
    entries = entries_named("m2_b", "m1_a", "m1_b", "M1_c")
    assert select(entries, ["m1_*", "m2_b"]) == entries[:3]
    assert select(entries, []) == entries


def test_select_refuses_a_pattern_that_matches_nothing():
    with pytest.raises(ConfigError) as caught:
        select(entries_named("mouse1", "mouse2"), ["mouse1", "muose2", "rat*"])
    assert len(caught.value.problems) == 2
    assert "'muose2', did you mean 'mouse2'?" in caught.value.problems[0]
    assert "known: mouse1, mouse2" in caught.value.problems[1]


def test_a_wrong_pattern_does_not_list_thousands_of_sessions():
    entries = entries_named(*(f"mouse{i}" for i in range(3000)))
    with pytest.raises(ConfigError) as caught:
        select(entries, ["zzz"])
    assert len(str(caught.value)) < 200


def test_the_module_loads_the_standard_library_only():
    loaded = loaded_by("goodunits.dataset.session_search")
    assert not {"numpy", "pandas", "yaml", "jsonschema"} & loaded
