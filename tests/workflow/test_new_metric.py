"""A metric is added in three files, as CONTRIBUTING.md says; all else takes it from there."""

import json
import subprocess
import sys

import numpy as np
import pytest
from helpers import Work, copy_project, read_tsv, write_config, write_session

RECORD = """
    Metric(
        name="late_share",
        kind="float",
        unit="",
        description="Share of the spikes in the last part of the recording.",
        formula="n(t > (1 - last_part) duration) / N",
        reference="made up",
        better="none",
        limits=(0.0, 1.0),
        group="rates",
        parameters=(Parameter("last_part", "float", "", "The part.", exclusive_minimum=0),),
        lacks="early spikes",
    ),
)
"""
FUNCTION = '''
def late_share(spikes, n_samples, *, last_part):
    """Share of the spikes of each unit in the last part of a recording."""
    first = (1 - last_part) * n_samples
    trains = (spikes.train(row) for row in range(spikes.n_units))
    return Column(np.array([(train > first).mean() for train in trains]), {})


def group(inputs):
    """Columns and notes of the group `rates`."""
    columns, notes = _group(inputs)
    columns["late_share"] = late_share(
        inputs.spikes, inputs.n_samples, **inputs.parameters["late_share"]
    )
    return columns, notes
'''
BLOCK = """  # Share of the spikes in the last part of the recording.
  late_share:
    last_part: 0.25

  firing_range:
"""


def edit(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, path
    path.write_text(text.replace(old, new))


def test_a_made_up_metric_takes_three_files(tmp_path):
    project = copy_project(tmp_path / "project")
    library = project / "scripts" / "goodunits"
    catalogue = library / "catalogue" / "rates.py"
    catalogue.write_text(catalogue.read_text().rstrip().removesuffix(")") + RECORD.lstrip("\n"))
    metrics = library / "metrics" / "rates.py"
    edit(metrics, "def group(inputs)", "def _group(inputs)")
    metrics.write_text(metrics.read_text() + "\n" + FUNCTION)
    edit(project / "config.yaml", "  firing_range:\n", BLOCK)

    even, late = np.arange(1000, 600 * 30000, 30000), np.arange(500 * 30000, 600 * 30000, 9000)
    write_session(tmp_path / "sorts" / "s1", {0: even, 1: late})
    labels = "labels:\n  good:\n    all: [late_share < 0.5]\n  mua: rest\n"
    config = write_config(tmp_path / "more.yaml", labels)
    work = Work(tmp_path / "work", tmp_path / "sorts", project, configfile=config)
    work.folder.mkdir()
    work.succeed()

    values = {int(r["cluster_id"]): float(r["late_share"]) for r in work.table("s1/metrics.tsv")}
    assert values == {0: pytest.approx(0.25, abs=0.01), 1: 1.0}
    labels = work.by_unit("s1", "labels.tsv")
    assert [labels[unit]["label"] for unit in (0, 1)] == ["good", "mua"]
    assert "late_share 1, needs < 0.5" in labels[1]["reason"]
    assert read_tsv(work.folder / "results" / "units.tsv")[1]["late_share"] == "1.0"
    receipt = json.loads((work.folder / "results" / "s1" / "written.json").read_text())
    assert receipt["measured"]["parameters"]["late_share"] == {"last_part": 0.25}
    assert "late_share" in (work.folder / "results" / "report.html").read_text()
    said = work.succeed("explain", config=["session=s1", "unit=1"])
    assert "late_share 1, needs < 0.5" in said

    page = subprocess.run(
        [sys.executable, str(project / "docs" / "make_metrics_page.py")], check=False
    )
    assert page.returncode == 0
    assert "### late_share" in (project / "docs" / "metrics.md").read_text()
