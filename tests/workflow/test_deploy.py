"""The workflow as Snakedeploy brings it to a user, by its entry for the workflow catalog."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers import PROJECT, read_tsv

SNAKEDEPLOY = Path(sys.executable).with_name("snakedeploy")


def run(*command, folder):
    """Run a command that has to succeed; what it says."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def deployed(tmp_path):
    """A working folder that Snakedeploy made of a clone."""
    if not SNAKEDEPLOY.exists():
        pytest.skip("no snakedeploy beside this Python; requirements-dev.txt has it")
    if not (PROJECT / ".git").exists():
        pytest.skip("not a checkout, so nothing to clone")
    clone, target = tmp_path / "clone", tmp_path / "work"
    run("git", "clone", "--quiet", PROJECT, clone, folder=tmp_path)
    run("git", "-C", clone, "checkout", "--quiet", "-B", "release", folder=tmp_path)
    run(SNAKEDEPLOY, "deploy-workflow", clone, target, "--branch", "release", folder=tmp_path)
    # Of a source on this disk Snakedeploy writes a path without its place.
    snakefile = target / "workflow" / "Snakefile"
    text = snakefile.read_text(encoding="utf-8")
    assert text.count('"workflow/Snakefile"') == 1
    snakefile.write_text(text.replace('"workflow/', f'"{clone}/workflow/'), encoding="utf-8")
    return target


def test_a_deployed_workflow_labels_and_says_so(deployed, sort_folder):
    sorts = {name: sort_folder(name) for name in ("dev_a_curated", "dev_b", "dev_c")}
    config = deployed / "config" / "config.yaml"
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    assert settings["dataset"]  # an empty file of settings stops Snakemake
    config.write_text(f"dataset: {sorts['dev_b'].parent}\n", encoding="utf-8")
    said = run(sys.executable, "-m", "snakemake", "--cores", "2", folder=deployed)
    assert "3 session(s) labelled" in said, said
    rows = read_tsv(deployed / "results" / "sessions.tsv")
    assert {row["session"]: row["status"] for row in rows} == dict.fromkeys(sorts, "labelled")
    again = run(sys.executable, "-m", "snakemake", "--cores", "2", folder=deployed)
    assert "Nothing to be done" in again


def test_the_entry_is_clean():
    entry = PROJECT / "workflow" / "Snakefile"
    command = (sys.executable, "-m", "snakemake", "--lint", "-s", entry, "--config")
    run(*command, "dataset=demo/sessions.tsv", folder=PROJECT)
