"""How a run of many sessions looks: in a file, on a terminal, and where less is asked for."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from helpers import PROJECT, write_session

from screens import screen

# More of them by hand: the promise is for a hundred.
N_SESSIONS = int(os.environ.get("GOODUNITS_TEST_SESSIONS", "7"))
BROKEN = ("s001", "s003")


@pytest.fixture
def many(tmp_path):
    """Function that makes sessions of which two are broken."""

    def make(count=N_SESSIONS):
        for i in range(count):
            trains = {0: range(i, 9_000_000, 3000), 3: range(i, 9_000_000, 60000)}
            folder = write_session(tmp_path / "sorts" / f"s{i:03}", trains)
            if folder.name in BROKEN:
                (folder / "spike_times.npy").write_bytes(b"no array")
        return tmp_path

    return make


def command(folder, *options):
    """A run over the sessions in a folder."""
    words = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder / "work"]
    words += ["--snakefile", PROJECT / "Snakefile", *options]
    return [str(word) for word in [*words, "--config", f"dataset={folder / 'sorts'}"]]


def in_file(folder, *options, **variables):
    """What a run without a terminal says."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command(folder, *options), **streams, env={**os.environ, **variables})
    assert "Traceback" not in done.stdout
    return done.stdout


def on_terminal(folder, *options, columns=80, **variables):
    """What a run writes to a terminal of a given width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm", **variables}
    process = subprocess.Popen(
        command(folder, *options), stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    process.wait()
    return written.decode()


def test_a_file_tells_all_in_few_lines(many):
    folder = many()
    said = in_file(folder)
    lines = said.splitlines()
    assert len(lines) < 20, said
    for name in BROKEN:
        told = [line for line in lines if f"session {name}: " in line]
        assert len(told) == 1, said
        assert "spike_times.npy: not a NumPy .npy file" in told[0]
        assert sum(line.startswith(f"  {name} ") for line in lines) == 1
    assert f"{N_SESSIONS - 2} session(s) labelled" in said
    assert f"2 of {N_SESSIONS} session(s) without new labels" in said
    assert "\r" not in said and "\x1b" not in said
    # Two bad sessions cost neither the page nor the figures of the others.
    for name in ("report.html", "figures/yield.svg", "methods.md"):
        assert (folder / "work" / "results" / name).is_file(), name


def test_a_terminal_shows_one_line_that_fits_and_is_gone_at_the_end(many):
    columns = 30
    written = on_terminal(many(), columns=columns, NO_COLOR="1")
    # Jobs that end together move the count by more than one.
    count = re.compile(rf"\d+/{N_SESSIONS}")
    progress = [part.rstrip() for part in written.split("\r") if count.match(part)]
    assert progress and max(map(len, progress)) < columns
    assert not any("\x1b" in part for part in progress)
    shown = screen(written)
    assert len(shown) < 20, shown
    assert not any(map(count.match, shown))
    for name in BROKEN:
        assert (
            sum(line.startswith("goodunits: ") and f"session {name}: " in line for line in shown)
            == 1
        )
    assert any(f"{N_SESSIONS - 2} session(s) labelled" in line for line in shown)


def test_no_progress_where_it_is_not_wanted_but_failures_are_told(many):
    folder = many(2)
    assert "session(s) done" not in on_terminal(folder, "--dry-run")
    for options in (["--quiet"], ["--forceall", "--printshellcmds"]):
        said = on_terminal(folder, *options)
        assert "session(s) done" not in said
        assert "session s001: " in said
        assert "Traceback" not in said
