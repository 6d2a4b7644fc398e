"""Version and length from kilosort4.log."""

import pytest

from goodunits.kilosort.kilosort_log import KilosortLog, read_log

STAMP = "2026-01-02 03:04:05,678 kilosort.run_kilosort INFO     "


def write(path, *messages):
    path.write_text("".join(f"{STAMP}{message}\n" for message in messages))
    return path


@pytest.mark.parametrize("name", ["dev_a", "dev_b", "dev_c", "dev_a_curated"])
def test_real_logs(sort_folder, name):
    log = read_log(sort_folder(name) / "kilosort4.log")
    assert log == KilosortLog("4.1.7", 600 * 30_000)


def test_python_version_is_not_kilosorts(tmp_path):
    path = write(tmp_path / "log", "Kilosort version 4.0.33.dev2+g1a2b3c", "Python version 3.11.7")
    assert read_log(path).version == "4.0.33.dev2+g1a2b3c"


def test_nothing_known(tmp_path):
    assert read_log(write(tmp_path / "log", "N batches: 3", "N samples: many")) == (None, None)


def test_last_run_counts_and_does_not_mix_with_an_earlier_one(tmp_path):
    runs = ["Kilosort version 4.0.1", "N samples: 10", "Kilosort version 4.1.7"]
    assert read_log(write(tmp_path / "crashed", *runs)) == ("4.1.7", None)
    assert read_log(write(tmp_path / "done", *runs, "N samples: 20")) == ("4.1.7", 20)


def test_crlf_and_bytes_that_are_not_utf8(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"caf\xe9 \x00\r\nKilosort version 4.1.7\r\nN samples: 12\r\n")
    assert read_log(path) == ("4.1.7", 12)
