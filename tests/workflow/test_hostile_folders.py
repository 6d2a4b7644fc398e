"""Folders that may come from a stranger: each has its one line, and the others are labelled."""

import os

import numpy as np
import pytest
from helpers import Work, write_session

TRAINS = {0: np.arange(1000, 3_000_000, 3000), 1: np.arange(2000, 3_000_000, 40_000)}
TARGETS = ("restore", "restore_last", "verify", "history", "preview")
TIME_LIMIT_S = 300


def pipe(folder, name):
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)


def endless(folder, name):
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to("/dev/zero")


def flipped_header(folder, name):
    """One byte of the header flipped, beside a table of Phy."""
    rows = "".join(f"{i}\tgood\t{len(train)}\n" for i, train in TRAINS.items())
    (folder / "cluster_info.tsv").write_text(f"cluster_id\tgroup\tn_spikes\n{rows}")
    data = bytearray((folder / name).read_bytes())
    data[20] ^= 0x5B
    (folder / name).write_bytes(data)


# Session, what is done to it, what its line must say.
SPOILED = [
    ("group_pipe", pipe, "cluster_group.tsv", "a named pipe, expected a file"),
    ("info_pipe", pipe, "cluster_info.tsv", "a named pipe, expected a file"),
    ("clusters_pipe", pipe, "spike_clusters.npy", "a named pipe, expected a file"),
    ("times_endless", endless, "spike_times.npy", "a device, expected a file"),
    ("templates_endless", endless, "spike_templates.npy", "a device, expected a file"),
    ("params_pipe", pipe, "params.py", "a named pipe, expected a file"),
    ("header", flipped_header, "spike_clusters.npy", "damaged .npy header"),
]
NAMES = [b"with <b> in it", b"with {b} in it", b"no\xfftext", b"turned \xe2\x80\xae round"]
HARMLESS = [("log_pipe", pipe, "kilosort4.log"), ("ops_pipe", pipe, "ops.npy")]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A run over good and hostile folders; what was said."""
    base = tmp_path_factory.mktemp("hostile")
    work = Work(base / "work", base / "data")
    work.folder.mkdir()
    names = ("good", *(entry[0] for entry in [*SPOILED, *HARMLESS]), *map(os.fsdecode, NAMES))
    for place, name in enumerate(names):  # no two of the same sort
        write_session(work.dataset / name, {i: train + place for i, train in TRAINS.items()})
    for session, spoil, name, *_ in [*SPOILED, *HARMLESS]:
        spoil(work.dataset / session, name)
    done = work.run(timeout=TIME_LIMIT_S)
    assert done.returncode != 0
    return work, done.stdout


def test_every_session_has_its_row_and_only_the_bad_ones_fail(hostile):
    work, said = hostile
    rows = {row["session"]: row for row in work.table("sessions.tsv")}
    assert len(rows) == 1 + len(SPOILED) + len(HARMLESS) + len(NAMES), said
    for session in ("good", *(entry[0] for entry in HARMLESS)):
        assert rows[session]["status"] == "labelled", said
    for session, _, name, reason in SPOILED:
        assert rows[session]["status"] != "labelled"
        assert f"{name}: {reason}" in rows[session]["reason"]
    refused = [row["reason"] for row in rows.values() if "rename the folder" in row["reason"]]
    assert len(refused) == len(NAMES)


def test_no_frames_of_a_library_and_no_escape_sequences_on_the_terminal(hostile):
    _, said = hostile
    for word in ("Traceback", 'File "', "UndefinedPathvar", "\u202e", "unexpected "):
        assert word not in said, said


@pytest.mark.parametrize("target", TARGETS)
def test_targets_go_on_too(hostile, target):
    work, _ = hostile
    said = work.run(target, timeout=TIME_LIMIT_S).stdout
    assert "good" in said
    for word in ("Traceback", 'File "', "UndefinedPathvar", "unexpected "):
        assert word not in said, said
