"""The table that explains every label."""

import pytest

from goodunits.base import tsv
from goodunits.curation import label_units
from goodunits.curation.curation_record import Curation
from goodunits.result_files import labels_tsv

BLOCK = {"good": {"all": ["firing_rate >= 1", "presence_ratio >= 0.5"]}, "mua": "rest"}
ROWS = [
    {"cluster_id": 12, "firing_rate": 0.5, "presence_ratio": 1.0},
    {"cluster_id": 3, "firing_rate": 4.0, "presence_ratio": 1.0},
    {"cluster_id": 7, "firing_rate": 4.0, "presence_ratio": None},
]
UNDEFINED = {7: {"presence_ratio": "recording_too_short"}}
SEEN = Curation({3: "noise"}, {12: "good"}, {}, {3: "good", 12: "mua"}, [])


@pytest.fixture
def label(tmp_path):
    """Function labelling the three units; rows of the table by cluster id."""

    def run(manual_curation="keep"):
        path = tmp_path / "labels.tsv"
        path.write_bytes(label_units.label_units(ROWS, UNDEFINED, BLOCK, manual_curation, SEEN))
        header, rows = tsv.read_table(path)
        assert header == [*labels_tsv.FIXED_COLUMNS, "firing_rate >= 1", "presence_ratio >= 0.5"]
        return {int(row["cluster_id"]): row for row in rows}, path

    return run


def test_one_row_per_unit_ascending(label):
    rows, _ = label()
    assert list(rows) == [3, 7, 12]


def test_criteria_and_reason(label):
    rows, _ = label()
    assert (rows[12]["label"], rows[12]["source"], rows[12]["label_before"]) == (
        "mua",
        "criteria",
        "mua",
    )
    assert rows[12]["firing_rate >= 1"] == "fail"
    assert "firing_rate 0.5 Hz, needs >= 1" in rows[12]["reason"]
    assert rows[7]["presence_ratio >= 0.5"] == "undefined"
    assert "recording_too_short" in rows[7]["reason"]
    assert rows[7]["label_before"] == ""


def test_decision_by_hand_stays_and_says_what_the_criteria_say(label):
    row = label()[0][3]
    assert (row["label"], row["source"], row["label_criteria"]) == ("noise", "manual", "good")
    assert row["reason"].startswith("labelled noise by hand; the criteria say good")


@pytest.mark.parametrize(
    ("manual_curation", "expected"),
    [
        ("keep", {3: "manual", 7: "criteria", 12: "criteria"}),
        ("fill", {3: "manual", 7: "criteria", 12: "inherited"}),
        ("overwrite", {3: "criteria", 7: "criteria", 12: "criteria"}),
    ],
)
def test_source_follows_manual_curation(label, manual_curation, expected):
    rows, _ = label(manual_curation)
    assert {i: row["source"] for i, row in rows.items()} == expected


def test_read_back(label):
    _, path = label("fill")
    labels, by_criteria = labels_tsv.read_labels(path)
    assert labels == {3: "noise", 7: "mua", 12: "good"}
    assert by_criteria == {3: "good", 7: "mua", 12: "mua"}
