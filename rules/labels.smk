"""From metrics to the label files that Phy reads.

Nothing in a session folder is ever an output: Snakemake deletes outputs. The write is a transaction
with a backup of its own (scripts/goodunits/phy_write.py); its output here is a receipt.
"""


rule backup_labels:
    input:
        library("backup_labels"),
        in_session("spike_times.npy", "spike_templates.npy"),
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
    message:
        "Backing up the labels of session {wildcards.session}"
    script:
        "../scripts/backup_labels.py"


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
        made_by_other_rules=bool(RUN.settings.wait_for),
    message:
        "Labelling the units of session {wildcards.session}"
    script:
        "../scripts/apply_thresholds.py"


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
    message:
        "Writing the labels of session {wildcards.session} for Phy"
    script:
        "../scripts/write_phy.py"
