"""What a change makes Snakemake do again, and nothing else."""

import ast
import os
import shutil

import numpy as np
import pytest
from helpers import (
    DATASET,
    PROJECT,
    SESSION_RULES,
    SORTS,
    contents,
    jobs_of,
    make_unlike,
    of_sessions,
    write_config,
)

from goodunits.workflow import own_imports

LABELLING = ("apply_thresholds", "write_phy")


def config_with(work, name, old, new):
    """Changed copy of the shared run's configuration."""
    text = work.configfile.read_text(encoding="utf-8")
    assert text.count(old) == 1
    return write_config(work.configfile.with_name(name), text.replace(old, new))


def touch(folder):
    """Give every file below a folder a new modification time."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path)


# Settings


def test_threshold(changeable):
    config = config_with(changeable, "t.yaml", "- firing_rate >= 1", "- firing_rate >= 2")
    expected = jobs_of(LABELLING, SORTS) | DATASET
    assert changeable.plan(configfile=config) == expected
    assert changeable.plan() == set()  # a dry run leaves nothing to do behind
    shutil.rmtree(changeable.folder / ".snakemake")
    assert changeable.plan(configfile=config) == expected


def test_threshold_spelled_otherwise(changeable):
    config = config_with(changeable, "s.yaml", "- firing_rate >= 1", "- firing_rate>=1.0 # Hz")
    assert changeable.plan(configfile=config) == set()


def test_swap_of_two_numbers(changeable):
    text = changeable.configfile.read_text(encoding="utf-8")
    swapped = text.replace("firing_rate >= 1", "firing_rate >= 0.5")
    swapped = swapped.replace("presence_ratio >= 0.5", "presence_ratio >= 1")
    config = write_config(changeable.configfile.with_name("swap.yaml"), swapped)
    assert changeable.plan(configfile=config) == jobs_of(LABELLING, SORTS) | DATASET


def test_metric_parameter(changeable):
    config = config_with(changeable, "m.yaml", "fraction_of_mean: 0.05", "fraction_of_mean: 0.1")
    rules = ("compute_metrics", *LABELLING)
    assert changeable.plan(configfile=config) == jobs_of(rules, SORTS) | DATASET


def test_phy_columns(changeable):
    config = config_with(changeable, "p.yaml", "phy_columns: []", "phy_columns: [presence_ratio]")
    assert changeable.plan(configfile=config) == jobs_of(["write_phy"], SORTS) | DATASET


def test_manual_curation(changeable):
    config = config_with(changeable, "o.yaml", "_curation: keep", "_curation: overwrite")
    assert changeable.plan(configfile=config) == jobs_of(LABELLING, SORTS) | DATASET


def test_a_dry_run_from_elsewhere_says_what_changed(changeable):
    config = config_with(changeable, "d.yaml", "- firing_rate >= 1", "- firing_rate >= 2")
    said = changeable.succeed(configfile=config, options=["-n"])
    assert "threshold firing_rate: 1 -> 2: 4 sessions" in said


# Sessions


def test_added_session(changeable):
    shutil.copytree(changeable.dataset / "dev_b", changeable.dataset / "more" / "dev_d")
    shutil.rmtree(changeable.dataset / "more" / "dev_d" / "goodunits_store")
    make_unlike(changeable.dataset / "more" / "dev_d")
    assert changeable.plan() == jobs_of(SESSION_RULES, ["more__dev_d"]) | DATASET


def test_removed_session(changeable):
    shutil.move(changeable.dataset / "dev_b", changeable.dataset.parent / "away")
    assert changeable.plan() == DATASET


def test_only_some_sessions(changeable):
    assert of_sessions(changeable.plan(config=["only=dev_*"])) == set()


def test_sheet(changeable):
    """A sheet of the same sessions changes nothing; one more row, one criteria set: only that."""
    sheet = changeable.dataset.parent / "sheet.tsv"
    rows = [f"{name}\t{changeable.dataset / name}\t" for name in SORTS]
    sheet.write_text("\n".join(["session\tpath\tcriteria", *rows]), encoding="utf-8")
    same = [f"dataset={sheet}"]
    assert changeable.plan(config=same) == set()

    more = changeable.dataset.parent / "more"
    shutil.copytree(changeable.dataset / "dev_b", more)
    shutil.rmtree(more / "goodunits_store")
    make_unlike(more)
    sheet.write_text(sheet.read_text() + f"\nmore\t{more}\t", encoding="utf-8")
    assert changeable.plan(config=same) == jobs_of(SESSION_RULES, ["more"]) | DATASET

    config = config_with(
        changeable,
        "sets.yaml",
        "criteria_sets: {}",
        "criteria_sets: {loose: {good: {all: [firing_rate > 0]}, mua: rest}}",
    )
    sheet.write_text("\n".join(["session\tpath\tcriteria", *rows[:3], f"{rows[3]}loose"]))
    plan = changeable.plan(configfile=config, config=same)
    assert plan == jobs_of(LABELLING, ["dev_c"]) | DATASET


# Files


def test_a_document_that_is_gone_is_made_with_the_page_that_shows_it(changeable):
    (changeable.folder / "results" / "methods.md").unlink()
    assert changeable.plan() == {(rule, None) for rule in ("methods", "ro_crate", "report")}


def test_touch_of_every_file(changeable):
    touch(changeable.dataset)
    touch(changeable.project)
    touch(changeable.configfile.parent)
    assert changeable.plan() == set()


def test_save_in_phy(changeable):
    """Phy rewrites both files; a merge gives a new cluster id."""
    folder = changeable.dataset / "dev_c"
    clusters = np.load(folder / "spike_clusters.npy")
    first, second = np.unique(clusters)[:2]
    clusters[np.isin(clusters, [first, second])] = clusters.max() + 1
    np.save(folder / "spike_clusters.npy", clusters)
    group = (folder / "cluster_group.tsv").read_text().replace("\n", "\r\n")
    (folder / "cluster_group.tsv").write_text(group.replace("good", "noise", 1), newline="")
    rules = ("compute_metrics", *LABELLING)
    assert changeable.plan() == jobs_of(rules, ["dev_c"]) | DATASET
    changeable.succeed()
    assert changeable.plan() == set()


def test_label_saved_in_phy(changeable):
    group = changeable.dataset / "dev_c" / "cluster_group.tsv"
    group.write_text(group.read_text().replace("\tgood", "\tnoise", 1))
    assert changeable.plan() == jobs_of(LABELLING, ["dev_c"]) | DATASET
    changeable.succeed()
    noise = [row for row in changeable.table("dev_c/labels.tsv") if row["label"] == "noise"]
    assert [row["source"] for row in noise] == ["manual"]
    assert changeable.plan() == set()


def test_sorted_again(changeable):
    folder, other = changeable.dataset / "dev_c", changeable.dataset / "dev_b"
    for path in other.iterdir():
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    for name in ("cluster_KSLabel.tsv", "cluster_group.tsv"):
        original = next((other / "goodunits_store").glob(f"*/original/{name}"))
        shutil.copyfile(original, folder / name)
    make_unlike(folder)
    assert changeable.plan() == jobs_of(SESSION_RULES, ["dev_c"]) | DATASET
    changeable.succeed()
    labels = {i: row["label"] for i, row in changeable.by_unit("dev_c", "labels.tsv").items()}
    expected = {i: row["label"] for i, row in changeable.by_unit("dev_b", "labels.tsv").items()}
    assert labels == expected
    assert len(list((folder / "goodunits_store").glob("*/manifest.json"))) == 2


def test_damaged_copy_is_no_new_sort(changeable):
    """The reason is the file, not the labels; with the file back the labels come back."""
    folder = changeable.dataset / "dev_c"
    whole, before = (folder / "spike_times.npy").read_bytes(), contents(folder)
    (folder / "spike_times.npy").write_bytes(whole[:5000])
    said = changeable.run()
    assert said.returncode != 0
    assert "spike_times.npy: cut short" in said.stdout
    (folder / "spike_times.npy").write_bytes(whole)
    changeable.succeed()
    assert {path: sha for path, sha in contents(folder).items() if "store" not in path} == {
        path: sha for path, sha in before.items() if "store" not in path
    }
    assert len(list((folder / "goodunits_store").glob("*/manifest.json"))) == 1


def test_lost_results(changeable):
    """Everything is made anew from the session folders, and the labels come out the same."""
    before = {name: changeable.by_unit(name, "labels.tsv") for name in SORTS}
    shutil.rmtree(changeable.folder / "results")
    shutil.rmtree(changeable.folder / ".snakemake")
    changeable.succeed()
    assert {name: changeable.by_unit(name, "labels.tsv") for name in SORTS} == before


# The library


def imports(path):
    """Names of the library modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.module.startswith("goodunits."):
            continue
        room, *module = node.module.split(".")[1:]
        names = module or [alias.name for alias in node.names]
        found |= {f"{room}/{name}" for name in names}
    return found


def all_imports(names):
    """File names of library modules and of all that these import."""
    found, waiting = {"__init__.py"}, set(names)
    while waiting:
        name = waiting.pop()
        if f"{name}.py" not in found:
            found |= {f"{name}.py", f"{name.split('/')[0]}/__init__.py"}
            waiting |= imports(PROJECT / "scripts" / "goodunits" / f"{name}.py")
    return found


def library_of(rule):
    """File names of the library modules behind the script of a rule."""
    return all_imports(imports(PROJECT / "scripts" / f"{rule}.py"))


def test_library_files_are_those_that_python_imports():
    """What the rules read off the text of the sources is what Python's own parser finds."""
    library_folder = PROJECT / "scripts" / "goodunits"
    for script in sorted((PROJECT / "scripts").glob("*.py")):
        assert own_imports.imported(script.read_text(encoding="utf-8")) == imports(script)
    for module in sorted(library_folder.rglob("*.py")):
        assert own_imports.imported(module.read_text(encoding="utf-8")) == imports(module), module
    library = own_imports.Library(library_folder.joinpath)
    text = (PROJECT / "scripts" / "write_phy.py").read_text(encoding="utf-8")
    behind = {path.relative_to(library_folder).as_posix() for path in library.files_behind(text)}
    assert behind == library_of("write_phy")


@pytest.mark.parametrize(
    "module",
    [
        "spiketrains/unit_spikes.py",
        "criteria/unit_verdict.py",
        "store/label_store.py",
        "dataset/session_search.py",
    ],
)
def test_edit_of_a_library_file(changeable, module):
    with open(changeable.project / "scripts" / "goodunits" / module, "a") as file:
        file.write("\n# a comment\n")
    users = [rule for rule in SESSION_RULES if module in library_of(rule)]
    expected = {(rule, name) for rule in users for name in SORTS}
    downstream = {"compute_metrics": LABELLING, "apply_thresholds": ("write_phy",)}
    downstream["backup_labels"] = ("write_phy",)
    for rule, after in downstream.items():
        expected |= jobs_of(after, SORTS) if (rule, SORTS[0]) in expected else set()
    assert changeable.plan() == (expected | DATASET if expected else set())


def test_edit_of_a_script(changeable):
    with open(changeable.project / "scripts" / "apply_thresholds.py", "a") as file:
        file.write("\n# a comment\n")
    assert changeable.plan() == jobs_of(LABELLING, SORTS) | DATASET
