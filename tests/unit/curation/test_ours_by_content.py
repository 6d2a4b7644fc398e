"""Our labels are known by what they say: no rewrite of a file makes them a person's."""

import csv
import io
import shutil
import tarfile

import numpy as np
import pytest

import tiny
from goodunits.base import files
from goodunits.base.errors import SessionError
from goodunits.curation import whose_labels
from goodunits.phy import restore_labels, settle_labels
from goodunits.session_folder import file_names, sort_id
from goodunits.standing import session_standing
from goodunits.store import generations
from real_sorts import DATA


def edit(path, change):
    """Change the lines of a text file."""
    tiny.replace(path, "".join(change(path.read_text().splitlines(keepends=True))).encode())


def look(folder):
    return whose_labels.read_curation(folder, generations.current_generation(folder))


# The sort is known by its values

SAME_VALUES = {
    "unsigned": np.uint64,
    "narrower": np.int32,
    "big-endian": np.dtype(">i8"),
    "floats": np.float64,
}


@pytest.mark.parametrize("dtype", SAME_VALUES)
def test_arrays_saved_again_are_the_same_sort(sort, results, dtype):
    originals = tiny.read(sort)
    tiny.run(sort, results)
    tiny.save_in_phy(sort)
    for name in sort_id.SORT_FILES:
        values = np.load(sort / name)
        np.save(sort / name, np.asfortranarray(values.astype(SAME_VALUES[dtype])[:, None]))
    tiny.run(sort, results, least=60)
    assert tiny.decided(sort) == {}
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60)
    assert len(generations.complete_generations(file_names.store_folder(sort))) == 1
    restore_labels.restore(sort)
    now = tiny.read(sort)
    assert {n: now[n] for n in file_names.SORTER_FILES} == {
        n: originals[n] for n in file_names.SORTER_FILES
    }


def test_large_ids_do_not_wrap_round(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    for folder, first in ((small, 1), (large, 2**32 + 1)):
        folder.mkdir()
        np.save(folder / "spike_times.npy", np.arange(5))
        np.save(folder / "spike_templates.npy", np.array([first, 2], np.int64))
    assert sort_id.sort_id(small) != sort_id.sort_id(large)


def test_templates_removed_are_no_new_sort(sort, results):
    tiny.run(sort, results)
    first = sort_id.sort_id(sort)
    (sort / "spike_templates.npy").unlink()
    tiny.save_in_phy(sort)
    assert generations.current_generation(sort).name == first
    assert tiny.decided(sort) == {}


# Another sort under our labels


def change_spikes(folder, how):
    """What makes a sort another one while its label files stay."""
    if how == "doubles removed":
        for name in ("spike_times.npy", "spike_templates.npy", "spike_clusters.npy"):
            np.save(folder / name, np.delete(np.load(folder / name), [3, 4]))
    else:
        templates = np.load(folder / "spike_templates.npy")
        templates[7] ^= 1
        np.save(folder / "spike_templates.npy", templates)


@pytest.mark.parametrize("how", ["doubles removed", "a flipped bit"])
@pytest.mark.parametrize("saved", [False, True])
def test_our_labels_under_other_spikes_stop_the_session(sort, results, how, saved):
    tiny.run(sort, results)
    if saved:
        tiny.save_in_phy(sort)
    change_spikes(sort, how)
    before = tiny.tree(sort)
    for go in (look, lambda folder: tiny.run(folder, results)):
        with pytest.raises(SessionError, match="settle --config") as error:
            go(sort)
        assert "\n" not in str(error.value)
    after = tiny.tree(sort)
    assert {name: data for name, data in after.items() if "lock" not in name} == {
        name: data for name, data in before.items() if "lock" not in name
    }


def test_settled_as_ours_carries_backup_and_decisions_over(sort, results):
    originals = tiny.read(sort)
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results)
    change_spikes(sort, "doubles removed")
    settle_labels.settle(sort, "ours")
    tiny.run(sort, results, least=60)
    assert tiny.decided(sort) == {0: "noise", 3: "noise"}
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60) | {0: "noise", 3: "noise"}
    restore_labels.restore(sort)
    assert tiny.groups(sort) == {0: "noise"}
    assert (sort / file_names.KS_FILE).read_bytes().splitlines() == originals[
        file_names.KS_FILE
    ].splitlines()


def test_settled_as_theirs_every_group_is_a_decision(sort, results):
    tiny.run(sort, results)
    change_spikes(sort, "doubles removed")
    ours = tiny.groups(sort)
    settle_labels.settle(sort, "theirs")
    (results / "found.json").unlink()  # as the rule does
    tiny.run(sort, results, least=200)
    assert tiny.decided(sort) == ours
    assert tiny.groups(sort) == ours


def test_originals_put_back_by_hand_are_a_way_on_too(sort, results):
    originals = tiny.read(sort)
    tiny.run(sort, results)
    change_spikes(sort, "doubles removed")
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, originals[name])
    tiny.run(sort, results, least=60)
    assert tiny.decided(sort) == {}
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60)


def test_a_new_sort_that_phy_saved_is_no_alarm(sort, results):
    tiny.run(sort, results)
    tiny.make_sort(sort, seed=1, sizes={i: n + 1 for i, n in tiny.SIZES.items()})
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    assert tiny.decided(sort) == {0: "noise"}


# Files that somebody rewrote


def as_spreadsheet(data):
    """The same table with commas, quotes, CRLF and a byte order mark."""
    rows = list(csv.reader(data.decode().splitlines(), delimiter="\t"))
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([rows[0], *reversed(rows[1:])])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


@pytest.mark.parametrize("lost", [(), ("state.json",), ("state.json", "history.jsonl")])
def test_a_rewritten_file_is_still_ours(sort, results, lost):
    tiny.run(sort, results)
    for name in lost:
        (generations.current_generation(sort) / name).unlink()
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, as_spreadsheet((sort / name).read_bytes()))
    assert tiny.decided(sort) == {}
    tiny.run(sort, results, least=60)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60)


def test_a_rewrite_starts_nothing(sort, results):
    receipt = tiny.run(sort, results)
    tiny.save_in_phy(sort)
    assert session_standing.changed_files(sort, receipt) == []


def test_state_and_history_lost_then_labelled_in_phy(sort, results):
    tiny.run(sort, results)
    for name in ("state.json", "history.jsonl"):
        (generations.current_generation(sort) / name).unlink()
    tiny.save_in_phy(sort, u0="noise")
    seen = look(sort)
    assert seen.decisions == {0: "noise"}
    assert "settle" in seen.doubts[0]


def without_row(lines):
    return [line for line in lines if not line.startswith("3\t")]


def without_label(lines):
    return ["3\t\n" if line.startswith("3\t") else line for line in lines]


def cut_short(lines):
    return lines[:3]


@pytest.mark.parametrize("damage", [without_row, without_label, cut_short])
def test_rows_that_are_lost_make_no_decisions_of_the_others(sort, results, damage):
    tiny.run(sort, results)
    edit(sort / file_names.GROUP_FILE, damage)
    seen = look(sort)
    assert seen.decisions == {}
    assert any("lost their row" in doubt for doubt in seen.doubts)
    written = tiny.run(sort, results, least=60)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 60)
    assert any("lost their row" in note for note in written["notes"])


def test_a_decision_whose_row_is_lost_before_a_run_saw_it_stands_in_what_phy_saved_beside(
    sort, results
):
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise", u3="noise")
    edit(sort / file_names.GROUP_FILE, lambda lines: lines[:1])
    assert look(sort).decisions == {0: "noise", 3: "noise"}
    tiny.run(sort, results)
    edit(sort / file_names.GROUP_FILE, lambda lines: lines[:1])
    (sort / file_names.INFO_FILE).unlink()
    assert look(sort).decisions == {0: "noise", 3: "noise"}


def test_what_a_restore_puts_back_beside_decides_nothing(sort, results):
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise")
    edit(sort / file_names.GROUP_FILE, lambda lines: lines[:3])
    tiny.run(sort, results, least=60)
    restore_labels.restore(sort, "last")
    assert len(tiny.groups(sort)) == 2
    assert look(sort).decisions == {0: "noise"}


def test_a_group_file_begun_anew_in_phy_counts_as_far_as_its_log_goes(sort, results):
    tiny.run(sort, results)
    (sort / file_names.GROUP_FILE).unlink()
    tiny.save_in_phy(sort, u1="good", u2="noise")
    (sort / "phy.log").write_text("x Change metadata_group for clusters 1 to good.\n")
    assert tiny.decided(sort) == {1: "good", 2: "noise"}


# Files put there by hand


def as_kilosort_says(folder, **others):
    """A group for every unit, saved in Phy: those of Kilosort but for some."""
    ks_labels = tiny.Phy(folder).fields["KSLabel"]
    tiny.save_in_phy(folder, **{f"u{unit}": label for unit, label in ks_labels.items()} | others)
    return ks_labels


def test_a_group_file_that_is_gone_with_what_phy_saved_beside(sort, results):
    """What Phy saved in cluster_info.tsv counts, or the run says how to settle it."""
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise")
    (sort / file_names.GROUP_FILE).unlink()
    notes = tiny.run(sort, results)["notes"]
    assert tiny.decided(sort) == {0: "noise"} or any("settle" in note for note in notes)


def test_a_decision_that_looks_like_an_earlier_file_of_ours(sort, results):
    """Phy saved what an earlier file of ours said, but never writes its very bytes."""
    tiny.run(sort, results, least=35)
    tiny.run(sort, results, least=45)  # unit 0: good -> mua
    tiny.save_in_phy(sort, u0="good")
    assert tiny.decided(sort) == {0: "good"}
    (generations.current_generation(sort) / "state.json").unlink()
    assert tiny.decided(sort) == {0: "good"}


def test_originals_that_are_no_decisions_put_back_by_hand(sort, results):
    """As the README of the store says it can be done: no label is taken for a decision."""
    as_kilosort_says(sort)
    tiny.run(sort, results, least=60)
    assert tiny.decided(sort) == {}
    original = generations.current_generation(sort) / "original"
    for path in sort.glob("cluster_*.tsv"):
        path.unlink()
    for name in file_names.SORTER_FILES:
        shutil.copyfile(original / name, sort / name)
    assert tiny.decided(sort) == {}


def test_an_older_file_of_ours_put_back(sort, results):
    """The ledger knows the very bytes; Phy was not open and nobody labelled."""
    tiny.run(sort, results, least=15)
    older = tiny.read(sort)
    tiny.run(sort, results, least=60)
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, older[name])
    assert tiny.decided(sort) == {}


def test_files_of_ours_from_a_copy(sort, results, tmp_path):
    """Files that a copy's own store knows: no decisions, or it is said."""
    tiny.run(sort, results, least=15)
    copy = shutil.copytree(sort, tmp_path / "laptop")
    tiny.run(copy, tmp_path / "others", least=60)
    for name in file_names.SORTER_FILES:
        shutil.copyfile(copy / name, sort / name)
    notes = tiny.run(sort, results, least=15)["notes"]
    assert tiny.decided(sort) == {} or notes


def test_kilosorts_labels_put_in_the_place_of_a_group_file_that_never_was(sort, results):
    """Kilosort's labels under its own header are the originals, whatever lies beside them."""
    (sort / file_names.GROUP_FILE).unlink()
    tiny.run(sort, results, least=60)
    original = generations.current_generation(sort) / "original" / file_names.KS_FILE
    shutil.copyfile(original, sort / file_names.GROUP_FILE)
    assert tiny.decided(sort) == {}


# The store of the version before


@pytest.fixture
def first_version(tmp_path):
    """A sort curated, labelled, merged and labelled again with the first version of the store."""
    with tarfile.open(DATA / "store_v1.tar.xz") as archive:
        archive.extractall(tmp_path / "v1", filter="data")
    return tmp_path / "v1"


def test_a_store_of_the_first_version_goes_on(first_version):
    folder, results = first_version / "sort", first_version / "results"
    kept = tiny.tree(file_names.store_folder(folder))
    (generation,) = generations.complete_generations(file_names.store_folder(folder))
    assert generation.name == sort_id.sort_id_by_bytes(folder)
    tiny.run(folder, results, least=60)
    assert generations.complete_generations(file_names.store_folder(folder)) == [generation]
    assert tiny.decided(folder) == {0: "noise", 5: "good"}
    for name in ("spike_times.npy", "spike_templates.npy"):
        np.save(folder / name, np.load(folder / name).astype(np.uint64))
    tiny.save_in_phy(folder)
    tiny.run(folder, results, least=35)
    assert generations.complete_generations(file_names.store_folder(folder)) == [generation]
    assert tiny.decided(folder) == {0: "noise", 5: "good"}
    now = tiny.tree(file_names.store_folder(folder))
    for name, data in kept.items():
        if "/original/" in name or "/superseded/" in name or name.endswith("manifest.json"):
            assert now[name] == data
    restore_labels.restore(folder)
    originals = {
        name: files.read_optional(generation / "original" / name) for name in tiny.LABEL_FILES
    }
    assert tiny.read(folder) == originals
