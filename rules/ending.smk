"""What a run says at its end, and how a wrong target is refused; no rules here."""

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
        _, rows = sessions_tsv.sessions_table(RUN.places(RUN.sessions))
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
        said = preview_labels.compare(
            with_label_settings(RUN.sessions), PREVIEW, unfinished
        )
        terminal.say(said)
    elif not asked_for(*ON_DEMAND):
        rows = sessions_tsv.write_tables(RUN.places(RUN.dataset), RESULTS)
        write_documents()
        if not WATCH.interrupted:
            draw_figures()
        make_report()
        treated = [row for row in rows if row["session"] in RUN.sessions]
        said = closing.with_errors(treated, unfinished)
        terminal.say("\n".join(filter(None, [said, way_to_report()])))


def write_documents():
    """Write what the rules of rules/exchange.smk would; an error costs the documents only."""
    sessions, snakefile = RUN.places(RUN.dataset), project_file("Snakefile")
    try:
        from goodunits.exchange import documents  # only where it is needed

        documents.write_all(sessions, RESULTS, snakefile, RUN.settings.archive)
    except Exception as error:
        terminal.say(
            f"goodunits: no methods text or files of exchange: {in_words(error)}"
        )


def way_to_report():
    """Where the results can be looked at, where there is such a page."""
    return closing.way_to_report(RESULTS, WATCH.since)


def draw_figures():
    """The figures of the sessions that are there; an error costs the figures only."""
    try:
        from goodunits.report import report_figures  # needs matplotlib

        report_figures.draw_results(f"{RESULTS}figures", RUN.settings.figure_formats)
    except Exception as error:
        terminal.say(f"goodunits: no figures: {in_words(error)}")


def make_report():
    """The page of the sessions that are there; what is wrong with it never hides what failed."""
    try:
        from goodunits.report import report_page  # numpy, only where it is needed

        project = f"{RESULTS}.run/project.json"
        report_page.write(RESULTS, PAGE_FILES, PRESET_FILES, project)
    except Exception as error:
        terminal.say(f"goodunits: no report: {in_words(error)}")


def keep_as_left():
    """Note for which sessions Snakemake had nothing to do, so that they need not be planned again.

    Where it had much to do, it looks once more: at the end of a run nobody waits for it.
    """
    if RUN.left.state is None or not WATCH.is_planned or WATCH.interrupted:
        return
    if not as_left.is_all_asked_for(workflow.dag_settings):
        return
    jobs = list(workflow.dag.needrun_jobs(exclude_finished=False))
    sessions = {job.wildcards_dict.get("session") for job in jobs}
    is_quiet = not jobs and RUN.tables_are_of_it_alone()
    as_left.keep(RESULTS, RUN.left, sessions, is_nothing_to_do=is_quiet)
    if len(sessions) > as_left.MANY and not workflow.output_settings.dryrun:
        terminal.say(
            f"goodunits: noting what is done in {len(RUN.sessions)} sessions, for a quick next start"
        )
        as_left.look_once_more(sys.argv, workflow.workdir_init)


# Snakemake goes back from --directory before a process ends.
WORKING_FOLDER = os.getcwd()


def report_at_exit():
    """What a dry run would do; and the summary where Snakemake ran an outer onsuccess or onerror."""
    os.chdir(WORKING_FOLDER)
    if workflow.output_settings.dryrun and WATCH.jobs and not WATCH.errors:
        terminal.say(dry_run.text(WATCH.jobs_by_our_names(), RUN))
    elif WATCH.errors and WATCH.ran(*CALLED.values()):
        report_failure()
    elif WATCH.ran(CALLED["summarize"]):
        say_success()
    keep_as_left()


terminal.at_exit(WATCH, report_at_exit)
