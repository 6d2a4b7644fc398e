"""What a user sees: the README's commands on one screen, twenty wrong ones in one clear line."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from helpers import PROJECT, contents, listen_to_ctrl_c, without_root_powers, write_session

SCREEN = 24
STARTED = "logs/compute_metrics"  # made just before the first of these jobs starts
TIMEOUT_S = 120


@pytest.fixture
def clone(pristine_sorts, tmp_path):
    """Function that types a command; the project is linked as a clone, with two sorts beside it."""
    return make_clone(pristine_sorts, tmp_path)


def make_clone(pristine_sorts, base):
    """Link the project's files into a folder, with two sorts beside it."""
    folder = base / "goodunits"
    folder.mkdir()
    for name in ("Snakefile", "config.yaml", "rules", "scripts", "schemas", "envs", "profiles"):
        (folder / name).symlink_to(PROJECT / name)
    for name in ("presets", "report"):
        (folder / name).symlink_to(PROJECT / name)
    shutil.copytree(PROJECT / "demo", folder / "demo", ignore=shutil.ignore_patterns("sorts"))
    for name in ("dev_a", "dev_b"):
        shutil.copytree(pristine_sorts / name, base / "mouse7" / name)
    return folder


def start(folder, *words, **more):
    """Start Snakemake with some words in a folder."""
    command = [sys.executable, "-m", "snakemake", *words]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    more.setdefault("preexec_fn", listen_to_ctrl_c)
    return subprocess.Popen(command, cwd=folder, **streams, **more)


def typed(folder, text, **more):
    """Exit code and screen of a command as a user types it; words are split at spaces."""
    process = start(folder, *text.split(), **more)
    said, _ = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, said


def readme_commands():
    """Snakemake commands in the README for data of one's own, in their order."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    last = [line.split("&&")[-1].strip().removeprefix(".venv/bin/") for line in lines]
    return [line.removeprefix("snakemake ") for line in last if line.startswith("snakemake ")]


@pytest.mark.hazards
def test_commands_of_the_readme_fit_one_screen(clone):
    assert "--quiet" not in (PROJECT / "README.md").read_text(encoding="utf-8")
    # Ids of one's own: the README's first command labels the demo, which has a dev_b too.
    for name in ("dev_a", "dev_b"):
        (clone.parent / "mouse7" / name).rename(clone.parent / "mouse7" / f"my_{name}")
    commands = [command for command in readme_commands() if "/path/to" not in command]
    assert commands[0] == "--cores 2"
    assert len(commands) >= 7
    for command in commands:
        command = command.replace("/data/mouse7", str(clone.parent / "mouse7"))
        code, said = typed(clone, command)
        assert code == 0, said
        # explain takes a screen for each unit that is asked for: unit=3,7.
        screens = 1 + command.count(",") if command.startswith("explain") else 1
        assert 2 < len(said.splitlines()) <= SCREEN * screens, said
        assert "Traceback" not in said and "WorkflowError" not in said


def test_three_hundred_sessions_fit_one_screen(tmp_path):
    first = write_session(tmp_path / "sorts" / "m000", {0: range(0, 9_000_000, 3000)})
    for i in range(1, 300):
        shutil.copytree(first, tmp_path / "sorts" / f"m{i:03}")
    words = f"--snakefile {PROJECT / 'Snakefile'} --config dataset={tmp_path / 'sorts'}"
    code, said = typed(tmp_path, f"-n {words}")
    assert code == 0, said
    assert len(said.splitlines()) < 15
    assert "300 of 300 session(s) would run" in said
    assert "new: 300 sessions" in said


WRONG = [
    # Words in the wrong place, or misspelt.
    ("preveiw --cores 2 --config dataset=../mouse7", "target 'preveiw', did you mean 'preview'?"),
    ("only=dev_a --cores 2", "'only=dev_a' is a setting and no target; put --config before it"),
    ("../mouse7 --cores 2", "your data are given by --config dataset=../mouse7"),
    ("presets/ibl.yaml --cores 2", "settings are given by --configfile presets/ibl.yaml"),
    ("results/dev_x/labels.tsv --cores 2 --config dataset=../mouse7", "no session 'dev_x'"),
    ("--config dataset=../mouse7", "use --cores N"),
    ("--cores 2 --config datset=../mouse7", "datset: unknown key, did you mean 'dataset'?"),
    ("--cores 2 --config dataset=../mouse7 only=dev_x", "no session matches 'dev_x', did you mean"),
    ("--cores 2 --config dataset=../mouse7 only=77", "no session matches 77"),
    ("--cores 2 --config dataset=../mouse8", "'../mouse8' not found"),
    ("--cores 2 --config dataset=../empty", "no session in"),
    ("--cores 2 --configfile ../tab.yaml", "YAML, make sure to not mix whitespace and tab"),
    ("--cores 2 --configfile ../metric.yaml", "'firing_rat', did you mean 'firing_rate'?"),
    ("--cores 2 --config dataset=../sheet.tsv", "column 'path' is missing; found: session, folder"),
    # Snakemake would answer these with a traceback, before it reads the Snakefile.
    ("--cores 2 --config dataset=../mouse7 preview", "'preview' after --config is no key=value"),
    ("--cores 2 --config dataset = ../mouse7", "'dataset' after --config is no key=value"),
    ("--cores 2 --config data-set=../mouse7", "../mouse7' after --config is no key=value"),
    ("../sheet.tsv --cores 2", "a session sheet is given by --config dataset=../sheet.tsv"),
    ("--cores 2 --configfile ../none.yaml", "'../none.yaml' after --configfile is no file"),
    ("--cores 2 --configfile presets/ibl.yaml preview", "'preview' after --configfile is no file"),
]


@pytest.fixture(scope="module")
def shared_clone(pristine_sorts, tmp_path_factory):
    """A clone for commands that run nothing."""
    base = tmp_path_factory.mktemp("wrong")
    (base / "empty").mkdir()
    (base / "tab.yaml").write_text("labels:\n\tgood: x\n")
    (base / "metric.yaml").write_text("labels: {good: {all: [firing_rat > 1]}, mua: rest}\n")
    (base / "sheet.tsv").write_text("session\tfolder\none\tmouse7/dev_a\n")
    return make_clone(pristine_sorts, base)


@pytest.mark.parametrize(("command", "expected"), WRONG)
def test_wrong_command_is_one_clear_line_and_runs_nothing(shared_clone, command, expected):
    before = contents(shared_clone.parent / "mouse7")
    code, said = typed(shared_clone, command)
    assert code == 1, said
    assert sum(expected in line for line in said.splitlines()) == 1, said
    assert len(said.splitlines()) <= 4, said
    assert "Traceback" not in said
    assert contents(shared_clone.parent / "mouse7") == before


def test_unwritable_working_folder(clone):
    folder = clone.parent / "closed"
    folder.mkdir(mode=0o555)
    words = f"--cores 2 -s {clone / 'Snakefile'} --config dataset={clone.parent / 'mouse7'}"
    code, said = typed(folder, words, preexec_fn=without_root_powers)
    assert code == 1, said
    assert "Permission denied" in said and str(folder) in said
    assert "Traceback" not in said
    assert len(said.splitlines()) < 25


def test_unwritable_session(clone):
    sort = clone.parent / "mouse7" / "dev_a"
    sort.chmod(0o555)
    words = "--cores 2 --config dataset=../mouse7"
    code, said = typed(clone, words, preexec_fn=without_root_powers)
    sort.chmod(0o755)
    assert code == 1, said
    assert "backup_labels, session dev_a: " in said and "Permission denied" in said
    assert "1 of 2 session(s)" in said
    assert "Traceback" not in said and "Error in rule" not in said
    assert len(said.splitlines()) < 25


def interrupted(folder, words, once="logs/compute_metrics/*.log", after_s=0.0):
    """Start a run, interrupt it some time after such a file is there, give code and screen."""
    process = start(folder, *words.split(), start_new_session=True)
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if list(folder.glob(once)):
            break
        time.sleep(0.02)
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, said


def test_interrupted_run_says_so_and_the_next_one_finishes(clone):
    for i in range(20):
        write_session(clone.parent / "mouse7" / f"more{i}", {0: range(i, 9_000_000, 3000)})
    words = "--cores 1 --config dataset=../mouse7"
    code, said = interrupted(clone, words)
    assert code != 0, said
    assert "Error in rule" not in said
    assert "session(s)" in said
    code, said = typed(clone, words.replace("--cores 1", "--cores 2"))
    assert code == 0, said
    assert "22 session(s) labelled" in said


@pytest.mark.parametrize("after_s", [0.1, pytest.param(0.3, marks=pytest.mark.hazards)])
def test_interrupt_of_jobs_that_only_start_fits_one_screen(clone, after_s):
    words = "preview --cores 2 --config dataset=../mouse7"
    code, said = interrupted(clone, words, once=STARTED, after_s=after_s)
    assert code != 0, said
    assert "Traceback" not in said and "KeyboardInterrupt" not in said
    assert len(said.splitlines()) <= SCREEN and max(map(len, said.splitlines())) < 500, said
    code, said = typed(clone, words)
    assert code == 0, said


def test_held_lock_is_named(clone):
    folder = clone / ".snakemake" / "locks"
    folder.mkdir(parents=True)
    for name in ("0.input.lock", "0.output.lock"):
        (folder / name).write_text(f"{clone}/results/units.tsv\nresults/units.tsv\n")
    code, said = typed(clone, "--cores 2 --config dataset=../mouse7")
    assert code == 1, said
    assert "Directory cannot be locked" in said and "--unlock" in said
    assert len(said.splitlines()) < 25


def test_outside_the_clone_the_demo_is_never_labelled_by_surprise(clone):
    mine = clone.parent / "my"
    mine.mkdir()
    words = f"--cores 2 --snakefile {clone / 'Snakefile'}"
    code, said = typed(mine, words)
    assert code == 1
    assert "dataset: none is set" in said
    assert not (mine / "results").exists()

    (mine / "config.yaml").write_text("dataset: ../mouse7\nonly: dev_b\n")
    code, said = typed(mine, words)
    assert code == 0, said
    assert f"settings: {mine / 'config.yaml'}" in said
    assert {path.name for path in (mine / "results").iterdir() if path.is_dir()} == {
        ".run",
        "figures",
        "dev_b",
    }


@pytest.mark.hazards
def test_steps_are_shown_on_demand_and_the_log_is_complete(clone):
    words = "--cores 2 --config dataset=../mouse7"
    code, said = typed(clone, words)
    assert code == 0, said
    assert "Computing the metrics" not in said
    (log,) = (clone / ".snakemake" / "log").iterdir()
    assert log.read_text().count("Computing the metrics of session") == 2
    assert "of 15 steps" in log.read_text()
    for option in ("--printshellcmds", "--verbose"):
        _, said = typed(clone, f"--forceall {option} {words}")
        assert said.count("Computing the metrics of session") == 2, option


def test_dry_run_says_what_changed(clone):
    words = "--cores 2 --config dataset=../mouse7"
    code, said = typed(clone, words)
    assert code == 0, said
    loose = clone.parent / "loose.yaml"
    shipped = (PROJECT / "config.yaml").read_text(encoding="utf-8")
    loose.write_text(shipped.replace("- firing_rate >= 1", "- firing_rate >= 2"))
    for name, old, new in (
        ("loose", "- firing_rate >= 1", "- firing_rate >= 2"),
        ("bins", "bin_duration_s: 300", "bin_duration_s: 60"),
    ):
        assert shipped.count(old) == 1
        (clone.parent / f"{name}.yaml").write_text(shipped.replace(old, new))
    dry = "-n --configfile ../{}.yaml --config dataset=../mouse7"
    _, said = typed(clone, dry.format("loose"))
    assert "threshold firing_rate: 1 -> 2: 2 sessions (dev_a, dev_b)" in said
    assert "(labels of 2, write of 2)" in said
    _, again = typed(clone, dry.format("loose"))
    assert again == said, "a dry run leaves nothing that hides the change"
    _, said = typed(clone, dry.format("bins"))
    assert "parameter presence_ratio.bin_duration_s: 300 -> 60: 2 sessions" in said

    # What happens to a dataset, all at once.
    sorts = clone.parent / "mouse7"
    group = sorts / "dev_a" / "cluster_group.tsv"
    group.write_text(re.sub(r"\t(good|mua)$", "\tnoise", group.read_text(), count=1, flags=re.M))
    clusters = np.load(sorts / "dev_b" / "spike_clusters.npy")
    clusters[clusters == clusters[0]] = clusters.max() + 1
    np.save(sorts / "dev_b" / "spike_clusters.npy", clusters)
    shutil.copytree(sorts / "dev_a", sorts / "dev_c")
    _, said = typed(clone, f"-n {words}")
    cause = "labels or clusters in the session folder changed, as Phy does when it saves"
    assert f"{cause}: 1 session (dev_a)" in said
    assert "clusters changed, as by a merge or split in Phy: 1 session (dev_b)" in said
    assert "new: 1 session (dev_c)" in said
    assert len(said.splitlines()) < 15
