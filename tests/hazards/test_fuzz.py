"""Every input file damaged at random: the same result, one clear line, or undefined with a reason.

GOODUNITS_FUZZ_TRIES and GOODUNITS_FUZZ_SEED make it longer or another one; `pytest -m hazards -s`
runs the long one and prints its figures.
"""

import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import fuzz_run
import mutations
import numpy as np
import pytest

from goodunits.base import tsv
from goodunits.base.errors import in_words
from goodunits.session_folder import file_names

TRIES = int(os.environ.get("GOODUNITS_FUZZ_TRIES", "100"))
SEED = int(os.environ.get("GOODUNITS_FUZZ_SEED", "0"))
LONG = 5000
TIME_LIMIT_S, MEMORY_LIMIT_KB = 10, 2_000_000
# How `in_words` begins what nobody foresaw.
UNEXPECTED = re.compile(r"unexpected \w+:")
# So that a fault here does not take the machine down.
ADDRESS_SPACE_BYTES = 4 * 2**30
LABEL_FILES = (file_names.GROUP_FILE, file_names.KS_FILE, file_names.INFO_FILE)
# A file whose end is lost tells nothing new, whatever is left of its last line.
LOSSES = (mutations.cut, mutations.zero_tail)
SETTINGS = ("config.yaml", "sheet.tsv")
FAULTS = ("tracebacks", "whole-run stops", "hangs", "over 2 GB", "invented", "lost", "untidy lines")


class HangError(BaseException):
    """A try took too long; no `except Exception` may hide it."""


def too_long(number, frame):
    raise HangError


@pytest.fixture(scope="module")
def dataset():
    """A dataset that was run, decided on and run again; in memory where there is one."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as place:
        whole = fuzz_run.make_dataset(Path(place, "whole"))
        assert fuzz_run.manual(whole, "a") == fuzz_run.DECIDED
        yield Path(place)


def inputs(dataset):
    """All files of session a, those of its store and the settings; what matters most more often."""
    session = dataset / "data" / "a"
    own = sorted(path for path in session.iterdir() if path.is_file())
    stored = sorted(path for path in (session / file_names.STORE).rglob("*") if path.is_file())
    often = [session / name for name in (*LABEL_FILES, "spike_times.npy", "spike_clusters.npy")]
    often += [session / "ops.npy", session / "params.py"]
    return [*own, *stored, *often, *often, *(dataset / name for name in SETTINGS)]


def damage(path, rng, place):
    """Damage a file, keep its new content for the judge, and give the way back."""
    ways = mutations.ANY
    if path.suffix == ".npy" and path.name != "ops.npy" and rng.random() < 0.6:
        ways = mutations.ARRAYS
    way = ways[rng.integers(len(ways))]
    if path.stat().st_mode & 0o200 == 0:
        path.chmod(0o644)
    way(path, rng)
    is_small = path.is_file() and path.stat().st_size < 10**6
    (place / "damaged").write_bytes(path.read_bytes() if is_small else b"")
    return way


def one_try(dataset, number, figures):
    """One damaged file, one run; a line for each fault."""
    rng = np.random.default_rng([SEED, number])
    place = dataset / "try"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(dataset / "whole", place)
    files = inputs(place)
    path = files[rng.integers(len(files))]
    way = damage(path, rng, place)
    what = f"try {number}, {path.relative_to(place)}, {way.__name__}"
    faults = Counter()
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT_S)
    try:
        problems = fuzz_run.run(place, ["a"])
        said = [*problems.values(), *fuzz_run.targets(place)]
    except HangError:
        faults["hangs"] += 1
        problems, said = {"a": ""}, []
    except Exception as error:
        faults["tracebacks"] += 1
        what += f"\n{traceback.format_exc()}"
        problems, said = {"a": ""}, [in_words(error)]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    faults["tracebacks"] += any(UNEXPECTED.search(text) for text in said)
    faults["untidy lines"] += not all(is_tidy(text) for text in said)
    faults["whole-run stops"] += "" in problems and path.name not in SETTINGS
    if not problems:
        judge(place, path, way, faults)
        figures["same result or undefined"] += 1
    else:
        figures["stopped with one line"] += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if peak > max(MEMORY_LIMIT_KB, figures["peak memory (kB)"]):
        faults["over 2 GB"] += 1
    figures["peak memory (kB)"] = max(peak, figures["peak memory (kB)"])
    for fault in FAULTS:
        figures[fault] += faults[fault]
    return [f"{fault}: {what}: {said}"[:3000] for fault in FAULTS if faults[fault]]


def is_tidy(text):
    """Whether a text is made of lines of a plausible length that do nothing to a terminal."""
    return all(line.isprintable() and len(line) < 3000 for line in text.split("\n"))


def judge(place, path, way, faults):
    """Count decisions that nobody gave, and those that were lost."""
    found = fuzz_run.manual(place, "a").items()
    given = set(fuzz_run.DECIDED.items())
    in_label_file = path.parent.name == "a" and path.name in LABEL_FILES
    could_be_given = given | (rows_of(place) if in_label_file and way not in LOSSES else set())
    faults["invented"] += not set(found) <= could_be_given
    if not in_label_file and path.name not in (*SETTINGS, "spike_clusters.npy"):
        faults["lost"] += not given <= set(found)


def rows_of(place):
    """Labels of units as the damaged file has them in whole rows, so that a person could have."""
    kept = place / "damaged"
    try:
        columns = tsv.parse_columns(kept.read_bytes(), "", ("group", "KSLabel"))
    except Exception:
        return set()
    return {item for labels in columns.values() for item in labels.items()}


def fuzz(dataset, tries):
    """Run many tries; print the figures, and every fault."""
    figures, faults = Counter(dict.fromkeys(FAULTS, 0)), []
    before = signal.signal(signal.SIGALRM, too_long)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, hard))
    try:
        for number in range(tries):
            faults += one_try(dataset, number, figures)
    finally:
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    said = ", ".join(f"{count} {name}" for name, count in figures.items())
    print(f"\nfuzz test, seed {SEED}: {tries} tries, {said}", file=sys.stderr)
    assert not faults, "\n\n".join(faults[:20])


def test_damaged_inputs_are_one_line_or_undefined(dataset):
    fuzz(dataset, TRIES)


@pytest.mark.hazards
def test_damaged_inputs_in_the_thousands(dataset):
    fuzz(dataset, LONG)
