"""What is said of a run while it goes on."""

import io
import logging

import pytest

from goodunits.workflow import progress, terminal
from goodunits.workflow.progress import Display, Progress, in_words, weight_s
from screens import screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def ten_sessions():
    return Progress([(f"s{i}", 1.0) for i in range(10) for _ in range(2)], now_s=0.0)


def finish(counts, *sessions):
    for session in sessions:
        counts.finished(session, 1.0)
        counts.finished(session, 1.0)


def test_sessions_are_counted_and_the_rest_is_estimated_without_the_failed_ones():
    counts = ten_sessions()
    finish(counts, "s0", "s1", "s2", "s3")
    counts.failed("s4")
    counts.failed("s4")  # another job of the same one
    said = counts.variants(now_s=40.0)[0]
    assert "4 of 10 session(s) done, 1 failed, 5 left" in said
    # 8 jobs took 40 s, 10 jobs are left.
    assert "40 s so far, about 50 s to go" in said


def test_a_session_is_done_with_its_last_job_only():
    counts = ten_sessions()
    counts.finished("s0", 1.0)
    assert "0 of 10 session(s) done, 10 left" in counts.variants(1.0)[0]


def test_a_session_that_succeeds_at_a_second_try_has_not_failed():
    counts = ten_sessions()
    counts.failed("s0")
    finish(counts, "s0")
    assert "1 of 10 session(s) done, 9 left" in counts.variants(1.0)[0]


def test_no_time_is_promised_before_anything_is_known():
    counts = ten_sessions()
    assert "to go" not in counts.variants(60.0)[0]
    finish(counts, "s0")
    assert "to go" not in counts.variants(1.0)[0]


def test_no_time_is_promised_where_every_session_failed():
    counts = ten_sessions()
    for place in range(10):
        counts.failed(f"s{place}")
    assert "0 of 10 session(s) done, 10 failed, tables and pages" in counts.variants(60.0)[0]
    assert "to go" not in counts.variants(60.0)[0]


def test_a_record_that_cannot_be_understood_stops_no_run():
    """Snakemake's own logging calls the watch in the midst of its work."""
    watch = terminal.Watch()
    watch.teller = object()  # which can take nothing
    watch.handle(logging.LogRecord("", logging.ERROR, "", 0, "gone", (), None))
    assert watch.errors


def test_jobs_over_the_dataset_are_no_sessions():
    assert Progress([(None, 1.0)], 0.0).variants(9.0) == []


def test_measuring_weighs_by_the_spikes(tmp_path):
    spikes = tmp_path / "spike_times.npy"
    spikes.write_bytes(bytes(2_000_000))
    small = weight_s("compute_metrics", [])
    assert weight_s("compute_metrics", ["a.json", str(spikes)]) > small
    assert weight_s("write_phy", [str(spikes)]) < small


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (80, "80 s"), (600, "10 min"), (12000, "3 h 20 min")],
)
def test_durations_are_said_as_people_do(seconds, words):
    assert in_words(seconds) == words


def test_a_file_has_few_lines_however_long_the_run():
    counts, out = ten_sessions(), io.StringIO()
    display = Display(out)
    for second in range(2 * 3600):
        display.show(counts, float(second))
    lines = out.getvalue().splitlines()
    assert 5 < len(lines) < 15
    assert "\r" not in out.getvalue()


def test_a_terminal_has_one_line_that_vanishes(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    counts, out = ten_sessions(), Terminal()
    display = Display(out)
    for i in range(10):
        finish(counts, f"s{i}")
        display.show(counts, float(i))
    assert len(screen(out.getvalue())) == 1
    assert "10 of 10" in screen(out.getvalue())[0]
    display.erase()
    out.write("something else\n")
    assert screen(out.getvalue()) == ["something else", ""]


@pytest.mark.parametrize("columns", [5, 20, 40, 200])
def test_the_line_fits_narrow_terminals(monkeypatch, columns):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress.Display, "_width", lambda self: columns)
    counts, out = ten_sessions(), Terminal()
    finish(counts, "s0")
    Display(out).show(counts, 50.0)
    (line,) = screen(out.getvalue())
    assert len(line) < columns
    assert "1" in line


def test_a_dumb_terminal_is_written_to_as_a_file(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    display = Display(out)
    for second in (0.0, 5.0, 11.0):
        display.show(ten_sessions(), second)
    assert out.getvalue().count("\n") == 1 and "\r" not in out.getvalue()


def test_no_colour_is_ever_used(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    out = Terminal()
    Display(out).show(ten_sessions(), 0.0)
    assert out.getvalue() and "\x1b" not in out.getvalue()


def test_a_stream_that_nobody_reads_any_more_stops_nothing(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    display = Display(out)
    out.close()
    display.show(ten_sessions(), 0.0)
    display.erase()
