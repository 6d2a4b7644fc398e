"""The demo is unpacked once, only where it is asked for."""

import shutil
from pathlib import Path

import pytest

from goodunits.dataset import demo, session_search

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path):
    """Folder with the demo as it is shipped."""
    (tmp_path / "demo").mkdir()
    for name in (demo.SHEET, demo.PACK):
        shutil.copyfile(PROJECT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("given", [None, demo.SHEET])
def test_unpacked_demo_has_every_session_of_its_sheet(project, given):
    demo.unpack(given, project)
    entries = session_search.find_sessions(demo.SHEET, [project])
    assert len(entries) == 3
    assert [entry.problem for entry in entries] == [None, None, None]
    assert sorted(path.name for path in (project / "demo").iterdir()) == [
        "sessions.tsv",
        "sorts",
        "sorts.tar.xz",
    ]


def test_absolute_path_of_the_sheet(project):
    demo.unpack(str(project / demo.SHEET), project)
    assert (project / demo.FOLDER).is_dir()


def test_unpacked_demo_is_left_alone(project):
    demo.unpack(None, project)
    labels = project / demo.FOLDER / "dev_b" / "cluster_group.tsv"
    labels.write_text("mine")
    demo.unpack(None, project)
    assert labels.read_text() == "mine"


@pytest.mark.parametrize("given", ["/data/mine", "sheet.tsv"])
def test_other_datasets_do_not_unpack_it(project, given):
    demo.unpack(given, project)
    assert not (project / demo.FOLDER).exists()


def test_a_job_does_not_unpack_it(project):
    demo.unpack(None, project, write=False)
    assert not (project / demo.FOLDER).exists()


def test_pack_is_small(project):
    assert (project / demo.PACK).stat().st_size < 8e6
