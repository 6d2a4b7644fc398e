"""Run the main function of a script: log file, one clear line on error, a note of what failed."""

import json
import logging
import sys
import time
import traceback
from pathlib import Path

from goodunits import files
from goodunits.errors import GoodunitsError

FAILED = "failed.json"


def run(main, snakemake):
    """Run one job; on error say it in one line on the terminal and leave the traceback in the log.

    Parameters
    ----------
    main : callable
        Takes the `snakemake` object.
    snakemake : object
        With `log`, `rule`, `wildcards`, `output`.
    """
    log_to(snakemake.log[0])
    try:
        main(snakemake)
    except GoodunitsError as error:
        _fail(snakemake, str(error))
    except OSError as error:
        logging.getLogger(snakemake.rule).error("%s", traceback.format_exc())
        _fail(snakemake, f"{error.filename or 'file system'}: {error.strerror or error}")
    except Exception as error:
        logging.getLogger(snakemake.rule).error("%s", traceback.format_exc())
        _fail(
            snakemake,
            f"unexpected {type(error).__name__}: {error} (traceback in {snakemake.log[0]})",
        )
    _forget_failure(snakemake)


def log_to(path):
    """Send log records and warnings to the log file of one job."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=path,
        filemode="w",
        level="INFO",
        force=True,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.captureWarnings(True)


def _fail(snakemake, message):
    """Say what is wrong on the terminal, in the log and in a note for the table of failures."""
    session = getattr(snakemake.wildcards, "session", None)
    logging.getLogger(snakemake.rule).error(message)
    where = f"{snakemake.rule}, session {session}" if session else snakemake.rule
    print(f"goodunits: {where}: {message}", file=sys.stderr)
    if session:
        note = {"rule": snakemake.rule, "reason": message, "time": time.strftime("%FT%T%z")}
        _note(snakemake).parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(_note(snakemake), json.dumps(note).encode())
    sys.exit(1)


def _note(snakemake):
    """Where the failure of a session is noted: beside the results of the job."""
    return Path(snakemake.output[0]).parent / FAILED


def _forget_failure(snakemake):
    """Remove the note of an earlier failure of the same rule."""
    if not getattr(snakemake.wildcards, "session", None):
        return
    note = read_failure(_note(snakemake).parent)
    if note and note["rule"] == snakemake.rule:
        _note(snakemake).unlink(missing_ok=True)


def read_failure(folder):
    """Note of the last failure of a session, None where there is none."""
    try:
        return json.loads(Path(folder, FAILED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
