"""Run the main function of a script: log file, one clear line on error, a note of what failed."""

import contextlib
import json
import logging
import sys
import traceback
from pathlib import Path

from goodunits import files
from goodunits.errors import GoodunitsError, in_words

FAILED = "failed-{rule}.json"


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
        _fail(snakemake, in_words(error))
    except Exception as error:
        logging.getLogger(snakemake.rule).error("%s", traceback.format_exc())
        _fail(snakemake, f"{in_words(error)} (traceback in {snakemake.log[0]})")
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
        note = {"rule": snakemake.rule, "reason": message, "time": files.time_stamp()}
        _note(snakemake).parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(_note(snakemake), json.dumps(note).encode())
    sys.exit(1)


def _note(snakemake):
    """Where the failure of a rule is noted: beside its results, one file per rule."""
    return Path(snakemake.output[0]).parent / FAILED.format(rule=snakemake.rule)


def _forget_failure(snakemake):
    """Remove the note of an earlier failure of the same rule."""
    if getattr(snakemake.wildcards, "session", None):
        _note(snakemake).unlink(missing_ok=True)


def read_failure(folder):
    """Note of what failed in a session, None where nothing did.

    Parameters
    ----------
    folder : path-like
        Folder of the session's results.

    Returns
    -------
    note : dict or None
        `rule`, `reason` and `time`. What keeps the spikes from being read comes first: other rules
        then fail for the same cause and cannot say it as well.
    """
    notes = []
    for path in Path(folder).glob(FAILED.format(rule="*")):
        with contextlib.suppress(OSError, ValueError):
            notes.append(json.loads(path.read_text(encoding="utf-8")))
    return min(notes, key=_rank, default=None)


def _rank(note):
    return (note["rule"] != "compute_metrics", note["time"], note["rule"])
