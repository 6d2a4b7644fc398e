"""What SpikeInterface and neuroconv are given, read back by SpikeInterface itself."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

import made_dataset
from goodunits.base import files
from goodunits.catalogue import all_metrics
from goodunits.exchange import per_session, session_files
from goodunits.session_folder import file_names

LABELS = {0: "good", 2: "mua", 9: "good"}


@pytest.fixture
def dataset(tmp_path):
    """Two sessions with their files, and what exchange.tsv says of them."""
    sessions = [made_dataset.label(tmp_path, name) for name in ("a", "b")]
    table = session_files.write(sessions, tmp_path / "results")
    return tmp_path, sessions, table


def table_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_labels_are_those_of_spikeinterface(dataset):
    curation = pytest.importorskip("spikeinterface.curation")
    core = pytest.importorskip("spikeinterface.core")
    content = json.loads((dataset[0] / "results" / "a" / per_session.CURATION).read_text())
    spikes = {unit: np.arange(5) * 100 + unit for unit in LABELS}
    sorting = core.NumpySorting.from_unit_dict([spikes], sampling_frequency=30000.0)
    labelled = curation.apply_curation(sorting, content)
    given = dict(zip(labelled.unit_ids, labelled.get_property("quality"), strict=True))
    assert given == LABELS


def test_a_class_of_ones_own_is_an_option():
    content = json.loads(per_session.curation({0: "axon", 1: "good"}))
    assert content["label_definitions"]["quality"]["label_options"] == [
        "good",
        "mua",
        "noise",
        "axon",
    ]
    assert content["unit_ids"] == [0, 1]


def test_units_for_nwb_have_every_value_and_no_empty_column(dataset):
    rows = table_of(dataset[0] / "results" / "a" / per_session.UNITS)
    assert [row["unit_name"] for row in rows] == ["0", "2", "9"]
    assert [row["quality"] for row in rows] == list(LABELS.values())
    assert [row["firing_rate"] for row in rows] == ["2.5", "0.25", ""]
    assert [row["ks_refractory"] for row in rows] == ["True", "False", "undefined"]
    assert "depth" not in rows[0] and "undefined" not in rows[0]
    assert not any(set("/: ") & set(name) for name in rows[0])


def test_every_column_is_described(dataset):
    place = dataset[0] / "results" / "a"
    described = yaml.safe_load((place / per_session.METADATA).read_text())
    texts = {item["name"]: item["description"] for item in described["Ecephys"]["UnitProperties"]}
    assert set(table_of(place / per_session.UNITS)[0]) <= set(texts)
    assert "In Hz." in texts["firing_rate"]
    assert texts["gu_firing_rate"] == texts["firing_rate"]


@pytest.mark.parametrize("name", all_metrics.METRICS)
def test_descriptions_are_text_in_yaml(name):
    text = per_session.describe(name)
    assert yaml.safe_load(json.dumps(text)) == text


def test_only_what_changed_is_made_again(dataset):
    base, sessions, table = dataset
    paths = {name: base / "results" / name / per_session.UNITS for name in "ab"}
    before = {name: path.stat().st_ino for name, path in paths.items()}
    labels = base / "results" / "b" / "written" / "labels.tsv"
    labels.write_bytes(labels.read_bytes().replace(b"a reason", b"another reason"))
    receipt = base / "results" / "b" / "written.json"
    content = json.loads(receipt.read_text())
    content["made_from"]["labels.tsv"] = files.sha256_file(labels)
    receipt.write_text(json.dumps(content))
    assert session_files.write(sessions, base / "results") == table
    assert paths["a"].stat().st_ino == before["a"]
    assert "another reason" in paths["b"].read_text()


def test_files_that_are_gone_come_back(dataset):
    base, sessions, _ = dataset
    path = base / "results" / "a" / per_session.METADATA
    path.unlink()
    session_files.write(sessions, base / "results")
    assert path.exists()


def test_files_go_with_the_labels_that_they_tell(dataset):
    base, sessions, _ = dataset
    Path(sessions[0][1], file_names.GROUP_FILE).unlink()
    table = session_files.write(sessions, base / "results").decode()
    assert "a/nwb_units.tsv" not in table and "b/nwb_units.tsv" in table
    assert not (base / "results" / "a" / per_session.UNITS).exists()


def test_one_damaged_session_costs_the_others_nothing(dataset):
    base, sessions, _ = dataset
    for place in ("a", "b"):
        (base / "results" / place / per_session.CURATION).unlink()
    (base / "results" / "a" / per_session.CURATION).mkdir()
    table = session_files.write(sessions, base / "results").decode()
    assert "b/nwb_units.tsv" in table
