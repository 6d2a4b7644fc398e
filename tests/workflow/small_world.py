"""Three small sorts in a sheet, labelled by a copy of the project."""

import json
import shutil

import numpy as np
from helpers import PROJECT, Work, copy_project, write_session

SESSIONS = ("a", "b", "c")
TRAINS = {0: range(3000, 1_500_000, 3000), 3: range(9000, 900_000, 9000), 7: [900, 70_000]}
CONFIG = """\
labels: {good: {all: [firing_rate >= 5]}, mua: rest}
scorecards: {isolated: card.yaml}
"""


class World(Work):
    """A project of its own, so that its code can change, and three labelled sorts in a sheet."""

    def __init__(self, base):
        super().__init__(
            base / "work", base / "sheet.tsv", base / "project", base / "own" / "my.yaml"
        )

    def sort(self, name):
        """Session folder."""
        return self.dataset.parent / "sorts" / name

    def results(self, *names):
        """Path in the results."""
        return self.folder.joinpath("results", *names)

    @property
    def record(self):
        """What is known of the last plan."""
        return self.results(".run", "as_left.json")

    def known(self):
        """Sessions that need not be planned, and whether that goes for the whole dataset."""
        record = json.loads(self.record.read_text())
        return set(record["sessions"]), record["dataset"] is not None

    def write_sheet(self, rows):
        """Write the session sheet."""
        rows = [("session", "path", "criteria", "mouse"), *rows]
        self.dataset.write_text("".join("\t".join(row) + "\n" for row in rows))


def rows_of_sheet():
    """Rows of the sheet as it is at first."""
    return [[name, f"sorts/{name}", "", "m1"] for name in SESSIONS]


def make(base):
    """Write the world and label its sorts."""
    world = World(base)
    for place, name in enumerate(SESSIONS):
        trains = {i: np.array(train) + place for i, train in TRAINS.items()}
        write_session(world.sort(name), trains)
    world.write_sheet(rows_of_sheet())
    copy_project(world.project)
    world.folder.mkdir()
    world.configfile.parent.mkdir()
    world.configfile.write_text(CONFIG)
    card = PROJECT / "presets" / "scorecards" / "isolated.yaml"
    shutil.copy(card, world.configfile.with_name("card.yaml"))
    world.succeed()
    return world
