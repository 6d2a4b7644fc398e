"""What each criterion costs, counted from the labels alone."""

import pytest

from goodunits.base import tsv
from goodunits.result_files import labels_tsv
from goodunits.tables import summary_tsv

HEADER = ["firing_rate >= 1", "presence_ratio >= 0.5", "ks_refractory"]
ALL = {"good": {"all": HEADER}, "mua": "rest"}
P, F, U = "pass", "fail", "undefined"


def labels(folder, header, *rows):
    """Write a labels.tsv with these verdicts; one row per unit."""
    folder.mkdir()
    fixed = [[i, "", "", "criteria", "", ""] for i in range(len(rows))]
    body = [[*start, *row] for start, row in zip(fixed, rows, strict=True)]
    table = tsv.format_table([*labels_tsv.FIXED_COLUMNS, *header], body)
    (folder / "labels.tsv").write_bytes(table)
    return folder


def counted(*sessions):
    """Numbers by class and criterion; None where they say nothing."""
    header, *rows = [line.split("\t") for line in summary_tsv.table(sessions).decode().splitlines()]
    assert tuple(header) == summary_tsv.COLUMNS
    rows = [dict(zip(header, row, strict=True)) for row in rows]
    return {
        (row["label"], row["criterion"]): [row[name] and int(row[name]) for name in NUMBERS]
        for row in rows
    }


NUMBERS = ("n_units", "n_pass", "n_fail", "n_fail_only", "n_undefined", "n_undefined_only")


def settings(block, name="labels"):
    """Settings as a receipt keeps them."""
    return {"criteria": name, "labels": block}


def test_units_that_fail_a_criterion_and_only_it(tmp_path):
    rows = [(P, P, P), (F, P, P), (F, P, P), (F, F, P), (P, U, P), (F, U, P), (P, P, F)]
    found = counted((labels(tmp_path / "a", HEADER, *rows), settings(ALL)))
    assert found == {
        ("good", "firing_rate >= 1"): [7, 3, 4, 2, 0, 0],
        ("good", "presence_ratio >= 0.5"): [7, 4, 1, 0, 2, 1],
        ("good", "ks_refractory"): [7, 6, 1, 1, 0, 0],
    }


def test_units_of_a_class_above_are_not_judged_by_those_below(tmp_path):
    block = {
        "noise": {"any": ["n_spikes < 15", "snr < 1"]},
        "good": {"all": ["firing_rate >= 1", "presence_ratio >= 0.5"]},
        "mua": "rest",
    }
    header = ["n_spikes < 15", "snr < 1", "firing_rate >= 1", "presence_ratio >= 0.5"]
    rows = [(P, F, F, P), (P, P, F, F), (F, F, F, P), (F, F, P, P)]
    found = counted((labels(tmp_path / "a", header, *rows), settings(block)))
    assert found["noise", "n_spikes < 15"][:3] == [4, 2, 2]
    assert found["noise", "n_spikes < 15"][3] == "", "to fail it is what most units do"
    assert found["good", "firing_rate >= 1"] == [2, 1, 1, 1, 0, 0]
    table = summary_tsv.table([(tmp_path / "a", settings(block))]).decode().splitlines()
    first = dict(zip(summary_tsv.COLUMNS, table[1].split("\t"), strict=True))
    assert (first["criterion"], first["n_pass_only"]) == ("n_spikes < 15", "1")


def test_undefined_that_counts_as_met_keeps_nobody_out(tmp_path):
    block = {"good": {"undefined": "pass", "all": ["firing_rate >= 1", "snr > 2"]}, "mua": "rest"}
    header = ["firing_rate >= 1", "snr > 2"]
    found = counted((labels(tmp_path / "a", header, (P, U), (F, U)), settings(block)))
    assert found["good", "snr > 2"] == [2, 0, 0, 0, 2, 0]
    assert found["good", "firing_rate >= 1"][3] == 1


def test_a_choice_within_a_class(tmp_path):
    block = {"good": {"all": ["firing_rate >= 1", {"any": ["snr > 2", "snr > 3"]}]}, "mua": "rest"}
    header = ["firing_rate >= 1", "snr > 2", "snr > 3"]
    rows = [(P, F, F), (F, F, F), (P, P, F)]
    found = counted((labels(tmp_path / "a", header, *rows), settings(block)))
    assert found["good", "snr > 2"] == [3, 1, 2, 1, 0, 0]


def test_sessions_add_up_by_set_of_criteria(tmp_path):
    folders = [labels(tmp_path / name, HEADER, (F, P, P), (P, P, P)) for name in "abc"]
    names = ["labels", "labels", "deep"]
    sessions = [(f, settings(ALL, name)) for f, name in zip(folders, names, strict=True)]
    rows = [line.split("\t")[:5] for line in summary_tsv.table(sessions).decode().splitlines()]
    assert ["labels", "good", "firing_rate >= 1", "2", "4"] in rows
    assert ["deep", "good", "firing_rate >= 1", "1", "2"] in rows


def test_labels_made_by_other_criteria_since_are_left_out(tmp_path):
    folder = labels(tmp_path / "a", ["snr > 2"], (P,))
    assert counted((folder, settings(ALL))) == {}
    assert counted((folder, settings({"good": "nonsense"}))) == {}


def test_the_closing_line_names_the_costliest(tmp_path):
    rows = [(F, P, P), (F, P, P), (F, F, P), (P, U, P), (P, P, P)]
    path = tmp_path / "summary.tsv"
    path.write_bytes(summary_tsv.table([(labels(tmp_path / "a", HEADER, *rows), settings(ALL))]))
    line = summary_tsv.costliest(path)
    assert line.startswith("  costliest criteria: firing_rate >= 1 fails in 3 (alone in 2); ")
    assert "presence_ratio >= 0.5 fails in 1 (alone in 0), 1 undefined" in line
    assert "ks_refractory" not in line, "nobody fails it"


@pytest.mark.parametrize("text", ["", "criteria\tlabel\n", "a\tb\nlabels\tgood\n"])
def test_no_line_without_a_table(tmp_path, text):
    path = tmp_path / "summary.tsv"
    assert summary_tsv.costliest(path) == ""
    path.write_text(text)
    assert summary_tsv.costliest(path) == ""
