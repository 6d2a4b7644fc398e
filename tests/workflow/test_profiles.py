"""The profiles fit the default one and each other; tests/slurm runs them on a real Slurm."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
PROFILES = PROJECT / "profiles"
GENERIC = PROFILES / "generic"
JOB = """\
#!/bin/sh
# properties = {"type": "single", "threads": 2, "resources": {"mem_mb": 1500, "runtime": 95}}
true
"""
RECORDER = """\
#!/bin/sh
printf '%s\\n' "$@" > "$RECORD"
echo "Job <17> is submitted to queue <normal>."
"""
SUBMITTED = {
    "sge": ("qsub", ["smp", "h_vmem=750M", "h_rt=5700"]),
    "pbs": ("qsub", ["select=1:ncpus=2:mem=1500mb", "walltime=1:35:00"]),
    "torque": ("qsub", ["nodes=1:ppn=2", "mem=1500mb", "walltime=1:35:00"]),
    "lsf": ("bsub", ["span[hosts=1] rusage[mem=1500]", "1500", "95"]),
}


def _profile(name):
    """Options that a profile sets."""
    content = yaml.safe_load((PROFILES / name / "config.yaml").read_text())
    return {key: value for key, value in content.items() if not key.startswith("__")}


@pytest.mark.parametrize("name", ["slurm", "slurm-onenode", "generic"])
def test_a_chosen_profile_keeps_what_the_default_one_sets(name):
    default = _profile("default")
    assert {key: _profile(name)[key] for key in default} == default


def test_the_pipeline_of_the_examples_has_the_default_profile():
    example = PROJECT / "examples" / "pipeline" / "profiles" / "default" / "config.yaml"
    assert yaml.safe_load(example.read_text()) == _profile("default")


def test_every_step_of_a_session_is_in_its_group():
    steps = {"backup_labels", "compute_metrics", "apply_thresholds", "write_phy"}
    for name in ("slurm", "generic"):
        assert set(_profile(name)["groups"]) == steps


@pytest.mark.parametrize("scheduler", SUBMITTED)
def test_what_a_job_asks_for_reaches_the_batch_system(scheduler, tmp_path):
    """A recorder stands for batch systems that cannot run here."""
    command, expected = SUBMITTED[scheduler]
    (tmp_path / command).write_text(RECORDER)
    (tmp_path / command).chmod(0o755)
    script = tmp_path / "snakejob.write_phy.3.sh"
    script.write_text(JOB)
    env = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "GOODUNITS_SCHEDULER": scheduler,
        "RECORD": str(tmp_path / "record"),
    }

    words = [GENERIC / "submit.sh", script]
    printed = subprocess.check_output(words, cwd=tmp_path, env=env, text=True)

    record = (tmp_path / "record").read_text().splitlines()
    assert set(expected) <= set(record)
    assert record[-1] == str(script)
    assert scheduler != "lsf" or printed == "17\n"
