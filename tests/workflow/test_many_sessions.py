"""A night's run over two hundred sessions of which ten are broken, each in its own way."""

import numpy as np
import pytest
from helpers import Work, contents, write_session
from test_errors import BROKEN, RATE_HZ, later, regular_train

N_SESSIONS, N_BROKEN = 200, 10


@pytest.mark.hazards
def test_the_sound_ones_are_labelled_and_the_broken_ones_are_named(tmp_path):
    trains = {0: regular_train(4), 3: regular_train(0.5), 7: np.array([900])}
    folders = [
        write_session(tmp_path / "sorts" / f"s{i:03d}", later(trains, i), RATE_HZ)
        for i in range(N_SESSIONS)
    ]
    # Not those that are no session at all for a search: an empty or a missing folder.
    faults = [case for case in BROKEN if "folder" not in case[0]][:N_BROKEN]
    expected = {}
    for place, (_, (fault, *details), reason) in enumerate(faults):
        folder = folders[place * 19 + 3]
        fault(folder, *details)
        expected[folder.name] = reason
    before = {name: contents(tmp_path / "sorts" / name) for name in expected}
    (tmp_path / "work").mkdir()
    work = Work(tmp_path / "work", tmp_path / "sorts")
    done = work.run()
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    rows = {row["session"]: row for row in work.table("sessions.tsv")}
    assert len(rows) == N_SESSIONS
    assert {name for name, row in rows.items() if row["status"] == "failed"} == set(expected)
    assert sum(row["status"] == "labelled" for row in rows.values()) == N_SESSIONS - N_BROKEN
    for name, reason in expected.items():
        assert reason in rows[name]["reason"]
        assert name in done.stdout
        label_files = [path for path in before[name] if str(path).endswith(".tsv")]
        assert all(contents(tmp_path / "sorts" / name)[p] == before[name][p] for p in label_files)
    units = {row["session"] for row in work.table("units.tsv")}
    assert units == set(rows) - set(expected)
