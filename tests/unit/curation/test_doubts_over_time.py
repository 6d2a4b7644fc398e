"""What is in doubt over several runs: it lasts until settled, or until a person speaks again."""

import shutil

import pytest

import tiny
from goodunits.base import tsv
from goodunits.curation import whose_labels
from goodunits.phy import restore_labels, settle_labels
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


def bring_labels_of_a_copy(sort, results, tmp_path, good="good"):
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
    """What the label of a copy had replaced stands again, before the run and after it."""
    bring_labels_of_a_copy(sort, results, tmp_path)
    if run_first:
        tiny.run(sort, results, least=15)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


@pytest.mark.parametrize("run_first", [False, True])
def test_unsorted_of_a_copys_class_settled_as_ours_leaves_earlier_decisions(
    sort, results, tmp_path, run_first
):
    """So does what `unsorted`, for a class that Phy does not know, had taken back."""
    bring_labels_of_a_copy(sort, results, tmp_path, good="axon")
    assert tiny.groups(sort)[0] == "unsorted"
    if run_first:
        tiny.run(sort, results, least=15)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


def test_a_second_doubt_does_not_forget_the_labels_of_the_first(sort, results):
    """Our labels, in doubt since a row was lost, do not take the place of hers."""
    given = as_kilosort_says(sort)
    assert any("labels_are=theirs" in n for n in tiny.run(sort, results, least=60)["notes"])
    rows = (sort / file_names.GROUP_FILE).read_text().splitlines(keepends=True)
    tiny.replace(sort / file_names.GROUP_FILE, "".join(rows[:-1]).encode())
    tiny.run(sort, results, least=60)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_a_second_doubt_does_not_forget_what_a_program_gave(sort, results):
    """Labels under Kilosort's header, then a merge of two steps: `ours` takes back both."""
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
    """A label pinned as safety.md says is in doubt no more, though it equals what was."""
    given = as_kilosort_says(sort, u0="noise")
    assert any("labels_are=ours" in n for n in tiny.run(sort, results)["notes"])
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3=given[3])
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise", 3: given[3]}


def test_settled_as_theirs_leaves_a_label_taken_back_since(sort, results):
    """The last word of a person was `unsorted`."""
    given = as_kilosort_says(sort)
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3="unsorted")
    tiny.run(sort, results)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == {i: x for i, x in given.items() if i != 3}


def test_settled_as_theirs_before_a_run_means_only_what_is_in_doubt(sort, results):
    """One merged cluster is in doubt after a run; the labels that we left are not hers."""
    tiny.run(sort, results, least=45)
    phy = tiny.Phy(sort)
    last = phy.merge(phy.merge(0, 2), 3)
    phy.save()
    assert "were merged or split" in look(sort).doubts[0]
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort).keys() == {last}


def test_settled_once_more_with_the_first_doubt_settled_after_a_new_one(sort, results):
    """Hers, in doubt since an earlier run, and those of a merge that no run has seen."""
    given = as_kilosort_says(sort)
    tiny.run(sort, results, least=45)  # 5 (20 spikes) is mua, Kilosort and she say good
    phy = tiny.Phy(sort)
    phy.merge(phy.merge(0, 2), 3)
    phy.save()
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort)[1] == given[1] and tiny.decided(sort)[5] == given[5]


def test_theirs_under_kilosorts_header_means_each_label(sort):
    """Who wrote the file wrote all of it, also the labels that are Kilosort's."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    given = {**ks_labels, 0: "noise"}
    tiny.replace(sort / file_names.GROUP_FILE, tsv.format_labels("KSLabel", given))
    assert look(sort).doubts
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_kilosorts_header_after_our_run_is_said(sort, results):
    """Kilosort's own labels in it are no decisions, and the run says so."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.run(sort, results, least=60)
    changed = tsv.format_labels("KSLabel", {**ks_labels, 0: "noise"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    notes = tiny.run(sort, results, least=60)["notes"]
    assert tiny.decided(sort) == {0: "noise"} or any("settle" in note for note in notes)


def test_settling_is_an_entry_of_the_history(sort, results):
    """Also where it changes neither a file nor a decision."""
    as_kilosort_says(sort)
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    events = state.read_history(generations.current_generation(sort))
    assert events[-1]["event"] == "settled"


def test_what_is_settled_is_not_said_any_more(sort, results):
    """`found.json` is another one after settling, so the next run labels the session anew."""
    as_kilosort_says(sort)
    tiny.run(sort, results)
    found_json.refresh(sort, results / "found.json", results / "written.json")
    before = (results / "found.json").read_text()
    settle_labels.settle(sort, "ours")
    (results / "found.json").unlink()  # as the rule does
    found_json.refresh(sort, results / "found.json", results / "written.json")
    assert (results / "found.json").read_text() != before


def test_label_before_of_a_label_settled_as_a_programs(sort, results):
    """It is Kilosort's then."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.replace(
        sort / file_names.GROUP_FILE, tsv.format_labels("KSLabel", {**ks_labels, 0: "good"})
    )
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    assert look(sort).labels_before == ks_labels


def test_what_is_in_doubt_is_known_after_the_state_is_lost(sort, results):
    """The history tells of it."""
    given = as_kilosort_says(sort)
    tiny.run(sort, results, least=60)
    (generations.current_generation(sort) / "state.json").unlink()
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_a_decision_made_on_a_copy_stays_where_the_run_names_settle_ours(sort, results, tmp_path):
    """A group that differs from the criteria's label beside it was given by a person."""
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
    """Set to `unsorted`, as the run says; so `theirs` means every group in the folder."""
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
    """Somebody started over, and other spikes have the id of a merged cluster."""
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


def test_of_two_doubts_on_one_cluster_the_first_knows_what_stood_before(sort, results, tmp_path):
    """Labels of a copy are brought twice, and each time in doubt."""
    bring_labels_of_a_copy(sort, results, tmp_path)
    tiny.run(sort, results, least=15)
    copy = tmp_path / "laptop"
    tiny.run(copy, tmp_path / "others", least=45)
    for name in file_names.SORTER_FILES:
        shutil.copyfile(copy / name, sort / name)
    tiny.run(sort, results, least=15)
    assert tiny.decided(sort)[0] == "mua"
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


def test_a_doubt_outlives_a_restore(sort, results):
    """The originals put back say nothing of whose they are."""
    given = as_kilosort_says(sort)
    tiny.run(sort, results, least=60)
    restore_labels.restore(sort)
    tiny.run(sort, results, least=60)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_a_doubt_waits_for_its_cluster_to_come_back(sort, results):
    """Merged away and back again by starting over: the labels of hers are still in doubt."""
    given = as_kilosort_says(sort)
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    phy.merge(0, 2)
    phy.save()
    tiny.run(sort, results, least=60)
    shutil.copyfile(sort / "spike_templates.npy", sort / "spike_clusters.npy")
    tiny.run(sort, results, least=60)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == given


def test_rows_lost_take_no_decision_away(sort, results):
    """A decision among the rows that are left was no program's, whatever is said of these."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    rows = (sort / file_names.GROUP_FILE).read_text().splitlines(keepends=True)
    tiny.replace(sort / file_names.GROUP_FILE, "".join(rows[:-1]).encode())
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}


@pytest.mark.parametrize("labels_are", ["ours", "theirs"])
def test_a_copy_of_a_label_in_doubt_is_in_doubt(sort, results, labels_are):
    """A merge copies the label of a cluster of which nobody knows yet who labelled it."""
    given = as_kilosort_says(sort, u0="noise")
    tiny.run(sort, results, least=45)
    phy = tiny.Phy(sort)
    merged = phy.merge(1, 3)
    phy.save()
    notes = tiny.run(sort, results, least=45)["notes"]
    assert any(f"cluster(s) {merged} have a label that Phy copied" in note for note in notes)
    settle_labels.settle(sort, labels_are)
    theirs = {**given, 0: "noise", merged: "good"}
    assert tiny.decided(sort) == ({0: "noise"} if labels_are == "ours" else theirs)


def test_a_decision_of_a_copy_that_was_in_doubt_there_too_ends_no_doubt(sort, results, tmp_path):
    """The copy had the doubt with it; its label is not said by a person anew."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    changed = tsv.format_labels("KSLabel", {**ks_labels, 3: "noise"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    tiny.run(sort, results, least=60, policy="overwrite")
    copy = shutil.copytree(sort, tmp_path / "laptop")
    tiny.run(copy, tmp_path / "others", least=35)
    for name in file_names.SORTER_FILES:
        shutil.copyfile(copy / name, sort / name)
    tiny.run(sort, results, least=60)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {}


def test_what_a_label_in_doubt_replaced_is_kept_in_state_and_history(sort, results, tmp_path):
    """A state without it, as earlier versions wrote, is read as one where nothing was replaced."""
    bring_labels_of_a_copy(sort, results, tmp_path)
    tiny.run(sort, results, least=15)
    generation = generations.current_generation(sort)
    known = state.read_state(generation)
    assert known.replaced == {0: "noise"} and known.doubted[0] == "good"
    (generation / "state.json").unlink()
    rebuilt = state.read_state(generation)
    assert (rebuilt.doubted, rebuilt.replaced) == (known.doubted, known.replaced)
    state.write_state(generation, known)
    tiny.rewrite_state(generation, _without_replaced)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {}


def _without_replaced(content):
    del content["replaced"]
