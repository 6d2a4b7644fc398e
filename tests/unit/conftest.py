"""A fresh tiny sort and a folder for its results."""

import pytest

import tiny


@pytest.fixture
def sort(tmp_path):
    """A fresh tiny sort."""
    return tiny.make_sort(tmp_path / "sort")


@pytest.fixture
def results(tmp_path):
    """Folder of its results."""
    return tmp_path / "results"
