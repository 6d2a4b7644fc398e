"""Where a run is: how many sessions are done, failed and left, and how long the rest will take."""

import contextlib
import os
import shutil
import sys
import time
from collections import Counter

# Rough CPU seconds of a job, to weigh what is left: a light one, and measuring a session.
LIGHT_S, MEASURING_S, MEASURING_S_PER_MB = 0.2, 0.6, 0.03
MEASURING, MEASURED = "compute_metrics", "spike_times.npy"
# Time left is said only once it can be known a little.
LEAST_SHARE, LEAST_S = 0.03, 5.0
# Lines in a file: after 10 s, 20 s, 40 s and so on, later every half hour.
FIRST_LINE_S, LONGEST_PAUSE_S = 10.0, 1800.0
REWRITE_S = 0.1


class Progress:
    """Counts the sessions of one run.

    Parameters
    ----------
    jobs : iterable of tuple
        Session (None for a job over the dataset) and weight in s of every job to do.
    now_s : float
        Time when the run begins.
    """

    def __init__(self, jobs, now_s):
        self._start_s = now_s
        self._jobs, self._weights, self._failed = Counter(), Counter(), set()
        self._done_s = 0.0
        for session, weight_s in jobs:
            if session is not None:
                self._jobs[session] += 1
                self._weights[session] += weight_s
        self._n_sessions = len(self._jobs)

    def finished(self, session, weight_s):
        """Take note of a job that succeeded."""
        if self._jobs[session] > 0:
            self._jobs[session] -= 1
            self._weights[session] -= weight_s
            self._done_s += weight_s
            self._failed.discard(session)

    def failed(self, session):
        """Take note of a job that failed: its session goes no further."""
        if session in self._jobs:
            self._failed.add(session)

    def variants(self, now_s):
        """What to say, from the longest to the shortest; empty if no session is treated."""
        if not self._n_sessions:
            return []
        n_failed = len(self._failed)
        n_left = sum(n > 0 for session, n in self._jobs.items() if session not in self._failed)
        n_done = self._n_sessions - n_failed - n_left
        said = f"{n_done} of {self._n_sessions} session(s) done"
        failed = f", {n_failed} failed" if n_failed else ""
        left = f", {n_left} left" if n_left else ", tables and pages are left"
        passed = f"; {in_words(now_s - self._start_s)} so far"
        rest_s = self._rest_s(now_s)
        rest = f", about {in_words(rest_s)} to go" if n_left and rest_s is not None else ""
        short = f"{n_done}/{self._n_sessions}{failed}"
        counts = f"{said}{failed}{left}"
        return [f"goodunits: {counts}{passed}{rest}", f"{counts}{rest}", counts, short]

    def _rest_s(self, now_s):
        """Time that the rest will take, in s; None while nobody can know."""
        passed_s = now_s - self._start_s
        left_s = sum(w for session, w in self._weights.items() if session not in self._failed)
        if passed_s < LEAST_S or self._done_s <= LEAST_SHARE * (self._done_s + left_s):
            return None
        return passed_s * left_s / self._done_s


def in_words(seconds):
    """A duration as people say it: 40 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def weight_s(rule, inputs):
    """Rough time that a job takes, in s.

    Parameters
    ----------
    rule : str
        Its name.
    inputs : iterable of str
        Paths of what it reads.

    Returns
    -------
    float
    """
    if not rule.endswith(MEASURING):
        return LIGHT_S
    size = 0
    for path in inputs:
        if os.path.basename(path) == MEASURED:
            with contextlib.suppress(OSError):
                size = os.path.getsize(path)
    return MEASURING_S + MEASURING_S_PER_MB * size / 1e6


class Display:
    """Shows the progress: one line that is rewritten on a terminal, a line now and then in a file.

    Parameters
    ----------
    stream : file
        Where to write.
    """

    def __init__(self, stream=None):
        self._stream = stream or sys.stderr
        is_terminal = hasattr(self._stream, "isatty") and self._stream.isatty()
        self._rewrites = is_terminal and os.environ.get("TERM", "dumb") != "dumb"
        self._shown, self._next_s, self._pause_s = 0, None, FIRST_LINE_S

    def show(self, progress, now_s=None):
        """Show where a run is, if it is time to.

        Parameters
        ----------
        progress : Progress
            The counts.
        now_s : float, optional
            Time; that of the clock if not given.
        """
        now_s = time.monotonic() if now_s is None else now_s
        if self._next_s is None:
            self._next_s = now_s + (0.0 if self._rewrites else FIRST_LINE_S)
        if now_s < self._next_s or not (variants := progress.variants(now_s)):
            return
        if self._rewrites:
            self._next_s = now_s + REWRITE_S
            self._rewrite(variants)
            return
        while self._next_s <= now_s:
            self._next_s += self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._write(f"{variants[0]}\n")

    def erase(self):
        """Take the line away, before anything else is written."""
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def _rewrite(self, variants):
        """Put the longest text that fits in place of the line."""
        # A full line would make some terminals go to the next one.
        width = max(self._width() - 1, 1)
        fitting = [text for text in variants if len(text) <= width] or [variants[-1][:width]]
        self._write(f"\r{fitting[0].ljust(min(self._shown, width))}")
        self._shown = len(fitting[0])

    def _width(self):
        """Columns of the terminal."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError, AttributeError):
            return shutil.get_terminal_size().columns

    def _write(self, text):
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
