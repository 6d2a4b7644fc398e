"""Settings, sessions and helpers of all rules; no rules here.

Everything that is checked is checked here, before any job starts. What a rule depends on reaches it
as one canonical text in `params` and as a file in results/.run/ that is rewritten only when its
meaning changes: the text makes the reason readable, the file works without .snakemake too.
"""

import json
import os
import shlex
import sys
from pathlib import Path

if os.name == "nt":
    sys.exit(
        "goodunits: this is a Python of Windows itself; goodunits runs in Linux or macOS, and on "
        "Windows in WSL: see docs/systems.md"
    )

PROJECT = os.path.normpath(str(workflow.current_basedir.join("..")))
# Where results go: Snakemake adds the prefix of a `module` statement to inputs and outputs by itself,
# but not to what a script gets as a parameter or what is written here.
RESULTS = workflow.modifier.path_modifier.replace_prefix("results/")


def project_file(name):
    """Path of a file of this project, cached where the workflow comes from a remote place."""
    local = os.path.join(PROJECT, name)
    return local if os.path.exists(local) else workflow.source_path(f"../{name}")


def library_module(name):
    """Path of a file of the library."""
    return project_file(f"scripts/goodunits/{name}")


def config_files():
    """Files that the configuration comes from, in order: those of --configfile win."""
    given = workflow.overwrite_configfiles
    return [path for path in workflow.configfiles if path not in given] + list(given)


sys.path.insert(0, str(Path(library_module("__init__.py")).parents[1]))
for name in ("__init__", "workflow/__init__", "workflow/own_imports"):
    library_module(f"{name}.py")

from goodunits.workflow.own_imports import Library  # noqa: E402
from snakemake.exceptions import WorkflowError  # noqa: E402

LIBRARY = Library(library_module)
# Where the workflow comes from a remote place, what is imported here has to be fetched first.
LIBRARY.files_behind(
    "from goodunits.answers import preview_labels\n"
    "from goodunits.base.errors import GoodunitsError\n"
    "from goodunits.catalogue import all_metrics\n"
    "from goodunits.exchange import documents\n"
    "from goodunits.report import report_files, report_page\n"
    "from goodunits.result_files import own_columns\n"
    "from goodunits.tables import sessions_tsv, summary_tsv\n"
    "from goodunits.workflow import closing, command_line, dry_run, preparation, terminal\n"
)

from goodunits.answers import preview_labels  # noqa: E402
from goodunits.base.errors import GoodunitsError, in_words, one_line  # noqa: E402
from goodunits.catalogue import all_metrics  # noqa: E402
from goodunits.exchange import documents  # noqa: E402
from goodunits.report import report_files  # noqa: E402
from goodunits.result_files import own_columns  # noqa: E402
from goodunits.tables import sessions_tsv, summary_tsv  # noqa: E402
from goodunits.workflow import (  # noqa: E402
    closing,
    command_line,
    dry_run,
    preparation,
    terminal,
)

WATCH = terminal.watch(workflow, RESULTS)
ALONE = workflow.is_main_process and not terminal.is_module(workflow)
TARGETS = command_line.targets(sys.argv) if ALONE else []
try:
    command_line.check_words(TARGETS)
    command_line.check_storage(workflow.storage_settings.default_storage_provider)
    RUN = preparation.prepare(
        config,
        config_files=config_files(),
        config_words=workflow.config_settings.config,
        defaults_file=project_file("config.yaml"),
        schema_file=project_file("schemas/config.schema.yaml"),
        base_folders=[Path.cwd(), Path(PROJECT)],
        project=PROJECT,
        results=RESULTS,
        write=workflow.is_main_process,
        is_module=terminal.is_module(workflow),
        project_file=project_file,
    )
except GoodunitsError as error:
    sys.exit(f"goodunits: {error}")
except OSError as error:
    sys.exit(f"goodunits: {command_line.in_words(error)}")

if workflow.is_main_process:
    WATCH.open_once(RUN.opening)
if not terminal.is_module(workflow):
    # Ctrl-C while Python only starts would give a traceback for each job; `logs.run` hears it then.
    shell.prefix("set -euo pipefail; trap '' INT; ")

SESSIONS = RUN.sessions
PREVIEW = f"{RESULTS}preview.tsv"
# Targets that label nothing.
ON_DEMAND = (
    "explain",
    "history",
    "learn",
    "preview",
    "restore",
    "restore_last",
    "settle",
    "verify",
)
WATCH.on_demand = ON_DEMAND
PAGE_FILES = [project_file(f"report/page/{name}") for name in report_files.PAGE]
PRESET_FILES = [project_file(f"presets/{name}") for name in report_files.PRESETS]
MEASURED_FILES = (
    "spike_times.npy",
    "spike_clusters.npy",
    "spike_templates.npy",
    "params.py",
    "ops.npy",
    "kilosort4.log",
    *all_metrics.files_of(RUN.metric_names()),
)


wildcard_constraints:
    session=r"[A-Za-z0-9][A-Za-z0-9._-]*",


def library(rule_name):
    """Input of a rule: file with the hashes of its script and of the library files that it imports.

    One file and not all of them, so that Snakemake's messages can be read.
    """
    script = project_file(f"scripts/{rule_name}.py")
    behind = LIBRARY.files_behind(Path(script).read_text(encoding="utf-8"))
    return local(RUN.library_file(rule_name, [script, *behind]))


def command_of(rule_name):
    """Params function: the command that starts a light step, up to its first word.

    It takes `input` so that Snakemake does not track it: another Python changes no label.
    """
    script = project_file(f"scripts/{rule_name}.py")

    def command(wildcards, input):
        own_environment = workflow.deployment_settings.deployment_method
        python = "python" if own_environment else shlex.quote(sys.executable)
        return f"{python} {shlex.quote(script)} rule={rule_name}"

    return command


def folder_text(entry):
    """Folder of a session as jobs get it; one whose name is no text has one that can be printed."""
    return one_line(str(entry.folder)) if entry.problem else str(entry.folder)


def session_folder(wildcards):
    """Kilosort folder of a session."""
    return folder_text(SESSIONS[wildcards.session])


def recording_duration(wildcards):
    """Length of the recording as the sheet gives it, in s."""
    return SESSIONS[wildcards.session].recording_duration_s


def in_session(*names):
    """Input function: those of some files that a session folder has.

    A missing file is the business of the script, which says so in one line; as a missing input it
    would stop all sessions. A sort that another rule makes is known by the files of `wait_for`.
    """

    def paths(wildcards):
        if RUN.settings.wait_for:
            return [local(path) for path in RUN.awaited_files(wildcards.session)]
        entry = SESSIONS[wildcards.session]
        if entry.problem:
            return []
        present = [os.path.join(entry.folder, name) for name in names]
        return [local(path) for path in present if os.path.isfile(path)]

    return paths


def found_in_session(wildcards):
    """Input function: what the folder holds of people and of Kilosort."""
    return local(RUN.found_file(wildcards.session))


def session_settings(wildcards):
    """Input function: file with what the dataset says of a session."""
    return local(RUN.session_file(wildcards.session))


def metrics_settings(wildcards):
    """Input function: file with all that the metrics depend on."""
    return local(RUN.metrics_file())


def labels_settings(wildcards):
    """Input function: file with all that the labels of a session depend on."""
    return local(RUN.labels_file(wildcards.session))


def phy_settings(wildcards):
    """Input function: file with all that the files in a session folder depend on."""
    return local(RUN.phy_file(wildcards.session))


def own_columns_of_the_sheet(wildcards):
    """Input function: file with the columns of the user's own in the session sheet."""
    return local(str(own_columns.path(RUN.results)))


def labels_of_people(wildcards):
    """Where the target learn finds labels; a function, so that Snakemake leaves {session} alone."""
    return {
        "columns": {name: dict(entry.columns) for name, entry in SESSIONS.items()},
        "options": RUN.settings.learn,
        "dataset": RUN.settings.dataset,
        "base_folders": [str(Path.cwd()), PROJECT],
    }


def archive_settings(wildcards):
    """What the owner says for archives; a function, so that Snakemake leaves braces in it alone."""
    return RUN.settings.archive


def labels_text(wildcards):
    """Text of all that the labels of a session depend on."""
    return RUN.labels_text(wildcards.session)


def phy_text(wildcards):
    """Text of all that the files in a session folder depend on."""
    return RUN.phy_text(wildcards.session)


def with_folders(entries):
    """Session ids with their Kilosort and results folders."""
    return [
        (entry.id, folder_text(entry), f"{RESULTS}{entry.id}")
        for entry in entries.values()
    ]


def with_label_settings(entries):
    """Session ids with their folders and the file of the label rules in force."""
    return [(*row, RUN.labels_file(row[0])) for row in with_folders(entries)]


CALLED = terminal.names_called(
    workflow, WATCH, (*ON_DEMAND, *dry_run.STEPS, "all", "summarize", "report")
)


def asked_for(*targets):
    """Whether the user called for one of these targets."""
    called = {CALLED[name] for name in targets}
    return not called.isdisjoint(workflow.dag_settings.targets)


def check_targets():
    """Once all rules are known: see that the targets are."""
    try:
        known = command_line.rule_names(workflow)
        command_line.check_targets(TARGETS, known, SESSIONS, RESULTS)
    except GoodunitsError as error:
        sys.exit(f"goodunits: {error}")


def report_success():
    """At the end of a run without errors over all sessions: say on the terminal what was labelled.

    A session that is not labelled as configured all the same ends the run with an error.
    """
    if not say_success():
        raise WorkflowError("Not every session is labelled as configured.")


def say_success():
    """Say what was labelled; whether that is all that the configuration asks for."""
    if not WATCH.close_once():
        return True
    everything = not workflow.dag_settings.targets or asked_for(
        "all", "summarize", "report"
    )
    if everything or WATCH.ran(CALLED["summarize"]):
        _, rows = sessions_tsv.sessions_table(with_folders(RUN.sessions))
        expected = {name: json.loads(RUN.phy_text(name)) for name in RUN.sessions}
        said, is_done = closing.without_errors(rows, expected)
        costs = summary_tsv.costliest(f"{RESULTS}summary.tsv")
        terminal.say("\n".join(filter(None, [said, costs, way_to_report()])))
        is_part = workflow.dag_settings.until or workflow.dag_settings.omit_from
        return is_done or bool(is_part)
    if not asked_for(*ON_DEMAND):
        sessions_tsv.keep_true(
            RESULTS, {name: e.folder for name, e in RUN.dataset.items()}
        )
    return True


def report_failure():
    """At the end of a run with errors, or of one that was stopped: which sessions, and why.

    A failed session keeps Snakemake from the rules preview and summarize, so their tables are made
    here of the other sessions.
    """
    if not WATCH.close_once():
        return
    jobs = workflow.dag.needrun_jobs(exclude_finished=True)
    unfinished = {getattr(job.wildcards, "session", None) for job in jobs}
    if asked_for("preview"):
        said = preview_labels.compare(with_folders(RUN.sessions), PREVIEW, unfinished)
        terminal.say(said)
    elif not asked_for(*ON_DEMAND):
        rows = sessions_tsv.write_tables(with_folders(RUN.dataset), RESULTS)
        write_documents()
        make_report()
        treated = [row for row in rows if row["session"] in RUN.sessions]
        said = closing.with_errors(treated, unfinished)
        terminal.say("\n".join(filter(None, [said, way_to_report()])))


def write_documents():
    """Write what the rules of rules/exchange.smk would; an error costs the documents only."""
    sessions, snakefile = with_folders(RUN.dataset), project_file("Snakefile")
    try:
        documents.write_all(sessions, RESULTS, snakefile, RUN.settings.archive)
    except Exception as error:
        terminal.say(
            f"goodunits: no methods text or files of exchange: {in_words(error)}"
        )


def way_to_report():
    """Where the results can be looked at, where there is such a page."""
    return closing.way_to_report(RESULTS, WATCH.since)


def make_report():
    """The page of the sessions that are there; what is wrong with it never hides what failed."""
    try:
        from goodunits.report import report_page  # numpy, only where it is needed

        project = f"{RESULTS}.run/project.json"
        report_page.write(RESULTS, PAGE_FILES, PRESET_FILES, project)
    except Exception as error:
        terminal.say(f"goodunits: no report: {in_words(error)}")


def report_at_exit():
    """What a dry run would do; and the summary where Snakemake ran an outer onsuccess or onerror."""
    if workflow.output_settings.dryrun and WATCH.jobs and not WATCH.errors:
        terminal.say(dry_run.text(WATCH.jobs_by_our_names(), RUN))
    elif WATCH.errors and WATCH.ran(*CALLED.values()):
        report_failure()
    elif WATCH.ran(CALLED["summarize"]):
        say_success()


terminal.at_exit(WATCH, report_at_exit)


# What a job asks a cluster for; a retry asks for more (attempt 1, 2, ...). Measured with Kilosort
# sorts of up to 16 million spikes: see profiles/README.md.


def light_mem_mb(wildcards, attempt):
    """Memory of a step that reads small files, in MB; Snakemake itself takes most of it."""
    return 750 * attempt


def light_runtime(wildcards, attempt):
    """Time limit of a step that reads small files, in minutes; for slow disks and a held lock."""
    return 15 * attempt


def measuring_mem_mb(wildcards, input, attempt):
    """Memory to measure a session, in MB: about twice its spike files, and some to spare."""
    return int(750 + 3 * input.size_mb) * attempt


def measuring_runtime(wildcards, input, attempt):
    """Time limit to measure a session, in minutes: far above the seconds it takes on a local disk."""
    return int(15 + input.size_mb / 50) * attempt


def joining_mem_mb(wildcards, input, attempt):
    """Memory to join the tables of all sessions, in MB."""
    return int(750 + 4 * input.size_mb) * attempt
