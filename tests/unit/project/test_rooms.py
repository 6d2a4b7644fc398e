"""The walls of the library: which room may import which, and what stays light."""

import ast
import re
from pathlib import Path

import pytest

from imports import SCRIPTS, loaded_by

PROJECT = SCRIPTS.parent
LIBRARY = SCRIPTS / "goodunits"
# From the ground up: a room imports only rooms that stand before it.
FLOORS = (
    "base",
    "catalogue",
    "numerics",
    "spiketrains",
    "kilosort",
    "waveforms",
    "scorecards",
    "result_files",
    "metrics",
    "pictures",
    "criteria",
    "session_folder",
    "store",
    "curation",
    "phy",
    "standing",
    "tables",
    "answers",
    "dataset",
    "config",
    "exchange",
    "learning",
    "workflow",
    "report",
)
MEASURING = {"numerics", "spiketrains", "kilosort", "waveforms", "metrics", "pictures"}
# What starts hundreds of times a run must not load what takes longer than its work.
LIGHT = (
    "catalogue",
    "criteria",
    "result_files",
    "session_folder",
    "store",
    "curation",
    "phy",
    "standing",
)
HEAVY = {"numpy", "pandas", "scipy", "yaml", "dataclasses", "inspect"}
MAX_FILES, MAX_LINES = 20, 400


def rooms_imported(path):
    """Rooms that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("goodunits."):
            yield node.module.split(".")[1]


def climbing(library):
    """Imports of a room that does not stand below, as "file: room"."""
    found = []
    for path in sorted(library.glob("*/*.py")):
        height = FLOORS.index(path.parent.name)
        for room in rooms_imported(path):
            if FLOORS.index(room) > height:
                found.append(f"{path.relative_to(library)}: {room}")
    return found


def entering(library):
    """Imports of the measuring wing by a room of the other one."""
    outside = [path for path in library.glob("*/*.py") if path.parent.name not in MEASURING]
    return [
        f"{path.relative_to(library)}: {room}"
        for path in sorted(outside)
        for room in rooms_imported(path)
        if room in MEASURING
    ]


def test_every_module_lies_in_a_room():
    assert [path.name for path in LIBRARY.glob("*.py")] == ["__init__.py"]
    rooms = {path.parent.name for path in LIBRARY.glob("*/*.py")}
    assert rooms == set(FLOORS)


def test_tests_mirror_the_rooms():
    inside = sorted((PROJECT / "tests" / "unit").iterdir())
    folders = [path for path in inside if path.is_dir() and path.name[0] not in "._"]
    assert {path.name for path in folders} - {"project"} <= set(FLOORS)
    for folder in folders:
        assert 0 < len(list(folder.glob("*.py"))) <= MAX_FILES, folder.name


def test_no_import_goes_up():
    assert climbing(LIBRARY) == []


def test_labelling_does_not_measure():
    """But for the question whether numba is there, which loads nothing."""
    assert entering(LIBRARY) == ["workflow/preparation.py: spiketrains"]
    assert not {"numpy", "numba"} & loaded_by("goodunits.workflow.preparation")


def test_the_walls_are_seen(tmp_path):
    """A light room that imports `metrics`, from below too, is named."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "lock.py").write_text("from goodunits.metrics import compute\n")
    (tmp_path / "result_files").mkdir()
    (tmp_path / "result_files" / "labels_tsv.py").write_text(
        "def f():\n from goodunits.phy import x\n"
    )
    assert entering(tmp_path) == ["store/lock.py: metrics"]
    assert climbing(tmp_path) == ["result_files/labels_tsv.py: phy"]


@pytest.mark.parametrize("room", LIGHT)
def test_light_rooms_load_nothing_heavy(room):
    modules = sorted(path.stem for path in (LIBRARY / room).glob("*.py"))
    loaded = loaded_by(*(f"goodunits.{room}.{name}" for name in modules if name != "__init__"))
    assert not HEAVY & loaded


def test_rooms_and_files_are_small():
    for room in FLOORS:
        assert len(list((LIBRARY / room).glob("*.py"))) <= MAX_FILES, room
    for path in LIBRARY.glob("*/*.py"):
        n_lines = len(path.read_text(encoding="utf-8").splitlines())
        assert n_lines <= MAX_LINES, f"{path.relative_to(LIBRARY)}: {n_lines} lines"


def test_every_room_says_what_may_enter():
    for room in FLOORS:
        module = ast.parse((LIBRARY / room / "__init__.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(module), room
        assert len(module.body) == 1, f"{room}: nothing but words"


def test_records_and_metrics_share_their_names():
    """A metric's record and its function lie under the same name."""
    from goodunits.catalogue import all_metrics
    from goodunits.metrics import compute

    assert set(compute.GROUP_FUNCTIONS) == set(all_metrics.GROUPS)
    for group in all_metrics.GROUPS:
        assert Path(LIBRARY, "catalogue", f"{group}.py").is_file()
        assert Path(LIBRARY, "metrics", f"{group}.py").is_file()


def test_the_map_of_a_maintainer_is_true():
    """Every function in docs/where.md stands in one of the files named beside it."""
    rows = (PROJECT / "docs" / "where.md").read_text(encoding="utf-8").splitlines()[6:]
    assert len(rows) == 20
    for row in rows:
        _, places, functions = row.strip("| ").split(" | ")
        texts = []
        for place in places.replace("`", "").split(", "):
            base = PROJECT if place.startswith("rules/") else LIBRARY
            texts.append((base / place).read_text(encoding="utf-8"))
        for name in functions.replace("`", "").split(", "):
            assert any(re.search(rf"^(def |class )?{name}\b", text, re.M) for text in texts), name
