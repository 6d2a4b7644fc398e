"""Whatever is wrong with one session is that session's one line; the others go on."""

import json
import os
import re
from types import SimpleNamespace

import numpy as np
import pytest

import tiny
from goodunits.base import files
from goodunits.base.errors import SessionError, in_words, one_line
from goodunits.curation import curation_record, whose_labels
from goodunits.session_folder import file_names, npy_items, phy_log
from goodunits.standing import found_json
from goodunits.store import state
from goodunits.tables import sessions_tsv
from goodunits.workflow import preparation

DEEP = b"[" * 100_000


@pytest.fixture
def labelled(tmp_path):
    """A session that was labelled, with its results folder and its generation in the store."""
    folder = tiny.make_sort(tmp_path / "sort")
    tiny.run(folder, tmp_path / "results")
    (generation,) = [
        path.parent for path in file_names.store_folder(folder).glob("*/manifest.json")
    ]
    return SimpleNamespace(folder=folder, results=tmp_path / "results", generation=generation)


def problem_of(labelled):
    """What a run says of the session before its first job; None if nothing is wrong."""
    entry = SimpleNamespace(problem=None, refused=None, folder=labelled.folder)
    path = labelled.results / "found.json"
    path.unlink(missing_ok=True)
    preparation._refresh(entry, path, labelled.results / "written.json")
    return json.loads(path.read_text()).get("problem")


def no_decisions(content):
    del content["decisions"]


def other_decisions(content):
    content["decisions"] = [1, 2]


def other_ids(content):
    content["decisions"] = {"one": "good"}


def other_last(content):
    content["last"] = {"files": {}}


def other_units(content):
    content["last"]["units"] = {"1": [1, 2]}


@pytest.mark.parametrize(
    "change", [no_decisions, other_decisions, other_ids, other_last, other_units]
)
def test_a_state_that_we_did_not_write(labelled, change):
    tiny.rewrite_state(labelled.generation, change)
    said = problem_of(labelled)
    assert "state.json: damaged" in said and "history.jsonl" in said


@pytest.mark.parametrize("content", [DEEP, b'{"a":' * 100_000, b"\xff", b"[]", b"null"])
@pytest.mark.parametrize("name", ["state.json", "manifest.json"])
def test_a_damaged_store(labelled, name, content):
    os.chmod(labelled.generation / name, 0o644)
    if name == "state.json":
        content = files.sha256_bytes(content).encode() + b"\n" + content
    (labelled.generation / name).write_bytes(content)
    said = problem_of(labelled)
    assert name in said and "unexpected" not in said and "\n" not in said


def test_damaged_lines_of_the_history_are_left_out(labelled):
    path = labelled.generation / "history.jsonl"
    lines = [DEEP, b"{}", b'{"decisions": 1, "inherited": {}}', b'{"decisions": {"a": 1}}', b"\xff"]
    before = state.read_history(labelled.generation)
    path.write_bytes(b"\n".join([*lines, path.read_bytes()]))
    assert state.read_history(labelled.generation) == before != []


@pytest.mark.parametrize("key", ["time", "sort_id", "written"])
def test_a_receipt_that_lacks_something(labelled, key):
    path = labelled.results / "written.json"
    receipt = json.loads(path.read_text())
    del receipt[key]
    path.write_text(json.dumps(receipt))
    assert "written.json: damaged; remove it and run again" in problem_of(labelled)


def test_a_deep_receipt_is_none(labelled):
    (labelled.results / "written.json").write_bytes(DEEP)
    assert problem_of(labelled) is None


def test_a_damaged_found_file_is_made_again(labelled):
    path = labelled.results / "found.json"
    good = curation_record.from_json(path.read_text())
    for content in (DEEP, b"{}", b"[]", b"", b"\xff", b'{"decisions": {"x": 1}}'):
        path.write_bytes(content)
        found_json.refresh(labelled.folder, path, labelled.results / "written.json")
        assert curation_record.from_json(path.read_text()) == good


@pytest.mark.parametrize(
    "spoil",
    [b"cluster_id\tgroup\n0\tno\0\0\0\0", b"cluster_id\tgruop\n0\tgood\n", b"", b"\r\n \n"],
)
def test_a_damaged_label_file_is_no_decision_and_can_be_removed(labelled, spoil):
    phy = tiny.Phy(labelled.folder)
    phy.label(1, "noise")
    phy.save()
    tiny.run(labelled.folder, labelled.results)
    group = labelled.folder / file_names.GROUP_FILE
    whole = tiny.groups(labelled.folder)
    group.write_bytes(spoil)
    said = problem_of(labelled)
    assert f"{group}, line" in said and "remove it and run again" in said
    with pytest.raises(SessionError, match=re.escape(said)):
        tiny.run(labelled.folder, labelled.results)
    group.unlink()
    assert problem_of(labelled) is None
    tiny.run(labelled.folder, labelled.results)
    assert tiny.groups(labelled.folder) == whole
    assert tiny.decided(labelled.folder) == {1: "noise"}


def test_numbers_without_end_in_the_log_of_phy(tmp_path):
    digits = "1" * 5000
    said = f"Change metadata_group for clusters {digits} to good.\nMerge clusters 1 to {digits}.\n"
    said += "Change metadata_group for clusters 3, 4 to mua.\n"
    (tmp_path / "phy.log").write_text(said)
    assert phy_log.labelled_in_phy(tmp_path) == {3: "mua", 4: "mua"}


def test_a_long_line_in_the_log_of_phy_takes_no_time(tmp_path):
    line = "Change metadata_group for cluster 1 to good" * 20_000
    said = "10:01 Change metadata_group for cluster 2 to noise.\n"
    (tmp_path / "phy.log").write_text(f"{line}\n{said}" * 10)
    started = os.times().user
    assert phy_log.labelled_in_phy(tmp_path) == {2: "noise"}
    assert os.times().user - started < 1


def test_a_damaged_header_of_spike_clusters_with_a_table_of_phy(tmp_path):
    folder = tiny.make_sort(tmp_path / "sort")
    phy = tiny.Phy(folder)
    phy.label(1, "noise")
    phy.save()
    whole = (folder / "spike_clusters.npy").read_bytes()
    for place in range(128):
        damaged = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        (folder / "spike_clusters.npy").write_bytes(damaged)
        whose_labels.read_curation(folder)  # says nothing: measuring does


def test_a_name_that_is_no_text_is_left_alone(tmp_path):
    folder = tiny.make_sort(tmp_path / "sort")
    (folder / os.fsdecode(b"cluster_\xff.tsv")).write_bytes(b"cluster_id\tx\n1\ta\n")
    (folder / "cluster_\x1b[2J.tsv").write_bytes(b"cluster_id\tgroup\n1\tgood\n")
    (folder / os.fsdecode(b"other\xfe.csv")).write_bytes(b"cluster_id,group\n1,good\n")
    written = tiny.run(folder, tmp_path / "results")
    assert all(note.isprintable() for note in written["notes"])
    assert any("other\\udcfe.csv" in note for note in written["notes"])


def test_results_that_cannot_be_read_are_one_row(labelled, tmp_path):
    sessions = [("a", labelled.folder, labelled.results), ("b", tmp_path, tmp_path / "none")]
    data, rows = sessions_tsv.sessions_table(sessions)
    assert [row["status"] for row in rows] == ["not labelled", "not labelled"]
    assert "a run labels it anew" in rows[0]["reason"]
    assert len(data.splitlines()) == 3


def test_a_line_does_no_harm_to_a_terminal():
    assert one_line("a\x1b[2J\r\nb\u202e\udcff\x9b") == "a\\x1b[2J\\r b\\u202e\\udcff\\x9b"
    assert one_line("Zürich 5 µs") == "Zürich 5 µs"
    assert len(one_line("x" * 10**6)) < 3000
    assert str(SessionError("a\x07\nb")) == "a\\x07 b"
    assert "\n" not in in_words(ValueError("two\nlines"))


def test_hostile_ids_in_other_places(tmp_path):
    np.save(tmp_path / "clusters.npy", np.arange(5))
    assert npy_items.read_items(tmp_path / "clusters.npy", [10**30]) is None
    assert npy_items.read_items(tmp_path / "clusters.npy", [-1]) is None


def number_in_json(path, version):
    record = json.loads(path.read_text())
    path.chmod(0o644)
    path.write_text(json.dumps({**record, "format_version": version}))


def number_in_state(path, version):
    record = json.loads(path.read_text().split("\n", 1)[1])
    text = json.dumps({**record, "format_version": version})
    path.write_text(f"{files.sha256_bytes(text.encode())}\n{text}")


def number_in_ledger(path, version):
    _, _, lines = path.read_text().partition("\n")
    path.write_text(f"# format_version {version}\n{lines}")


PLACES = {
    "state.json": number_in_state,
    "manifest.json": number_in_json,
    "ledger.txt": number_in_ledger,
    "written.json": number_in_json,
}


def place_of(labelled, name):
    """Where a file with a format lies."""
    folders = {"ledger.txt": labelled.generation.parent, "written.json": labelled.results}
    return folders.get(name, labelled.generation) / name


@pytest.mark.parametrize("version", [3, "2b"])
@pytest.mark.parametrize("name", PLACES)
def test_a_format_of_a_newer_version_stops_the_session(labelled, name, version):
    PLACES[name](place_of(labelled, name), version)
    if name == "ledger.txt":  # read where the file alone does not tell whose labels it holds
        tiny.replace(labelled.folder / file_names.INFO_FILE, b"cluster_id\tgroup\tn_spikes\n")
    said = problem_of(labelled)
    assert f"{name}: of format {version!r}" in said and "use the version that wrote it" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("name", PLACES)
def test_a_format_of_an_older_version_is_read_as_it_is(labelled, name):
    before = tiny.decided(labelled.folder)
    PLACES[name](place_of(labelled, name), 1)
    tiny.run(labelled.folder, labelled.results, least=60)
    assert tiny.decided(labelled.folder) == before
    assert tiny.groups(labelled.folder) == tiny.by_criteria(labelled.folder, 60)
    if name in ("state.json", "written.json"):  # these are written anew, the others only once
        assert '"format_version": 2' in place_of(labelled, name).read_text()


def test_every_record_says_its_format(labelled):
    for name in PLACES:
        assert re.search('format_version"?:? 2', place_of(labelled, name).read_text()), name
