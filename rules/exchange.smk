"""What others read of a run: a methods text, provenance for archives, files for other programs.

All of it tells what was written, from the receipts. One job each over the dataset, seconds long, so not
for a cluster; far cheaper than a job per session. The files of a session are made again only where its labels changed.
Outputs: results/methods.md and references.bib; results/exchange.tsv, which lists the files of each
session for SpikeInterface and NWB; results/ro-crate-metadata.json and the workflow's entry point.
"""


rule methods:
    input:
        library("methods"),
        dataset=sessions_of_the_dataset,
        written=collect("results/{session}/written.json", session=SESSIONS),
    output:
        text="results/methods.md",
        bibliography="results/references.bib",
    log:
        "logs/methods.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        command=command_of("methods"),
    message:
        "Writing the methods text"
    shell:
        "{params.command} --log {log:q} --dataset {input.dataset:q} --text {output.text:q}"


rule exchange:
    input:
        library("exchange"),
        dataset=sessions_of_the_dataset,
        written=collect("results/{session}/written.json", session=SESSIONS),
    output:
        table="results/exchange.tsv",
    log:
        "logs/exchange.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        command=command_of("exchange"),
    message:
        "Writing files for SpikeInterface and NWB"
    shell:
        "{params.command} --log {log:q} --dataset {input.dataset:q} --table {output.table:q}"


rule ro_crate:
    input:
        library("ro_crate"),
        "results/sessions.tsv",
        "results/units.tsv",
        "results/summary.tsv",
        "results/methods.md",
        "results/references.bib",
        archive=archive_settings,
        dataset=sessions_of_the_dataset,
        written=collect("results/{session}/written.json", session=SESSIONS),
    output:
        metadata="results/ro-crate-metadata.json",
        workflow="results/goodunits-workflow.smk",
    log:
        "logs/ro_crate.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        command=command_of("ro_crate"),
        snakefile=project_file("Snakefile"),
    message:
        "Describing the run for an archive"
    shell:
        "{params.command} --log {log:q} --dataset {input.dataset:q} --archive {input.archive:q}"
        " --snakefile {params.snakefile:q} --metadata {output.metadata:q}"
