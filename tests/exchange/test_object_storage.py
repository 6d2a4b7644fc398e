"""The commands of docs/object-storage.md against a server that speaks the language of S3.

Needs tests/requirements-exchange.txt; run by `pytest -m exchange`.
"""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tiny
from goodunits.session_folder import file_names

pytestmark = pytest.mark.exchange
PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "object-storage.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
BUCKET = "s3://lab/mouse7"
WAIT_S = 60


def command(name):
    """A command of the page."""
    return re.search(rf"<!-- {name} -->\n```bash\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture
def shell(tmp_path):
    """Function that runs a command as a user would whose bucket is on a server of this test."""
    pytest.importorskip("moto")
    if not (BIN / "aws").exists():
        pytest.skip("awscli is not installed: tests/requirements-exchange.txt")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    keys |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **keys, "PATH": path, "BUCKET": BUCKET}

    def run(text, folder=tmp_path):
        done = subprocess.run(
            ["bash", "-euc", text],
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        with socket.socket() as test:
            if test.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    run("aws s3 mb s3://lab")
    yield run
    server.terminate()
    server.wait()


def labelled_at(shell, folder):
    """Bring, label and send from one computer; what the run said."""
    folder.mkdir()
    shell(command("bring"), folder)
    with_workflow = f"--cores 2 --snakefile '{PROJECT}/Snakefile'"
    said = shell(command("label").replace("--cores 2", with_workflow), folder)
    shell(command("send"), folder)
    return said


def test_labels_go_to_the_bucket_and_are_known_at_the_next_computer(shell, sort_folder, tmp_path):
    source = sort_folder("dev_b", tmp_path / "lab" / "dev_b")
    (source / "temp_wh.dat").write_bytes(b"raw" * 1000)
    (source / "pc_features.npy").write_bytes(b"large")
    originals = tiny.read(source)
    shell(f"aws s3 sync lab {BUCKET}")

    said = labelled_at(shell, tmp_path / "first")
    assert "1 session(s) labelled" in said
    first = tmp_path / "first" / "sorts" / "dev_b"
    assert not (first / "temp_wh.dat").exists() and not (first / "pc_features.npy").exists()
    phy = tiny.Phy(first)
    unit = next(iter(phy.fields["group"]))
    phy.label(unit, "noise")
    phy.save()
    shell(command("send"), tmp_path / "first")

    said = labelled_at(shell, tmp_path / "second")
    second = tmp_path / "second" / "sorts" / "dev_b"
    assert tiny.decided(second) == {unit: "noise"}, said
    assert tiny.groups(second)[unit] == "noise"
    shell(
        f"snakemake restore --cores 1 --snakefile '{PROJECT}/Snakefile' --config dataset=sorts",
        tmp_path / "second",
    )
    assert tiny.read(second)[file_names.KS_FILE] == originals[file_names.KS_FILE]
