"""What settle does with sessions in which nothing, or nothing more, is in doubt."""

import pytest

import tiny
from goodunits.curation import whose_labels
from goodunits.phy import restore_labels, settle_labels
from goodunits.store import generations, state


def look(folder):
    return whose_labels.read_curation(folder, generations.current_generation(folder))


def as_kilosort_says(folder):
    """A group for every unit, saved in Phy: those of Kilosort."""
    ks_labels = tiny.Phy(folder).fields["KSLabel"]
    tiny.save_in_phy(folder, **{f"u{i}": label for i, label in ks_labels.items()})
    return ks_labels


def test_settle_without_only_leaves_labels_that_no_run_saw(sort, results):
    """`ours` over all sessions, of which another one is in doubt."""
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u2="noise")
    assert look(sort).decisions == {2: "noise"} and not look(sort).doubts
    before = tiny.tree(sort)
    assert "nothing in doubt, nothing changed" in settle_labels.settle(sort, "ours")
    after = tiny.tree(sort)
    assert {name for name in after if after[name] != before.get(name)} <= {"goodunits_store/lock"}
    tiny.run(sort, results)
    assert tiny.groups(sort)[2] == "noise"


def test_settle_without_only_leaves_labels_of_a_first_visit(sort, results):
    """A few units labelled in Phy are a person's: a program labels all."""
    tiny.save_in_phy(sort, u2="noise", u3="noise")
    assert look(sort).decisions == {2: "noise", 3: "noise"} and not look(sort).doubts
    settle_labels.settle(sort, "ours")
    tiny.run(sort, results)
    assert tiny.groups(sort)[2] == "noise"


def test_labels_of_all_that_phys_log_names_are_no_programs(sort):
    """On a first visit too, where `ours` means labels of all clusters."""
    phy = tiny.Phy(sort, keeps_log=True)
    for unit in tiny.SIZES:
        phy.label(unit, "noise")
    phy.save()
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == dict.fromkeys(tiny.SIZES, "noise")


def test_settle_twice_with_a_label_between(sort, results):
    """Settled as ours, labelled on in Phy, and the command of the note given once more."""
    as_kilosort_says(sort)
    tiny.run(sort, results)
    settle_labels.settle(sort, "ours")
    tiny.save_in_phy(sort, u2="noise")
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {2: "noise"}


@pytest.mark.parametrize("labels_are", ["ours", "theirs"])
def test_the_same_command_once_more_changes_nothing(sort, results, labels_are):
    """The second time nothing is in doubt, so `theirs` would mean every label that we left."""
    as_kilosort_says(sort)
    tiny.run(sort, results, least=60)
    phy = tiny.Phy(sort)
    phy.merge(phy.merge(0, 2), 3)
    phy.save()
    tiny.run(sort, results, least=60)
    settle_labels.settle(sort, labels_are)
    decided = tiny.decided(sort)
    generation = generations.current_generation(sort)
    events = state.read_history(generation)
    assert "nothing changed" in settle_labels.settle(sort, labels_are)
    assert tiny.decided(sort) == decided and state.read_history(generation) == events


@pytest.mark.parametrize("how", ["overwrite", "restore"])
def test_settled_as_theirs_leaves_decisions_that_the_folder_does_not_show(sort, results, how):
    """`theirs` means that more labels are a person's, not fewer."""
    tiny.save_in_phy(sort, u0="mua", u1="mua")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results, policy="overwrite" if how == "overwrite" else "keep")
    if how == "restore":
        restore_labels.restore(sort)
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort)[0] == "noise"
