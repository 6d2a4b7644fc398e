"""With the real Phy: people see our labels, and what they decide survives.

One story of a session, in order, told once; each test asserts one thing about it. What is a
decision and what is not, is said where the steps are. The raw data are gone, as they often are.
"""

import pytest
from phy_dataset import Dataset, groups_in, labels

pytestmark = pytest.mark.phy

REPLACED = ("cluster_KSLabel.tsv", "cluster_group.tsv", "cluster_info.tsv")

# Phy gives the ids 26, 27, ... in this order to what it makes of the 26 clusters of this sort.
FIRST_VISIT = [
    {"do": "move", "clusters": [3], "group": "noise"},  # the criteria say good
    {"do": "move", "clusters": [25], "group": "good"},  # the criteria say mua
    {"do": "move", "clusters": [8], "group": "unsorted"},  # no opinion: the criteria decide
    {"do": "move", "clusters": [5], "group": "noise"},
    {"do": "undo"},  # so 5 was not decided
    {"do": "merge", "clusters": [17, 19]},  # 26: two good neurons, contaminated together
    {"do": "split", "clusters": [2], "every": 200},  # 27: too few spikes for good; 28: the others
    {"do": "merge", "clusters": [4, 12]},  # 29: good together, too
    {"do": "move", "clusters": [29], "group": "mua"},  # said of the new cluster
    {"do": "merge", "clusters": [1, 11]},  # 30: contaminated together
    {"do": "move", "clusters": [30], "group": "good"},  # what it inherited, but now said
    {"do": "save"},
]
SECOND_VISIT = [
    {"do": "move", "clusters": [3], "group": "unsorted"},  # takes the decision back
    {"do": "move", "clusters": [6], "group": "noise"},
    {"do": "move", "clusters": [15], "group": "noise"},
    {"do": "merge", "clusters": [6, 15]},  # 31: both were called noise before
    {"do": "save"},
]
# In Phy 2.1.0 an undo after a merge takes the inherited values from the new cluster: it is then
# missing in every cluster_*.tsv that Phy saves.
THIRD_VISIT = [
    {"do": "merge", "clusters": [13, 23]},  # 32
    {"do": "move", "clusters": [0], "group": "noise"},
    {"do": "undo"},
    {"do": "save"},
]


@pytest.fixture(scope="module")
def story(in_phy, picture, pristine_sorts, tmp_path_factory):
    """What there was at each point of the story of one session."""
    data = Dataset(tmp_path_factory.mktemp("dataset"), pristine_sorts / "dev_a")
    told = {"originals": data.files()}
    told["seen fresh"] = in_phy(data.session, [picture("1-as-kilosort-left-it")])
    data.snakemake()
    told["labelled"], told["units"] = data.files(), data.units()
    filters = [{"do": "filter", "text": text} for text in ("group == 'good'", "")]
    steps = [picture("2-labelled"), *filters, *FIRST_VISIT, picture("3-curated")]
    told["seen"] = in_phy(data.session, steps)
    for visit, steps in (("first", None), ("second", SECOND_VISIT), ("third", THIRD_VISIT)):
        if steps:
            told[f"seen {visit}"] = in_phy(data.session, [picture(f"4-{visit}-visit"), *steps])
        told[f"saved {visit}"] = data.files()
        data.snakemake()
        told[f"units {visit}"], told[f"files {visit}"] = data.units(), data.files()
        told[f"settled {visit}"] = data.settled()
    told["seen last"] = in_phy(data.session, [picture("5-last"), {"do": "save"}])
    told["saved last"] = data.files()
    data.snakemake()
    told["units last"], told["files last"] = data.units(), data.files()
    told["settled last"] = data.settled()
    told["superseded"] = data.superseded()
    data.snakemake("restore")
    told["restored"] = data.files()
    told["seen restored"] = in_phy(data.session, [picture("6-restored")])
    data.snakemake()
    told["units again"], told["settled again"] = data.units(), data.settled()
    return told


def groups_seen(rows):
    """Groups that Phy knows, by cluster id."""
    return {i: row["group"] for i, row in rows.items()}


def test_phy_shows_no_group_in_a_folder_as_kilosort_left_it(story):
    rows = story["seen fresh"]["before"]
    assert set(groups_seen(rows).values()) == {None}
    assert {row["colour"] for row in rows.values()} == {None}


def test_phy_shows_our_labels_as_groups_of_all_clusters(story):
    expected = {i: row["label"] for i, row in story["units"].items()}
    assert groups_seen(story["seen"]["before"]) == expected
    assert set(expected.values()) == {"good", "mua"}


def test_each_of_our_groups_has_a_colour_of_its_own(story):
    pairs = {(row["group"], row["colour"]) for row in story["seen"]["before"].values()}
    colours = dict(pairs)
    assert len(pairs) == len(colours) == len(set(colours.values()))
    assert None not in colours.values()


def test_kslabel_column_shows_what_the_criteria_say(story):
    cells = {i: row["cells"] for i, row in story["seen"]["before"].items()}
    assert {i: row["KSLabel"] for i, row in cells.items()} == {
        i: row["label"] for i, row in story["units"].items()
    }
    changed = [i for i, row in story["units"].items() if row["label"] != row["label_before"]]
    assert changed, "the criteria changed no label, so this sort cannot show whose labels they are"


def test_clusters_can_be_filtered_by_our_group(story):
    good = [i for i, row in story["units"].items() if row["label"] == "good"]
    listed = [step["listed"] for step in story["seen"]["steps"]]
    assert listed[1] == sorted(good)
    assert listed[2] == sorted(story["units"])


def test_our_files_add_no_field_but_group(story):
    assert set(story["seen"]["fields"]) == {*story["seen fresh"]["fields"], "group"}


def test_decisions_are_kept_and_named_as_such(story):
    now = labels(story["units first"])
    assert now[3] == ("noise", "manual")
    assert now[25] == ("good", "manual")
    written = groups_in(story["files first"]["cluster_group.tsv"])
    assert (written[3], written[25]) == ("noise", "good")


def test_unsorted_and_undone_moves_are_no_decisions(story):
    before, now = labels(story["units"]), labels(story["units first"])
    assert groups_in(story["saved first"]["cluster_group.tsv"])[8] == "unsorted"
    assert now[8] == before[8] and now[8][1] == "criteria"
    assert now[5] == before[5] and now[5][1] == "criteria"


def test_merged_and_split_clusters_are_labelled_by_their_new_spikes(story):
    inherited, now = groups_in(story["saved first"]["cluster_group.tsv"]), story["units first"]
    assert [inherited[i] for i in (26, 27, 28)] == ["good"] * 3  # Phy copied the parent's label
    for cluster_id, label in ((26, "mua"), (27, "mua"), (28, "good")):
        assert labels(now)[cluster_id] == (label, "criteria")
    assert "ks_contamination" in now[26]["reason"]
    assert "firing_rate" in now[27]["reason"]


def test_what_a_person_says_of_a_merged_cluster_is_kept(story):
    now = labels(story["units first"])
    assert now[29] == ("mua", "manual")
    assert now[30] == ("good", "manual")


def test_the_other_labels_stay(story):
    before, now = labels(story["units"]), labels(story["units first"])
    touched = {3, 25, *range(26, 31)}
    assert {i: now[i] for i in now if i not in touched} == {
        i: before[i] for i in before if i in now and i not in touched
    }


def test_our_files_list_every_present_cluster(story):
    for visit in ("first", "second", "third"):
        units = sorted(story[f"units {visit}"])
        assert sorted(groups_in(story[f"files {visit}"]["cluster_group.tsv"])) == units
        info = groups_in(story[f"files {visit}"]["cluster_info.tsv"])
        assert info == groups_in(story[f"files {visit}"]["cluster_group.tsv"])


def test_phy_shows_the_new_labels_on_the_next_visit(story):
    expected = {i: row["label"] for i, row in story["units first"].items()}
    assert groups_seen(story["seen second"]["before"]) == expected
    pairs = {(row["group"], row["colour"]) for row in story["seen second"]["before"].values()}
    assert {group for group, _ in pairs} == {"good", "mua", "noise"}
    assert len(pairs) == len({colour for _, colour in pairs} - {None}) == 3


def test_unsorted_takes_a_decision_back(story):
    assert labels(story["units second"])[3] == labels(story["units"])[3]


def test_a_merge_of_what_a_person_called_noise_stays_noise(story):
    assert labels(story["units second"])[31] == ("noise", "manual")


def test_earlier_decisions_outlive_later_visits(story):
    for visit in ("second", "third", "last"):
        now = labels(story[f"units {visit}"])
        assert now[25] == now[30] == ("good", "manual")
        assert now[29] == ("mua", "manual")


def test_a_cluster_that_phy_left_out_of_its_files_gets_a_label(story):
    assert 32 not in groups_in(story["saved third"]["cluster_group.tsv"])
    assert labels(story["units third"])[32][1] == "criteria"
    assert 32 in groups_in(story["files third"]["cluster_group.tsv"])
    assert labels(story["units third"])[0] == labels(story["units"])[0]


def test_saving_our_labels_unchanged_is_no_decision(story):
    assert story["saved last"]["cluster_group.tsv"] != story["files third"]["cluster_group.tsv"]
    assert labels(story["units last"]) == labels(story["units third"])


def test_the_next_run_has_nothing_to_do(story):
    visits = ("first", "second", "third", "last", "again")
    assert {visit: story[f"settled {visit}"] for visit in visits} == dict.fromkeys(visits, True)


def test_whatever_phy_saved_is_in_the_store_or_still_in_place(story):
    for visit in ("first", "second", "third", "last"):
        saved = story[f"saved {visit}"]
        left = story[f"files {visit}"]
        kept = {name for name in saved if saved[name] == left.get(name)}
        assert {n for n in REPLACED if saved[n] not in story["superseded"]} <= kept
        assert {n for n in saved if n not in REPLACED} <= kept


def test_restore_gives_the_originals(story):
    for name in REPLACED:
        assert story["restored"].get(name) == story["originals"].get(name)
    assert set(groups_seen(story["seen restored"]["before"]).values()) == {None}


def test_decisions_come_back_after_a_restore(story):
    assert labels(story["units again"]) == labels(story["units last"])
