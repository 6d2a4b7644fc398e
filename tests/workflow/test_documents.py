"""Methods text, files for other programs and the crate, as a run leaves them."""

import json

import pytest
from helpers import PROJECT, SORTS, write_config

from goodunits.exchange import per_session


def test_a_run_makes_all_of_them_and_they_agree_with_the_tables(labelled):
    results = labelled.folder / "results"
    rows = labelled.table("sessions.tsv")
    methods = (results / "methods.md").read_text()
    n_units = sum(int(row["n_units"]) for row in rows)
    n_good = sum(int(row["n_good"]) for row in rows)
    assert f"Of {n_units} units, {n_good} were labelled good" in methods
    assert "n_bin_edges 10" in methods
    assert "doi = {10.1038/s41592-024-02232-7}" in (results / "references.bib").read_text()
    graph = json.loads((results / "ro-crate-metadata.json").read_text())["@graph"]
    assert sum(entity["@type"] == "UpdateAction" for entity in graph) == len(SORTS)
    text = json.dumps(graph)
    assert str(labelled.dataset) not in text and str(labelled.folder) not in text


@pytest.mark.parametrize("name", SORTS)
def test_spikeinterface_takes_the_labels_of_a_real_sort(labelled, name):
    curation = pytest.importorskip("spikeinterface.curation")
    extractors = pytest.importorskip("spikeinterface.extractors")
    content = json.loads(
        (labelled.folder / "results" / name / per_session.CURATION).read_text(encoding="utf-8")
    )
    sorting = extractors.read_kilosort(labelled.dataset / name, keep_good_only=False)
    done = curation.apply_curation(sorting, content)
    given = dict(zip(done.unit_ids.tolist(), done.get_property("quality"), strict=True))
    labels = labelled.by_unit(name, "labels.tsv")
    assert given == {unit: row["label"] for unit, row in labels.items()}


def test_after_a_failure_they_tell_of_the_others(changeable):
    (changeable.dataset / "dev_b" / "spike_times.npy").write_bytes(b"no array")
    default = (PROJECT / "config.yaml").read_text(encoding="utf-8")
    text = default.replace("- firing_rate >= 1", "- firing_rate >= 2")
    config = write_config(changeable.folder.parent / "two hertz.yaml", text)
    done = changeable.run(configfile=config)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    results = changeable.folder / "results"
    methods = (results / "methods.md").read_text()
    assert "firing_rate >= 2 Hz" in methods and "firing_rate >= 1 Hz" not in methods
    assert "1 session: `dev_b` (failed in " in methods
    assert not (results / "dev_b" / per_session.CURATION).exists()
    assert (results / "dev_c" / per_session.CURATION).exists()
    assert "#write-dev_b" in (results / "ro-crate-metadata.json").read_text()
