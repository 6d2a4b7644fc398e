"""What verify and preview say of labels that Phy shows as something else."""

import json

import tiny
from goodunits.answers import preview_labels, verify_folders
from goodunits.base import json_record, tsv
from goodunits.phy import write_labels
from goodunits.result_files import labels_tsv


def keep_table(path, labels):
    """Write a labels.tsv by the criteria."""
    rows = [[i, label, "", "criteria", "", label] for i, label in sorted(labels.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tsv.format_results(labels_tsv.FIXED_COLUMNS, rows))


def write(sort, results, labels, **shown_as):
    """Write labels as rule write_phy does, with the copy of labels.tsv beside the receipt."""
    plan = write_labels.Plan(labels, labels, tiny.measured(sort), shown_as=shown_as)
    receipt = write_labels.write_label_files(sort, plan)
    classes = [{label: {"phy": group, "all": []}} for label, group in shown_as.items()]
    receipt["settings"] = {"labels": classes, "manual_curation": "keep"}
    for path in (results / "written" / "labels.tsv", results / "labels.tsv"):
        keep_table(path, labels)
    (results / "written.json").write_text(json.dumps(json_record.with_version(receipt)))


def changes(sort, results):
    """Unit, label and group now of each row of preview.tsv."""
    rows = preview_labels.compare_session("s", sort, results / "labels.tsv").rows
    return [(row.cluster_id, row.label_now, row.group_now) for row in rows]


def test_verify_names_only_units_whose_label_differs(sort, results):
    """A class that Phy shows as another group is no difference."""
    labels = {i: "axon" if i in (1, 3) else "good" for i in tiny.SIZES}
    write(sort, results, labels, axon="mua")
    tiny.save_in_phy(sort, u0="noise")
    detail = verify_folders.check(sort, results).detail
    assert "unit 0: good written, noise now" in detail
    assert "unit 1:" not in detail and "unit 3:" not in detail


def test_a_word_of_a_person_that_was_taken_back_is_unsorted(sort, results):
    """Our own column still has the word, but the group was the word itself."""
    labels = tiny.by_criteria(sort, 35)
    write(sort, results, labels)
    tiny.save_in_phy(sort, u0="soma")
    write(sort, results, {**labels, 0: "soma"})
    assert changes(sort, results) == []
    tiny.save_in_phy(sort, u0="unsorted")
    keep_table(results / "labels.tsv", labels)
    assert changes(sort, results) == [("0", "unsorted", "unsorted")]


def test_a_class_that_was_labelled_in_phy_shows_that_label(sort, results):
    """And the other unit of the class its class."""
    labels = {i: "axon" if i in (1, 3) else "good" for i in tiny.SIZES}
    write(sort, results, labels, axon="mua")
    tiny.save_in_phy(sort, u1="noise")
    assert changes(sort, results) == [("1", "noise", "noise")]
