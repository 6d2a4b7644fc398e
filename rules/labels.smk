"""From metrics to the label files that Phy reads.

Nothing in a session folder is ever an output: Snakemake deletes outputs. The write is a transaction
with a backup of its own (scripts/goodunits/phy/write_labels.py); its output here is a receipt.

These steps are light, so they start by `shell:`, which costs a third of `script:` (see
scripts/goodunits/workflow/light_step.py). What is in `params` without a part in the result is not tracked.
"""


rule backup_labels:
    input:
        library("backup_labels"),
        in_session("spike_times.npy", "spike_templates.npy"),
        session=session_settings,
    output:
        receipt="results/{session}/backup.json",
    log:
        "logs/backup_labels/{session}.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=light_mem_mb,
        runtime=light_runtime,
    params:
        folder=session_folder,
        command=command_of("backup_labels"),
    message:
        "Backing up the labels of session {wildcards.session}"
    shell:
        "{params.command} log={log:q} session={wildcards.session}"
        " resources.mem_mb={resources.mem_mb} resources.runtime={resources.runtime}"
        " params.folder={params.folder:q} input.session={input.session:q}"
        " output.receipt={output.receipt:q}"


rule apply_thresholds:
    input:
        library("apply_thresholds"),
        labels_settings,
        metrics="results/{session}/metrics.tsv",
        found=found_in_session,
    output:
        labels="results/{session}/labels.tsv",
    log:
        "logs/apply_thresholds/{session}.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=light_mem_mb,
        runtime=light_runtime,
    params:
        folder=session_folder,
        settings=labels_text,
        look_again="yes" if RUN.settings.wait_for else "no",
        command=command_of("apply_thresholds"),
    message:
        "Labelling the units of session {wildcards.session}"
    shell:
        "{params.command} log={log:q} session={wildcards.session}"
        " resources.mem_mb={resources.mem_mb} resources.runtime={resources.runtime}"
        " params.folder={params.folder:q} params.settings={params.settings:q}"
        " params.look_again={params.look_again} input.metrics={input.metrics:q}"
        " input.found={input.found:q} output.labels={output.labels:q}"


rule write_phy:
    input:
        library("write_phy"),
        phy_settings,
        found_in_session,
        "results/{session}/backup.json",
        labels="results/{session}/labels.tsv",
        metrics="results/{session}/metrics.tsv",
        measured="results/{session}/measured.json",
    output:
        receipt="results/{session}/written.json",
    log:
        "logs/write_phy/{session}.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=light_mem_mb,
        runtime=light_runtime,
    params:
        folder=session_folder,
        settings=phy_text,
        project=f"{RESULTS}.run/project.json",
        command=command_of("write_phy"),
    message:
        "Writing the labels of session {wildcards.session} for Phy"
    shell:
        "{params.command} log={log:q} session={wildcards.session}"
        " resources.mem_mb={resources.mem_mb} resources.runtime={resources.runtime}"
        " params.folder={params.folder:q} params.settings={params.settings:q}"
        " params.project={params.project:q} input.labels={input.labels:q}"
        " input.metrics={input.metrics:q} input.measured={input.measured:q}"
        " output.receipt={output.receipt:q}"
