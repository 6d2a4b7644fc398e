"""A store or label files from a stranger: no link is followed, no name is a path."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

import tiny
from goodunits.answers import verify_folders
from goodunits.base import files
from goodunits.base.errors import SessionError
from goodunits.curation import whose_labels
from goodunits.phy import history, restore_labels
from goodunits.session_folder import file_names
from goodunits.store import generations, label_store, original_files

OUTSIDE = b"a file of mine\n"
# Every place of a store that has been written twice, with curation in between.
PLACES = [
    "",
    "README.txt",
    "lock",
    "ledger.txt",
    "GENERATION",
    "GENERATION/manifest.json",
    "GENERATION/state.json",
    "GENERATION/history.jsonl",
    "GENERATION/original",
    "GENERATION/original/cluster_KSLabel.tsv",
    "GENERATION/original/cluster_group.tsv",
    "GENERATION/superseded",
    "GENERATION/superseded/GROUP",
]


@pytest.fixture
def sort(quick_path):
    """A sort that was written, curated in Phy, and written again."""
    sort = tiny.make_sort(quick_path / "sort")
    tiny.run(sort, quick_path / "results")
    curate(sort, 1, "noise")
    tiny.run(sort, quick_path / "results")
    return sort


def curate(sort, unit, label):
    phy = tiny.Phy(sort)
    phy.label(unit, label)
    phy.save()


@pytest.fixture
def mine(quick_path):
    """A file outside of the session, which nobody may touch."""
    path = quick_path / "mine"
    path.write_bytes(OUTSIDE)
    return path


def place_of(sort, place):
    """Path of a place of the store; one of the superseded group files."""
    generation = generations.current_generation(sort)
    path = file_names.store_folder(sort) / place.replace("GENERATION", generation.name)
    if path.name == "GROUP":
        path = sorted(path.parent.glob("cluster_group.tsv.*"))[0]
    assert path.exists()
    return path


def uses(sort, results):
    """Everything that a run, a user or the tables do with a session."""
    return {
        "run": lambda: tiny.run(sort, results, least=60),
        "restore": lambda: restore_labels.restore(sort),
        "restore last": lambda: restore_labels.restore(sort, "last"),
        "history": lambda: history.read_history(sort),
        "verify": lambda: verify_folders.check(sort, results),
        "labels": lambda: whose_labels.original_ks_labels(sort),
    }


def outcomes(sort, results):
    """What each use says: one line, or None where it went through; nothing else may come out."""
    said = {}
    for name, use in uses(sort, results).items():
        try:
            use()
            said[name] = None
        except SessionError as error:
            said[name] = str(error)
            assert "\n" not in str(error)
    return said


@pytest.mark.parametrize("place", PLACES)
def test_no_link_of_a_store_is_followed(sort, quick_path, place):
    path = place_of(sort, place)
    elsewhere = quick_path / "elsewhere" / path.name
    elsewhere.parent.mkdir()
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)
    before = tiny.tree(elsewhere.parent)
    curate(sort, 3, "noise")
    labels = tiny.read(sort)
    said = outcomes(sort, quick_path / "results")
    assert tiny.tree(elsewhere.parent) == before and path.is_symlink()
    if "superseded/" not in place:  # a content that is kept is not opened again
        assert str(path) in said["run"] and "link" in said["run"]
    if said["restore"]:
        assert tiny.read(sort) == labels


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["pipe", "other kind", "device", "link to nothing"])
def test_only_regular_files_are_opened(sort, quick_path, place, kind):
    path = place_of(sort, place)
    was_folder = path.is_dir()
    path.rename(quick_path / "away")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to nothing":
        path.symlink_to(quick_path / "nowhere")
    elif kind == "device":
        if os.getuid():
            pytest.skip("only root makes devices")
        os.mknod(path, 0o666 | 0o020000, os.makedev(1, 3))
    elif was_folder:
        path.write_bytes(OUTSIDE)
    else:
        path.mkdir()
    kind_before = os.lstat(path).st_mode
    curate(sort, 3, "noise")
    labels = tiny.read(sort)
    said = outcomes(sort, quick_path / "results")
    assert os.lstat(path).st_mode == kind_before and not (quick_path / "nowhere").exists()
    if "superseded/" not in place:
        assert str(path) in said["run"]
    if said["restore"]:
        assert tiny.read(sort) == labels


@pytest.mark.parametrize("place", [place for place in PLACES if "." in place or place == "lock"])
def test_a_second_name_of_a_file_keeps_its_content(sort, quick_path, place):
    path = place_of(sort, place)
    other = quick_path / "other"
    os.link(path, other)
    content = other.read_bytes()
    curate(sort, 3, "noise")
    said = outcomes(sort, quick_path / "results")
    assert other.read_bytes() == content
    assert not any(said.values())


def test_a_copy_of_hard_links_has_a_history_of_its_own(sort, quick_path):
    """As `cp -al day1 day2` makes it: both go on, and neither changes the other."""
    copy = quick_path / "copy"
    shutil.copytree(sort, copy, copy_function=os.link)
    before = tiny.tree(sort)
    curate(copy, 3, "noise")
    tiny.run(copy, quick_path / "results of the copy", least=60)
    assert tiny.tree(sort) == before
    assert tiny.decided(sort) == {1: "noise"} and tiny.decided(copy) == {1: "noise", 3: "noise"}
    copied = tiny.tree(copy)
    tiny.run(sort, quick_path / "results", least=50)
    assert tiny.tree(copy) == copied


def test_a_lock_file_that_is_held_elsewhere_is_not_taken_from_there(sort, quick_path):
    copy = quick_path / "copy"
    shutil.copytree(sort, copy, copy_function=os.link)
    with label_store.locked(sort), label_store.locked(copy):
        assert not (copy / "goodunits_store/lock").samefile(sort / "goodunits_store/lock")


def test_a_lock_that_is_a_second_name_of_my_file(sort, quick_path, mine):
    lock = file_names.store_folder(sort) / "lock"
    lock.unlink()
    os.link(mine, lock)
    tiny.run(sort, quick_path / "results", least=60)
    assert mine.read_bytes() == OUTSIDE


BAD_NAMES = [
    "../mine",
    "../../mine",
    "cluster_/../../mine.tsv",
    "/etc/passwd",
    "mine.pth",
    ".cluster_group.tsv",
    "cluster_group.tsv/",
    "cluster_\n.tsv",
    "cluster_\x1b[2J.tsv",
    "cluster_Amplitude.tsv",
    "params.py",
    "",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_restore_makes_no_file_of_another_name(sort, quick_path, mine, name):
    generation = generations.current_generation(sort)
    tiny.rewrite_state(generation, lambda past: past["before"].update({name: "import os\n"}))
    before = {k: v for k, v in tiny.tree(quick_path).items() if "goodunits_store" not in k}
    with pytest.raises(SessionError, match=r"state.json: names other files"):
        restore_labels.restore(sort, "last")
    assert {k: v for k, v in tiny.tree(quick_path).items() if "goodunits_store" not in k} == before


@pytest.mark.parametrize("content", [5, ["x"], {"a": 1}, "\u20ac", True])
def test_restore_writes_only_text(sort, content):
    generation = generations.current_generation(sort)
    more = {file_names.GROUP_FILE: content}
    tiny.rewrite_state(generation, lambda past: past["before"].update(more))
    labels = tiny.read(sort)
    with pytest.raises(SessionError, match=r"state.json: (names other files|damaged)"):
        restore_labels.restore(sort, "last")
    assert tiny.read(sort) == labels


@pytest.mark.parametrize("name", [name for name in BAD_NAMES if name != "cluster_Amplitude.tsv"])
def test_names_of_a_manifest_are_no_paths(sort, mine, name):
    path = generations.current_generation(sort) / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["files"][name] = files.sha256_bytes(OUTSIDE)
    path.unlink()
    path.write_text(json.dumps(manifest))
    for to in restore_labels.STATES:
        with pytest.raises(SessionError, match=r"manifest.json: damaged"):
            restore_labels.restore(sort, to)
    assert mine.read_bytes() == OUTSIDE


@pytest.mark.parametrize(
    "manifest", ["[]", "null", "{}", "[" * 100_000, '{"files": {"cluster_group.tsv": 5}}', "\xff"]
)
def test_a_manifest_of_another_shape_is_damaged(sort, quick_path, manifest):
    path = generations.current_generation(sort) / "manifest.json"
    path.unlink()
    path.write_text(manifest)
    said = outcomes(sort, quick_path / "results")
    assert f"{path}: damaged" in said["run"]
    assert f"{path}: damaged" in said["history"]


@pytest.mark.parametrize("name", ["../mine", "/etc/passwd", "cluster_/../../mine.tsv"])
def test_names_of_a_receipt_are_no_paths(sort, quick_path, mine, name):
    path = quick_path / "results" / "written.json"
    receipt = json.loads(path.read_bytes())
    receipt["written"][name] = files.sha256_bytes(OUTSIDE)
    path.write_text(json.dumps(receipt))
    verdict = verify_folders.check(sort, quick_path / "results")
    assert name in verdict.detail and not verdict.is_fine
    outcomes(sort, quick_path / "results")


@pytest.mark.parametrize("identity", ["../../elsewhere", "/etc", 5, None])
def test_the_sort_of_a_receipt_is_no_path(sort, quick_path, identity):
    generation = generations.current_generation(sort)
    shutil.copytree(generation, quick_path / "elsewhere")
    assert not original_files.has_backup(sort, identity)


@pytest.mark.parametrize("name", ["manifest.json", "state.json", "history.jsonl"])
def test_json_that_would_fill_the_memory_is_not_read(sort, name):
    path = generations.current_generation(sort) / name
    path.chmod(0o644)
    os.truncate(path, 61_000_000)  # a hole: takes no space on the disk
    with pytest.raises(SessionError, match=f"{name}: larger than"):
        restore_labels.restore(sort)


def test_other_names_in_a_store_are_not_looked_at(sort, quick_path):
    base = file_names.store_folder(sort)
    (base / "old").symlink_to(quick_path)
    (base / ("0" * 16 + ".bak")).symlink_to(quick_path)
    assert not any(outcomes(sort, quick_path / "results").values())


# Label files


@pytest.mark.parametrize("name", [*file_names.WRITTEN, "cluster_gu_n.tsv"])
def test_a_device_is_not_replaced(sort, quick_path, name):
    device = quick_path / "null.tsv"
    if os.getuid():
        device = Path("/dev/null")
    else:
        os.mknod(device, 0o666 | 0o020000, os.makedev(1, 3))
    (sort / name).unlink(missing_ok=True)
    (sort / name).symlink_to(device)
    with pytest.raises(SessionError, match=f"{name}: a device"):
        tiny.run(sort, quick_path / "results", least=60, columns={"n": {1: "70"}})
    assert device.is_char_device()


@pytest.mark.parametrize("name", [*file_names.WRITTEN, "cluster_gu_n.tsv"])
def test_a_link_to_another_kind_of_file_is_not_written_through(sort, quick_path, name):
    profile = quick_path / ".profile"
    profile.write_bytes(b"cluster_id\tgroup\n")
    (sort / name).unlink(missing_ok=True)
    (sort / name).symlink_to(profile)
    with pytest.raises(SessionError, match=f"{name}: link to {profile}"):
        tiny.run(sort, quick_path / "results", least=60, columns={"n": {1: "70"}})
    assert profile.read_bytes() == b"cluster_id\tgroup\n"


def test_columns_of_ours_replace_a_link(sort, quick_path):
    theirs = quick_path / "theirs.tsv"
    theirs.write_text("cluster_id\tgu_n\n1\t5\n")
    content = theirs.read_bytes()
    (sort / "cluster_gu_n.tsv").symlink_to(theirs)
    columns = {"n": dict.fromkeys(tiny.SIZES, "70")}
    tiny.run(sort, quick_path / "results", columns=columns)
    assert theirs.read_bytes() == content and not (sort / "cluster_gu_n.tsv").is_symlink()


def test_originals_are_not_written_through_a_link(sort, quick_path):
    """Somebody restored by linking instead of copying."""
    original = place_of(sort, "GENERATION/original/cluster_group.tsv")
    content = original.read_bytes()
    (sort / file_names.GROUP_FILE).unlink()
    (sort / file_names.GROUP_FILE).symlink_to(original)
    with pytest.raises(SessionError, match=r"cluster_group.tsv: link to"):
        tiny.run(sort, quick_path / "results", least=60)
    assert original.read_bytes() == content


@pytest.mark.parametrize("name", [b"cluster_\xff.tsv", b"cluster_\n.tsv", b"cluster_gu_\xff.tsv"])
def test_label_files_with_odd_names_are_left_alone(quick_path, name):
    sort = tiny.make_sort(quick_path / "sort")
    path = os.path.join(os.fsencode(sort), name)
    Path(os.fsdecode(path)).write_text("cluster_id\tx\n")
    tiny.run(sort, quick_path / "results")
    restore_labels.restore(sort)
    assert os.path.exists(path)


def test_files_that_may_not_be_read_are_named(sort, quick_path, monkeypatch):
    def refused(path, max_bytes):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("goodunits.base.guarded.read_optional", refused)
    with pytest.raises(SessionError, match="cannot be read"):
        restore_labels.restore(sort)
