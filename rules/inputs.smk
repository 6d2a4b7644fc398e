"""What rules read and are told: functions for `input` and `params`; no rules here."""


def library(rule_name):
    """Input of a rule: file with the hashes of its script and of the library files that it imports.

    One file and not all of them, so that Snakemake's messages can be read.
    """
    script = project_file(f"scripts/{rule_name}.py")
    behind = LIBRARY.files_behind(Path(script).read_text(encoding="utf-8"))
    return local(RUN.library_file(rule_name, [script, *behind]))


def command_of(rule_name):
    """Params function: the command that starts a step, up to its options.

    It takes `input` so that Snakemake does not track it: another Python changes no result.
    """
    script = project_file(f"scripts/{rule_name}.py")

    def command(wildcards, input):
        own_environment = workflow.deployment_settings.deployment_method
        python = "python" if own_environment else shlex.quote(sys.executable)
        return f"{python} {shlex.quote(script)}"

    return command


def session_folder(wildcards):
    """Kilosort folder of a session."""
    return preparation.folder_text(SESSIONS[wildcards.session])


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
    """Input function: file with what the owner says for archives."""
    return local(RUN.archive_file())


def sessions_of_the_dataset(wildcards):
    """Input function: file with all sessions and where they lie."""
    return local(RUN.dataset_file())


def with_label_settings(entries):
    """Session ids with their folders and the file of the label rules in force."""
    return [
        (session, *places, RUN.labels_file(session))
        for session, *places in RUN.places(entries)
    ]


def kept_if_all_is_as_left(wildcards):
    """Input function where all is as it was left: one file, or everything if a profile forces jobs.

    Snakemake would look at every session. Without any input it would run the rule: no other file.
    """
    if as_left.is_all_asked_for(workflow.dag_settings):
        return local(f"{RESULTS}{as_left.KEPT_FOLDER}/{as_left.KEPT}")
    return [str(path) for path in EVERYTHING]


def scorecards_in_force(wildcards):
    """Input function: the files that hold the scorecards, if there are any."""
    names = sorted({RUN.labels_file(session) for session in RUN.sessions})
    return [local(name) for name in names] if RUN.cards else []


def learned_files(wildcards):
    """Input function: what the target learn found out last, if it ever ran."""
    names = (learned_tables.AGREEMENT, learned_tables.LABEL_NEXT)
    paths = [f"{RESULTS}{name}" for name in names]
    return [local(path) for path in paths if os.path.isfile(path)]


def page_files(wildcards):
    """Input function: what the page is made of."""
    return [local(path) for path in PAGE_FILES]


def figures_folder(wildcards, output):
    """Params function: where the figures go."""
    return os.path.dirname(output[0])


def page_folder(wildcards, input):
    """Params function, not tracked: where the page's files lie."""
    return os.path.dirname(PAGE_FILES[0])


def presets_folder(wildcards, input):
    """Params function, not tracked: where the criteria lie that the page offers."""
    return os.path.dirname(PRESET_FILES[0])


def preset_files(wildcards):
    """Input function: criteria that the page offers to start from."""
    return [local(path) for path in PRESET_FILES]
