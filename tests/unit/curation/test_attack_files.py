"""Attacks: label files put back or rewritten, restores, and what is said of a folder."""

import contextlib
import json
import shutil

import pytest

import tiny
from goodunits.answers import preview_labels, verify_folders
from goodunits.base import json_record, tsv
from goodunits.curation import whose_labels
from goodunits.phy import restore_labels, settle_labels, write_labels
from goodunits.result_files import labels_tsv
from goodunits.session_folder import file_names
from goodunits.standing import session_standing
from goodunits.store import backup, generations, label_store


def look(folder):
    return whose_labels.read_curation(folder, generations.current_generation(folder))


def write(sort, results, labels, **more):
    """Write labels as rule write_phy does, with the copy of labels.tsv beside the receipt."""
    results.mkdir(exist_ok=True)
    (results / "written").mkdir(exist_ok=True)
    plan = write_labels.Plan(labels, labels, tiny.measured(sort), **more)
    receipt = write_labels.write_label_files(sort, plan)
    receipt["folder"] = str(sort)
    shown_as = more.get("shown_as", {})
    receipt["settings"] = {
        "labels": [
            {label: {"phy": group, "all": ["n_spikes > 0"]} for label, group in shown_as.items()}
        ]
    }
    (results / "written.json").write_text(json.dumps(json_record.with_version(receipt)))
    rows = [[i, label, "", "criteria", "", label] for i, label in sorted(labels.items())]
    table = tsv.format_results(labels_tsv.FIXED_COLUMNS, rows)
    (results / "written" / "labels.tsv").write_bytes(table)
    (results / "labels.tsv").write_bytes(table)
    return receipt


# Restore


def test_restore_where_nothing_was_ever_written(sort):
    """The first run failed after the backup (a measurement); then labelled in Phy; then `restore`.

    outputs.md, restore.tsv: "`as it was` where nothing was ever written". Instead the label files
    that a person saved in Phy since are replaced, though goodunits never wrote there.
    """
    with label_store.locked(sort) as base:
        backup.back_up(sort, base)
    tiny.save_in_phy(sort, u0="noise", u3="noise")
    before = tiny.read(sort)
    with contextlib.suppress(restore_labels.NothingToRestoreError):
        restore_labels.restore(sort)
    assert tiny.read(sort) == before


def test_restore_where_labels_were_only_settled(sort):
    """Settled before the first run, labelled on in Phy, then `restore` for all sessions."""
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.save_in_phy(sort, **{f"u{unit}": label for unit, label in ks_labels.items()})
    settle_labels.settle(sort, "theirs")
    tiny.save_in_phy(sort, u0="noise")
    before = tiny.read(sort)
    with contextlib.suppress(restore_labels.NothingToRestoreError):
        restore_labels.restore(sort)
    assert tiny.read(sort) == before


def test_verify_after_restore_last_and_settle(sort, results):
    """outputs.md: verdict "`as before the last write`"; settling "changes no label file"."""
    write(sort, results, tiny.by_criteria(sort, 35))
    write(sort, results, tiny.by_criteria(sort, 60))
    restore_labels.restore(sort, "last")
    assert verify_folders.check(sort, results).word == session_standing.EARLIER
    settle_labels.settle(sort, "theirs")
    assert verify_folders.check(sort, results).word == session_standing.EARLIER


def test_restore_label_in_phy_restore_again(sort, results):
    """A decision after a restore stays through the next restore, and comes with the next run."""
    tiny.run(sort, results)
    restore_labels.restore(sort)
    tiny.save_in_phy(sort, u0="noise")
    restore_labels.restore(sort)
    tiny.run(sort, results)
    assert tiny.decided(sort) == {0: "noise"} and tiny.groups(sort)[0] == "noise"


def test_restore_then_take_back_a_decision(sort, results):
    """`unsorted` in the restored, white folder."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u3="noise")
    tiny.run(sort, results)
    restore_labels.restore(sort)
    tiny.save_in_phy(sort, u3="unsorted")
    tiny.run(sort, results)
    assert tiny.decided(sort) == {0: "noise"}


def test_a_hand_made_own_file_is_kept_and_comes_back(sort, results):
    """Guarantee 1 and 4, for a cluster_gu_label.tsv that somebody made before the first run."""
    path = sort / file_names.CLASS_FILE
    path.write_text("cluster_id\tgu_label\n0\tsoma\n")
    tiny.run(sort, results)
    path.write_text("cluster_id\tgu_label\n0\taxon\n")
    tiny.run(sort, results)
    kept = [p.read_bytes() for p in sort.glob("goodunits_store/*/superseded/*")]
    assert b"cluster_id\tgu_label\n0\taxon\n" in kept
    restore_labels.restore(sort)
    assert path.read_text() == "cluster_id\tgu_label\n0\tsoma\n"


# Files put back or brought from elsewhere


def test_what_phy_saved_before_the_last_run_put_back(sort, results):
    """Label files of yesterday (as Phy saved them) put back by hand, as `restore_last` would.

    Guarantee 5: "Our own labels are never taken for ... decisions. They are known by what they
    say ... a copy may rewrite it". The store has this very file (superseded), and its decisions.
    Instead every label of ours in it that the criteria gave otherwise since counts as by hand.
    """
    tiny.run(sort, results, least=35)
    tiny.save_in_phy(sort, u2="noise")
    yesterday = tiny.read(sort)
    tiny.run(sort, results, least=60)  # 0 and 3 were good
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, yesterday[name])
    seen = look(sort)
    assert seen.decisions == {2: "noise"} or seen.doubts


def test_what_phy_saved_before_the_last_run_put_back_and_a_decision_since(sort, results):
    """The same by `restore_last`, to compare: it decides nothing."""
    tiny.run(sort, results, least=35)
    tiny.save_in_phy(sort, u2="noise")
    tiny.run(sort, results, least=60)
    restore_labels.restore(sort, "last")
    assert look(sort).decisions == {2: "noise"}
    tiny.save_in_phy(sort)
    assert look(sort).decisions == {2: "noise"}


@pytest.mark.parametrize("saved", [False, True])
def test_label_files_of_a_copy_that_phy_saved(sort, results, tmp_path, saved):
    """On a laptop: run with other criteria, one label in Phy, saved; its label files copied back.

    safety.md says of files of a copy: "labels that differ from what we left are decisions, and
    said". Here nothing is said, since Phy wrote them last, and all labels of our criteria there
    count as given by hand.
    """
    tiny.run(sort, results, least=15)
    copy = shutil.copytree(sort, tmp_path / "laptop")
    tiny.run(copy, tmp_path / "others", least=60)
    if saved:
        tiny.save_in_phy(copy, u2="noise")
    for name in file_names.SORTER_FILES:
        shutil.copyfile(copy / name, sort / name)
    seen = look(sort)
    assert seen.decisions in ({}, {2: "noise"}) or seen.doubts


def test_an_older_file_of_ours_put_back_then_saved_in_phy(sort, results):
    """An older file of ours put back decides nothing; nor does Phy that saves it unchanged."""
    tiny.run(sort, results, least=15)
    older = tiny.read(sort)
    tiny.run(sort, results, least=60)
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, older[name])
    assert look(sort).decisions == {}
    tiny.save_in_phy(sort)
    seen = look(sort)
    assert seen.decisions == {} or seen.doubts


def test_an_older_file_of_ours_in_a_spreadsheets_form(sort, results):
    """The older file of ours put back by a spreadsheet or with other line ends."""
    tiny.run(sort, results, least=15)
    older = tiny.read(sort)
    tiny.run(sort, results, least=60)
    for name in file_names.SORTER_FILES:
        tiny.replace(sort / name, older[name].replace(b"\t", b",").replace(b"\n", b"\r\n"))
    seen = look(sort)
    assert seen.decisions == {} or seen.doubts


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


# What is said of a folder


def test_phy_saves_unchanged_where_a_stale_info_file_was_set_aside(sort, results):
    """A cluster_info.tsv of an earlier sort was set aside; Phy then saves our labels unchanged.

    safety.md: "One that comes after a write and says other labels makes the session `changed`".
    This one says the same labels, and still the session is `changed` and run anew.
    """
    (sort / file_names.INFO_FILE).write_text("cluster_id\tgroup\tn_spikes\n77\tgood\t5\n")
    receipt = tiny.run(sort, results)
    assert not (sort / file_names.INFO_FILE).exists()
    tiny.save_in_phy(sort)
    stands = session_standing.of_folder(sort, receipt)
    assert stands.status == session_standing.LABELLED, stands.reason


def test_verify_of_a_class_shown_as_a_group_of_phy(sort, results):
    """One unit labelled in Phy; verify names others too, whose label nobody touched.

    outputs.md: verify.tsv `detail`: "files and units that differ".
    """
    labels = {i: "axon" if i in (1, 3) else "good" for i in tiny.SIZES}
    write(sort, results, labels, shown_as={"axon": "mua"})
    tiny.save_in_phy(sort, u0="noise")
    detail = verify_folders.check(sort, results).detail
    assert "unit 0: good written, noise now" in detail
    assert "unit 1:" not in detail and "unit 3:" not in detail


def test_preview_of_a_word_of_ones_own_taken_back(sort, results):
    """`soma` by hand, run, then set to `unsorted` in Phy, saved; then `preview`.

    outputs.md: `label_now`: "the group in Phy, `unsorted` too".
    """
    labels = tiny.by_criteria(sort, 35)
    write(sort, results, labels)
    tiny.save_in_phy(sort, u0="soma")
    write(sort, results, {**labels, 0: "soma"})
    tiny.save_in_phy(sort, u0="unsorted")
    table = tsv.format_results(
        labels_tsv.FIXED_COLUMNS,
        [[i, label, "", "criteria", "", label] for i, label in labels.items()],
    )
    (results / "labels.tsv").write_bytes(table)
    rows = preview_labels.compare_session("s", sort, results / "labels.tsv").rows
    assert [(row.cluster_id, row.label_now, row.group_now) for row in rows] == [
        ("0", "unsorted", "unsorted")
    ]


def test_preview_of_a_word_of_ones_own_given_to_a_class_of_ours(sort, results):
    """An `axon` by the criteria (unsorted in Phy) is set to mua: shown as that."""
    labels = {i: "axon" if i in (1, 3) else "good" for i in tiny.SIZES}
    write(sort, results, labels, shown_as={"axon": "mua"})
    tiny.save_in_phy(sort, u1="noise")
    rows = preview_labels.compare_session("s", sort, results / "labels.tsv").rows
    assert [(row.cluster_id, row.label_now) for row in rows] == [("1", "noise")]


def test_good_before_is_what_stood_there(sort, results):
    """label_before: the person's, else Kilosort's; not of a later decision."""
    tiny.save_in_phy(sort, u0="good")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise", u3="noise")
    tiny.run(sort, results)
    before = look(sort).labels_before
    assert before[0] == "good" and before[3] == "good"


@pytest.mark.parametrize("how", ["by hand", "restore"])
def test_originals_put_back_then_opened_in_phy(sort, results, how):
    """Originals put back by the lines of the store's README, then Phy saves them unchanged.

    safety.md: "originals that somebody put back by hand decide nothing", "Phy saving our labels
    unchanged decides nothing". After `restore` it is so. By hand, and saved, all that differ from
    the last write become decisions; nothing is said.
    """
    ks_labels = tiny.Phy(sort).fields["KSLabel"]
    tiny.save_in_phy(sort, **{f"u{unit}": label for unit, label in ks_labels.items()})
    tiny.run(sort, results, least=60)
    assert look(sort).decisions == {}
    if how == "restore":
        restore_labels.restore(sort)
    else:
        original = generations.current_generation(sort) / "original"
        for path in sort.glob("cluster_*.tsv"):
            path.unlink()
        for name in file_names.SORTER_FILES:
            shutil.copyfile(original / name, sort / name)
    assert look(sort).decisions == {}
    tiny.save_in_phy(sort, u2="noise")
    seen = look(sort)
    assert seen.decisions == {2: "noise"} or seen.doubts


def test_originals_put_back_by_hand_with_labels_by_hand_then_one_more(sort, results):
    """Originals with decisions; one more label after they were put back."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    original = generations.current_generation(sort) / "original"
    for path in sort.glob("cluster_*.tsv"):
        path.unlink()
    for name in file_names.SORTER_FILES:
        shutil.copyfile(original / name, sort / name)
    tiny.save_in_phy(sort, u3="noise")
    assert look(sort).decisions == {0: "noise", 3: "noise"}


def test_float_ids_quotes_and_an_index_column_by_pandas(sort, results):
    """A table that pandas wrote with its index, float ids and quotes: one label changed in it."""
    tiny.run(sort, results)
    groups = {**tiny.groups(sort), 2: "noise"}
    rows = [f'"{n}"\t"{i}.0"\t"{label}"\n' for n, (i, label) in enumerate(groups.items())]
    text = '""\t"cluster_id"\t"group"\n' + "".join(reversed(rows))
    tiny.replace(sort / file_names.GROUP_FILE, b"\xef\xbb\xbf" + text.encode())
    assert look(sort).decisions == {2: "noise"}


def test_all_labels_in_upper_case(sort, results):
    """A script writes our labels in upper case (as bombcell's words are): nobody decided.

    Guarantee 5: ours "are known by what they say, not by the bytes of a file, so Phy, a
    spreadsheet or a copy may rewrite it".
    """
    tiny.run(sort, results)
    data = (sort / file_names.GROUP_FILE).read_text()
    head, *rows = data.splitlines()
    text = "\n".join([head, *(row.upper() for row in rows)]) + "\n"
    tiny.replace(sort / file_names.GROUP_FILE, text.encode())
    seen = look(sort)
    assert seen.decisions == {} or seen.doubts


def test_two_results_folders_with_other_criteria_and_policies(sort, tmp_path):
    """Two datasets over one folder; labels by hand between; nothing is lost or made up."""
    one, two = tmp_path / "one", tmp_path / "two"
    tiny.run(sort, one, least=15)
    tiny.run(sort, two, least=60, policy="overwrite")
    tiny.save_in_phy(sort, u2="noise")
    tiny.run(sort, two, least=60, policy="overwrite")
    assert look(sort).decisions == {2: "noise"}
    tiny.run(sort, one, least=15)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 15) | {2: "noise"}
    tiny.save_in_phy(sort, u2="unsorted")
    tiny.run(sort, two, least=60, policy="overwrite")
    tiny.run(sort, one, least=15)
    assert look(sort).decisions == {}


def test_results_deleted_and_folder_renamed(sort, results, tmp_path):
    """Results gone, the folder under another name: decisions stand, none is made up."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    shutil.rmtree(results)
    sort.rename(tmp_path / "renamed")
    tiny.run(tmp_path / "renamed", tmp_path / "new", least=60)
    assert look(tmp_path / "renamed").decisions == {0: "noise"}
    assert look(tmp_path / "renamed").labels_before[0] == "noise"
