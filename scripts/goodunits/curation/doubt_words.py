"""What is said where the files alone do not tell whose labels they are. Standard library only."""

from goodunits.store.earlier_sorts import SETTLE

THEIRS = f"if a person gave them: '{SETTLE}theirs'"
OURS = f"'{SETTLE}ours'"
MISSING_ROWS = (
    "cluster_group.tsv: {n} cluster(s) have lost their row; labels equal to those that goodunits "
    f"left are not taken for decisions; {THEIRS}"
)
REPEATED = (
    "cluster_group.tsv: equal to cluster_KSLabel.tsv in all {n} rows, so taken for a program's "
    f"labels, not for decisions; {THEIRS}"
)
IN_OUR_FORM = (
    "cluster_group.tsv: covers every cluster and was not saved by Phy, so its {n} label(s) equal "
    f"to cluster_KSLabel.tsv are taken for a program's, not for decisions; {THEIRS}"
)
MOSTLY_EQUAL = (
    "cluster_group.tsv: {n} of {of} labels are those of cluster_KSLabel.tsv; all are kept as "
    f"decisions; if a program gave those: {OURS}"
)
UNSAVED = (
    "cluster_group.tsv: labels all {n} clusters, and Phy left no trace (no cluster_info.tsv, no "
    f"group in phy.log); all are kept as decisions; if a program gave them: {OURS}"
)
CHANGED = (
    "cluster_group.tsv: has Kilosort's header, but {n} label(s) differ from cluster_KSLabel.tsv; "
    f"these are kept as decisions; if a program gave them: {OURS}"
)
CHANGED_LATER = (
    "cluster_group.tsv: has Kilosort's header, but differs from what Kilosort left; {n} label(s) "
    "that cluster_KSLabel.tsv does not say either are kept as decisions, the others are not; "
    f"{THEIRS}; if a program gave all: {OURS}"
)
OURS_BESIDE = (
    "cluster_group.tsv: written by goodunits before, but the store does not say what; its {n} "
    f"label(s) equal to cluster_KSLabel.tsv are not taken for decisions; {THEIRS}"
)
FROM_ELSEWHERE = (
    "cluster_group.tsv: as goodunits writes it, but not as it was written here; {n} label(s) that "
    "differ are taken for a person's; if they come from a copy of this folder, whose criteria gave "
    f"them: {OURS}"
)
STEPS = (
    "cluster_group.tsv: cluster(s) {ids} were merged or split since goodunits wrote last, and it "
    "cannot be told which label they copied; the present one is kept as a decision; if nobody gave "
    f"it: set it to unsorted in Phy, or {OURS}"
)
HEIRS = (
    "cluster_group.tsv: cluster(s) {ids} have a label that Phy copied from one that is in doubt "
    f"since an earlier run; it is kept as a decision; if a program gave that one: {OURS}"
)
CUT_SHORT = (
    "cluster_group.tsv: {n} label(s) are in doubt since a run that was cut short, or before it; "
    f"{THEIRS}; if a program gave them: {OURS}"
)
