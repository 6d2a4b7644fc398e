"""Tables over all sessions.

Outputs: results/sessions.tsv (a row per session), results/units.tsv (a row per unit),
results/summary.tsv (a row per criterion: how many units fail it).
"""


rule summarize:
    input:
        library("summarize"),
        own_columns_of_the_sheet,
        written=collect("results/{session}/written.json", session=SESSIONS),
    output:
        sessions="results/sessions.tsv",
        units="results/units.tsv",
        summary="results/summary.tsv",
    log:
        "logs/summarize.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=joining_mem_mb,
        runtime=light_runtime,
    params:
        sessions=with_folders(RUN.dataset),
    message:
        "Summing up all sessions"
    script:
        "../scripts/summarize.py"
