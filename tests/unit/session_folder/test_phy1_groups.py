"""Decisions that Phy 1 saved in cluster_groups.csv are seen on the first visit."""

import pytest

import tiny
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names, phy1_groups

SAVED = {0: "good", 1: "noise", 2: "mua", 3: "unsorted", 5: "unsorted", 6: "good"}
TEXT = "cluster_id\tgroup\r\n" + "".join(f"{i}\t{label}\r\n" for i, label in SAVED.items())
GIVEN = {i: label for i, label in SAVED.items() if label != "unsorted"}


@pytest.fixture
def sort(quick_path):
    """A sort as Kilosort leaves it, and the table of Phy 1."""
    sort = tiny.make_sort(quick_path / "sort")
    (sort / phy1_groups.NAME).write_text(TEXT, newline="")
    return sort


def test_groups_of_phy_1_are_decisions_and_stay(sort, quick_path):
    assert tiny.decided(sort) == GIVEN
    for least in (35, 60):
        tiny.run(sort, quick_path / "results", least=least)
        assert tiny.decided(sort) == GIVEN
        assert GIVEN.items() <= tiny.groups(sort).items()
    assert (sort / phy1_groups.NAME).read_bytes() == TEXT.encode()


@pytest.mark.parametrize(
    "text", [TEXT.replace("\t", ","), TEXT.replace("\r", ""), TEXT.replace("good", "Good")]
)
def test_forms_of_the_table(sort, text):
    (sort / phy1_groups.NAME).write_text(text, newline="")
    assert tiny.decided(sort) == GIVEN


def test_without_the_files_of_kilosort(sort):
    for name in file_names.SORTER_FILES:
        (sort / name).unlink()
    assert tiny.decided(sort) == GIVEN


def test_phy_2_knows_better(sort):
    phy = tiny.Phy(sort)
    phy.label(5, "mua")
    phy.save()
    assert tiny.decided(sort) == {5: "mua"}


def test_a_later_decision_in_phy_2_wins(sort, quick_path):
    tiny.run(sort, quick_path / "results")
    phy = tiny.Phy(sort)
    phy.label(1, "mua")
    phy.label(2, "unsorted")
    phy.save()
    tiny.run(sort, quick_path / "results")
    assert tiny.decided(sort) == {0: "good", 1: "mua", 6: "good"}


def test_a_table_of_another_sort_is_left_out_and_said(sort, quick_path):
    (sort / phy1_groups.NAME).write_text(TEXT + "99\tnoise\n")
    receipt = tiny.run(sort, quick_path / "results")
    assert not tiny.decided(sort)
    assert any("1 cluster(s) that are not there" in note for note in receipt["notes"])


def test_a_damaged_table_stops_the_session(sort, quick_path):
    (sort / phy1_groups.NAME).write_bytes(TEXT.encode() + b"\0" * 50)
    before = tiny.read(sort)
    with pytest.raises(SessionError, match=phy1_groups.NAME):
        tiny.run(sort, quick_path / "results")
    assert tiny.read(sort) == before
