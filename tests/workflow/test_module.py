"""goodunits inside a larger pipeline (examples/pipeline), and several runs side by side."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from goodunits.base import tsv

PROJECT = Path(__file__).resolve().parents[2]
PARTS = (
    "Snakefile",
    "config.yaml",
    "rules",
    "scripts",
    "schemas",
    "envs",
    "report",
    "presets",
    "demo",
)
RUN_TIMEOUT_S = 300


@pytest.fixture
def project(tmp_path):
    """A fresh copy of the project, as a checkout has it."""
    copy = tmp_path / "goodunits"
    copy.mkdir()
    made = [PROJECT / "demo" / "sorts"]
    made += [PROJECT / "examples" / "pipeline" / name for name in ("sorts", "curation", "results")]
    hidden = shutil.ignore_patterns(".snakemake", "__pycache__")

    def ignored(place, names):
        return {*hidden(place, names), *(name for name in names if Path(place, name) in made)}

    for name in (*PARTS, "profiles", "examples"):
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy(source, copy / name)
    return copy


@pytest.fixture
def pipeline(project):
    """Folder of the example pipeline."""
    return project / "examples" / "pipeline"


def _start(folder, *options, env=None):
    """Start Snakemake in a folder."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *options]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=folder, env={**os.environ, **(env or {})}, **streams)


def _run(folder, *options, env=None):
    """Run Snakemake in a folder; give exit code and output."""
    process = _start(folder, *options, env=env)
    output, _ = process.communicate(timeout=RUN_TIMEOUT_S)
    return process.returncode, output


def _succeed(folder, *options, env=None):
    """Run Snakemake, which must succeed; give its output."""
    code, output = _run(folder, *options, env=env)
    assert code == 0, output
    return output


def _planned(folder, *options, env=None):
    """Names of the rules that a dry run would run."""
    output = _succeed(folder, "-n", *options, env=env)
    if "Nothing to be done" in output:
        return set()
    table = output.split("Job stats:")[-1].split("total")[0].splitlines()
    return {line.split()[0] for line in table[3:] if line.strip()}


def _good(folder):
    """Number of good units by session, as the last rule of the pipeline counts them."""
    _, rows = tsv.read_table(folder / "good_units.tsv")
    return {row["session"]: int(row["n_good"]) for row in rows}


def _edit(path, old, new):
    """Replace a text in a file, where it must be."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_sorts_made_by_another_rule_are_labelled_in_the_same_run(pipeline):
    assert not (pipeline / "sorts").exists()
    output = _succeed(pipeline)

    assert output.count("2 session(s) labelled") == 1
    assert set(_good(pipeline)) == {"dev_b", "dev_c"}
    header = (pipeline / "sorts" / "dev_b" / "cluster_group.tsv").read_text().splitlines()[0]
    assert header == "cluster_id\tgroup"
    assert (pipeline / "curation" / "results" / "dev_b" / "written.json").exists()
    assert (pipeline / "curation" / "logs" / "write_phy" / "dev_b.log").exists()
    assert not (pipeline / "results").exists()
    assert _planned(pipeline) == set()


@pytest.mark.hazards
def test_a_threshold_reruns_the_labels_only(pipeline):
    _succeed(pipeline)
    before = _good(pipeline)
    _edit(pipeline / "config.yaml", "firing_rate >= 0.5", "firing_rate >= 5")

    assert _planned(pipeline) == {
        "goodunits_apply_thresholds",
        "goodunits_write_phy",
        "goodunits_summarize",
        "count_good_units",
        "all",
    }
    _succeed(pipeline)
    after = _good(pipeline)
    assert all(after[session] < before[session] for session in before)
    assert _planned(pipeline) == set()


def test_a_dry_run_says_why(pipeline):
    _succeed(pipeline)
    _edit(pipeline / "config.yaml", "firing_rate >= 0.5", "firing_rate >= 5")
    output = _succeed(pipeline, "-n")
    assert "threshold firing_rate: 0.5 -> 5: 2 sessions (dev_b, dev_c)" in output


@pytest.mark.parametrize("target", ["goodunits_all", "goodunits_preview"])
def test_what_failed_is_said_without_an_onerror_of_the_pipeline(pipeline, target):
    assert "onerror" not in (pipeline / "Snakefile").read_text()
    _succeed(pipeline)
    (pipeline / "sorts" / "dev_b" / "spike_times.npy").write_bytes(b"damaged")
    code, output = _run(pipeline, target)
    assert code != 0, output
    last_words = output.split("Complete log")[-1]
    assert "dev_b" in last_words
    said = {"goodunits_all": "1 of 2 session(s)", "goodunits_preview": "label(s) would change"}
    assert said[target] in last_words


def test_deployed_as_snakedeploy_does(project, tmp_path, sort_folder):
    """A pipeline that is nothing but the module, over an entry file that is a module itself."""
    (project / "workflow").mkdir()
    entry = 'module goodunits:\n    snakefile: "{}"\n    config: config\n\n\n{}\n'
    inner = entry.format("../Snakefile", "use rule * from goodunits")
    (project / "workflow" / "Snakefile").write_text(inner)
    deployed = tmp_path / "deployed"
    (deployed / "config").mkdir(parents=True)
    sort = sort_folder("dev_b")
    (deployed / "config" / "config.yaml").write_text(f"dataset: {sort.parent}\n")
    outer = entry.format(project / "workflow" / "Snakefile", "use rule * from goodunits")
    (deployed / "Snakefile").write_text(f'configfile: "config/config.yaml"\n\n\n{outer}')
    assert "1 session(s) labelled" in _succeed(deployed, "all")
    (sort / "spike_times.npy").write_bytes(b"damaged")
    code, output = _run(deployed, "preview")
    assert code != 0
    assert "dev_b: not compared" in output


def test_a_sort_made_anew_is_labelled_anew(pipeline):
    _succeed(pipeline)
    group = pipeline / "sorts" / "dev_b" / "cluster_group.tsv"
    ours = group.read_bytes()

    # The sorter puts its own labels back after the run has looked at the folder.
    _succeed(pipeline, "--forcerun", "sort")

    assert group.read_bytes() == ours
    assert _planned(pipeline) == set()


def test_a_changed_rule_keeps_the_rest_of_itself(pipeline):
    output = _succeed(pipeline, "-n")
    assert output.count("Measuring the new sort dev_") == 2
    assert "Computing the metrics of session" not in output
    assert output.count("Backing up the labels of session") == 2


@pytest.mark.hazards
def test_from_a_tag_on_github(project, tmp_path):
    """Git is told to take a copy on this disk for github.com; all else is the real thing."""
    remote = tmp_path / "remotes" / "lab" / "goodunits"
    shutil.copytree(project, remote)
    git = ["git", "-c", "user.name=lab", "-c", "user.email=lab@example.org", "-C", str(remote)]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "v1"], ["tag", "v1.0"]):
        subprocess.run([*git, *words], check=True)
    env = {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{tmp_path}/remotes/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }
    pipeline = tmp_path / "pipeline"
    shutil.copytree(project / "examples" / "pipeline", pipeline)
    recordings = project / "demo" / "sorts.tar.xz"
    _edit(pipeline / "config.yaml", "../../demo/sorts.tar.xz", str(recordings))
    source = 'github("lab/goodunits", path="Snakefile", tag="v1.0")'
    _edit(pipeline / "Snakefile", 'config["goodunits_snakefile"]', source)
    shutil.rmtree(project / "scripts")

    _succeed(pipeline, env=env)

    assert set(_good(pipeline)) == {"dev_b", "dev_c"}
    assert _planned(pipeline, env=env) == set()


def test_git_file_does_not_work_in_this_snakemake(project, pipeline):
    """docs/modules.md says so: when this fails, Snakemake can do it and the page needs a word."""
    git = ["git", "-c", "user.name=lab", "-c", "user.email=lab@example.org", "-C", str(project)]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "v1"], ["tag", "v1.0"]):
        subprocess.run([*git, *words], check=True)
    place = f"git+file://{project}/Snakefile@v1.0"

    code, output = _run(pipeline, "-n", "--config", f"goodunits_snakefile={place}")

    assert code != 0
    assert "//rules/common.smk" in output


@pytest.mark.hazards
def test_two_runs_side_by_side_have_results_of_their_own(sort_folder, tmp_path):
    sorts = sort_folder("dev_b").parent
    runs = {}
    for name, rate in (("loose", 0.1), ("strict", 20)):
        folder = tmp_path / name
        folder.mkdir()
        labels = f"{{good: {{all: [firing_rate >= {rate}]}}, mua: rest}}"
        (folder / "my.yaml").write_text(f"dataset: {sorts}\nlabels: {labels}\n")
        options = ["--snakefile", PROJECT / "Snakefile", "--configfile", folder / "my.yaml"]
        runs[name] = _start(tmp_path, *options, "--directory", folder)
    outputs = {name: run.communicate(timeout=RUN_TIMEOUT_S)[0] for name, run in runs.items()}

    good = {}
    for name, run in runs.items():
        # Both label the same folder: the one whose labels are gone at its end has to say so.
        assert run.returncode == 0 or "changed since it was written" in outputs[name], outputs[name]
        _, rows = tsv.read_table(tmp_path / name / "results" / "dev_b" / "written" / "labels.tsv")
        good[name] = sum(row["label"] == "good" for row in rows)
    assert 0 in [run.returncode for run in runs.values()]
    assert good["loose"] > good["strict"]
