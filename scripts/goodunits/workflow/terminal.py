"""What a run shows on the terminal: Snakemake's errors and our own lines, not every step.

All of it hangs on Snakemake's logger, which is not a public interface. So nothing here may fail:
where an attribute is missing, Snakemake shows what it always does. `.snakemake/log` is complete.
"""

import atexit
import contextlib
import logging
import os
import sys
import time
from pathlib import Path

from goodunits.base import said
from goodunits.base.errors import one_line
from goodunits.result_files import failed_json
from goodunits.workflow import progress

# Of what Snakemake says of itself while it runs, only this is for the user.
NOTHING = "Nothing to be done"
SHOWN = (
    NOTHING,
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

EVENTS = ("JOB_INFO", "JOB_FINISHED", "JOB_ERROR")

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
    is_planned : bool
        Whether Snakemake has weighed all jobs.
    opened, closed : bool
        Whether the first and the last words of the run are said.
    since : float
        Time when this began, in s.
    called : dict of str to str
        Names of our rules as the user calls them.
    on_demand : tuple of str
        Rules that print what was asked for.
    teller : Teller or None
        Says where the run is, where this workflow has the terminal to itself.
    """

    def __init__(self):
        super().__init__()
        self.jobs, self.failed, self.errors = [], set(), False
        self.teller, self.on_demand = None, ()
        self.opened, self.closed = False, False
        self.interrupted = False
        self.is_planned = False
        self.since, self.called, self.action = time.time(), {}, None

    def emit(self, record):
        """Take note of one record; Snakemake calls this in the midst of its work."""
        try:
            self._take(record)
        except Exception:
            self.handleError(record)

    def _take(self, record):
        self.errors |= record.levelno >= logging.ERROR
        event = event_name(record)
        if event == "JOB_INFO":
            wildcards = getattr(record, "wildcards", None) or {}
            session = dict(wildcards).get("session") if hasattr(wildcards, "keys") else None
            self.jobs.append((record.rule_name, session, str(getattr(record, "reason", ""))))
        elif event == "JOB_ERROR":
            self.failed.add(getattr(record, "rule_name", None))
        self.is_planned |= event == "RUN_INFO" or str(record.msg).startswith(NOTHING)
        self.interrupted |= str(record.msg).startswith("Terminating processes")
        if self.teller and not self.interrupted:
            if event == "JOB_INFO" and record.rule_name in self.on_demand:
                self.teller.be_silent()
            self.teller.take(event, record)

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
        self._running = False

    def filter(self, record):
        """Whether to show a record."""
        try:
            shows = self._shows(record)
        except Exception:
            shows = True
        if shows:
            erase_line()
        return shows

    def _shows(self, record):
        event, text = event_name(record), str(record.msg or "")
        self._running |= event == "WORKFLOW_STARTED" or text.startswith("host: ")
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
        if self._workflow.output_settings.show_failed_logs:
            return False
        if event == "JOB_ERROR" and self._watch.teller and self._watch.teller.reason_of(record):
            return True
        if not self._workflow.local_exec:
            return False
        # Only that some command failed; the job's own error follows.
        return "CalledProcessError in file" in text or (
            event == "JOB_ERROR" and _was_said(record, self._watch.since)
        )


class Teller:
    """Says where a run is, and in one line each which session failed.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        What Snakemake has read; which jobs there are is settled only later.
    place : str
        Folder of the results.
    """

    def __init__(self, workflow, place):
        self._workflow, self._place = workflow, place
        self._since, self._told = time.time(), set()
        self._jobs, self._progress, self._is_silent = {}, None, False
        self.display = progress.Display()

    def take(self, event, record):
        """Take note of one record of Snakemake."""
        if self._workflow.output_settings.dryrun:
            return
        if event == "JOB_INFO" and self._progress is None:
            self._begin()
        if event == "JOB_FINISHED" and record.job_id in self._jobs:
            self._progress.finished(*self._jobs[record.job_id][1:])
        if event == "JOB_ERROR" and record.jobid in self._jobs:
            self._progress.failed(self._jobs[record.jobid][1])
            self._tell(record)
        if event in EVENTS and not self._is_silent and not self._is_quiet():
            self.display.show(self._progress)

    def be_silent(self):
        """Leave the terminal to a job that prints."""
        self.display.erase()
        self._is_silent = True

    def reason_of(self, record):
        """Why a job of a session failed, as it noted itself; empty where it did not in this run."""
        rule, session, _ = self._jobs.get(record.jobid, (None, None, None))
        if session is None:
            return ""
        path = Path(self._place, session, failed_json.FAILED.format(rule=rule))
        try:
            is_old = path.stat().st_mtime < self._since - 1
            return "" if is_old else failed_json.read_note(path)["reason"]
        except (OSError, ValueError, KeyError):
            return ""

    def _begin(self):
        """Look up what the run is to do."""
        dag = self._workflow.dag
        for job in list(dag.needrun_jobs(exclude_finished=False)):
            session = job.wildcards_dict.get("session")
            weight_s = progress.weight_s(job.rule.name, job.input)
            self._jobs[dag.jobid(job)] = (job.rule.name, session, weight_s)
        to_do = [(session, weight_s) for _, session, weight_s in self._jobs.values()]
        self._progress = progress.Progress(to_do, time.monotonic())

    def _tell(self, record):
        """Say why a session failed, once for each reason."""
        rule, session, _ = self._jobs[record.jobid]
        reason = self.reason_of(record)
        if reason and (session, reason) not in self._told:
            self._told.add((session, reason))
            say(one_line(f"goodunits: {rule}, session {session}: {reason}"))

    def _is_quiet(self):
        """Whether the user asked for no progress."""
        asked = {getattr(word, "name", "") for word in self._workflow.output_settings.quiet or ()}
        return not asked.isdisjoint({"ALL", "PROGRESS"})


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


def erase_line():
    """Take the line of progress away, before anything else is printed."""
    for watch in _watches.values():
        if watch.teller:
            watch.teller.display.erase()


def say(text):
    """Print on the terminal, without a word where nobody can read it any more."""
    erase_line()
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
        _attach(workflow, watch, place)
    return watch


def _attach(workflow, watch, place):
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
            watch.teller = Teller(workflow, place)
            os.environ[said.TOLD_ELSEWHERE] = "yes"
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
