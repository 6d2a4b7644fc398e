"""Real Snakemake runs on a session folder from a stranger: one line for it, the others go on."""

import os
import shutil

import pytest
from test_snakemake import World

import tiny
from goodunits.session_folder import file_names
from goodunits.store import generations

MINE = b"export HOME=/home/me\n"


@pytest.fixture
def world(tmp_path, sort_folder):
    """Two sorts, both labelled once; the first is attacked then."""
    world = World(tmp_path, [sort_folder("dev_a_curated"), sort_folder("dev_b")])
    world.run()
    return world


@pytest.fixture
def mine(tmp_path):
    """A file of the user, outside of all sessions."""
    path = tmp_path / "mine"
    path.write_bytes(MINE)
    return path


def lock(sort, mine):
    path = file_names.store_folder(sort) / "lock"
    path.unlink()
    path.symlink_to(mine)
    return path


def history(sort, mine):
    path = generations.current_generation(sort) / "history.jsonl"
    path.unlink()
    path.symlink_to(mine)
    return path


def store_elsewhere(sort, mine):
    path = file_names.store_folder(sort)
    shutil.move(path, mine.parent / "elsewhere")
    path.symlink_to(mine.parent / "elsewhere")
    return path


def pipe(sort, mine):
    path = file_names.store_folder(sort) / "ledger.txt"
    path.unlink()
    os.mkfifo(path)
    return path


def device(sort, mine):
    path = sort / file_names.KS_FILE
    path.unlink()
    path.symlink_to("/dev/null")
    return path


def theirs(place, world):
    """All files but those of the working directory, of real stores, and of the sound session.

    What a store can still take in, such as a decision, it does before the session stops.
    """
    ours = (file_names.STORE, world.sorts[1].name)
    return {
        name: data
        for name, data in tiny.tree(place).items()
        if not name.startswith("work/") and not any(word in name for word in ours)
    }


@pytest.mark.hazards
@pytest.mark.parametrize("attack", [lock, history, store_elsewhere, pipe, device])
def test_one_line_for_the_stranger_and_labels_for_the_others(world, mine, attack):
    for sort in world.sorts:
        phy = tiny.Phy(sort)
        phy.label(int(phy.clusters[0]), "noise")
        phy.save()
    path = attack(world.sorts[0], mine)
    before = theirs(mine.parent, world)
    said = world.run(ok=False)
    assert str(path) in said, said[-3000:]
    said += world.run("preview", ok=None)
    assert theirs(mine.parent, world) == before
    said += world.run("restore", "--config", f"only={world.sorts[0].name}", ok=None)
    assert "Traceback" not in said, said[-3000:]
    assert mine.read_bytes() == MINE
    groups = tiny.groups(world.sorts[1])
    assert groups == {unit: row["label"] for unit, row in world.table(world.sorts[1]).items()}


@pytest.mark.hazards
def test_a_path_in_the_state_makes_no_file(world, tmp_path):
    sort = world.sorts[0]
    generation = generations.current_generation(sort)
    more = {"../../../evil.pth": "import os\n"}
    tiny.rewrite_state(generation, lambda past: past["before"].update(more))
    said = world.run("restore_last", ok=False)
    assert "names other files" in said and "Traceback" not in said
    assert not list(tmp_path.rglob("evil.pth"))


@pytest.mark.hazards
def test_a_copy_made_of_hard_links_has_its_own_history(world, tmp_path):
    """A backup by `cp -al`, opened and labelled for itself."""
    sort, copy = world.sorts[0], tmp_path / "copies" / "day1"
    shutil.copytree(sort, copy, copy_function=os.link)
    before = tiny.tree(sort)
    phy = tiny.Phy(copy)
    phy.label(int(phy.clusters[0]), "noise")
    phy.save()
    other = tmp_path / "other"
    other.mkdir()
    world.run("--config", f"dataset={copy.parent}", work=other)
    assert tiny.tree(sort) == before
    assert tiny.groups(copy)[int(phy.clusters[0])] == "noise"
