"""A labelled sort becomes an NWB file by neuroconv, and nwbinspector finds nothing critical.

The lines are those of docs/outputs.md. Needs tests/requirements-exchange.txt; `pytest -m exchange`.
"""

import datetime
import re
from pathlib import Path

import pytest

from goodunits.base import tsv
from goodunits.exchange import per_session, session_files
from goodunits.session_folder import file_names
from made_dataset import label

pytestmark = pytest.mark.exchange
PAGE = Path(__file__).resolve().parents[2] / "docs" / "outputs.md"


def documented(start):
    """Code of docs/outputs.md that begins with a line."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if block.startswith(start))


@pytest.fixture
def labelled(sort_folder, tmp_path):
    """A real sort with label files, and results of its own units."""
    folder = sort_folder("dev_b")
    ids = sorted(
        tsv.parse_labels((folder / file_names.KS_FILE).read_bytes(), file_names.KS_FILE).labels
    )
    label_of = {unit: "good" if place % 2 else "mua" for place, unit in enumerate(ids)}
    units = [(unit, name, "good", "criteria") for unit, name in label_of.items()]
    rates = [[unit, 100 + unit, unit / 7, "True", "good", 10.0 * unit, ""] for unit in ids]
    rates[0][2] = ""
    session = label(tmp_path, "dev_b", units=units, rows=rates)
    session_files.write([session], tmp_path / "results")
    for column, name in (("group", file_names.GROUP_FILE), ("KSLabel", file_names.KS_FILE)):
        (folder / name).write_bytes(tsv.format_labels(column, label_of))
    return folder, Path(session[2]), label_of


def test_the_lines_of_the_page_write_a_file_without_critical_findings(labelled, tmp_path):
    reason = "needs neuroconv and nwbinspector, see tests/requirements-exchange.txt"
    pytest.importorskip("neuroconv", reason=reason)
    inspector = pytest.importorskip("nwbinspector", reason=reason)
    pynwb = pytest.importorskip("pynwb", reason=reason)
    folder, results, labels = labelled
    names = {"sort_folder": str(folder), "results_folder": str(results)}
    names["nwb_file"] = str(tmp_path / "units.nwb")
    names["start_time"] = datetime.datetime(2024, 1, 31, 12, tzinfo=datetime.UTC)
    names["subject"] = {"subject_id": "m7", "species": "Mus musculus", "sex": "U", "age": "P60D"}
    exec(documented("import pandas"), names)

    found = list(inspector.inspect_nwbfile(nwbfile_path=names["nwb_file"]))
    severe = {inspector.Importance.CRITICAL, inspector.Importance.ERROR}
    assert [item.message for item in found if item.importance in severe] == []
    with pynwb.NWBHDF5IO(names["nwb_file"], "r") as file:
        units = file.read().units.to_dataframe()
        described = {column.name: column.description for column in file.read().units.columns}
    given = dict(zip(units["unit_name"].astype(int), units["quality"], strict=True))
    assert given == labels
    assert list(units["quality_label"]) == list(units["quality"])
    assert units["firing_rate"].isna().sum() == 1
    expected = {**per_session.OWN_COLUMNS, "firing_rate": per_session.describe("firing_rate")}
    assert {name: described[name] for name in expected if name != "unit_name"} == {
        name: text for name, text in expected.items() if name != "unit_name"
    }
    assert not [name for name, text in described.items() if text == "No description."]
