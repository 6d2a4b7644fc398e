"""What a run shows on the terminal: Snakemake's errors and our own lines, not every step.

All of it hangs on Snakemake's logger, which is not a public interface. So nothing here may fail:
where an attribute is missing, Snakemake shows what it always does. `.snakemake/log` is complete.
"""

import atexit
import contextlib
import logging
import sys
import time
from pathlib import Path

from goodunits.base.errors import one_line

# Of what Snakemake says of itself while it runs, only this is for the user.
SHOWN = (
    "Nothing to be done",
    "Creating conda environment",
    "Downloading and installing",
    "Environment for",
    "Pulling singularity image",
    "Terminating processes",
    "Trying to restart",
    "Will exit after",
)
# Said before the failed sessions are listed, and after that.
BEFORE, AFTERWARDS = "Exiting because a job execution failed", "At least one job did not complete"
FIRST_PROGRESS_S = 10.0

_watches = {}


class Watch(logging.Handler):
    """Remembers which jobs Snakemake names, starts and loses.

    Attributes
    ----------
    jobs : list of tuple
        Rule, session (None for a rule over the dataset) and Snakemake's reason.
    failed : set of str
        Rules of which a job failed.
    errors : bool
        Whether anything was said to be wrong.
    interrupted : bool
        Whether the user stopped it: then every job that was running fails.
    opened, closed : bool
        Whether the first and the last words of the run are said.
    since : float
        Time when this began, in s.
    called : dict of str to str
        Names of our rules as the user calls them.
    """

    def __init__(self):
        super().__init__()
        self.jobs, self.failed, self.errors = [], set(), False
        self.opened, self.closed = False, False
        self.interrupted = False
        self.since, self.called, self.action = time.time(), {}, None

    def emit(self, record):
        """Take note of one record."""
        event = event_name(record)
        if event == "JOB_INFO":
            wildcards = getattr(record, "wildcards", None) or {}
            session = dict(wildcards).get("session") if hasattr(wildcards, "keys") else None
            self.jobs.append((record.rule_name, session, str(getattr(record, "reason", ""))))
        elif event == "JOB_ERROR":
            self.failed.add(getattr(record, "rule_name", None))
        self.interrupted |= str(record.msg).startswith("Terminating processes")
        self.errors |= record.levelno >= logging.ERROR

    def handleError(self, record):  # noqa: N802
        """A change of Snakemake's records costs the summary, not the run."""

    def open_once(self, lines):
        """Say the first words of a run; a pipeline reads this workflow for each `use rule`."""
        if not self.opened:
            say("\n  ".join(one_line(line) for line in lines))
        self.opened = True

    def close_once(self):
        """Whether the last words are still to be said; they count as said from now on."""
        first, self.closed = not self.closed, True
        return first

    def jobs_by_our_names(self):
        """The jobs, with the names that our rules have where there is no prefix."""
        ours = {called: name for name, called in self.called.items()}
        return [(ours.get(rule, rule), *rest) for rule, *rest in self.jobs]

    def ran(self, *rules):
        """Whether a job of one of these rules was started."""
        return any(job[0] in rules for job in self.jobs)


class Calm(logging.Filter):
    """Lets errors, warnings and little else of Snakemake through to the terminal.

    Parameters
    ----------
    watch : Watch
        What happened so far.
    workflow : snakemake.workflow.Workflow
        What Snakemake has read; how it runs is settled only later.
    """

    def __init__(self, watch, workflow):
        super().__init__()
        self._watch, self._workflow = watch, workflow
        self._running, self._next_s = False, FIRST_PROGRESS_S

    def filter(self, record):
        """Whether to show a record."""
        try:
            return self._shows(record)
        except Exception:
            return True

    def _shows(self, record):
        event, text = event_name(record), str(record.msg or "")
        self._running |= event == "WORKFLOW_STARTED" or text.startswith("host: ")
        if event == "PROGRESS" and not self._workflow.output_settings.dryrun:
            self._say_progress(record)
        if record.levelno >= logging.WARNING:
            return not self._is_repeated(record, event, text)
        # Outside a run it answers another command, such as --unlock or --report.
        return not event and (not self._running or text.startswith(SHOWN))

    def _is_repeated(self, record, event, text):
        """Whether our own lines say it already."""
        if BEFORE in text or (self._watch.closed and AFTERWARDS in text):
            return True
        if event == "JOB_ERROR" and self._watch.interrupted:
            return True
        if not self._workflow.local_exec or self._workflow.output_settings.show_failed_logs:
            return False
        # Only that some command failed; the job's own error follows.
        return "CalledProcessError in file" in text or (
            event == "JOB_ERROR" and _was_said(record, self._watch.since)
        )

    def _say_progress(self, record):
        """One line now and then: after 10 s, 20 s, 40 s and so on."""
        passed_s = time.time() - self._watch.since
        if passed_s < self._next_s or record.done == record.total:
            return
        while self._next_s <= passed_s:
            self._next_s *= 2
        share = f"{record.done} of {record.total} steps ({100 * record.done // record.total} %)"
        say(f"goodunits: {share} after {passed_s:.0f} s")


def event_name(record):
    """Name of Snakemake's event in a log record; empty for a plain text."""
    return getattr(getattr(record, "event", None), "name", "")


def _was_said(record, since):
    """Whether a failed job said itself what is wrong: it then stands in its log of this run."""
    for name in getattr(record, "log", None) or ():
        path = Path(name)
        try:
            if path.stat().st_mtime >= since - 1 and " ERROR " in path.read_text(errors="replace"):
                return True
        except OSError:
            continue
    return False


def say(text):
    """Print on the terminal, without a word where nobody can read it any more."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def is_module(workflow):
    """Whether a larger pipeline is reading this workflow."""
    return workflow.modifier.base_snakefile is not None


def watch(workflow, place):
    """Follow a run, and keep it calm where this workflow is the outermost one.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        What Snakemake has read so far.
    place : str
        Folder of the results: a pipeline may hold this workflow more than once, and reads it for
        each `use rule`.

    Returns
    -------
    watch : Watch
    """
    if place in _watches:
        return _watches[place]
    watch = _watches[place] = Watch()
    if not workflow.is_main_process:
        return watch
    with contextlib.suppress(AttributeError, ImportError, TypeError):
        _attach(workflow, watch)
    return watch


def _attach(workflow, watch):
    """Hang a watch, and the filter, on Snakemake's logger."""
    from snakemake.logging import logger

    logger.addHandler(watch)
    settings = workflow.output_settings
    if settings.verbose or settings.printshellcmds or settings.debug_dag:
        return
    if settings.log_handler_settings or is_module(workflow):
        return
    for handler in logger.handlers:
        if getattr(handler, "name", None) == "DefaultStreamHandler":
            handler.addFilter(Calm(watch, workflow))
            # A disk that is full of logs would be said by a traceback for every line.
            logging.raiseExceptions = False


def names_called(workflow, watch, names):
    """Names of our rules as the user calls them: with a prefix in a larger pipeline.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        What Snakemake has read so far.
    watch : Watch
        Keeps them, as a `use rule` of one rule under another name says nothing of the others.
    names : iterable of str
        Names as they are in our files.

    Returns
    -------
    called : dict of str to str
    """
    found = {name: workflow.modifier.modify_rulename(name) for name in names}
    if not watch.called or len(set(found.values())) > len(set(watch.called.values())):
        watch.called = found
    return watch.called


def at_exit(watch, action):
    """Call a function when Snakemake has ended, once for each run.

    Snakemake runs only the outermost onsuccess and onerror, and none after a dry run.
    """
    if watch.action is None:
        atexit.register(_quietly, watch)
    watch.action = action


def _quietly(watch):
    """Say the last words at the very end, where a traceback would help nobody."""
    try:
        watch.action()
    except Exception as error:
        say(f"goodunits: no summary: {type(error).__name__}: {error}")
