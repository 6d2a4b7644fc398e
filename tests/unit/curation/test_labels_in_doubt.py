"""Labels of which the files alone do not tell whose they are, and how somebody settles it."""

import shutil

import pytest

import tiny
from goodunits.base import tsv
from goodunits.curation import whose_labels
from goodunits.phy import restore_labels, settle_labels, write_labels
from goodunits.session_folder import file_names
from goodunits.store import backup, generations


def edit(path, change):
    """Change the lines of a text file."""
    tiny.replace(path, "".join(change(path.read_text().splitlines(keepends=True))).encode())


def look(folder):
    return whose_labels.read_curation(folder, generations.current_generation(folder))


def copy_without_store(sort, to):
    """What `cp *.*` takes along."""
    to.mkdir()
    for path in sort.glob("*.*"):
        shutil.copy(path, to / path.name)
    return to


def test_a_copy_without_its_store_decides_nothing(sort, results, tmp_path):
    tiny.run(sort, results)
    copy = copy_without_store(sort, tmp_path / "copy")
    seen = look(copy)
    assert seen.decisions == {}
    assert "equal to cluster_KSLabel.tsv" in seen.doubts[0]
    tiny.run(copy, tmp_path / "other", least=60)
    assert tiny.groups(copy) == tiny.by_criteria(copy, 60)


def test_a_copy_without_its_store_but_with_our_columns(sort, results, tmp_path):
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results, columns={"presence_ratio": dict.fromkeys(tiny.SIZES, "1.0")})
    copy = copy_without_store(sort, tmp_path / "copy")
    seen = look(copy)
    assert seen.decisions == {0: "noise"}
    assert "written by goodunits before" in seen.doubts[0]


def test_a_column_of_ours_beside_a_later_sort_takes_no_decision_away(sort, results, tmp_path):
    tiny.run(sort, results, columns={"presence_ratio": dict.fromkeys(tiny.SIZES, "1.0")})
    tiny.make_sort(sort, seed=1, sizes={unit: n + 1 for unit, n in tiny.SIZES.items()})
    label = tiny.Phy(sort).fields["KSLabel"][3]
    tiny.save_in_phy(sort, u3=label)
    assert look(sort).decisions == {3: label}


def test_a_copy_without_its_store_that_phy_saved_is_in_doubt(sort, results, tmp_path):
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    copy = copy_without_store(sort, tmp_path / "copy")
    tiny.save_in_phy(copy)
    before, seen = tiny.groups(copy), look(copy)
    assert seen.decisions == before
    assert "5 of 6 labels" in seen.doubts[0] and "labels_are=ours" in seen.doubts[0]
    tiny.run(copy, tmp_path / "other")
    settle_labels.settle(copy, "ours")
    assert tiny.decided(copy) == {0: "noise"}


def test_a_copy_without_its_store_after_a_merge_is_in_doubt(sort, results, tmp_path):
    tiny.run(sort, results)
    copy = copy_without_store(sort, tmp_path / "copy")
    edit(copy / file_names.GROUP_FILE, lambda lines: [*lines[:1], *lines[2:], "9\tmua\r\n"])
    assert "5 of 6 labels" in look(copy).doubts[0]


def test_who_said_in_phy_what_kilosort_says_is_in_no_doubt(sort):
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.save_in_phy(
        sort, **{f"u{unit}": label for unit, label in {**ks_labels, 0: "noise"}.items()}
    )
    said = [f"x Change metadata_group for clusters {i} to {v}.\n" for i, v in ks_labels.items()]
    (sort / "phy.log").write_text("".join(said))
    assert look(sort).decisions == {**ks_labels, 0: "noise"} and not look(sort).doubts


@pytest.mark.parametrize("is_backed_up", [False, True])
def test_a_label_changed_under_kilosorts_header_is_a_decision(sort, results, is_backed_up):
    """By a script or in a spreadsheet: nobody but Kilosort and its tutorial writes this header."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    changed = tsv.format_labels("KSLabel", {**ks_labels, 0: "noise"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    if is_backed_up:
        base = file_names.store_folder(sort)
        base.mkdir()
        backup.back_up(sort, base)
    seen = look(sort)
    assert seen.decisions == {0: "noise"} and "1 label(s) differ" in seen.doubts[0]
    tiny.run(sort, results, least=60)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60) | {0: "noise"}
    assert not look(sort).doubts
    tiny.save_in_phy(sort, u0="unsorted")
    assert look(sort).decisions == {}
    restore_labels.restore(sort, "originals")
    assert look(sort).decisions == {}


def test_labels_changed_under_kilosorts_header_can_be_a_programs(sort, results):
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    changed = tsv.format_labels("KSLabel", {**ks_labels, 0: "noise"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    settle_labels.settle(sort, "ours")
    assert look(sort).decisions == {} and not look(sort).doubts
    tiny.run(sort, results, least=60)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60)


@pytest.mark.parametrize("saved_by_phy", [False, True])
def test_labels_of_all_clusters_without_a_trace_of_phy_may_be_a_programs(
    sort, results, saved_by_phy
):
    """Such as those of another program, which differ from Kilosort's."""
    labels = dict.fromkeys(tiny.SIZES, "good")
    tiny.save_in_phy(sort, **{f"u{unit}": label for unit, label in labels.items()})
    if not saved_by_phy:
        (sort / file_names.INFO_FILE).unlink()
    notes = tiny.run(sort, results)["notes"]
    assert tiny.decided(sort) == labels
    assert any("Phy left no trace" in note for note in notes) != saved_by_phy
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == (labels if saved_by_phy else {})


def test_a_person_who_agrees_with_kilosort_can_say_so(sort):
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.save_in_phy(sort, **{f"u{unit}": label for unit, label in ks_labels.items()})
    assert look(sort).decisions == {} and look(sort).doubts
    settle_labels.settle(sort, "theirs")
    assert look(sort).decisions == ks_labels and not look(sort).doubts


def test_settled_as_ours_takes_no_decision_away_that_still_stands(sort, results):
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    before = tiny.read(sort)
    settle_labels.settle(sort, "ours")
    assert tiny.decided(sort) == {0: "noise"}
    assert tiny.read(sort) == before


def test_settled_as_theirs_takes_no_decision_away_with_its_row(sort, results):
    tiny.save_in_phy(sort, u0="noise", u3="noise")
    tiny.run(sort, results)
    edit(
        sort / file_names.GROUP_FILE,
        lambda lines: [row for row in lines if not row.startswith("0\t")],
    )
    assert "have lost their row" in look(sort).doubts[0]
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort)[0] == "noise"


def test_settled_before_the_first_run_keeps_groups_of_phy_1(sort):
    ids = sorted(tiny.SIZES)
    rows = "".join(f"{i}\tnoise\n" for i in ids)
    (sort / "cluster_groups.csv").write_text(f"cluster_id\tgroup\n{rows}")
    settle_labels.settle(sort, "theirs")
    assert tiny.decided(sort) == dict.fromkeys(ids, "noise")


def test_unsorted_under_kilosorts_header_is_no_label_in_doubt(sort):
    """It decides nothing, so nothing is said to be kept."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    changed = tsv.format_labels("KSLabel", {**ks_labels, 0: "unsorted"})
    tiny.replace(sort / file_names.GROUP_FILE, changed)
    seen = look(sort)
    assert not seen.decisions and not seen.doubts and not seen.doubted


def test_unsorted_of_a_merged_class_is_no_label_in_doubt(sort):
    """A class that Phy shows as `unsorted`, merged in two steps: nobody gave a label."""
    labels = {0: "mua", 1: "axon", 2: "axon", 3: "mua", 5: "mua", 6: "mua"}
    plan = write_labels.Plan(labels, labels, tiny.measured(sort))
    write_labels.write_label_files(sort, plan)
    phy = tiny.Phy(sort)
    phy.merge(phy.merge(1, 2), 3)
    phy.save()
    seen = look(sort)
    assert not seen.decisions and not seen.doubts and not seen.doubted
