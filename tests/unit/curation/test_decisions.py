"""Whose label is it: every case as one row."""

import pytest

from goodunits.base.tsv import LabelTable
from goodunits.curation.decisions import Known, final_labels, find_decisions

KS = {1: "good", 2: "mua", 3: "mua"}
OURS = {1: "good", 2: "mua", 3: "good"}
FRESH = Known()
WRITTEN = Known(bases=(OURS,), visited=True)
DECIDED = Known(bases=({**OURS, 2: "noise"},), decisions={2: "noise"}, visited=True)
CUT_SHORT = Known(bases=(OURS, {**OURS, 3: "mua"}), visited=True)
CUT_SHORT_KNOWN = CUT_SHORT._replace(accounted=True)
MERGED = Known(bases=(OURS,), copied={9: "good"}, visited=True)
SAID = Known(bases=(OURS,), decisions={2: "noise"}, said={1: "good", 3: "mua"}, visited=True)
LOST = Known(programs=OURS, said={3: "good"})

CASES = {
    # what is known, header, labels in the file, cluster_info -> decisions
    "fresh: as Kilosort leaves it": (FRESH, "KSLabel", KS, {}, {}),
    "fresh: Kilosort's header, changed": (FRESH, "KSLabel", KS | {2: "noise"}, {}, {2: "noise"}),
    "fresh: saved by Phy": (FRESH, "group", {2: "noise", 3: "unsorted"}, {}, {2: "noise"}),
    "fresh: no group file": (FRESH, None, {}, {}, {}),
    "fresh: cluster_info.tsv knows": (FRESH, "KSLabel", KS, {3: "mua", 1: ""}, {3: "mua"}),
    "fresh: header only": (FRESH, "group", {}, {}, {}),
    "written: saved by Phy unchanged": (WRITTEN, "group", OURS, {}, {}),
    "written: changed": (WRITTEN, "group", OURS | {1: "mua"}, {}, {1: "mua"}),
    "written: a word of one's own": (WRITTEN, "group", OURS | {1: "soma"}, {}, {1: "soma"}),
    "written: rows missing": (WRITTEN, "group", {1: "good"}, {}, {}),
    "written: file gone": (WRITTEN, None, {}, {}, {}),
    "written: Kilosort's own copy put back": (WRITTEN, "KSLabel", KS, {}, {}),
    "written: cluster_info.tsv says nothing new": (WRITTEN, "group", OURS, {1: "mua"}, {}),
    "decided: stays": (DECIDED, "group", OURS | {2: "noise"}, {}, {2: "noise"}),
    "decided: changed": (DECIDED, "group", OURS | {2: "good"}, {}, {2: "good"}),
    "decided: equal to an older label": (DECIDED, "group", OURS, {}, {2: "mua"}),
    "decided: taken back": (DECIDED, "group", OURS | {2: "unsorted"}, {}, {}),
    "decided: cluster merged away": (DECIDED, "group", {1: "good", 3: "good"}, {}, {2: "noise"}),
    "decided: file gone": (DECIDED, None, {}, {}, {2: "noise"}),
    "rows lost: Phy's log tells": (SAID, "group", {1: "good"}, {}, {1: "good", 2: "noise"}),
    "rows lost: not what the log says": (SAID, "group", {3: "good"}, {}, {2: "noise"}),
    "past lost: as a program gave it": (LOST, "group", OURS | {3: "mua"}, {}, {3: "mua"}),
    "past lost: Phy's log tells": (LOST, "group", OURS, {}, {3: "good"}),
    "merged: label copied by Phy": (MERGED, "group", OURS | {9: "good"}, {}, {}),
    "merged: then labelled": (MERGED, "group", OURS | {9: "mua"}, {}, {9: "mua"}),
    "cut short: either file": (CUT_SHORT_KNOWN, "group", OURS, {}, {}),
    "cut short, then saved: rather too many": (CUT_SHORT, "group", OURS, {}, {3: "good"}),
    "cut short, then labelled": (
        CUT_SHORT,
        "group",
        OURS | {1: "noise"},
        {},
        {1: "noise", 3: "good"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_decisions(case):
    known, column, labels, info, expected = CASES[case]
    group = LabelTable(column, labels) if column else None
    assert find_decisions(known, group, KS, info) == expected


def test_kilosorts_header_without_its_own_file_says_nothing():
    assert find_decisions(FRESH, LabelTable("KSLabel", KS), {}, {}) == {}


def test_a_write_cut_short_leaves_earlier_decisions_alone():
    """Under overwrite the criteria's label stood in one of the two files: no one took it back."""
    known = Known(bases=({1: "unsorted"}, {1: "noise"}), decisions={1: "noise"}, visited=True)
    for label in ("unsorted", "noise"):
        assert find_decisions(known, LabelTable("group", {1: label}), {}, {}) == {1: "noise"}
    assert find_decisions(known, LabelTable("group", {1: "mua"}), {}, {}) == {1: "mua"}


POLICIES = {
    "keep": ({1: "noise", 2: "mua", 9: "mua"}, {1: "manual", 2: "criteria", 9: "criteria"}),
    "fill": ({1: "noise", 2: "mua", 9: "good"}, {1: "manual", 2: "criteria", 9: "inherited"}),
    "overwrite": ({1: "good", 2: "mua", 9: "mua"}, dict.fromkeys((1, 2, 9), "criteria")),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_policies(policy):
    criteria = {1: "good", 2: "mua", 9: "mua"}
    assert final_labels(criteria, {1: "noise", 7: "good"}, {9: "good"}, policy) == POLICIES[policy]
