"""What runs that fail, stop, or treat a part of the dataset say: it is what the folders hold."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from helpers import Work, listen_to_ctrl_c, write_config, write_session

import agreement

RATE_HZ = 30000.0
LOOSE = "labels: {good: {all: [firing_rate > 0]}, mua: rest}\n"
STRICT = "labels: {good: {all: [firing_rate >= 4]}, noise: {all: [firing_rate < 1]}, mua: rest}\n"
# Strikes inside the real job: found by every Python through PYTHONPATH.
STRIKE = """\
import os, signal, sys, time
words = " ".join(sys.argv)
if os.environ.get("KILL") and os.environ["KILL"] in words:
    import goodunits.{module} as module
    def killed(*args, **named):
        os.kill(os.getpid(), signal.SIGKILL)
    module.{function} = killed
if os.environ.get("STALL") and os.environ["STALL"] in words:
    time.sleep(10)
"""


def regular_train(rate_hz, duration_s=600.0):
    """Spike times in samples of a unit that fires regularly."""
    return np.round(np.arange(0, duration_s, 1 / rate_hz) * RATE_HZ).astype(np.int64)


@pytest.fixture
def work(tmp_path):
    """Three small sessions in a sheet, nothing run yet."""
    for more, name in enumerate(("m1", "m2", "m3")):  # no two are the same sort
        trains = {0: regular_train(5 + more), 3: regular_train(2), 7: regular_train(0.5)}
        write_session(tmp_path / "sorts" / name, trains, RATE_HZ)
    (tmp_path / "work").mkdir()
    rows = "".join(f"{name}\tsorts/{name}\n" for name in ("m1", "m2", "m3"))
    sheet = write_config(tmp_path / "sheet.tsv", f"session\tpath\n{rows}")
    for name, text in (("loose.yaml", LOOSE), ("strict.yaml", STRICT)):
        write_config(tmp_path / name, text)
    return Work(tmp_path / "work", sheet, configfile=tmp_path / "loose.yaml")


def folders(work, **moved):
    """Kilosort folder of each session."""
    sorts = work.folder.parent / "sorts"
    return {name: sorts / moved.get(name, name) for name in ("m1", "m2", "m3")}


def statuses(work, **moved):
    """Status by session, once the tables agree with the folders."""
    found = agreement.check(work.folder / "results", folders(work, **moved))
    agreement.check_preview(work.folder / "results", folders(work, **moved))
    return found


def status(work, **moved):
    """Status of the three sessions in order."""
    return list(statuses(work, **moved).values())


def test_failed_session_is_tried_until_it_is_mended(work):
    work.succeed()
    times = folders(work)["m1"] / "spike_times.npy"
    whole = shutil.copy2(times, work.folder.parent / "whole.npy")
    times.write_bytes(times.read_bytes()[:2000])
    for _ in range(2):
        said = work.run()
        assert said.returncode != 0
        first = re.search("^goodunits: [a-z_]+, session m1.*", said.stdout, re.M)[0]
        assert f"{times}: cut short" in first
        assert "goodunits_store" not in said.stdout, "nothing to put back or to remove"
        assert "1 of 3 session(s) without new labels:" in said.stdout
        assert status(work) == ["failed", "labelled", "labelled"]
        work.plan()  # a dry run forgets nothing
    shutil.copy2(whole, times)  # with the dates of the copy, as `cp -p` does it
    said = work.succeed()
    assert "3 session(s) labelled" in said
    assert status(work) == ["labelled"] * 3
    assert work.plan() == set()


@pytest.mark.hazards
def test_mended_session_of_a_run_over_others_is_not_forgotten(work):
    times = folders(work)["m1"] / "spike_times.npy"
    whole = times.read_bytes()
    times.write_bytes(b"")
    assert work.run().returncode != 0
    times.write_bytes(whole)
    work.succeed(config=["only=m2"])
    assert status(work) == ["failed", "labelled", "labelled"]
    work.succeed()
    assert status(work) == ["labelled"] * 3


@pytest.mark.hazards
def test_tables_follow_the_folders(work):
    """Other criteria in a preview, for one session, then originals back, then another path."""
    strict = work.configfile.with_name("strict.yaml")
    first = work.succeed("preview")
    assert first.splitlines()[1] == f"goodunits: dataset {work.dataset}: 3 session(s)"
    said = work.succeed()
    assert "3 session(s) labelled, 9 of 9 units good, 0 label(s) differ" in said
    assert not (work.folder / "results" / "preview.tsv").exists(), "no longer true"
    work.succeed("preview", configfile=strict)
    assert statuses(work) == dict.fromkeys(["m1", "m2", "m3"], "labelled")

    said = work.succeed(configfile=strict, config=["only=m1"])
    assert "1 of 3 session(s), chosen by 'only'" in said
    assert "1 session(s) labelled, 1 of 3 units good, 1 mua, 1 noise, 2 label(s) differ" in said
    rows = {row["session"]: row for row in work.table("sessions.tsv")}
    assert [row["n_good"] for row in rows.values()] == ["1", "3", "3"]
    assert len({row["criteria_hash"] for row in rows.values()}) == 2, "whose criteria they are"
    assert status(work) == ["labelled"] * 3

    work.succeed("restore", config=["only=m2"])
    assert status(work) == ["labelled", "restored", "labelled"]

    write_session(folders(work, m1="m4")["m1"], {0: regular_train(6), 1: regular_train(3)})
    work.dataset.write_text(work.dataset.read_text().replace("sorts/m1", "sorts/m4"))
    shutil.rmtree(work.folder / ".snakemake")
    work.run("verify")
    assert status(work, m1="m4") == ["not labelled", "restored", "labelled"]
    work.succeed()
    assert status(work, m1="m4") == ["labelled"] * 3


def with_strikes(work, module, function, **strikes):
    """Environment in which a library function kills its job, or a job stalls."""
    hook = work.folder.parent / "hook"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(STRIKE.format(module=module, function=function))
    path = f"{hook}:{work.project / 'scripts'}"
    return {**os.environ, "PYTHONPATH": path, **strikes}


def test_job_killed_by_the_system_is_named_with_what_it_had_asked_for(work):
    job = "apply_thresholds/m2.log"
    env = with_strikes(work, "curation.label_units", "label_units", KILL=job)
    said = work.run(env=env)
    assert said.returncode != 0
    row = work.table("sessions.tsv")[1]
    assert row["session"] == "m2"
    assert re.search(r"did not end: killed .* asked for mem_mb=\d+, runtime=\d+", row["reason"])
    assert row["reason"] in said.stdout
    assert status(work) == ["labelled", "failed", "labelled"]
    work.succeed()
    assert status(work) == ["labelled"] * 3


def stopped(work, *targets, stall, configfile):
    """What a run says that gets Ctrl-C once all but one session are through a step."""
    command = [sys.executable, "-m", "snakemake", *targets, "--cores", "3", "-d", work.folder]
    command += ["-s", work.project / "Snakefile", "--configfile", configfile]
    command += ["--config", f"dataset={work.dataset}"]
    logs = work.folder / "logs" / stall.split("/")[0]
    shutil.rmtree(logs, ignore_errors=True)
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=with_strikes(work, "errors", "nearest", STALL=stall),
        start_new_session=True,
        preexec_fn=listen_to_ctrl_c,
    )
    end = time.monotonic() + 120
    while len(list(logs.glob("*.log"))) < 2 and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "goodunits" in said
    return said


@pytest.mark.hazards
def test_preview_that_is_stopped_says_what_it_did_not_judge(work):
    work.succeed()
    strict = work.configfile.with_name("strict.yaml")
    said = stopped(work, "preview", stall="apply_thresholds/m2.log", configfile=strict)
    assert "4 label(s) would change in 2 of 2 session(s) compared, 1 not compared" in said
    assert "m2: not compared: " in said
    assert {row["session"] for row in work.table("preview.tsv")} == {"m1", "m3"}
    assert statuses(work)["m1"] == "labelled"
    work.succeed(configfile=strict)
    assert status(work) == ["labelled"] * 3


def test_run_that_is_stopped_says_which_sessions_are_not_done(work):
    work.succeed()
    strict = work.configfile.with_name("strict.yaml")
    said = stopped(work, stall="write_phy/m2.log", configfile=strict)
    assert "1 of 3 session(s) without new labels:" in said
    assert re.search("^  m2  ", said, re.M)
    assert "FileNotFoundError" not in said
    assert statuses(work)["m1"] == "labelled"
    work.succeed(configfile=strict)
    assert status(work) == ["labelled"] * 3
