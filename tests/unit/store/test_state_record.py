"""The state of a store in memory and as JSON."""

import json
import tarfile

import pytest

import tiny
from goodunits.store import generations, state
from goodunits.store.state_record import State
from real_sorts import DATA


def json_of(path):
    """Content of a state.json."""
    content = json.loads(path.read_text(encoding="utf-8").split("\n", 1)[1])
    content.pop("format_version", None)
    return content


def test_a_state_of_the_version_before_is_the_same_after_reading(tmp_path):
    with tarfile.open(DATA / "store_v1.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    paths = list(tmp_path.rglob("state.json"))
    assert paths
    for path in paths:
        assert State.from_json(json_of(path)).as_json() == json_of(path)


def test_before_the_first_write_there_is_none(tmp_path):
    assert state.read_state(tmp_path) is None


def test_a_state_is_what_was_written(tmp_path):
    sort = tiny.make_sort(tmp_path / "sort")
    phy = tiny.Phy(sort)
    phy.label(0, "noise")
    phy.save()
    tiny.run(sort, tmp_path / "results")
    known = state.read_state(generations.current_generation(sort))
    assert known.decisions == known.first_decisions == {0: "noise"}
    assert known.last.group == tiny.groups(sort) and known.pending is None
    assert known.units.keys() == tiny.SIZES.keys() and not known.is_rebuilt
    generation = generations.current_generation(sort)
    written = (generation / "state.json").read_bytes()
    state.write_state(generation, known)
    assert (generation / "state.json").read_bytes() == written


@pytest.mark.parametrize("key", ["last", "pending", "decisions", "first_decisions", "before"])
def test_what_lacks_something_is_no_state(key):
    empty = {"group": {}, "hashes": {}, "units": {}}
    whole = {"last": empty, "pending": None, "decisions": {}, "first_decisions": {}, "before": {}}
    assert State.from_json(whole).last.units == {}
    with pytest.raises(KeyError):
        State.from_json({name: value for name, value in whole.items() if name != key})
