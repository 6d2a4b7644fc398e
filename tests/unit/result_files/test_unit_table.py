"""The table of all units: every labelled unit once, its cells as they are."""

import pytest

from goodunits.base import tsv
from goodunits.result_files import labels_tsv
from goodunits.tables import units_tsv


@pytest.fixture
def session(tmp_path):
    """Function writing the tables of a session."""

    def write(name, labels, metrics):
        folder = tmp_path / name
        folder.mkdir()
        rows = [[i, label, label, "criteria", "", label, "pass"] for i, label in labels.items()]
        header = [*labels_tsv.FIXED_COLUMNS, "firing_rate >= 1"]
        (folder / "labels.tsv").write_bytes(tsv.format_table(header, rows))
        (folder / "metrics.tsv").write_bytes(tsv.format_table(*metrics))
        return name, folder

    return write


def read(data):
    """Header and one dict per row."""
    header, *rows = [line.split("\t") for line in data.decode().splitlines()]
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def test_sessions_in_order_and_cells_as_they_are(session):
    second = session("b", {4: "good"}, (["cluster_id", "firing_rate"], [[4, "2.50"]]))
    first = session(
        "a", {0: "mua", 7: "good"}, (["cluster_id", "firing_rate"], [[7, "1e-3"], [0, "nan"]])
    )
    header, rows = read(units_tsv.units_tsv([second, first]))
    assert header == ["session", *labels_tsv.FIXED_COLUMNS, "firing_rate"]
    assert [(row["session"], row["cluster_id"], row["label"]) for row in rows] == [
        ("a", "0", "mua"),
        ("a", "7", "good"),
        ("b", "4", "good"),
    ]
    assert [row["firing_rate"] for row in rows] == ["nan", "1e-3", "2.50"]


def test_blank_where_other_metrics_were_chosen(session):
    first = session("a", {0: "mua"}, (["cluster_id", "snr"], [[0, 5]]))
    second = session("b", {0: "mua"}, (["cluster_id", "firing_rate", "snr"], [[0, 2, 6]]))
    header, rows = read(units_tsv.units_tsv([first, second]))
    assert set(header[-2:]) == {"firing_rate", "snr"}
    assert [(row["firing_rate"], row["snr"]) for row in rows] == [("", "5"), ("2", "6")]


def test_a_unit_that_is_measured_no_more_stays(session):
    killed = session("a", {0: "mua", 1: "good"}, (["cluster_id", "snr"], [[0, 5], [2, 6]]))
    _, rows = read(units_tsv.units_tsv([killed]))
    assert [(row["cluster_id"], row["snr"]) for row in rows] == [("0", "5"), ("1", "")]


def test_columns_of_the_sheet_stand_after_the_session(session):
    first = session("a", {0: "mua", 7: "good"}, (["cluster_id", "snr"], [[0, 5], [7, 6]]))
    sheet = {"a": {"mouse": "m1", "region": "CA1"}, "b": {"mouse": "m2", "region": ""}}
    header, rows = read(units_tsv.units_tsv([first], sheet))
    assert header[:4] == ["session", "mouse", "region", "cluster_id"]
    assert [(row["mouse"], row["region"], row["snr"]) for row in rows] == [
        ("m1", "CA1", "5"),
        ("m1", "CA1", "6"),
    ]


def test_no_session():
    assert units_tsv.units_tsv([]).decode() == "\t".join(units_tsv.FIRST) + "\n"
