"""Settings and sessions of all rules; no rules here.

Everything that is checked is checked here, before any job starts. What a rule depends on reaches it
as a file in results/.run/ that is rewritten only when its meaning changes.
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
    "from goodunits.report import report_figures, report_files, report_page\n"
    "from goodunits.result_files import learned_tables, own_columns\n"
    "from goodunits.tables import sessions_tsv, summary_tsv\n"
    "from goodunits.workflow import as_left, closing, command_line, dry_run, preparation, scheduling, terminal\n"
)

from goodunits.answers import preview_labels  # noqa: E402
from goodunits.base.errors import GoodunitsError, in_words, one_line  # noqa: E402
from goodunits.catalogue import all_metrics  # noqa: E402
from goodunits.report import report_files  # noqa: E402
from goodunits.result_files import learned_tables, own_columns  # noqa: E402
from goodunits.tables import sessions_tsv, summary_tsv  # noqa: E402
from goodunits.workflow import (  # noqa: E402
    as_left,
    closing,
    command_line,
    dry_run,
    preparation,
    scheduling,
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
        circumstances=(
            as_left.circumstances(workflow, PROJECT, sys.argv)
            if ALONE and not TARGETS
            else None
        ),
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


# No job can make the receipt of a session that is as it was left, so none of its jobs is planned.
TO_PLAN = as_left.to_plan(RUN.left, SESSIONS)


wildcard_constraints:
    session=(
        r"[A-Za-z0-9][A-Za-z0-9._-]*" if TO_PLAN is None else as_left.any_of(TO_PLAN)
    ),
