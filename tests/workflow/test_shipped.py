"""The files that are shipped agree with each other, and Snakemake finds the workflow sound."""

import json
import re
import subprocess
import sys
from importlib import metadata

import pytest
from helpers import PROJECT, Work, write_session
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from goodunits.catalogue import all_metrics
from goodunits.config import settings, yaml_file
from goodunits.criteria import label_rules
from goodunits.scorecards import quantities

README = PROJECT / "README.md"
PRESETS = sorted((PROJECT / "presets").glob("*.yaml"))
SCHEMA = PROJECT / "schemas" / "config.schema.yaml"


def read(name):
    """Text of a file of the project."""
    return (PROJECT / name).read_text(encoding="utf-8")


def pins(text):
    """Versions by package in a requirements or conda file."""
    return dict(re.findall(r"^(?:  - )?([\w-]+) ?==?([\d.]+)(?:;.*)?$", text, re.MULTILINE))


def test_environments_have_the_pins_of_the_requirements():
    required = pins(read("requirements.txt"))
    assert {"snakemake", "numpy", "pandas"} <= set(required)
    environments = list((PROJECT / "envs").glob("*.yaml"))
    assert environments
    for path in environments:
        found = pins(path.read_text(encoding="utf-8"))
        found["snakemake"] = found.pop("snakemake-minimal", required["snakemake"])
        found["matplotlib"] = found.pop("matplotlib-base", "")  # without windows
        assert {name: found[name] for name in required} == required, path


def test_every_requirement_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in read(name).splitlines() if line and line[0] not in "#-"]
        assert len(pins(read(name))) == len(lines), name


def requirement_files():
    """The lists of what to install."""
    return sorted(path.name for path in PROJECT.glob("requirements*.txt"))


def test_constraints_have_the_pins_of_the_requirements():
    found = pins(read("constraints.txt").replace(" ;", ";"))
    for name in requirement_files():
        required = pins(read(name))
        assert {package: found.get(package) for package in required} == required, name


def test_constraints_have_every_package_that_comes_with_another():
    """Those of this Python, as far as they are installed here."""
    lines = [line for line in read("constraints.txt").splitlines() if not line.startswith("#")]
    constraints = [Requirement(line) for line in lines]
    known = {line.name for line in constraints if not line.marker or line.marker.evaluate()}
    elsewhere = {line.name for line in constraints} - known  # of other Pythons or systems
    waiting = {name for file in requirement_files() for name in pins(read(file))} - elsewhere
    seen = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        try:
            needed = [Requirement(text) for text in metadata.requires(name) or ()]
        except metadata.PackageNotFoundError:  # this environment is not made for the cluster
            continue
        found = [line for line in needed if not line.marker or line.marker.evaluate({"extra": ""})]
        waiting |= {canonicalize_name(line.name) for line in found} - seen
    assert len(seen) > 30
    assert seen <= known


def test_minimum_version():
    minimum = re.search(r'min_version\("([\d.]+)"\)', read("Snakefile"))[1]
    pinned = pins(read("requirements.txt"))["snakemake"]
    assert version(minimum) <= version(pinned)
    if README.exists():
        badges = re.findall(r"snakemake[^\n]{0,20}?(\d+\.\d+\.\d+)", README.read_text().lower())
        assert set(badges) <= {minimum, pinned}


def version(text):
    """Numbers of a version."""
    return tuple(int(part) for part in text.split("."))


@pytest.mark.parametrize("path", [PROJECT / "config.yaml", *PRESETS])
def test_shipped_configuration_is_valid(path):
    checked = settings.load_settings(
        yaml_file.load_yaml(path),
        PROJECT / "config.yaml",
        SCHEMA,
        all_metrics.kinds(),
        all_metrics.GROUPS,
        all_metrics.json_schema(),
    )
    kinds = all_metrics.kinds() | quantities.kinds(checked.scorecards)
    for where, block in settings.label_blocks(checked).items():
        label_rules.parse_labels(block, kinds, None, where)


def test_every_key_of_the_configuration_has_a_comment_above():
    lines = read("config.yaml").splitlines()
    top = [n for n, line in enumerate(lines) if re.match(r"[a-z_]+:", line)]
    assert {lines[n].split(":")[0] for n in top} == set(yaml_file.load_yaml(SCHEMA)["properties"])
    for n in top:
        above = [line for line in lines[:n][-2:] if line.strip()]
        assert above, lines[n]
        assert above[-1].startswith("#"), lines[n]


def test_snakefile_is_a_table_of_contents():
    assert len(read("Snakefile").splitlines()) < 50


def test_every_preset_runs(tmp_path):
    """Any preset can be given by --configfile to the workflow itself."""
    write_session(tmp_path / "sorts" / "one", {0: range(0, 9_000_000, 3000)})
    (tmp_path / "work").mkdir()
    work = Work(tmp_path / "work", tmp_path / "sorts")
    for path in PRESETS:
        assert ("apply_thresholds", "one") in work.plan(configfile=path)


def test_labels_of_a_preset_do_not_mix_with_those_of_a_file_after_it(tmp_path):
    """Snakemake itself would keep the preset's classes noise and non_soma."""
    write_session(tmp_path / "sorts" / "one", {0: range(0, 9_000_000, 3000)})
    (tmp_path / "work").mkdir()
    mine = tmp_path / "mine.yaml"
    mine.write_text("labels: {good: {all: [firing_rate >= 2 Hz]}, mua: rest}\n")
    work = Work(tmp_path / "work", tmp_path / "sorts")
    work.plan(options=("--configfile", PROJECT / "presets" / "bombcell.yaml", mine))
    kept = json.loads((work.folder / "results" / ".run" / "labels-labels-keep.json").read_text())
    assert kept["labels"] == [{"good": {"all": ["firing_rate >= 2"]}}, {"mua": "rest"}]


def test_snakemake_lint():
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
