"""Every call that changes the disk fails once, and the process is killed there once."""

import errno
import itertools
import re
import shutil
from collections import Counter

import faults
import pytest

import tiny
from goodunits.phy import restore_labels
from goodunits.session_folder import file_names
from goodunits.store import generations, original_files, state

KINDS = {
    "kill": {"kill": True},
    "full": {"error": errno.ENOSPC},
    "broken": {"error": errno.EIO},
}
# What a full disk still does: rename and remove.
NEED_SPACE = ("os.open", "open", "write", "os.fsync", "os.link", "os.mkdir")
LASTING = {
    "broken": {"error": errno.EIO},
    "read-only": {"error": errno.EROFS},
    "full": {"error": errno.ENOSPC, "only": NEED_SPACE},
    "forbidden": {"error": errno.EPERM},
    "no renames": {"error": errno.EIO, "only": ("os.replace", "os.rename")},
}


def fresh(folder):
    """A sort as Kilosort leaves it, never seen before."""
    tiny.make_sort(folder)
    return {}


def curated(folder):
    """A sort that somebody curated in Phy before the first run, with a stale table of Phy."""
    tiny.make_sort(folder)
    phy = tiny.Phy(folder)
    phy.label(phy.merge(0, 5), "noise")
    phy.label(1, "mua")
    phy.save()
    return {1: "mua", 7: "noise"}


def curated_again(folder):
    """Written before, then merged, split and labelled in Phy; the thresholds change too."""
    tiny.make_sort(folder)
    tiny.run(folder, folder.parent / "results")
    phy = tiny.Phy(folder)
    phy.label(0, "noise")
    phy.merge(2, 5)
    phy.label(phy.split(1)[0], "mua")
    phy.save()
    return {0: "noise", 8: "mua"}


def with_links(folder):
    """Group file and table of Phy are links to files elsewhere; extra columns are to go."""
    decisions = curated(folder)
    tiny.run(folder, folder.parent / "results", columns={"n": {1: "70"}})
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    for name in (file_names.GROUP_FILE, file_names.INFO_FILE):
        if (folder / name).exists():
            shutil.move(folder / name, elsewhere / name)
            (folder / name).symlink_to(elsewhere / name)
    return decisions


def write(folder):
    tiny.run(folder, folder.parent / "results", least=50)


def write_unknown_class(folder):
    tiny.run(folder, folder.parent / "results", least=50, good="axon")


def restore_originals(folder):
    restore_labels.restore(folder, "originals")


def restore_last(folder):
    restore_labels.restore(folder, "last")


SCENARIOS = {
    "first write": (fresh, write),
    "first write, curated": (curated, write),
    "second write": (curated_again, write),
    "class unknown to Phy, links": (with_links, write_unknown_class),
    "restore": (curated_again, restore_originals),
    "restore last": (curated_again, restore_last),
}


def originals_of(make, folder):
    """Label files as they were before the very first write."""
    make(folder)
    generation = generations.current_generation(folder)
    if generation is None:
        return {name: data for name, data in tiny.read(folder).items() if data is not None}
    names = original_files.read_manifest(generation)["files"]
    return {name: (generation / "original" / name).read_bytes() for name in names}


FAST = {("first write, curated", "kill")}
CASES = [
    pytest.param(scenario, kind, marks=() if (scenario, kind) in FAST else pytest.mark.hazards)
    for scenario in SCENARIOS
    for kind in KINDS
]


@pytest.mark.parametrize(("scenario", "kind"), CASES)
def test_no_fault_loses_anything(quick_path, scenario, kind, record_property):
    make, job = SCENARIOS[scenario]
    originals = originals_of(make, quick_path / "o" / "sort")
    before = tiny.read(quick_path / "o" / "sort")
    job(quick_path / "o" / "sort")
    after = tiny.read(quick_path / "o" / "sort")

    for k in itertools.count():
        place = quick_path / str(k)
        folder = place / "sort"
        decisions = make(folder)
        outcome = faults.in_child(lambda f=folder: job(f), faults.Faults(at=k, **KINDS[kind]))
        assert not outcome["unseen"], "a call that changes the disk is not wrapped"
        struck = outcome["killed"] or len(outcome["calls"]) > k
        where = outcome["calls"][k : k + 1]
        if outcome["error"]:
            assert outcome["error"].startswith(("SessionError", "OSError")), (k, outcome)
        check_whole(folder, before, after, kind != "kill", (k, where))
        check_kept(place, originals, decisions, (k, where))
        if struck:
            job(folder)
        check_settled(folder, after, decisions, job, (k, where))
        shutil.rmtree(place)
        if not struck:
            break
    assert k > 20
    record_property("injection points", k)


LASTING_CASES = [
    pytest.param(
        scenario,
        kind,
        marks=() if (scenario, kind) == ("second write", "broken") else pytest.mark.hazards,
    )
    for scenario in SCENARIOS
    for kind in LASTING
]


@pytest.mark.parametrize(("scenario", "kind"), LASTING_CASES)
def test_an_error_that_lasts_loses_nothing_and_is_told_as_it_is(quick_path, scenario, kind):
    make, job = SCENARIOS[scenario]
    originals = originals_of(make, quick_path / "o" / "sort")
    before = tiny.read(quick_path / "o" / "sort")
    job(quick_path / "o" / "sort")
    after = tiny.read(quick_path / "o" / "sort")

    told = Counter()
    for k in itertools.count():
        place = quick_path / str(k)
        folder = place / "sort"
        decisions = make(folder)
        fault = faults.Faults(at=k, lasting=True, **LASTING[kind])
        outcome = faults.in_child(lambda f=folder: job(f), fault)
        where = (k, outcome["calls"][k : k + 1], outcome["error"])
        check_whole(folder, before, after, False, where)
        check_kept(place, originals, decisions, where)
        told[check_told(folder, outcome["error"], before, after, where)] += 1
        job(folder)
        check_settled(folder, after, decisions, job, where)
        shutil.rmtree(place)
        if len(outcome["calls"]) <= k:
            break
    assert told["as it was"] and told["written"]
    assert told["in part"] or kind != "no renames" or len(after) == 1


def check_told(folder, error, before, after, where):
    """What the message says of the label files is what they hold."""
    now = tiny.read(folder)
    if error is None:
        assert now == after, where
        return "done"
    if error.startswith(
        ("OSError", "PermissionError")
    ):  # of the results folder, which tells nothing of the labels
        assert now in (before, after), where
        return "results"
    assert error.startswith("SessionError") and "\n" not in error, where
    differing = {name for name in now if before[name] != after[name]}
    new = {name for name in differing if now[name] == after[name]}
    if "in part" in error:
        said = re.search(r"new: (.*?); as before: (.*?);", error)
        assert new and differing - new, where
        assert {name for name in said[1].split(", ") if name in differing} == new, where
        assert {name for name in said[2].split(", ") if name in differing} == differing - new, where
        return "in part"
    if "all label files are written" in error:
        assert now == after, where
        return "written"
    assert now == before, where
    return "as it was"


def check_whole(folder, before, after, together, where):
    """Each file is the old or the new one; after an error all are old or all are new."""
    now = tiny.read(folder)
    for name, data in now.items():
        assert data in (before[name], after[name]), (where, name)
    if together:
        assert now in (before, after), where


def check_kept(place, originals, decisions, where):
    """Originals lie somewhere byte for byte, and the decisions are seen."""
    everything = set(tiny.tree(place).values())
    for name, data in originals.items():
        assert data in everything, (where, name)
    assert decisions.items() <= tiny.decided(place / "sort").items(), where


def check_settled(folder, after, decisions, job, where):
    """All is as without the fault, nothing is left over, and doing it again changes nothing."""
    assert tiny.read(folder) == after, where
    assert tiny.decided(folder) == decisions, where
    generation = generations.current_generation(folder)
    assert original_files.read_manifest(generation) and not state.read_state(generation).pending
    present = tiny.tree(folder)
    job(folder)
    assert tiny.tree(folder) == present, where
    for place in (folder, folder.parent / "elsewhere"):
        assert not tiny.temporary_files(place), where
