"""Figures for papers, and the report: one page that shows the dataset and what thresholds would do.

What is drawn of each unit is made with the metrics, so that another threshold costs a new page only.
"""


rule figures:
    input:
        library("figures"),
        "results/sessions.tsv",
        collect("results/{session}/written.json", session=SESSIONS),
    output:
        report(
            "results/figures/yield.svg",
            caption="../report/yield.rst",
            category="Yield",
            labels={"figure": "good units per session"},
        ),
        report(
            "results/figures/labels.svg",
            caption="../report/labels.rst",
            category="Yield",
            labels={"figure": "labels before and now"},
        ),
        report(
            "results/figures/costs.svg",
            caption="../report/costs.rst",
            category="Criteria",
            labels={"figure": "units that miss each criterion"},
        ),
        report(
            "results/figures/together.svg",
            caption="../report/together.rst",
            category="Criteria",
            labels={"figure": "criteria missed together"},
        ),
        report(
            "results/figures/distributions.svg",
            caption="../report/distributions.rst",
            category="Metrics",
            labels={"figure": "distributions and thresholds"},
        ),
        report(
            "results/figures/sessions.svg",
            caption="../report/sessions.rst",
            category="Metrics",
            labels={"figure": "medians of the sessions"},
        ),
        collect(
            "results/figures/{name}.{ending}",
            name=report_files.FIGURES,
            ending=RUN.settings.figure_formats,
        ),
    log:
        "logs/figures.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=joining_mem_mb,
        runtime=light_runtime,
    params:
        command=command_of("figures"),
        folder=figures_folder,
        more_formats=",".join(RUN.settings.figure_formats),
    message:
        "Drawing the figures"
    shell:
        "{params.command} --log {log:q} --figures {params.folder:q}"
        " --more-formats={params.more_formats}"


rule report:
    input:
        library("report"),
        own_columns_of_the_sheet,
        scorecards_in_force,
        learned_files,
        "results/sessions.tsv",
        "results/methods.md",
        collect("results/{session}/written.json", session=SESSIONS),
        collect("results/{session}/unit_pictures.npz", session=SESSIONS),
        page_files,
        preset_files,
    output:
        page=report(
            "results/report.html",
            caption="../report/page.rst",
            category="Everything",
            labels={"figure": "report and threshold explorer"},
        ),
    log:
        "logs/report.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=joining_mem_mb,
        runtime=light_runtime,
    params:
        command=command_of("report"),
        page_folder=page_folder,
        presets_folder=presets_folder,
        project=f"{RESULTS}.run/project.json",
    message:
        "Making the report"
    shell:
        "{params.command} --log {log:q} --page-folder {params.page_folder:q}"
        " --presets-folder {params.presets_folder:q} --project {params.project:q}"
        " --page {output.page:q}"


# What a whole run makes.
EVERYTHING = [
    *collect("results/{session}/written.json", session=SESSIONS),
    *rules.summarize.output,
    "results/methods.md",
    "results/exchange.tsv",
    "results/ro-crate-metadata.json",
    "results/report.html",
    *rules.figures.output,
]
