"""The figures for papers."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

import made_report
from goodunits.report import report_data, report_files

pytest.importorskip("matplotlib", reason="the figures need matplotlib, see requirements.txt")
from goodunits.report import report_figures  # noqa: E402


def words(path):
    """Text in an SVG file."""
    return " ".join(ElementTree.parse(path).getroot().itertext())


def draw(tmp_path, rows, label="good"):
    """Every figure of some sessions, which may have a label of their own."""
    made_report.table(tmp_path, rows)
    dataset = report_data.gather(tmp_path, {}, with_pictures=False)
    for part in dataset.sessions:
        part.units[0]["label"] = label
    report_figures.write(dataset, tmp_path / "figures")
    return {name: words(tmp_path / "figures" / f"{name}.svg") for name in report_files.FIGURES}


def test_each_figure_says_its_finding_and_its_unit(tmp_path):
    rows = [
        made_report.session(tmp_path, name, 30, seed) for seed, name in enumerate(("one", "two"))
    ]
    told = draw(tmp_path, rows)
    good = sum(row["n_good"] for row in rows)
    assert f"{good} of 60 units are good" in told["yield"] and "one" in told["yield"]
    assert "firing_rate (Hz)" in told["distributions"]
    assert "firing_rate >= 1" in told["costs"] and "firing_rate >= 1" in told["together"]
    assert "units" in told["labels"] and "(Hz)" in told["sessions"]
    assert "$" not in " ".join(told.values()), "numbers of the axes are plain text too"


@pytest.mark.parametrize("n_units", [0, 1])
def test_there_is_always_a_figure(tmp_path, n_units):
    told = draw(tmp_path, [made_report.session(tmp_path, "a", n_units)] if n_units else [])
    assert all(told.values())


def test_criteria_of_a_newer_version_leave_the_other_figures(tmp_path):
    row = made_report.session(tmp_path, "a", 10)
    receipt = tmp_path / "a" / "written.json"
    told = json.loads(receipt.read_text())
    told["settings"]["labels"] = {"good": {"unless": ["x"]}, "mua": "rest"}
    receipt.write_text(json.dumps(told))
    assert "of 10 units are good" in draw(tmp_path, [row])["yield"]


def test_the_same_units_make_the_same_file(tmp_path):
    rows = [made_report.session(tmp_path, "a", 10)]
    draw(tmp_path, rows)
    once = (tmp_path / "figures" / "costs.svg").read_bytes()
    draw(tmp_path, rows)
    assert (tmp_path / "figures" / "costs.svg").read_bytes() == once


def test_figures_in_other_formats_and_none_of_earlier_labels(tmp_path):
    made_report.table(tmp_path, [made_report.session(tmp_path, "a", 10)])
    dataset = report_data.gather(tmp_path, {}, with_pictures=False)
    folder = tmp_path / "figures"
    report_figures.write(dataset, folder, ["svg", "png", "pdf"])
    begins = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    for name in report_files.FIGURES:
        for ending, begin in begins.items():
            assert (folder / f"{name}.{ending}").read_bytes().startswith(begin)
    once = (folder / "costs.pdf").read_bytes()
    report_figures.write(dataset, folder, ["pdf"])
    assert (folder / "costs.pdf").read_bytes() == once
    assert {path.suffix for path in folder.iterdir()} == {".pdf"}


@pytest.mark.parametrize("label", [r"$\frac$", "_$axon$"])
def test_a_label_is_drawn_as_it_is(tmp_path, label):
    told = draw(tmp_path, [made_report.session(tmp_path, "a$b$", 10)], label)
    assert label in told["labels"]
    assert "a$b$" in told["yield"]
