"""The page on metrics says what the catalogue says."""

import runpy

from goodunits.catalogue import all_metrics
from real_sorts import PROJECT


def test_page_is_up_to_date():
    made = runpy.run_path(str(PROJECT / "docs" / "make_metrics_page.py"))
    written = (PROJECT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert written == made["page"](), "run: python docs/make_metrics_page.py"


def test_page_has_every_metric_once():
    lines = (PROJECT / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines()
    headings = [line.removeprefix("### ") for line in lines if line.startswith("### ")]
    assert sorted(headings) == sorted(all_metrics.METRICS)
