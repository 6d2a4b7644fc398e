"""Snakemake's scheduler is woken once a timespan, however many jobs have ended."""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from goodunits.workflow import scheduling

N_JOBS = 40
SNAKEFILE = f"""
import sys, time
sys.path.insert(0, {str(Path(scheduling.__file__).parents[2])!r})
from goodunits.workflow import scheduling

ROUNDS, BEGAN = [], time.time()

rule all:
    input: expand("{{n}}.txt", n=range({N_JOBS}))

rule one:
    output: touch("{{n}}.txt")
    shell: "sleep 0.1"

onstart:
    scheduling.one_wake_up_at_a_time(workflow.scheduler)
    select = workflow.scheduler.job_selector
    def counted(jobs):
        ROUNDS.append(1)
        return select(jobs)
    workflow.scheduler.job_selector = counted

onsuccess:
    print("rounds:", len(ROUNDS), "in s:", time.time() - BEGAN)
"""


def test_only_one_timer_is_set_at_a_time():
    rung = threading.Semaphore(0)
    wake_up = scheduling.WakeUp(rung.release)
    before = threading.active_count()
    for _ in range(5):
        wake_up(0.05)
    assert threading.active_count() == before + 1
    assert rung.acquire(timeout=5)
    time.sleep(0.2)
    assert not rung.acquire(blocking=False), "five calls rang more than once"


def test_whoever_is_woken_can_set_the_next_timer():
    rung, times = threading.Event(), []

    def again():
        times.append(1)
        if len(times) < 3:
            wake_up(0.01)
        else:
            rung.set()

    wake_up = scheduling.WakeUp(again)
    wake_up(0.01)
    assert rung.wait(5)


def test_a_scheduler_of_another_making_is_left_as_it_is():
    other = object()
    scheduling.one_wake_up_at_a_time(other)
    scheduling.one_wake_up_at_a_time(None)


def test_a_run_looks_for_work_when_a_job_ends_and_once_a_second(tmp_path):
    """Snakemake itself looks again a second after each look: 2 to 5 times as often here."""
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    found = re.search(r"rounds: (\d+) in s: (\S+)", run.stdout + run.stderr)
    rounds, seconds = int(found[1]), float(found[2])
    # One as each job ends, one that finds no core free after each that began, one a second.
    assert N_JOBS <= rounds <= 2 * N_JOBS + seconds + 2
