"""What a run says of its data and of itself."""

import importlib.util
import platform
import subprocess

import pytest

from goodunits.base import files
from goodunits.config import yaml_file
from goodunits.kilosort import sort_files
from goodunits.metrics import compute
from goodunits.result_files import measured_json
from goodunits.workflow import software_versions
from real_sorts import PROJECT

METRICS = yaml_file.load_yaml(PROJECT / "config.yaml")["metrics"]


def test_measured_names_every_file_by_hash(sort_folder):
    folder = sort_folder("dev_b")
    sort = sort_files.read_sort(folder)
    table = compute.compute_metrics(sort, METRICS, None)
    record = measured_json.measured(sort, table, METRICS, {}, {})
    optional = {"amplitudes.npy", "spike_positions.npy", "templates.npy", "similar_templates.npy"}
    assert set(sort.files_read) | optional <= set(record["files"])
    assert "pc_features.npy" not in record["files"]
    for name, file in record["files"].items():
        assert file["sha256"] == files.sha256_file(folder / name)
        assert file["signature"] == files.signature(folder / name)
    assert record["n_units"] == 23
    assert record["parameters"] == METRICS
    assert set(record["metric_versions"]) == set(table.columns)


def test_package_versions():
    versions = software_versions.package_versions()
    assert versions["python"] == platform.python_version()
    assert {"snakemake", "numpy"} <= set(versions)
    assert ("numba" in versions) == (importlib.util.find_spec("numba") is not None)


@pytest.fixture
def checkout(tmp_path):
    """Git checkout with one commit; function running git in it."""

    def git(*words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(
            ["git", "-C", tmp_path, *identity, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "Snakefile").write_text("")
    git("add", "-A")
    git("commit", "-qm", "first")
    return git


def test_project_version_is_the_commit(tmp_path, checkout):
    commit = checkout("rev-parse", "HEAD")
    assert software_versions.project_version(tmp_path) == {"commit": commit, "dirty": False}
    (tmp_path / "Snakefile").write_text("# edited\n")
    assert software_versions.project_version(tmp_path) == {"commit": commit, "dirty": True}


def test_only_code_of_the_project_makes_it_dirty(tmp_path, checkout):
    checkout("rev-parse", "HEAD")
    for name in ("my.yaml", "results/units.tsv", "demo/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine\n")
        assert software_versions.project_version(tmp_path)["dirty"] is False
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "more.smk").write_text("")
    assert software_versions.project_version(tmp_path)["dirty"] is True


def test_project_version_outside_a_checkout(tmp_path):
    assert software_versions.project_version(tmp_path) == {"commit": "unknown", "dirty": None}
