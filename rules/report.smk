"""The report: one page that shows the whole dataset, and what other thresholds would do.

What is drawn of each unit is made with the metrics, so that another threshold costs a new page only.
"""


def page_files(wildcards):
    """Input function: what the page is made of."""
    return [local(path) for path in PAGE_FILES]


def preset_files(wildcards):
    """Input function: criteria that the page offers to start from."""
    return [local(path) for path in PRESET_FILES]


rule report:
    input:
        library("report"),
        own_columns_of_the_sheet,
        "results/sessions.tsv",
        collect("results/{session}/written.json", session=SESSIONS),
        collect("results/{session}/unit_pictures.npz", session=SESSIONS),
        page_files=page_files,
        presets=preset_files,
    output:
        page="results/report.html",
    log:
        "logs/report.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=joining_mem_mb,
        runtime=light_runtime,
    params:
        project=f"{RESULTS}.run/project.json",
    message:
        "Making the report"
    script:
        "../scripts/report.py"
