"""scripts/install.py says in one line what keeps goodunits from being installed."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
SCRIPT = PROJECT / "scripts" / "install.py"
SPEC = importlib.util.spec_from_file_location("install", SCRIPT)
install = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(install)

DEBIAN = """\
The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv package.
"""


@pytest.fixture
def clone(tmp_path):
    """A clone with only what the script looks for."""
    for name in ("scripts/install.py", "requirements.txt", "constraints.txt", "demo/sorts.tar.xz"):
        (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / "clone" / name)
    return tmp_path / "clone"


def run(clone, *words, python=sys.executable, user=None, **environment):
    """Run the script in a clone; its exit code and what it says."""
    done = subprocess.run(
        [python, str(clone / "scripts" / "install.py"), *words],
        env=os.environ | environment,
        user=user,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


def said(clone, *words, **options):
    """The one line that is said where nothing is installed."""
    code, text = run(clone, *words, **options)
    assert code == 1
    assert text.startswith("goodunits: ") and text.count("\n") == 1, text
    return text


def test_any_python_can_read_it():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]


@pytest.mark.parametrize("version", ["2.7", "3.8", "3.9", "3.10"])
def test_an_old_python_itself(clone, version):
    pyenv = Path.home() / ".pyenv" / "versions"
    found = shutil.which(f"/usr/bin/python{version}") or next(
        iter(pyenv.glob(f"{version}.*/bin/python")), None
    )
    if not found:
        pytest.skip(f"no Python {version} on this machine")
    text = said(clone, python=str(found))
    assert f"this is Python {version} (" in text
    assert "expected 3.11 or newer" in text and "uv venv --seed --python 3.13" in text
    assert not (clone / ".venv").exists()


def test_old_and_new_versions(clone):
    assert "expected 3.11" in install.what_is_wrong("posix", (3, 10, 13), str(clone))
    for minor in (11, 12, 13, 14):
        assert install.what_is_wrong("posix", (3, minor, 0), str(clone)) is None


def test_windows_itself(clone):
    text = install.what_is_wrong("nt", (3, 13, 0), str(clone))
    assert "wsl --install" in text and "\n" not in text


def test_a_clone_without_the_demo(clone):
    pack = clone / "demo" / "sorts.tar.xz"
    pack.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert f"{pack}: missing or not whole" in said(clone)
    pack.unlink()
    assert "git checkout -- demo/sorts.tar.xz" in said(clone)


def test_a_clone_that_cannot_be_written(clone):
    if os.getuid() != 0:
        clone.chmod(0o555)
        assert "cannot be written" in said(clone)
        clone.chmod(0o755)
        return
    for folder in (clone, *list(clone.parents)[:4]):
        folder.chmod(0o755)
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    code, text = run(clone, user="nobody", python=python, HOME="/nonexistent")
    if "this is Python" in text:
        pytest.skip("the system's Python is too old to come so far")
    assert code == 1 and "cannot be written" in text, text
    assert text.count("\n") == 1, text


def test_a_full_disk(clone, monkeypatch):
    monkeypatch.setattr(install, "NEEDED_MB", 10**12)
    assert "MB free, expected" in install.what_is_wrong("posix", (3, 13), str(clone))
    text = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    assert "PIP_CACHE_DIR" in install.why_pip_failed(text)


def test_a_python_without_venv(clone, tmp_path):
    (tmp_path / "modules" / "venv").mkdir(parents=True)
    main = f"import sys; print({DEBIAN!r}); sys.exit(1)"
    (tmp_path / "modules" / "venv" / "__init__.py").touch()
    (tmp_path / "modules" / "venv" / "__main__.py").write_text(main)
    text = said(clone, PYTHONPATH=str(tmp_path / "modules"))
    assert f"sudo apt install python3.{sys.version_info.minor}-venv" in text
    assert not (clone / ".venv").exists()


def test_no_way_to_the_package_index(clone):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    nowhere |= {"PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": ""}
    assert "HTTPS_PROXY" in said(clone, **nowhere, PIP_FIND_LINKS="", PIP_TIMEOUT="2")


def test_an_environment_of_an_old_python(clone):
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho False\n")
    python.chmod(0o755)
    assert "remove it" in said(clone)


def test_unknown_words(clone):
    assert "unknown words devel" in said(clone, "devel")
