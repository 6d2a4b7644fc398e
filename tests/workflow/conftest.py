"""One run over four real sorts, shared by the tests that look at it."""

import shutil

import pytest
from helpers import PROJECT, Work, copy_project, make_unlike


@pytest.fixture(scope="session")
def labelled(pristine_sorts, tmp_path_factory):
    """Four sorts labelled with the tutorial's 10 bin edges, by a copy of the project."""
    base = tmp_path_factory.mktemp("labelled")
    dataset = shutil.copytree(pristine_sorts, base / "Sörts of mine")
    make_unlike(dataset / "dev_a_curated")
    project = copy_project(base / "project")
    work = Work(base / "work", dataset, project, configfile=base / "ten edges.yaml")
    work.folder.mkdir()
    default = (PROJECT / "config.yaml").read_text(encoding="utf-8")
    assert default.count("n_bin_edges: null") == 1
    work.configfile.write_text(default.replace("n_bin_edges: null", "n_bin_edges: 10"))
    work.succeed()
    return work


@pytest.fixture(scope="session")
def snapshot(labelled, tmp_path_factory):
    """Copy of everything that belongs to the shared run."""
    folder = tmp_path_factory.mktemp("snapshot") / "base"
    return shutil.copytree(labelled.folder.parent, folder, symlinks=True)


@pytest.fixture
def changeable(labelled, snapshot):
    """The shared run, put back after a test that changes it."""
    yield labelled
    base = labelled.folder.parent
    shutil.rmtree(base)
    shutil.copytree(snapshot, base, symlinks=True)
