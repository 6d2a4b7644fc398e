"""Settings, sessions and helpers of all rules; no rules here.

Everything that is checked is checked here, before any job starts. What a rule depends on reaches it
as one canonical text in `params` and as a file in results/.run/ that is rewritten only when its
meaning changes: the text makes the reason readable, the file works without .snakemake too.
"""

import os
import sys
from pathlib import Path

PROJECT = os.path.normpath(str(workflow.current_basedir.join("..")))

# Library files that each rule uses; an edit re-runs it. A test compares the lists with the imports of
# the scripts.
BASE = ["__init__.py", "errors.py", "files.py", "logs.py"]
STORE = [*BASE, "lock.py", "store.py"]
CURATION = [*STORE, "curation.py", "decisions.py", "lineage.py", "state.py", "tsv.py"]
CRITERIA = ["catalogue.py", "criteria.py", "criteria_rules.py", "criteria_text.py"]
LABELS = ["labels_file.py", *CRITERIA]
READING = ["kilosort_log.py", "ops_file.py", "params_file.py", "session.py"]
MEASURING = ["kilosort_ccg.py", "metrics_table.py", "spike_train.py", "spikes.py"]
LIBRARY = {
    "backup_labels": STORE,
    "compute_metrics": [
        *CURATION,
        *READING,
        *MEASURING,
        "catalogue.py",
        "metrics_file.py",
        "provenance.py",
    ],
    "apply_thresholds": [*CURATION, *LABELS, "metrics_file.py"],
    "write_phy": [*CURATION, *LABELS, "phy_write.py", "provenance.py"],
    "summarize": [*CURATION, "found.py", "summary.py"],
    "preview": [*CURATION, "preview.py"],
    "restore": [*CURATION, "phy_write.py", "restore.py"],
    "history": [*CURATION, "phy_write.py", "restore.py"],
    "verify": [*CURATION, "found.py", "verify.py"],
    "parsing": [
        *CURATION,
        *CRITERIA,
        "dataset.py",
        "demo.py",
        "found.py",
        "provenance.py",
    ]
    + ["schema_problems.py", "settings.py", "setup.py", "summary.py"],
}


def project_file(name):
    """Path of a file of this project, cached where the workflow comes from a remote place."""
    local = os.path.join(PROJECT, name)
    return local if os.path.exists(local) else workflow.source_path(f"../{name}")


def library(rule_name):
    """Library files that a rule uses, as its input."""
    return [project_file(f"scripts/goodunits/{name}") for name in LIBRARY[rule_name]]


sys.path.insert(0, str(Path(library("parsing")[0]).parents[1]))

from goodunits import demo, files, setup, summary  # noqa: E402
from goodunits.errors import GoodunitsError  # noqa: E402

try:
    demo.unpack(config.get("dataset"), PROJECT, workflow.is_main_process)
    RUN = setup.prepare(
        config,
        defaults_file=project_file("config.yaml"),
        schema_file=project_file("schemas/config.schema.yaml"),
        base_folders=[Path.cwd(), Path(PROJECT)],
        project=PROJECT,
        write=workflow.is_main_process,
    )
except GoodunitsError as error:
    sys.exit(f"goodunits: {error}")

SESSIONS = RUN.sessions
MEASURED_FILES = (
    "spike_times.npy",
    "spike_clusters.npy",
    "spike_templates.npy",
    "params.py",
    "ops.npy",
    "kilosort4.log",
)


wildcard_constraints:
    session=r"[A-Za-z0-9][A-Za-z0-9._-]*",


def session_folder(wildcards):
    """Kilosort folder of a session."""
    return str(SESSIONS[wildcards.session].folder)


def recording_duration(wildcards):
    """Length of the recording as the sheet gives it, in s."""
    return SESSIONS[wildcards.session].recording_duration_s


def in_session(*names):
    """Input function: those of some files that a session folder has.

    A missing file is the business of the script, which says so in one line; as a missing input it
    would stop all sessions.
    """

    def paths(wildcards):
        entry = SESSIONS[wildcards.session]
        if entry.problem:
            return []
        present = [os.path.join(entry.folder, name) for name in names]
        return [local(path) for path in present if os.path.exists(path)]

    return paths


def found_in_session(wildcards):
    """Input function: what the folder holds of people and of Kilosort, brought up to date."""
    return RUN.found_file(wildcards.session)


def metrics_settings(wildcards):
    """Input function: file with all that the metrics depend on."""
    return RUN.metrics_file()


def labels_settings(wildcards):
    """Input function: file with all that the labels of a session depend on."""
    return RUN.labels_file(wildcards.session)


def phy_settings(wildcards):
    """Input function: file with all that the files in a session folder depend on."""
    return RUN.phy_file(wildcards.session)


def labels_text(wildcards):
    """Text of all that the labels of a session depend on."""
    return RUN.labels_text(wildcards.session)


def phy_text(wildcards):
    """Text of all that the files in a session folder depend on."""
    return RUN.phy_text(wildcards.session)


def sessions_and_folders():
    """Session ids with their Kilosort and results folders."""
    return [
        (entry.id, str(entry.folder), f"results/{entry.id}")
        for entry in SESSIONS.values()
    ]


def report_sessions():
    """At the end of a run: the table of sessions, and on the terminal those that failed."""
    data, rows = summary.sessions_table(sessions_and_folders())
    failures = summary.failures_text(rows)
    if failures:
        files.write_if_changed("results/sessions.tsv", data)
        print(f"goodunits: {failures}", file=sys.stderr)
