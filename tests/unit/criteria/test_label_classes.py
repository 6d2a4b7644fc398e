"""Classes that Phy does not know, shown there as one that it knows."""

import json

import pytest

import tiny
from goodunits.answers import preview_labels
from goodunits.base import tsv
from goodunits.base.errors import ConfigError
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_classes, label_rules, undecided, unit_verdict
from goodunits.phy import write_labels
from goodunits.result_files import labels_tsv
from goodunits.workflow import dry_run

BLOCK = {
    "good": {"all": ["firing_rate >= 1"]},
    "copy": {"phy": "mua", "all": ["duplicate_share >= 0.5"]},
    "faint": {"phy": "noise", "n_spikes": {"less": 50}},
    "odd": {"any": ["n_spikes < 100"]},
    "mua": "rest",
}


def canonical(block):
    """The classes as a receipt has them."""
    return json.loads(label_rules.canonical(block))


def test_a_class_says_what_phy_shows_it_as():
    rules = label_rules.parse_labels(BLOCK, all_metrics.kinds())
    assert rules.shown_as == {"copy": "mua", "faint": "noise"}
    assert label_classes.shown_as(canonical(BLOCK)) == rules.shown_as
    assert canonical(canonical(BLOCK)) == canonical(BLOCK)
    values = {"firing_rate": 0.1, "duplicate_share": 0.7, "n_spikes": 900}
    verdict = unit_verdict.label_unit(rules, values)
    assert verdict.label == "copy"
    assert verdict.reason == (
        "meets all criteria of copy: duplicate_share 0.7, meets >= 0.5; "
        "not good: firing_rate 0.1, needs >= 1"
    )
    assert "Phy shows copy as mua." in unit_verdict.describe(rules)


@pytest.mark.parametrize(
    ("label", "group", "said"),
    [
        ("copy", "bad", "labels.copy.phy: expected good, mua, noise, found 'bad'"),
        ("copy", None, "labels.copy.phy: expected good, mua, noise, found None"),
        ("good", "mua", "labels.good.phy: Phy knows 'good' itself, remove this line"),
    ],
)
def test_a_group_that_phy_does_not_know_is_named(label, group, said):
    block = {label: {"phy": group, "all": ["firing_rate >= 1"]}, "mua": "rest"}
    with pytest.raises(ConfigError) as error:
        label_rules.parse_labels(block, all_metrics.kinds())
    assert error.value.problems == [said]


def test_phy_shows_it_so_and_its_own_column_says_the_class(tmp_path):
    sort = tmp_path / "sort"
    tiny.make_sort(sort)
    labels = tiny.by_criteria(sort, 35, good="copy")
    written = write_labels.Plan(labels, labels, tiny.measured(sort), shown_as={"copy": "noise"})
    write_labels.write_label_files(sort, written)
    copies = {i for i, label in labels.items() if label == "copy"}
    groups = tiny.groups(sort)
    assert copies and {groups[i] for i in copies} == {"noise"}
    own = tsv.parse_columns((sort / "cluster_gu_label.tsv").read_bytes(), "", ["gu_label"])
    assert own["gu_label"] == labels
    assert tiny.decided(sort) == {}
    assert set(groups.values()) == {"noise", "mua"}


def test_a_preview_compares_classes_not_what_phy_shows_them_as(tmp_path):
    session, results = tmp_path / "sort", tmp_path / "results"
    session.mkdir()
    results.mkdir()
    (session / "cluster_group.tsv").write_text("cluster_id\tgroup\n0\tmua\n3\tgood\n")
    (session / "cluster_gu_label.tsv").write_text("cluster_id\tgu_label\n0\tcopy\n3\tcopy\n")
    (results / "written.json").write_text(json.dumps({"settings": {"labels": canonical(BLOCK)}}))
    rows = [[i, "copy", "", "criteria", "", "copy"] for i in (0, 3)]
    table = tsv.format_table(labels_tsv.FIXED_COLUMNS, rows)
    (results / "labels.tsv").write_bytes(table)
    (change,) = preview_labels.compare_session("s1", session, results / "labels.tsv").rows
    assert change[1:4] == ("3", "good", "copy")  # somebody called it good since


def test_what_phy_shows_is_no_criterion():
    settings = [
        {"labels": canonical(block)}
        for block in (BLOCK, BLOCK | {"copy": BLOCK["copy"] | {"phy": "noise"}})
    ]
    assert dry_run.settings_changes(*settings) == [
        "criterion of copy added: phy: noise",
        "criterion of copy removed: phy: mua",
    ]
    rows = [
        {"label_criteria": label, **dict.fromkeys(TEXTS, "pass")} for label in ("good", "mua") * 9
    ]
    assert "phy" not in " ".join(undecided.notes(rows, canonical(BLOCK)))


TEXTS = [item.text for item in label_rules.parse_labels(BLOCK, None).criteria]
