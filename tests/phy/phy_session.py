"""Curate a session folder in the real Phy, as a person would, and say what Phy showed.

Run by the Python that has Phy, in an X display (Xvfb will do):

    python phy_session.py SESSION --steps steps.json --report seen.json

It opens the folder as `phy template-gui params.py` does, presses the same menu entries, and writes
no file of the session itself: whatever changes in the folder, Phy has written. Steps are a list of

    {"do": "move", "clusters": [3], "group": "noise"}    Edit > Move best to > noise
    {"do": "label", "clusters": [3], "value": "axon"}    Edit > Label: `group axon`
    {"do": "merge", "clusters": [4, 12]}                 Edit > Merge
    {"do": "split", "clusters": [2], "every": 200}       Edit > Split: every 200th spike apart
    {"do": "undo"}                                       Edit > Undo
    {"do": "filter", "text": "group == 'good'"}          the line above the table; "" lists all
    {"do": "save"}                                       File > Save
    {"do": "photograph", "file": "window.png"}           picture of the window, as it is then
    {"do": "select", "clusters": [12]}                   a click on a row of the table
    {"do": "next_best"}                                  Select > Next best
    {"do": "run", "command": [...], "folder": "."}       a program, while Phy stays open

On closing, steps that were not saved are dropped. The report holds `before` and `after`: each row
of the table of clusters, and `steps`: after each one the ids that it made, those in the table and
those selected.
"""

import argparse
import importlib.metadata
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from phy.apps.template import TemplateController
from phy.gui import create_app
from phy.gui.qt import Qt, _wait
from phylib import _add_log_file
from phylib.io.model import load_model

WINDOW_SIZE = (1900, 1060)  # pixels; fits the display that the test asks for
TABLE_SIZE = (900, 900)  # pixels; all columns of all clusters, or nearly
DRAWING_MS = 1500  # the views go on drawing after the last event
PAUSE_MS = 700  # Phy lets 500 ms pass between two selections
SELECT_TRIES = 5


class Errors(logging.Handler):
    """Keeps what Phy would show in its error dialog."""

    def __init__(self):
        super().__init__(level=logging.ERROR)
        self.messages = []

    def emit(self, record):
        """Keep the message of a record."""
        self.messages.append(record.getMessage())

    def keep_exception(self, kind, error, traceback):
        """Keep an exception raised in a slot, where Qt would end the process."""
        self.messages.append(f"{kind.__name__}: {error}")
        sys.__excepthook__(kind, error, traceback)


def open_session(folder, config_folder):
    """Open the window of `phy template-gui`, with settings of its own.

    Parameters
    ----------
    folder : Path
        Session folder with `params.py`.
    config_folder : Path
        Instead of ~/.phy, so that the plugins and the window of the user play no part.

    Returns
    -------
    controller : TemplateController
    gui : phy.gui.GUI
    """
    create_app()
    _add_log_file(folder / "phy.log")
    model = load_model(folder / "params.py")
    controller = TemplateController(model=model, dir_path=folder, config_dir=config_folder)
    gui = controller.create_gui()
    gui.show()
    settle(controller, DRAWING_MS)
    gui.setGeometry(0, 0, *WINDOW_SIZE)
    supervisor = controller.supervisor
    table, similar = supervisor.cluster_view.dock, supervisor.similarity_view.dock
    scatter = [view.dock for view in gui.views if type(view).__name__ == "ClusterScatterView"]
    gui.resizeDocks([table], [TABLE_SIZE[0]], Qt.Horizontal)
    gui.resizeDocks([table, similar, *scatter], [TABLE_SIZE[1], 1, 1], Qt.Vertical)
    settle(controller, DRAWING_MS)
    return controller, gui


def settle(controller, wait_ms):
    """Wait until Phy has nothing left to do."""
    _wait(wait_ms)
    controller.supervisor.block()


def select(controller, clusters):
    """Select clusters; again where Phy was still moving on to the next cluster by itself."""
    supervisor = controller.supervisor
    for _ in range(SELECT_TRIES):
        supervisor.select_actions.select(clusters)
        settle(controller, PAUSE_MS)
        if sorted(supervisor.selected) == sorted(clusters):
            return
    raise RuntimeError(f"Phy selected {supervisor.selected}, not {clusters}")


def take_step(controller, gui, step):
    """Do one step by Phy's own actions and say which ids it made and which are in the table."""
    supervisor = controller.supervisor
    before = set(supervisor.clustering.cluster_ids.tolist())
    clusters = step.get("clusters", [])
    if clusters:
        select(controller, clusters)
    if step["do"] == "move":
        getattr(supervisor.actions, f"move_best_to_{step['group']}")()
    elif step["do"] == "label":
        supervisor.actions.label("group", step["value"])
    elif step["do"] == "split":
        spikes = supervisor.clustering.spikes_in_clusters(clusters)
        supervisor.actions.split(spikes[:: step["every"]])
    elif step["do"] == "filter":
        supervisor.filter(step["text"])
    elif step["do"] == "save":
        gui.file_actions.save()
    elif step["do"] == "photograph":
        photograph(controller, gui, Path(step["file"]))
    elif step["do"] == "run":
        subprocess.run(step["command"], cwd=step["folder"], check=True, capture_output=True)
    elif step["do"] == "next_best":
        supervisor.select_actions.next_best()
    elif step["do"] != "select":
        getattr(supervisor.actions, step["do"])()
    settle(controller, PAUSE_MS)
    return {
        "new": sorted(set(supervisor.clustering.cluster_ids.tolist()) - before),
        "listed": sorted(map(int, supervisor.shown_cluster_ids)),
        "selected": sorted(map(int, supervisor.selected_clusters)),
    }


def photograph(controller, gui, path):
    """Save a picture of the screen: grabbing the window alone leaves the OpenGL views black."""
    settle(controller, DRAWING_MS)
    path.parent.mkdir(parents=True, exist_ok=True)
    screen = create_app().primaryScreen()
    if not screen.grabWindow(0, 0, 0, gui.width(), gui.height()).save(str(path)):
        raise RuntimeError(f"{path}: no picture")


def rows_shown(controller):
    """By id: the cells of each row, the colour of their text, and the group behind it."""
    table, meta = controller.supervisor.cluster_view, controller.supervisor.cluster_meta
    model, rows = table._model, {}
    for number in range(model.rowCount()):
        places = [model.index(number, place) for place in range(len(table.columns))]
        texts = [str(model.data(place, Qt.DisplayRole)) for place in places]
        colour = model.data(places[-1], Qt.ForegroundRole)
        cluster_id = int(texts[table.columns.index("id")])
        rows[cluster_id] = {
            "cells": dict(zip(table.columns, texts, strict=True)),
            "colour": colour.name() if colour else None,
            "group": meta.get("group", cluster_id) if "group" in meta.fields else None,
        }
    return rows


def curate(folder, config_folder, steps):
    """Open a session, take the steps and close.

    Parameters
    ----------
    folder : Path
        Session folder with `params.py`.
    config_folder : Path
        Folder for Phy's own settings.
    steps : list of dict
        See the top of this file.

    Returns
    -------
    seen : dict
        What Phy showed; see the top of this file.
    """
    controller, gui = open_session(folder, config_folder)
    seen = {
        "versions": {name: importlib.metadata.version(name) for name in ("phy", "phylib", "PyQt5")},
        "fields": list(controller.supervisor.cluster_meta.fields),
        "before": rows_shown(controller),
        "steps": [take_step(controller, gui, step) for step in steps],
        "after": rows_shown(controller),
    }
    controller.supervisor._is_dirty = False  # else a dialog asks whether to save
    gui.close()
    controller.model.close()
    return seen


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("session", type=Path)
    parser.add_argument("--steps", type=Path, required=True, help="JSON file with the steps")
    parser.add_argument("--report", type=Path, required=True, help="JSON file for what Phy showed")
    given = parser.parse_args()
    errors = Errors()
    for name in ("phy", "phylib"):
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(errors)
    sys.excepthook = errors.keep_exception
    steps = json.loads(given.steps.read_text())
    with tempfile.TemporaryDirectory() as config_folder:
        seen = curate(given.session.resolve(), Path(config_folder), steps)
    seen["errors"] = errors.messages
    given.report.write_text(json.dumps(seen, indent=1) + "\n")


if __name__ == "__main__":
    main()
