"""Which sessions are as they were when Snakemake last found nothing to do for them.

Snakemake weighs every job of every session anew at each start, at several milliseconds a session.
What its answer can depend on is looked at here first: the settings, the code, and every file of
each session and of its results, by size, dates and inode. The date of the last change of an inode
cannot be set by hand, so a file that was replaced by one of the same size and date is seen.

What is kept was looked at before Snakemake weighed it, never after: what changed meanwhile differs
from it, and is weighed by the next run. Any doubt means that Snakemake decides. Standard library
only.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from goodunits.base import files
from goodunits.dataset import mounts
from goodunits.session_folder.file_names import STORE
from goodunits.workflow import command_line
from goodunits.workflow.seen_files import Seen

KEPT, VERSION = "as_left.json", 1
KEPT_FOLDER = ".run"
CODE = ("scripts", "rules", "schemas", "envs", "profiles", "presets", "report")
# Files in .run/ that no job of a session depends on.
OF_THE_DATASET = (
    KEPT, "archive.json", "copies.json", "dataset.json", "exchange.json",
    "labels_of_report.json.gz", "own_columns.json", "project.json", "seen.json",
)  # fmt: skip
# Taken when a folder is looked at or used, so their dates say nothing.
LOCK = "lock"
# Why a job runs again, by the words of the shipped profile.
TRIGGERS = frozenset({"mtime", "params", "input", "software-env"})
# Options that change nothing of which jobs there are; a profile may. With any other
# one Snakemake decides.
PLAIN = re.compile(
    r"-[cj]\d*|-np?|-pn?|-[qCsdkw]|--(cores|jobs|dry-?run|quiet|printshellcmds|config|configfiles?|"
    r"snakefile|directory|keep-going|latency-wait|retries|no-?color|verbose|workflow-profile)(=.*)?"
)
PROFILE = "--workflow-profile"
# Snakemake tries the names of all sessions to plan on every file, so no more than these are listed.
MAX_LISTED = 100
# A run over more sessions looks at them once more at its end, so that the next start need not.
MANY = 200


class State(NamedTuple):
    """How things were at the start of a run.

    Attributes
    ----------
    common : str
        Fingerprint of what the jobs of every session depend on.
    dataset : str or None
        Fingerprint of everything else beside the sessions; None where it was changed just now.
    sessions : dict of str to str
        Fingerprints of the sessions that were not changed just now.
    """

    common: str
    dataset: str | None
    sessions: dict


class Left(NamedTuple):
    """What a run finds as it was left.

    Attributes
    ----------
    state : State or None
        Of now; None where that is in doubt.
    unchanged : frozenset of str
        Sessions for which there is nothing to do.
    is_all : bool
        Whether there is nothing to do at all.
    """

    state: State | None = None
    unchanged: frozenset = frozenset()
    is_all: bool = False


def circumstances(workflow, project, argv):
    """What a plan depends on beside files and settings, if Snakemake's answer can be kept at all.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        What Snakemake has read so far.
    project : path-like
        Folder of our Snakefile.
    argv : list of str
        Words of the command line, the program first.

    Returns
    -------
    texts : list or None
        None where there is any doubt.
    """
    from snakemake import __version__

    ours = os.path.join(project, "Snakefile")
    if not command_line.is_snakemake(argv[0]) or not is_plain(argv[1:]):
        return None
    profile = _profile(argv[1:])
    if os.environ.get("SNAKEMAKE_PROFILE") or not _is_ours(profile, workflow.workdir_init, project):
        return None
    if not os.path.isfile(ours) or not os.path.samefile(workflow.main_snakefile, ours):
        return None
    method = workflow.deployment_settings.deployment_method or ()
    who = [os.geteuid(), sorted(os.getgroups())]  # may read other files than somebody else
    return [__version__, sys.version, profile, sorted(map(str, method)), who]


def is_plain(words):
    """Whether a command line has no option that could change which jobs there are.

    Parameters
    ----------
    words : list of str
        The command line without the program.
    """
    return all(PLAIN.fullmatch(word) for word in words if word.startswith("-"))


def is_all_asked_for(dag_settings):
    """Whether Snakemake is to make all that is missing or old, and nothing by force.

    Parameters
    ----------
    dag_settings : snakemake.settings.types.DAGSettings or None
        What Snakemake made of the command line and of the profiles; None before that.
    """
    special = ("targets", "target_jobs", "forceall", "forcetargets", "forcerun", "until")
    special += ("omit_from", "batch", "allowed_rules")
    # One that this Snakemake does not know counts as set.
    if dag_settings is None or any(getattr(dag_settings, name, True) for name in special):
        return False
    return {str(trigger) for trigger in dag_settings.rerun_triggers} == TRIGGERS


def compare(run, project, texts):
    """Find what is as it was left.

    Parameters
    ----------
    run : preparation.Run
        Sessions and settings.
    project : path-like
        Folder of the Snakefile.
    texts : list or None
        What else the answer depends on; None means that all is planned.

    Returns
    -------
    left : Left
    """
    if texts is None or run.settings.wait_for:
        return Left()
    folders = [entry.folder for entry in run.dataset.values()]
    if mounts.note(folders, mounts.read_mounts()):
        return Left()
    now_ns = time.time_ns()
    common, dataset = _common(run, project, texts), _dataset(run)
    sessions = {name: _session(entry, run.results) for name, entry in run.sessions.items()}
    known = _read(run.results)
    unchanged = frozenset()
    if known and known.common == common.text():
        same = (name for name in sessions if known.sessions.get(name) == sessions[name].text())
        unchanged = frozenset(same)
    is_all = len(unchanged) == len(sessions) and known.dataset == dataset.text()
    if not common.is_settled(now_ns):
        return Left(None, unchanged, is_all)
    settled = {name: seen.text() for name, seen in sessions.items() if seen.is_settled(now_ns)}
    state = State(common.text(), dataset.text() if dataset.is_settled(now_ns) else None, settled)
    return Left(state, unchanged, is_all)


def to_plan(left, sessions):
    """Sessions whose jobs Snakemake has to weigh.

    Parameters
    ----------
    left : Left
        What is as it was left.
    sessions : iterable of str
        Ids of the sessions to treat.

    Returns
    -------
    names : list of str or None
        None where that is all of them, or too many to list.
    """
    names = [name for name in sessions if name not in left.unchanged]
    return names if left.unchanged and len(names) <= MAX_LISTED else None


def note(left, sessions):
    """Line for the terminal on the sessions that are not planned again; None where there are none.

    Parameters
    ----------
    left : Left
        What is as it was left.
    sessions : collection of str
        Ids of the sessions to treat.
    """
    names = to_plan(left, sessions)
    if names is None:
        return None
    count = len(sessions) - len(names)
    return f"{count} of {len(sessions)} session(s) unchanged since they were last found done"


def any_of(names):
    """Pattern of some session ids; of none where there are none.

    Parameters
    ----------
    names : list of str
        Session ids.
    """
    return "|".join(map(re.escape, names)) or r"(?!)"


def keep(results, left, with_jobs, is_nothing_to_do):
    """Write down for what Snakemake found nothing to do.

    Parameters
    ----------
    results : path-like
        Folder of all results.
    left : Left
        From before it looked.
    with_jobs : collection of str
        Sessions with jobs to do.
    is_nothing_to_do : bool
        Whether there was none at all.
    """
    if left.state is None or left.is_all:
        return
    state = left.state
    record = {
        "version": VERSION,
        "common": state.common,
        "dataset": state.dataset if is_nothing_to_do else None,
        "sessions": {n: text for n, text in state.sessions.items() if n not in with_jobs},
    }
    path = Path(results, KEPT_FOLDER, KEPT)
    files.write_if_changed(path, json.dumps(record, sort_keys=True).encode())


def look_once_more(argv, folder):
    """Have Snakemake weigh all sessions of a run that has ended, and keep what it finds.

    That is a dry run of the same command line. Whatever keeps it from an answer, or interrupts it,
    leaves the work to the next start.

    Parameters
    ----------
    argv : list of str
        Words of the command line, the program first.
    folder : path-like
        Where it was given.
    """
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "all", *argv[1:]]
    silent = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with contextlib.suppress(OSError, KeyboardInterrupt):
        subprocess.run(command, cwd=folder, check=False, **silent)


def _read(results):
    """The state that was kept, None where there is none that can be used."""
    try:
        record = json.loads(Path(results, KEPT_FOLDER, KEPT).read_bytes())
        if record["version"] != VERSION:
            return None
        return State(record["common"], record["dataset"], dict(record["sessions"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _common(run, project, texts):
    """What the jobs of every session depend on."""
    labels = sorted({*run.label_texts.values(), *run.phy_texts.values()})
    places = [os.getcwd(), os.path.abspath(run.results), os.path.abspath(project)]
    seen = Seen(texts, places, run.metrics_text(), repr(run.settings), labels)
    for name in ("Snakefile", "config.yaml"):
        seen.add_file(os.path.join(project, name))
    for path in sorted(path for folder in CODE for path in Path(project, folder).rglob("*.*")):
        if "__pycache__" not in path.parts:
            seen.add_file(path)
    seen.add_folder(os.path.join(run.results, KEPT_FOLDER), without=OF_THE_DATASET)
    seen.add_file(".snakemake/metadata")
    for name in ("incomplete", "locks"):  # which come and go
        seen.add_names(os.path.join(".snakemake", name))
    return seen


def _dataset(run):
    """What only the jobs and tables over all sessions depend on."""
    seen = Seen([repr(entry) for entry in run.dataset.values()], list(run.sessions))
    seen.add_folder(run.results)
    seen.add_folder(os.path.join(run.results, KEPT_FOLDER), without=(KEPT,))
    seen.add_folder(os.path.join(run.results, "figures"))
    seen.add_file(".snakemake/metadata", with_dates=True)
    for name in sorted(run.dataset.keys() - run.sessions.keys()):
        _add_session(seen, run.dataset[name], run.results)
    return seen


def _session(entry, results):
    """What the jobs of one session depend on."""
    seen = Seen(entry)
    _add_session(seen, entry, results)
    return seen


def _add_session(seen, entry, results):
    """Add the files of a session, of its store, and of its results."""
    seen.add_folder(entry.folder)
    seen.add_folder(os.path.join(entry.folder, STORE), without=(LOCK,), deep=True)
    seen.add_folder(os.path.join(results, entry.id), deep=True)


def _profile(words):
    """The profile that a command line names, or that Snakemake finds by itself."""
    named = [word for word in words if word.startswith(PROFILE)]
    if not named:
        return "default"
    _, equals, name = named[-1].partition("=")
    return name if equals else "".join(words[words.index(named[-1]) + 1 :][:1])


def _is_ours(profile, folder, project):
    """Whether a profile is one of the project, which counts as code, and not one of a folder."""
    ours = os.path.join(project, "profiles", profile)
    if os.sep in profile or not os.path.isfile(os.path.join(ours, "config.yaml")):
        return False
    here = os.path.join(folder, "profiles", profile)
    is_here = os.path.exists(here) and not os.path.samefile(here, ours)
    return not is_here and not os.path.exists(os.path.join(folder, profile))
