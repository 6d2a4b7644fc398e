"""Real Kilosort 4.1.7 sorts for the tests, unpacked once and copied for each test."""

import json
import shutil
import tarfile

import pytest

from real_sorts import DATA, PACKS


@pytest.fixture(scope="session")
def pristine_sorts(tmp_path_factory):
    """Folder with one untouched copy of every real sort; never write into it."""
    folder = tmp_path_factory.mktemp("pristine")
    for pack in set(PACKS.values()):
        with tarfile.open(pack) as archive:
            archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def sort_folder(pristine_sorts, tmp_path):
    """Function giving a fresh writable copy of a real sort by its name."""

    def copy(name, to=None):
        target = Path(to) if to else tmp_path / "sorts" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(pristine_sorts / name, target)
        return target

    return copy


@pytest.fixture(scope="session")
def oracle():
    """Function giving what Kilosort's own code says of a real sort, by cluster id."""

    def read(name):
        return json.loads((DATA / f"{name}.oracle.json").read_text())

    return read
