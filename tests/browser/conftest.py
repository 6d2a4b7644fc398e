"""A browser for the tests of the report; skipped, with the reason, where there is none."""

import importlib.util
import os
from pathlib import Path

import pytest

import made_report
from browser import chromium
from goodunits.report import report_files, report_page

PROJECT = Path(__file__).resolve().parents[2]
AXE = Path(os.environ.get("GOODUNITS_AXE", PROJECT / ".ci" / "axe.min.js"))
HARMFUL = "<img src=x onerror=alert(1)>"


def pytest_collection_modifyitems(items):
    """Mark the tests of this folder, and skip them without a browser."""
    missing = []
    if not chromium.found():
        missing.append("chromium")
    if importlib.util.find_spec("websocket") is None:
        missing.append("the package websocket-client")
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                reason = f"needs {' and '.join(missing)}: .ci/browser installs it"
                item.add_marker(pytest.mark.skip(reason=reason))


def make(results, rows, own=None):
    """Make the report of made sessions; give its path."""
    made_report.table(results, rows, own)
    page = [PROJECT / "report" / "page" / name for name in report_files.PAGE]
    presets = [PROJECT / "presets" / name for name in report_files.PRESETS]
    report_page.write(results, page, presets, results / "none.json", made_report.TIME)
    return results / report_page.NAME


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """A report of some sessions, one failed, one by hand, one with harmful names."""
    results = tmp_path_factory.mktemp("report")
    rows = [
        made_report.session(results, "day1", 40, 1, by_hand=[(2, "noise"), (5, "good")]),
        made_report.session(results, "day2", 30, 2),
        made_report.session(results, "day3", 25, 3, version="4.0.30"),
        made_report.session(results, "lonely", 1, 4),
        made_report.session(results, "nobody", 0, 5),
        made_report.session(results, "bare", 12, 6, drawn=False),
        {"session": HARMFUL, "status": "failed", "reason": f"{HARMFUL}: broken", "folder": HARMFUL},
    ]
    own = {"day1": {"mouse": HARMFUL}, "day2": {"mouse": "m2"}}
    return make(results, rows, own)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A browser, for all tests."""
    page = chromium.Page(tmp_path_factory.mktemp("chromium"))
    yield page
    page.close()


@pytest.fixture
def page(browser, report):
    """The report in a browser, freshly opened."""
    browser.resize(1400)
    browser.problems.clear()
    browser.requests.clear()
    browser.open(report)
    return browser


@pytest.fixture(scope="session")
def axe():
    """Text of axe-core."""
    if not AXE.exists():
        pytest.skip("needs axe-core: .ci/browser gets it from npm")
    return AXE.read_text(encoding="utf-8")
