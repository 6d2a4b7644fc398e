"""The steps of a run are started from command lines that say what is wrong with them."""

import importlib
import json
import subprocess
import sys

import pytest

import prepared
import steps
import tiny
from goodunits.base.errors import GoodunitsError
from goodunits.workflow import step_words
from imports import SCRIPTS, loaded_by

# dataclasses brings inspect along: a fifth of what such a step takes.
HEAVY = {"numpy", "pandas", "yaml", "jsonschema", "dataclasses", "inspect", "argparse"}
LIGHT = ("backup_labels", "apply_thresholds", "write_phy")
OVER_ALL = ("summarize", "methods", "exchange", "ro_crate", "figures", "report")


def work(*, folder, settings, labels, look_again="no"):
    """Do something.

    Parameters
    ----------
    folder, settings : path
        Something that is
        100 % there.
    labels : path
        Where to write.
    look_again : yes or no
        Twice.
    """


GIVEN = ["--folder", "/a b", "--settings={}", "--labels", "x.tsv"]


def test_options_are_the_keywords_of_the_main_function():
    words = [*GIVEN, "--look-again", "yes", "--mem-mb=750", "--log", "--odd"]
    assert step_words.options(words, work) == {
        "folder": "/a b",
        "settings": "{}",
        "labels": "x.tsv",
        "look_again": "yes",
        "mem_mb": "750",
        "log": "--odd",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*GIVEN, "--lables", "y"], "'--lables' is no option of it; did you mean --labels?"),
        ([*GIVEN, "labels"], "'labels' is no option of it; did you mean --labels?"),
        ([*GIVEN, "--quite-other=1"], "'--quite-other' is no option of it; see --help"),
        ([*GIVEN, "--session"], "--session needs a value"),
        (GIVEN[:3], "--labels missing"),
    ],
)
def test_a_wrong_command_line_is_said_in_one_line(words, said):
    with pytest.raises(GoodunitsError) as raised:
        step_words.options(words, work)
    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_help_says_what_each_option_is():
    text = " ".join(step_words.help_text(work, "work").split())
    assert "Do something." in text
    assert "--folder VALUE Something that is 100 % there." in text
    assert "--settings VALUE Something that is 100 % there." in text
    assert "[--look-again VALUE]" in text and "[--session VALUE]" in text
    assert "[--labels VALUE]" not in text


@pytest.mark.parametrize("name", [*steps.MAINS, *OVER_ALL])
def test_every_step_of_a_run_has_help(name):
    process = started(name, "--help")
    assert process.returncode == 0 and not process.stderr
    assert f"usage: {name}.py" in process.stdout
    main = importlib.import_module(name).main
    for option in map(step_words.option, step_words.keywords(main)[0]):
        assert f"{option} VALUE" in " ".join(process.stdout.split())


def started(name, *words):
    """The process of a script."""
    command = [sys.executable, str(SCRIPTS / f"{name}.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_wrong_word_on_a_real_command_line():
    process = started("write_phy", "--receit", "x")
    assert process.returncode == 2 and not process.stdout
    assert process.stderr == (
        "goodunits: write_phy: '--receit' is no option of it; did you mean --receipt?; see --help\n"
    )


def test_a_whole_run_by_command_lines(tmp_path):
    """Without Snakemake; each says nothing and leaves its files."""
    folder = tmp_path / "sort"
    tiny.make_sort(folder)
    (folder / "params.py").write_text("sample_rate = 30000.0\n")
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text(f"session\tpath\ns1\t{folder}\n")
    run = prepared.prepare(
        {"dataset": str(sheet), "labels": {"good": {"all": ["n_spikes >= 35"]}, "mua": "rest"}},
        tmp_path,
        results=str(tmp_path / "results"),
    )
    run.bring_up_to_date()
    for name in steps.MAINS:
        given = steps.keywords(run, name, "s1")
        words = [f"{step_words.option(key)}={value}" for key, value in given.items()]
        process = started(name, *words, f"--log={tmp_path / name}")
        assert (process.returncode, process.stdout, process.stderr) == (0, "", ""), name
    assert set(tiny.groups(folder).values()) == {"good", "mua"}
    receipt = json.loads((tmp_path / "results" / "s1" / "written.json").read_text())
    assert receipt["session"] == "s1"
    for name, (made, words) in over_all(run).items():
        process = started(name, *words, f"--log={tmp_path / name}")
        assert (process.returncode, process.stdout, process.stderr) == (0, "", ""), name
        assert made.is_file(), name


def over_all(run):
    """What each step over the dataset makes first, and the words of its command line."""
    results, project = run.results, SCRIPTS.parent
    kept = results / ".run"
    dataset = f"--dataset={kept / 'dataset.json'}"
    folders = [f"--page-folder={project}/report/page", f"--presets-folder={project}/presets"]
    crate = [f"--archive={run.archive_file()}", f"--snakefile={project / 'Snakefile'}"]
    sessions, text, table, figures, page, metadata = (
        results / name
        for name in (
            "sessions.tsv", "methods.md", "exchange.tsv", "figures", "report.html",
            "ro-crate-metadata.json",
        )
    )  # fmt: skip
    return {
        "summarize": (sessions, [dataset, f"--sessions={sessions}"]),
        "methods": (text, [dataset, f"--text={text}"]),
        "exchange": (table, [dataset, f"--table={table}"]),
        "ro_crate": (metadata, [dataset, *crate, f"--metadata={metadata}"]),
        "figures": (figures / "yield.svg", [f"--figures={figures}"]),
        "report": (page, [*folders, f"--project={kept / 'project.json'}", f"--page={page}"]),
    }


@pytest.mark.parametrize("name", LIGHT)
def test_a_light_step_imports_nothing_heavy(name):
    loaded = loaded_by(name)
    assert "goodunits.workflow.step_words" in loaded
    assert not HEAVY & loaded
