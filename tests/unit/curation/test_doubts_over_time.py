"""Attacks: what settling and doubts do to decisions of people."""

import shutil

import pytest

import tiny
from goodunits.base import tsv
from goodunits.curation import whose_labels
from goodunits.phy import settle_labels
from goodunits.session_folder import file_names
from goodunits.standing import found_json
from goodunits.store import generations, state


def look(folder):
    return whose_labels.read_curation(folder, generations.current_generation(folder))


def as_kilosort_says(folder, **others):
    """A group for every unit, saved in Phy: those of Kilosort but for some."""
    ks_labels = tiny.Phy(folder).fields["KSLabel"]
    tiny.save_in_phy(folder, **{f"u{unit}": label for unit, label in ks_labels.items()} | others)
    return ks_labels


def bring_labels_of_a_copy(sort, results, tmp_path, policy="keep", good="good"):
    """A copy goes to a laptop; a decision here; goodunits runs there; its label files come back."""
    tiny.run(sort, results, least=15)
    copy = shutil.copytree(sort, tmp_path / "laptop")
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results, least=15)
    assert tiny.decided(sort) == {0: "noise"}
    tiny.run(copy, tmp_path / "others", least=35, good=good)
    for name in file_names.SORTER_FILES:
        shutil.copyfile(copy / name, sort / name)
    doubts = look(sort).doubts
    assert any("from a copy of this folder" in doubt for doubt in doubts)


@pytest.mark.parametrize("run_first", [False, True])
def test_labels_of_a_copy_settled_as_ours_leave_earlier_decisions(
    sort, results, tmp_path, run_first
):
    """A person labelled unit 0 here; files of a copy (which had no such decision) were copied over.

    safety.md: "`labels_are=ours`: a program's: none does, but decisions seen before that still
    stand"; guarantee 2. Instead the program's label takes the decision's place, and settling as
    a program's removes it: the person's `noise` is gone.
    """
    bring_labels_of_a_copy(sort, results, tmp_path)
    if run_first:
        tiny.run(sort, results, least=15)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


@pytest.mark.parametrize("run_first", [False, True])
def test_unsorted_of_a_copys_class_settled_as_ours_leaves_earlier_decisions(
    sort, results, tmp_path, run_first
):
    """The same, where the copy's criteria had a class that Phy does not know: `unsorted` there."""
    bring_labels_of_a_copy(sort, results, tmp_path, good="axon")
    for name in file_names.SORTER_FILES:  # as write_labels does for such a class
        text = (sort / name).read_text().replace("axon", "unsorted")
        if name == file_names.GROUP_FILE:
            tiny.replace(sort / name, text.encode())
    if run_first:
        tiny.run(sort, results, least=15)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


def test_a_second_doubt_does_not_forget_the_labels_of_the_first(sort, results):
    """A person agrees with Kilosort in all; the run says to settle; before she does, a row is lost.

    safety.md: "The command means the labels that the run was in doubt of, also after that run has
    replaced them". Instead the doubt that came later replaces the first: `theirs` gives back only
    the later ones, and the person's own labels are nowhere but in `superseded`.
    """
    given = as_kilosort_says(sort)
    assert any("labels_are=theirs" in n for n in tiny.run(sort, results, least=60)["notes"])
    rows = (sort / file_names.GROUP_FILE).read_text().splitlines(keepends=True)
    tiny.replace(sort / file_names.GROUP_FILE, "".join(rows[:-1]).encode())
    tiny.run(sort, results, least=60)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_a_second_doubt_does_not_forget_what_a_program_gave(sort, results):
    """Labels under Kilosort's header that a script changed; a merge of two steps; then `ours`."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    changed = tsv.format_labels("KSLabel", {**ks_labels, 5: "noise"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    assert any("labels_are=ours" in n for n in tiny.run(sort, results, least=45)["notes"])
    phy = tiny.Phy(sort)
    phy.merge(phy.merge(0, 2), 3)
    phy.save()
    assert any("labels_are=ours" in n for n in tiny.run(sort, results, least=45)["notes"])
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {}


def test_settled_as_ours_leaves_a_label_that_was_given_again_since(sort, results):
    """As safety.md says to pin a label: otherwise, save, run; as wanted, save, run. Then `ours`.

    "A decision given since the run that named the command was never in doubt" (test_settled.py),
    guarantee 2. Instead the decision is taken back since it equals what was in doubt once.
    """
    given = as_kilosort_says(sort, u0="noise")
    assert any("labels_are=ours" in n for n in tiny.run(sort, results)["notes"])
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3=given[3])
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise", 3: given[3]}


def test_settled_as_theirs_leaves_a_label_taken_back_since(sort, results):
    """In doubt, labelled by hand since, and given back to the criteria (`unsorted`) since.

    phy.md: "To give a unit back to the criteria, set it to `unsorted`, save, and run again".
    Instead `theirs` brings the old label back though the person's last word was `unsorted`.
    """
    given = as_kilosort_says(sort)
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3="unsorted")
    tiny.run(sort, results)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == {i: x for i, x in given.items() if i != 3}


def test_settled_as_theirs_before_a_run_means_only_what_is_in_doubt(sort, results):
    """A preview says one doubt, on one merged cluster; the person settles it as hers.

    safety.md: "The command means the labels that the run was in doubt of ...; where there is no
    such doubt, `theirs` means every present group". Instead all labels of ours become hers.
    """
    tiny.run(sort, results, least=45)
    phy = tiny.Phy(sort)
    last = phy.merge(phy.merge(0, 2), 3)
    phy.save()
    assert "merged or split more than once" in look(sort).doubts[0]
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort).keys() == {last}


def test_settled_once_more_with_the_first_doubt_settled_after_a_new_one(sort, results):
    """Agreed with Kilosort (said, run), then merged twice (not run yet); settled as hers.

    Her labels were in doubt and are what the command means; our labels of the run are not hers.
    """
    given = as_kilosort_says(sort)
    tiny.run(sort, results, least=45)  # 5 (20 spikes) is mua, Kilosort and she say good
    phy = tiny.Phy(sort)
    phy.merge(phy.merge(0, 2), 3)
    phy.save()
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort)[1] == given[1] and tiny.decided(sort)[5] == given[5]


def test_theirs_under_kilosorts_header_means_each_label(sort):
    """A person's script wrote labels of all units under Kilosort's header; some agree with it.

    safety.md: "`theirs`: a person's: each label counts as given by hand".
    """
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    given = {**ks_labels, 0: "noise"}
    tiny.replace(sort / file_names.GROUP_FILE, tsv.format_labels("KSLabel", given))
    assert look(sort).doubts
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_kilosorts_header_after_our_run_is_said(sort, results):
    """A person changes one label in her copy of Kilosort's own file, and puts it into the folder.

    safety.md: "cluster_group.tsv with Kilosort's header and labels that differ: ... said", and "no
    human decision is invented". After a run of ours Kilosort's own labels, where they differ from
    the criteria's, all become decisions, and nothing is said.
    """
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.run(sort, results, least=60)
    changed = tsv.format_labels("KSLabel", {**ks_labels, 0: "noise"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    notes = tiny.run(sort, results, least=60)["notes"]
    assert tiny.decided(sort) == {0: "noise"} or any("settle" in note for note in notes)


def test_settling_is_an_entry_of_the_history(sort, results):
    """safety.md: "Settling changes no label file. It is an entry of the history." """
    as_kilosort_says(sort)
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    events = state.read_history(generations.current_generation(sort))
    assert events[-1]["event"] == "settled"


def test_what_is_settled_is_not_said_any_more(sort, results):
    """safety.md: the command "settles it for good". The note of the receipt should go with a run.

    `found.json` "changes exactly when" a run has something to do; as rule settle removes it, it
    is made anew, with the same content or another one.
    """
    as_kilosort_says(sort)
    tiny.run(sort, results)
    found_json.refresh(sort, results / "found.json", results / "written.json")
    before = (results / "found.json").read_text()
    settle_labels.settle(sort, "ours")
    (results / "found.json").unlink()  # as the rule does
    found_json.refresh(sort, results / "found.json", results / "written.json")
    assert (results / "found.json").read_text() != before


def test_label_before_of_a_label_settled_as_a_programs(sort, results):
    """outputs.md: `label_before`: "a person's label where there was one, else Kilosort's"."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.replace(
        sort / file_names.GROUP_FILE, tsv.format_labels("KSLabel", {**ks_labels, 0: "good"})
    )
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    assert look(sort).labels_before == ks_labels


def test_what_is_in_doubt_is_known_after_the_state_is_lost(sort, results):
    """safety.md: "If `state.json` is lost, it is built again from `history.jsonl`; only
    `restore_last` has to wait for the next write then"."""
    given = as_kilosort_says(sort)
    tiny.run(sort, results, least=60)
    (generations.current_generation(sort) / "state.json").unlink()
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_a_decision_made_on_a_copy_stays_where_the_run_names_settle_ours(sort, results, tmp_path):
    """A laptop: one label by hand in Phy, goodunits run there; its two label files copied back.

    The run says "if they come from a copy of this folder: settle labels_are=ours", which is so, and
    takes the person's label away with the criteria's of the copy, though the files tell them
    apart: a group that differs from the cluster_KSLabel.tsv beside it (as for a copy without its
    store, safety.md). Guarantee 2.
    """
    tiny.run(sort, results, least=15)
    copy = shutil.copytree(sort, tmp_path / "laptop")
    tiny.save_in_phy(copy, u2="noise")
    tiny.run(copy, tmp_path / "others", least=35)
    for name in file_names.SORTER_FILES:
        shutil.copyfile(copy / name, sort / name)
    notes = tiny.run(sort, results, least=15)["notes"]
    assert any("if they come from a copy of this folder" in note for note in notes)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {2: "noise"}


def test_a_doubt_that_was_ended_in_phy_is_none_any_more(sort, results):
    """The doubt says: "if nobody gave it: set it to unsorted in Phy". Done; later all is settled.

    safety.md: "where there is no such doubt, `theirs` means every present group", and "To pin such
    a label: ... settle the whole session". Instead `theirs` brings back only the copy that nobody
    gave.
    """
    tiny.run(sort, results, least=45)
    phy = tiny.Phy(sort)
    last = phy.merge(phy.merge(0, 2), 3)
    phy.save()
    tiny.run(sort, results, least=45)
    tiny.save_in_phy(sort, **{f"u{last}": "unsorted"})
    tiny.run(sort, results, least=45)
    assert tiny.decided(sort) == {}
    shown = tiny.groups(sort)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == shown


def test_a_doubt_of_a_cluster_that_is_no_more_goes_over_to_no_other(sort, results):
    """In doubt of a merged cluster; started over; another cluster gets its id; `theirs`."""
    tiny.run(sort, results, least=45)
    phy = tiny.Phy(sort)
    last = phy.merge(phy.merge(0, 2), 3)  # mua
    phy.save()
    tiny.run(sort, results, least=45)
    shutil.copyfile(sort / "spike_templates.npy", sort / "spike_clusters.npy")
    tiny.save_in_phy(sort)
    phy = tiny.Phy(sort)
    phy.merge(2, 6)
    assert phy.merge(1, 5) == last
    phy.save()
    tiny.run(sort, results, least=45)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort).get(last) in (None, tiny.groups(sort)[last])
