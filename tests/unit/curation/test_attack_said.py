"""Attacks: what explain, reports, doubts and settle say against what is so."""

import json
from types import SimpleNamespace

import tiny
from goodunits.answers import explain_units
from goodunits.base import files, json_record, tsv
from goodunits.curation import curation_record, label_units, whose_labels
from goodunits.exchange import methods_text
from goodunits.phy import history, write_labels
from goodunits.result_files import metrics_tsv
from goodunits.session_folder import file_names
from goodunits.store import generations

ALL = {"good": {"all": ["n_spikes >= 35", "ks_contamination < 0.2"]}, "mua": "rest"}
ANY = {"good": {"any": ["n_spikes >= 35", "ks_contamination < 0.2"]}, "mua": "rest"}
CONTAMINATION = {0: 0.05, 1: 0.3, 2: 0.3, 3: 0.1, 5: 0.0, 6: 0.0}


def look(folder):
    return whose_labels.read_curation(folder, generations.current_generation(folder))


def write_labels_tsv(sort, results, block, policy="keep"):
    """What rule apply_thresholds does, also in a preview."""
    seen = look(sort)
    files.write_atomically(results / "found.json", curation_record.to_json(seen).encode())
    rows, undefined = metrics_tsv.read_metrics(results / "metrics.tsv")
    files.write_atomically(
        results / "labels.tsv", label_units.label_units(rows, undefined, block, policy, seen)
    )


def labelled(sort, results, block=ALL):
    """A written session with all that explain reads; and its row."""
    results.mkdir(exist_ok=True)
    columns = {"n_spikes": list(tiny.SIZES.values()), "ks_contamination": [*CONTAMINATION.values()]}
    metrics_tsv.write_rows(results / "metrics.tsv", list(tiny.SIZES), columns, {})
    receipt = tiny.run(sort, results)
    settings = {"criteria": "labels", "manual_curation": "keep", "labels": block}
    receipt |= {"settings": settings}
    (results / "labels.json").write_text(json.dumps(settings))
    write_labels_tsv(sort, results, block)
    keep_made_from(results, receipt)
    return ("one", sort, results, results / "labels.json")


def keep_made_from(results, receipt):
    """Let the receipt know the labels.tsv that was written, as rule write_phy does."""
    receipt["made_from"] = {"labels.tsv": files.sha256_file(results / "labels.tsv")}
    files.write_atomically(
        results / "written.json", json.dumps(json_record.with_version(receipt)).encode()
    )


def parts(row, unit):
    """What explain says of one unit, by its parts."""
    texts, problems = explain_units.answers([row], None, unit)
    assert not problems
    found, name = {}, None
    for line in texts[0].splitlines()[1:]:
        name = line[2:11].strip() or name
        found.setdefault(name, []).append(" ".join(line[12:].split()))
    return found


def test_explain_after_a_preview_of_the_same_criteria_put_together_otherwise(sort, results):
    """`all` became `any` in config.yaml, the criteria the same; `preview`, then `explain`.

    outputs.md: explain says "what it lacks of each class"; the highest promise: "every label can
    be explained". Instead the classes are told by the rules written, the label is by the new.
    """
    row = labelled(sort, results)
    write_labels_tsv(sort, results, ANY)
    settings = {"criteria": "labels", "manual_curation": "keep", "labels": ANY}
    (results / "labels.json").write_text(json.dumps(settings))
    said = parts(row, 1)
    assert said["label"] == ["good, by the criteria"]
    assert said["classes"][0].startswith("good"), said["classes"]


def test_explain_after_a_preview_with_another_policy(sort, results):
    """`preview` with `manual_curation: overwrite`, then `explain` of a unit labelled by hand.

    It says "manual_curation keep" of the last write beside a label that only `overwrite` gives,
    and not that a preview made it, as it does for criteria.
    """
    tiny.save_in_phy(sort, u0="noise")
    row = labelled(sort, results)
    write_labels_tsv(sort, results, ALL, "overwrite")
    settings = {"criteria": "labels", "manual_curation": "overwrite", "labels": ALL}
    (results / "labels.json").write_text(json.dumps(settings))
    said = parts(row, 0)
    assert said["label"] == ["good, by the criteria"]
    assert "manual_curation keep" not in said["criteria"][0] or "preview" in said["criteria"][0]


# Doubts that say what is not so


def test_unsorted_under_kilosorts_header_is_said_as_it_is(sort):
    """A script set one unit to `unsorted` under Kilosort's header.

    The doubt says "1 label(s) differ ...; these are kept as decisions"; none is.
    """
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    changed = tsv.format_labels("KSLabel", {**ks_labels, 0: "unsorted"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    seen = look(sort)
    assert seen.decisions or not any("kept as decisions" in doubt for doubt in seen.doubts)


def test_unsorted_of_a_merged_class_is_said_as_it_is(sort, results):
    """A class that Phy shows as `unsorted`; merged in two steps, nobody labelled.

    The doubt says that the label "is kept as a decision"; none is.
    """
    labels = {0: "mua", 1: "axon", 2: "axon", 3: "mua", 5: "mua", 6: "mua"}
    results.mkdir()
    plan = write_labels.Plan(labels, labels, tiny.measured(sort))
    write_labels.write_label_files(sort, plan)
    phy = tiny.Phy(sort)
    phy.merge(phy.merge(1, 2), 3)
    phy.save()
    seen = look(sort)
    assert seen.decisions or not any("kept as a decision" in doubt for doubt in seen.doubts)


def test_history_counts_labels_by_hand_of_units_that_are_there(sort, results):
    """A unit with a decision was merged away: a write does not count it."""
    tiny.save_in_phy(sort, u5="noise")
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.merge(5, 1)  # the larger is ours
    phy.save()
    tiny.run(sort, results)
    events = [history.describe(event) for event in history.read_history(sort)]
    assert "decided by hand" not in events[-1]


def test_methods_text_counts_labels_by_hand_of_units_that_are_there(sort, results):
    """Two units labelled by hand were merged: one unit is labelled by hand now.

    outputs.md: methods.md "tells what the folders hold", "what people decided". Instead the text
    for the paper counts the labels of clusters that are no more: "(3 units)", of 5 that there are.
    """
    tiny.save_in_phy(sort, u5="noise", u6="noise")
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    merged = phy.merge(5, 6)
    phy.save()
    receipt = tiny.run(sort, results)
    receipt["settings"] = {"manual_curation": "keep"}
    groups = tiny.groups(sort)
    units = [
        {"cluster_id": str(i), "source": "manual" if i == merged else "criteria"} for i in groups
    ]
    session = SimpleNamespace(session="one", receipt=receipt)
    said = methods_text._by_hand([session], {"one": units})
    assert "(1 unit)" in said, said
