"""Tables over all sessions.

Outputs: results/sessions.tsv (a row per session), results/units.tsv (a row per unit),
results/summary.tsv (a row per criterion: how many units fail it).
"""


rule summarize:
    input:
        library("summarize"),
        own_columns_of_the_sheet,
        dataset=sessions_of_the_dataset,
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
        command=command_of("summarize"),
    message:
        "Summing up all sessions"
    shell:
        "{params.command} --log {log:q} --dataset {input.dataset:q} --sessions {output.sessions:q}"
