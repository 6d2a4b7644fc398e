"""Real Snakemake runs on a session folder from a stranger: one line for it, the others go on."""

import os
import shutil

import pytest
from test_snakemake import World

import tiny
from goodunits import generations, state, store

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
    path = store.store_folder(sort) / "lock"
    path.unlink()
    path.symlink_to(mine)
    return path


def history(sort, mine):
    path = generations.current_generation(sort) / "history.jsonl"
    path.unlink()
    path.symlink_to(mine)
    return path


def store_elsewhere(sort, mine):
    path = store.store_folder(sort)
    shutil.move(path, mine.parent / "elsewhere")
    path.symlink_to(mine.parent / "elsewhere")
    return path


def pipe(sort, mine):
    path = store.store_folder(sort) / "ledger.txt"
    path.unlink()
    os.mkfifo(path)
    return path


def device(sort, mine):
    path = sort / store.KS_FILE
    path.unlink()
    path.symlink_to("/dev/null")
    return path


@pytest.mark.hazards
@pytest.mark.parametrize("attack", [lock, history, store_elsewhere, pipe, device])
def test_one_line_for_the_stranger_and_labels_for_the_others(world, mine, attack):
    path = attack(world.sorts[0], mine)
    for sort in world.sorts:
        phy = tiny.Phy(sort)
        phy.label(int(phy.clusters[0]), "noise")
        if attack is not device or sort is not world.sorts[0]:
            phy.save()
    before = {name: data for name, data in tiny.tree(mine.parent).items() if "work" not in name}
    for target in ((), ("preview",), ("restore", "--config", f"only={world.sorts[0].name}")):
        said = world.run(*target, ok=None)
        assert "Traceback" not in said, said[-3000:]
        if not target:
            assert str(path) in said, said[-3000:]
    after = tiny.tree(mine.parent)
    kept = [name for name in before if world.sorts[1].name not in name]
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    assert mine.read_bytes() == MINE
    groups = tiny.groups(world.sorts[1])
    assert groups == {unit: row["label"] for unit, row in world.table(world.sorts[1]).items()}


@pytest.mark.hazards
def test_a_path_in_the_state_makes_no_file(world, tmp_path):
    sort = world.sorts[0]
    generation = generations.current_generation(sort)
    past = state.read_state(generation)
    past["before"]["../../../evil.pth"] = "import os\n"
    state.write_state(generation, past)
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
