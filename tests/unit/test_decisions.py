"""Whose label is it: every case as one row."""

import pytest

from goodunits.decisions import Known, final_labels, find_decisions
from goodunits.tsv import LabelTable

KS = {1: "good", 2: "mua", 3: "mua"}
OURS = {1: "good", 2: "mua", 3: "good"}
FRESH = Known()
WRITTEN = Known(frozenset({"ours"}), (OURS,), {}, {}, visited=True)
DECIDED = Known(frozenset({"ours"}), ({**OURS, 2: "noise"},), {2: "noise"}, {}, visited=True)
CUT_SHORT = Known(frozenset({"a", "b"}), (OURS, {**OURS, 3: "mua"}), {}, {}, visited=True)
MERGED = Known(frozenset({"ours"}), (OURS,), {}, {9: "good"}, visited=True)
SCRATCH = Known(frozenset({"ours"}), (), {2: "noise"}, {}, visited=True)

CASES = {
    # what is known, header, labels in the file, hash of the file, cluster_info -> decisions
    "fresh: as Kilosort leaves it": (FRESH, "KSLabel", KS, "x", {}, {}),
    "fresh: Kilosort's header, but changed": (
        FRESH,
        "KSLabel",
        KS | {2: "noise"},
        "x",
        {},
        {2: "noise"},
    ),
    "fresh: saved by Phy": (FRESH, "group", {2: "noise", 3: "unsorted"}, "x", {}, {2: "noise"}),
    "fresh: no group file": (FRESH, None, {}, None, {}, {}),
    "fresh: only cluster_info.tsv knows": (
        FRESH,
        "KSLabel",
        KS,
        "x",
        {3: "mua", 1: ""},
        {3: "mua"},
    ),
    "fresh: header only": (FRESH, "group", {}, "x", {}, {}),
    "written: untouched": (WRITTEN, "group", OURS, "ours", {}, {}),
    "written: saved by Phy unchanged": (WRITTEN, "group", OURS, "crlf", {}, {}),
    "written: changed": (WRITTEN, "group", OURS | {1: "mua"}, "x", {}, {1: "mua"}),
    "written: a word of one's own": (WRITTEN, "group", OURS | {1: "soma"}, "x", {}, {1: "soma"}),
    "written: rows missing": (WRITTEN, "group", {1: "good"}, "x", {}, {}),
    "written: file gone": (WRITTEN, None, {}, None, {}, {}),
    "written: Kilosort's own copy put back": (WRITTEN, "KSLabel", KS, "x", {}, {}),
    "written: cluster_info.tsv says nothing new": (WRITTEN, "group", OURS, "ours", {1: "mua"}, {}),
    "decided: stays": (DECIDED, "group", OURS | {2: "noise"}, "x", {}, {2: "noise"}),
    "decided: changed": (DECIDED, "group", OURS | {2: "good"}, "x", {}, {2: "good"}),
    "decided: equal to an older label": (DECIDED, "group", OURS, "x", {}, {2: "mua"}),
    "decided: taken back": (DECIDED, "group", OURS | {2: "unsorted"}, "x", {}, {}),
    "decided: cluster merged away": (
        DECIDED,
        "group",
        {1: "good", 3: "good"},
        "x",
        {},
        {2: "noise"},
    ),
    "decided: file gone": (DECIDED, None, {}, None, {}, {2: "noise"}),
    "from scratch: every row counts": (
        SCRATCH,
        "group",
        {1: "good"},
        "x",
        {},
        {1: "good", 2: "noise"},
    ),
    "from scratch: taken back": (SCRATCH, "group", {2: "unsorted"}, "x", {}, {}),
    "merged: label copied by Phy": (MERGED, "group", OURS | {9: "good"}, "x", {}, {}),
    "merged: then labelled": (MERGED, "group", OURS | {9: "mua"}, "x", {}, {9: "mua"}),
    "cut short: old file": (CUT_SHORT, "group", OURS, "a", {}, {}),
    "cut short: new file": (CUT_SHORT, "group", OURS | {3: "mua"}, "b", {}, {}),
    "cut short, then saved: rather too many": (CUT_SHORT, "group", OURS, "x", {}, {3: "good"}),
    "cut short, then labelled": (
        CUT_SHORT,
        "group",
        OURS | {1: "noise"},
        "x",
        {},
        {1: "noise", 3: "good"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_decisions(case):
    known, column, labels, sha, info, expected = CASES[case]
    group = LabelTable(column, labels) if column else None
    assert find_decisions(known, group, sha, KS, info) == expected


def test_kilosorts_header_without_its_own_file_says_nothing():
    assert find_decisions(FRESH, LabelTable("KSLabel", KS), "x", {}, {}) == {}


def test_a_write_cut_short_leaves_earlier_decisions_alone():
    """Under overwrite the criteria's label stood in one of the two files: no one took it back."""
    known = Known(frozenset(), ({1: "unsorted"}, {1: "noise"}), {1: "noise"}, {}, visited=True)
    for label in ("unsorted", "noise"):
        assert find_decisions(known, LabelTable("group", {1: label}), "x", {}, {}) == {1: "noise"}
    assert find_decisions(known, LabelTable("group", {1: "mua"}), "x", {}, {}) == {1: "mua"}


POLICIES = {
    "keep": ({1: "noise", 2: "mua", 9: "mua"}, {1: "manual", 2: "criteria", 9: "criteria"}),
    "fill": ({1: "noise", 2: "mua", 9: "good"}, {1: "manual", 2: "criteria", 9: "inherited"}),
    "overwrite": ({1: "good", 2: "mua", 9: "mua"}, dict.fromkeys((1, 2, 9), "criteria")),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_policies(policy):
    criteria = {1: "good", 2: "mua", 9: "mua"}
    assert final_labels(criteria, {1: "noise", 7: "good"}, {9: "good"}, policy) == POLICIES[policy]
