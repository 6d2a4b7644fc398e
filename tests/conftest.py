"""Real Kilosort 4.1.7 sorts for the tests, unpacked once and copied for each test."""

import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from real_sorts import DATA, PACKS

# A busy machine is no fault of the code.
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any_machine")


@pytest.fixture(scope="session")
def pristine_sorts(tmp_path_factory):
    """Folder with one untouched copy of every real sort; never write into it."""
    folder = tmp_path_factory.mktemp("pristine")
    for pack in set(PACKS.values()):
        shutil.unpack_archive(pack, folder)
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


@pytest.fixture
def quick_path(tmp_path):
    """Folder in memory where there is one, for tests that flush thousands of files."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def time_zone(monkeypatch):
    """Function that sets the time zone of this computer."""

    def change(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield change
    monkeypatch.undo()
    time.tzset()
