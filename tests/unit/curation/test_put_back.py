"""Label files that somebody put back, brought from a copy, or saved from an open Phy.

Byte for byte they decide nothing. Saved again they may hold labels of a person: labels that differ
from what we left and may be a program's, by `cluster_KSLabel.tsv` beside, are kept, and said.
"""

import shutil

import pytest

import tiny
from goodunits.curation import whose_labels
from goodunits.phy import restore_labels, settle_labels
from goodunits.session_folder import file_names
from goodunits.store import generations

SAID = "cluster_KSLabel.tsv beside it is not as goodunits left it"


def look(sort):
    """What a run would see now."""
    return whose_labels.read_curation(sort, generations.current_generation(sort))


def put_back(sort, contents):
    """Put label files of an earlier state in their place."""
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, contents[name])


def put_originals_back(sort):
    """Do what the README of the store says."""
    original = generations.current_generation(sort) / "original"
    for path in sort.glob("cluster_*.tsv"):
        path.unlink()
    put_back(sort, {name: (original / name).read_bytes() for name in file_names.SORTER_FILES})


def saved_as_kilosort_has_them(sort):
    """Save Kilosort's labels as groups in Phy."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.save_in_phy(sort, **{f"u{unit}": label for unit, label in ks_labels.items()})


def in_doubt(sort, labels):
    """Demand that these labels, and no others, are kept and said."""
    seen = look(sort)
    assert seen.doubted == labels
    assert [doubt for doubt in seen.doubts if SAID in doubt] == seen.doubts
    assert seen.decisions.items() >= labels.items()


@pytest.mark.parametrize("how", ["by hand", "restore"])
def test_what_phy_saved_before_the_last_run_decides_nothing(sort, results, how):
    """Put back byte for byte, by hand or by `restore_last`, also where Phy saves it once more."""
    tiny.run(sort, results, least=35)
    tiny.save_in_phy(sort, u2="noise")
    yesterday = tiny.read(sort)
    tiny.run(sort, results, least=60)  # 0 and 3 were good
    if how == "restore":
        restore_labels.restore(sort, "last")
    else:
        put_back(sort, yesterday)
    for _ in range(2):
        seen = look(sort)
        assert seen.decisions == {2: "noise"} and not seen.doubts
        tiny.save_in_phy(sort)


def test_a_label_on_top_of_what_was_put_back_is_a_decision(sort, results):
    """The others are kept too, and said; settled as ours, the new one and those of before stay."""
    tiny.run(sort, results, least=35)
    tiny.save_in_phy(sort, u2="noise")
    yesterday = tiny.read(sort)
    tiny.run(sort, results, least=60)
    put_back(sort, yesterday)
    tiny.save_in_phy(sort, u5="noise")
    in_doubt(sort, {0: "good", 3: "good"})
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {2: "noise", 5: "noise"}
    tiny.run(sort, results, least=60)
    assert tiny.groups(sort) == {**tiny.by_criteria(sort, 60), 2: "noise", 5: "noise"}


def test_what_an_open_phy_saves_after_a_run_is_said(sort, results):
    """Phy still has the labels of before in memory; one is changed, and all are saved."""
    tiny.run(sort, results, least=35)
    phy = tiny.Phy(sort)
    tiny.run(sort, results, least=60)
    phy.label(2, "noise")
    phy.save()
    in_doubt(sort, {0: "good", 3: "good"})
    assert look(sort).decisions[2] == "noise"


def test_classes_that_phy_does_not_know_are_in_doubt_too(sort, results):
    """Their group differs from `cluster_KSLabel.tsv`, and a program may have given it."""
    tiny.run(sort, results, least=35, good="axon")
    yesterday = tiny.read(sort)
    tiny.run(sort, results, least=60)
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results, least=60)
    put_back(sort, yesterday)
    tiny.save_in_phy(sort, u5="noise")
    seen = look(sort)
    assert seen.doubted == {0: "unsorted", 1: "unsorted", 3: "unsorted"}
    assert seen.decisions[5] == "noise" and seen.doubts


@pytest.mark.parametrize("saved", [False, True])
def test_label_files_of_a_copy(sort, results, tmp_path, saved):
    """On a laptop: run with other criteria, perhaps labelled in Phy; its files copied back."""
    tiny.run(sort, results, least=15)
    copy = shutil.copytree(sort, tmp_path / "laptop")
    tiny.run(copy, tmp_path / "others", least=60)
    if saved:
        tiny.save_in_phy(copy, u2="noise")
    put_back(sort, tiny.read(copy))
    seen = look(sort)
    assert seen.doubts
    assert seen.doubted.items() >= {0: "mua", 3: "mua", 5: "mua"}.items()
    if saved:
        in_doubt(sort, {0: "mua", 3: "mua", 5: "mua"})
        assert seen.decisions[2] == "noise"


def test_an_older_file_of_ours_saved_in_phy_is_said(sort, results):
    """To the byte it decides nothing; what Phy made of it may be a person's."""
    tiny.run(sort, results, least=15)
    older = tiny.read(sort)
    tiny.run(sort, results, least=60)
    put_back(sort, older)
    assert look(sort).decisions == {}
    tiny.save_in_phy(sort)
    in_doubt(sort, {0: "good", 3: "good", 5: "good", 2: "good"})


def test_an_older_file_of_ours_in_a_spreadsheets_form_is_said(sort, results):
    """With commas and other line ends."""
    tiny.run(sort, results, least=15)
    older = tiny.read(sort)
    tiny.run(sort, results, least=60)
    rewritten = {
        name: older[name].replace(b"\t", b",").replace(b"\n", b"\r\n")
        for name in file_names.SORTER_FILES
    }
    put_back(sort, rewritten)
    in_doubt(sort, {0: "good", 3: "good", 5: "good", 2: "good"})


@pytest.mark.parametrize("how", ["by hand", "restore"])
def test_originals_put_back_then_saved_in_phy(sort, results, how):
    """After `restore` they are known; put back by hand, they are kept and said."""
    saved_as_kilosort_has_them(sort)
    tiny.run(sort, results, least=60)
    settle_labels.settle(sort, "ours")  # these were in doubt at first
    if how == "restore":
        restore_labels.restore(sort)
    else:
        put_originals_back(sort)
    assert look(sort).decisions == {}
    tiny.save_in_phy(sort, u2="noise")
    if how == "restore":
        seen = look(sort)
        assert seen.decisions == {2: "noise"} and not seen.doubts
    else:
        in_doubt(sort, {3: "good", 5: "good"})


def test_originals_with_labels_by_hand_then_one_more(sort, results):
    """Only these two: Kilosort's own rows are white in Phy, and so have no group."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    put_originals_back(sort)
    tiny.save_in_phy(sort, u3="noise")
    assert tiny.decided(sort) == {0: "noise", 3: "noise"}


def test_phy_that_saves_our_labels_raises_no_doubt(sort, results):
    """Whatever was labelled, merged or restored: `cluster_KSLabel.tsv` says what we left."""
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="mua", u1="noise")
    assert not look(sort).doubts
    tiny.run(sort, results)
    for to in restore_labels.STATES:
        restore_labels.restore(sort, to)
        tiny.save_in_phy(sort, u2="good")
        assert not look(sort).doubts
    tiny.run(sort, results)
    phy = tiny.Phy(sort)
    phy.label(phy.merge(1, 5), "good")
    phy.save()
    assert not look(sort).doubts


def test_the_same_sort_made_again(sort, results):
    """Kilosort run again gives the same spikes: decisions stand."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    for path in sort.glob("cluster_*.tsv"):
        path.unlink()
    tiny.make_sort(sort)
    assert look(sort).decisions == {0: "noise"}
    tiny.run(sort, results)
    assert tiny.groups(sort)[0] == "noise"
