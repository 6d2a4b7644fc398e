"""Run the main function of a script: log file, one clear line on error, a note of what failed.

The note is written before the work begins and removed at its end, so that a job that the system
kills has one too.
"""

import contextlib
import json
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NamedTuple

from goodunits.base import files, said
from goodunits.base.errors import OTHER, GoodunitsError, code_of, in_words
from goodunits.result_files import failed_json

NOT_ENDED = (
    "started on {host} and did not end: killed by the system (out of memory, kill -9), or still "
    "running{asked}"
)
STOPPED = "stopped before its end, by Ctrl-C or a time limit{asked}; run again"


class Job(NamedTuple):
    """What is known of a job beside its work.

    Attributes
    ----------
    rule : str
        Name of the rule, which is that of the script too.
    output : str or None
        A file that it writes: the note of a failure lies beside it.
    folder : str or None
        The session's Kilosort folder.
    log : str or None
        Its log file; None logs to the terminal.
    session : str or None
        None for a job over all sessions.
    mem_mb, runtime : int, str or None
        What it asked for.
    """

    rule: str
    output: str | None = None
    folder: str | None = None
    log: str | None = None
    session: str | None = None
    mem_mb: int | str | None = None
    runtime: int | str | None = None


def job_of(snakemake):
    """A job that Snakemake runs by `script:`; these are over all sessions."""
    output = snakemake.output[0] if len(snakemake.output) else None
    return Job(snakemake.rule, output, log=snakemake.log[0])


def run(job, main, **given):
    """Run one job; on error say it in one line on the terminal and leave the traceback in the log.

    Parameters
    ----------
    job : Job
        What is known of it.
    main : callable
        The work.
    **given
        What it takes.
    """
    # Until here a job ignores Ctrl-C (rules/common.smk).
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    asked = _asked_for(job)
    try:
        log_to(job.log)
        _write_note(job, NOT_ENDED.format(host=os.uname().nodename, asked=asked))
        main(**given)
    except GoodunitsError as error:
        _fail(job, str(error), code_of(error))
    except OSError as error:
        logging.getLogger(job.rule).error("%s", traceback.format_exc())
        if error.filename is None:
            error.filename = f"writing {job.output or 'a file'}"
        _fail(job, in_words(error))
    except KeyboardInterrupt:
        _fail(job, STOPPED.format(asked=asked))
    except Exception as error:
        logging.getLogger(job.rule).error("%s", traceback.format_exc())
        _fail(job, f"{in_words(error)} (traceback in {job.log or 'the log'})")
    _forget_failure(job)


def log_to(path):
    """Send log records and warnings to the log file of one job; without a word where it is full."""
    logging.raiseExceptions = False
    place = {}
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        place = {"filename": path, "filemode": "w"}
    logging.basicConfig(
        **place,
        level="INFO",
        force=True,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.captureWarnings(True)


def _stop(number, frame):
    """Take SIGTERM as Ctrl-C: what is half done is put back, and the note says it."""
    raise KeyboardInterrupt


def _asked_for(job):
    """What a job had asked for, in words."""
    names = [name for name in ("mem_mb", "runtime") if getattr(job, name)]
    said = ", ".join(f"{name}={getattr(job, name)}" for name in names)
    return f"; it had asked for {said}" if said else ""


def _fail(job, message, code=OTHER):
    """Say what is wrong on the terminal, in the log and in a note for the table of failures."""
    logging.getLogger(job.rule).error(message)
    is_noted = False
    with contextlib.suppress(OSError):
        is_noted = _write_note(job, message, code)
    if not (is_noted and os.environ.get(said.TOLD_ELSEWHERE)):
        where = f"{job.rule}, session {job.session}" if job.session else job.rule
        said.say(f"{where}: {message}")
    sys.exit(1)


def _write_note(job, message, code=OTHER):
    """Note what became of a rule of a session; whether there is one to note it of."""
    if not (job.session and job.output):
        return False
    note = {"rule": job.rule, "reason": message, "code": code, "time": files.time_stamp()}
    note["folder"] = job.folder
    path = _note(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(note), encoding="utf-8")
    return True


def _note(job):
    """Where the failure of a rule is noted: beside its results, one file per rule."""
    return Path(job.output).parent / failed_json.FAILED.format(rule=job.rule)


def _forget_failure(job):
    """Remove the note of an earlier failure of the same rule."""
    if job.session and job.output:
        _note(job).unlink(missing_ok=True)
