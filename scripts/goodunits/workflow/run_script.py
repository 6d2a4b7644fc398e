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

from goodunits.base import files
from goodunits.base.errors import GoodunitsError, in_words
from goodunits.results import failed_json

NOT_ENDED = (
    "started on {host} and did not end: killed by the system (out of memory, kill -9), or still "
    "running{asked}"
)
STOPPED = "stopped before its end, by Ctrl-C or a time limit{asked}; run again"


def run(main, snakemake):
    """Run one job; on error say it in one line on the terminal and leave the traceback in the log.

    Parameters
    ----------
    main : callable
        Takes the `snakemake` object.
    snakemake : object
        With `log`, `rule`, `wildcards`, `output`, and where known `params.folder` and `resources`.
    """
    # Until here a job ignores Ctrl-C (rules/common.smk).
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    asked = _asked_for(snakemake)
    try:
        log_to(snakemake.log[0])
        _write_note(snakemake, NOT_ENDED.format(host=os.uname().nodename, asked=asked))
        main(snakemake)
    except GoodunitsError as error:
        _fail(snakemake, str(error))
    except OSError as error:
        logging.getLogger(snakemake.rule).error("%s", traceback.format_exc())
        if error.filename is None:
            error.filename = f"writing {', '.join(snakemake.output) or 'a file'}"
        _fail(snakemake, in_words(error))
    except KeyboardInterrupt:
        _fail(snakemake, STOPPED.format(asked=asked))
    except Exception as error:
        logging.getLogger(snakemake.rule).error("%s", traceback.format_exc())
        _fail(snakemake, f"{in_words(error)} (traceback in {snakemake.log[0]})")
    _forget_failure(snakemake)


def log_to(path):
    """Send log records and warnings to the log file of one job; without a word where it is full."""
    logging.raiseExceptions = False
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=path,
        filemode="w",
        level="INFO",
        force=True,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.captureWarnings(True)


def _stop(number, frame):
    """Take SIGTERM as Ctrl-C: what is half done is put back, and the note says it."""
    raise KeyboardInterrupt


def _asked_for(snakemake):
    """What a job had asked for, in words."""
    resources = getattr(snakemake, "resources", None)
    names = [name for name in ("mem_mb", "runtime") if getattr(resources, name, None)]
    said = ", ".join(f"{name}={getattr(resources, name)}" for name in names)
    return f"; it had asked for {said}" if said else ""


def _fail(snakemake, message):
    """Say what is wrong on the terminal, in the log and in a note for the table of failures."""
    session = getattr(snakemake.wildcards, "session", None)
    logging.getLogger(snakemake.rule).error(message)
    where = f"{snakemake.rule}, session {session}" if session else snakemake.rule
    print(f"goodunits: {where}: {message}", file=sys.stderr)
    with contextlib.suppress(OSError):
        _write_note(snakemake, message)
    sys.exit(1)


def _write_note(snakemake, message):
    """Note what became of a rule of a session."""
    if not getattr(snakemake.wildcards, "session", None):
        return
    note = {"rule": snakemake.rule, "reason": message, "time": files.time_stamp()}
    note["folder"] = getattr(snakemake.params, "folder", None)
    path = _note(snakemake)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(note), encoding="utf-8")


def _note(snakemake):
    """Where the failure of a rule is noted: beside its results, one file per rule."""
    return Path(snakemake.output[0]).parent / failed_json.FAILED.format(rule=snakemake.rule)


def _forget_failure(snakemake):
    """Remove the note of an earlier failure of the same rule."""
    if getattr(snakemake.wildcards, "session", None):
        _note(snakemake).unlink(missing_ok=True)
