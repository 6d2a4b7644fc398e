"""Without numba every session is measured all the same, with the same values, and it is said."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from goodunits import spiketrains
from goodunits.kilosort import sort_files
from goodunits.metrics import compute
from goodunits.spiketrains import loops
from real_sorts import SORTS

PROJECT = Path(__file__).resolve().parents[3]
PARAMETERS = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))["metrics"]


@pytest.fixture
def without_numba(monkeypatch):
    """As on a machine that numba is not made for."""
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "goodunits.spiketrains.compiled", raising=False)
    monkeypatch.delattr(spiketrains, "compiled", raising=False)


@pytest.mark.parametrize("name", SORTS)
def test_same_values_and_a_note(name, pristine_sorts, monkeypatch, without_numba):
    sort = sort_files.read_sort(pristine_sorts / name)
    plain = compute.compute_metrics(sort, PARAMETERS, None)
    assert loops.SLOWER not in plain.notes
    monkeypatch.setattr(loops, "COMPILED_FROM_SPIKES", 0)
    slow = compute.compute_metrics(sort, PARAMETERS, None)
    assert slow.notes.count(loops.SLOWER) == 1
    assert list(slow.columns) == list(plain.columns)
    for metric, column in plain.columns.items():
        np.testing.assert_array_equal(column, slow.columns[metric], err_msg=metric)


def test_a_numba_that_cannot_be_loaded_counts_as_none(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "goodunits.spiketrains.compiled", raising=False)
    monkeypatch.delattr(spiketrains, "compiled", raising=False)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    (tmp_path / "numba.py").write_text("raise ImportError('Numba needs NumPy 2.4 or less')")
    monkeypatch.syspath_prepend(tmp_path)
    assert loops.compiled_for(10**9) is None
    assert loops.note(10**9) == loops.SLOWER


def test_the_run_says_so_once_and_only_for_large_sorts(monkeypatch, tmp_path):
    sorts = [SimpleNamespace(folder=tmp_path / name) for name in ("small", "gone", "a", "b")]
    for entry, size in zip(sorts, (1000, None, 10**8, 10**8), strict=True):
        if size:
            entry.folder.mkdir()
            with open(entry.folder / "spike_times.npy", "wb") as file:
                file.truncate(size)
    monkeypatch.setattr(loops, "is_numba_missing", yes)
    folders = [entry.folder for entry in sorts]
    assert loops.note_for_folders(folders) == f"2 large sort(s): {loops.SLOWER}"
    assert loops.note_for_folders(folders[:2]) is None
    monkeypatch.undo()
    if not loops.is_numba_missing():
        assert loops.note_for_folders(folders) is None


def yes():
    """Say yes."""
    return True
