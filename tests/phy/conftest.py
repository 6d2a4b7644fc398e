"""The real Phy for the tests: found by an environment variable, driven in a display of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("phy_session.py")
PYTHON_VARIABLE = "GOODUNITS_PHY_PYTHON"
PICTURES_VARIABLE = "GOODUNITS_PHY_PICTURES"
DISPLAY = ("xvfb-run", "-a", "-s", "-screen 0 1920x1080x24")
TIMEOUT_S = 300


@pytest.fixture(scope="session")
def phy_command():
    """Command line of phy_session.py; the tests are skipped where Phy or Xvfb is missing."""
    python = os.environ.get(PYTHON_VARIABLE, sys.executable)
    # Not just `import phy`: this folder is called phy too.
    works = subprocess.run(
        [python, "-c", "import phy.apps.template"], capture_output=True, text=True
    )
    if works.returncode:
        told = (works.stderr.splitlines() or ["?"])[-1]
        if PYTHON_VARIABLE in os.environ:
            pytest.fail(f"{PYTHON_VARIABLE}={python} cannot import Phy: {told}")
        pytest.skip(f"no Phy here ({told}); name the Python that has it in {PYTHON_VARIABLE}")
    if not shutil.which(DISPLAY[0]):
        pytest.skip(f"no {DISPLAY[0]}, which gives Phy a display")
    return [*DISPLAY, python, str(SCRIPT)]


@pytest.fixture(scope="session")
def in_phy(phy_command, tmp_path_factory):
    """Function that takes steps in Phy on a session folder and returns what Phy showed."""

    def take(session, steps):
        folder = tmp_path_factory.mktemp("phy")
        (folder / "steps.json").write_text(json.dumps(steps))
        told = subprocess.run(
            [*phy_command, session, "--steps", "steps.json", "--report", "seen.json"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        seen = json.loads((folder / "seen.json").read_text())
        assert seen["errors"] == []
        for rows in (seen["before"], seen["after"]):
            for cluster_id in list(rows):
                rows[int(cluster_id)] = rows.pop(cluster_id)
        return seen

    return take


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    """Function giving the step that photographs Phy; the files are kept where a variable says."""
    folder = os.environ.get(PICTURES_VARIABLE) or tmp_path_factory.mktemp("pictures")

    def step(name):
        return {"do": "photograph", "file": str(Path(folder).absolute() / f"{name}.png")}

    return step
