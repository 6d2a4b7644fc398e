"""Writing and reading of metrics.tsv."""

import math

import pytest

from goodunits.base.errors import SessionError
from goodunits.result_files.metrics_tsv import read_metrics, write_rows

COLUMNS = {
    "n_spikes": [3, 12],
    "firing_rate": [math.nan, 0.1 + 0.2],
    "ks_refractory": [None, False],
    "ks_label": ["good", None],
}
UNDEFINED = {
    2: {"firing_rate": "zero_span", "ks_refractory": "too_few_spikes"},
    40: {"ks_label": "id_new_since_sorting"},
}


@pytest.fixture
def metrics_file(tmp_path):
    path = tmp_path / "metrics.tsv"
    write_rows(path, [2, 40], COLUMNS, UNDEFINED)
    return path


def test_the_text_of_the_file(metrics_file):
    assert metrics_file.read_bytes().decode() == (
        "cluster_id\tn_spikes\tfiring_rate\tks_refractory\tks_label\tundefined\n"
        "2\t3\t\t\tgood\tfiring_rate: zero_span; ks_refractory: too_few_spikes\n"
        "40\t12\t0.30000000000000004\tFalse\t\tks_label: id_new_since_sorting\n"
    )


def test_everything_reads_back_exactly(metrics_file):
    rows, undefined = read_metrics(metrics_file)
    assert undefined == UNDEFINED
    assert rows == [
        {
            "cluster_id": 2,
            "n_spikes": 3,
            "firing_rate": None,
            "ks_refractory": None,
            "ks_label": "good",
        },
        {
            "cluster_id": 40,
            "n_spikes": 12,
            "firing_rate": 0.1 + 0.2,
            "ks_refractory": False,
            "ks_label": None,
        },
    ]


@pytest.mark.parametrize("value", [5e-324, 1 / 3, 1e22, -0.0, math.inf, 123456789.123456789])
def test_floats_read_back_exactly(tmp_path, value):
    path = tmp_path / "metrics.tsv"
    write_rows(path, [0], {"firing_rate": [value]}, {})
    assert read_metrics(path)[0][0]["firing_rate"] == value


def test_a_file_without_units_has_no_rows(tmp_path):
    path = tmp_path / "metrics.tsv"
    write_rows(path, [], {"firing_rate": []}, {})
    assert read_metrics(path) == ([], {})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("firing_rate\t", "firing_rat\t", "did you mean 'firing_rate'"),
        ("cluster_id", "unit", "expected columns cluster_id"),
        ("\tundefined\n", "\n", "expected columns cluster_id"),
        ("2\t3\t", "2\tthree\t", "line 2"),
        ("False", "no", "line 3"),
        ("40\t12\t", "40\t", "line 3"),
        ("good\tfiring_rate: zero_span", "good\tfiring_rate", "line 2"),
    ],
)
def test_a_damaged_file_is_one_line_that_names_it(metrics_file, old, new, words):
    text = metrics_file.read_text()
    metrics_file.write_text(text.replace(old, new, 1))
    with pytest.raises(SessionError) as caught:
        read_metrics(metrics_file)
    message = str(caught.value)
    assert words in message
    assert str(metrics_file) in message
    assert "\n" not in message


def test_a_missing_or_empty_file_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "metrics.tsv"
    with pytest.raises(SessionError, match="could not be read"):
        read_metrics(path)
    path.write_text("")
    with pytest.raises(SessionError, match="an empty file"):
        read_metrics(path)
