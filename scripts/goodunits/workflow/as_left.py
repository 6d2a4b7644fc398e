"""Whether all is as the last whole run left it: then nothing needs to be planned.

Snakemake weighs every job of every session anew at each start, at some milliseconds a session. What
its answer can depend on is looked at here first: the settings, the code, and every file of each
session, by size, dates and inode. Any doubt means that Snakemake decides. Standard library only.
"""

import hashlib
import json
import os
import re
from pathlib import Path

from goodunits.base import files
from goodunits.session_folder.file_names import STORE

KEPT = "as_left.json"
CODE = ("scripts", "rules", "schemas", "envs", "profiles")
# Why a job runs again, by the words of the shipped profiles.
TRIGGERS = {"mtime", "params", "input", "software-env"}
# Options that change nothing of which jobs there are. With any other one Snakemake decides.
PLAIN = re.compile(
    r"-[cj]\d*|-np?|-pn?|-[qCsdkew]|--(cores|jobs|dry-?run|quiet|printshellcmds|config|configfiles?|"
    r"snakefile|directory|keep-going|profile|workflow-profile|executor|latency-wait|retries|"
    r"no-?color|verbose)(=.*)?"
)


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
    if dag_settings is None or dag_settings.forceall or dag_settings.forcetargets:
        return False
    if any(getattr(dag_settings, name) for name in ("forcerun", "until", "omit_from", "batch")):
        return False
    triggers = {str(trigger) for trigger in dag_settings.rerun_triggers}
    return not dag_settings.targets and triggers >= TRIGGERS


def fingerprint(run, results, project, more):
    """Text that is the same as long as nothing that could start a job has changed.

    Parameters
    ----------
    run : preparation.Run
        Sessions and settings.
    results : path-like
        Folder of all results, absolute: Snakemake leaves the working folder before it ends.
    project : path-like
        Folder of the Snakefile.
    more : list of str
        What else the answer depends on.

    Returns
    -------
    text : str
    """
    seen = hashlib.sha256(json.dumps([run.metrics_text(), more]).encode())
    for path in _files_of_code(project):
        seen.update(_line(path))
    for session, entry in run.dataset.items():
        texts = [session, str(entry.folder), entry.recording_duration_s, entry.refused]
        texts += [sorted(entry.columns.items())]
        texts += (
            [run.labels_text(session), run.phy_text(session)] if session in run.sessions else []
        )
        seen.update(json.dumps(texts).encode())
        for folder in (entry.folder, *_of_store(entry.folder), Path(results, session)):
            seen.update(_listing(folder))
    seen.update(_listing(results, only=".tsv"))
    return seen.hexdigest()


def is_known(results, text):
    """Whether the last whole run left exactly this behind."""
    try:
        return json.loads(Path(results, ".run", KEPT).read_bytes()) == text
    except (OSError, ValueError, RecursionError):
        return False


def keep(results, text):
    """Write down what a whole run left behind."""
    files.write_if_changed(Path(results, ".run", KEPT), json.dumps(text).encode())


def _files_of_code(project):
    """Every file of the project that could change what is done, sorted."""
    found = [Path(project, name) for name in ("Snakefile", "config.yaml")]
    for folder in CODE:
        found += Path(project, folder).rglob("*.*")
    return sorted(os.fspath(path) for path in found if "__pycache__" not in path.parts)


def _of_store(session):
    """Folders of the label store of a session: decisions change there."""
    base = os.path.join(session, STORE)
    try:
        with os.scandir(base) as items:
            return [base, *sorted(item.path for item in items if item.is_dir())]
    except OSError:
        return []


def _listing(folder, only=""):
    """What stands in a folder, by name, size, dates and inode; locks come and go."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(only))
    except OSError:
        return f"{folder} cannot be read".encode()
    return b"".join(_line(os.path.join(folder, name)) for name in names if name != "lock")


def _line(path):
    """A file or folder in one line; of a folder its dates, which change with the names in it."""
    try:
        status = os.stat(path)
    except OSError as error:
        return os.fsencode(f"{path} {error.errno}\n")
    said = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return os.fsencode(f"{path} {said}\n")
