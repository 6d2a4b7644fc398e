"""From metrics to the label files that Phy reads.

Nothing in a session folder is ever an output: Snakemake deletes outputs. The write is a transaction
with a backup of its own (scripts/goodunits/phy/write_labels.py); its output here is a receipt.

All that a run makes starts by `shell:`, which costs these light steps a third of `script:` (see
scripts/goodunits/workflow/step_words.py). What is in `params` without a part in the result is not
tracked. A session that was begun goes first (`priority`), so that a run that is stopped leaves whole
ones.
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
    priority: 1
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
        "{params.command} --session {wildcards.session} --log {log:q}"
        " --mem-mb {resources.mem_mb} --runtime {resources.runtime}"
        " --folder {params.folder:q} --session-settings {input.session:q}"
        " --receipt {output.receipt:q}"


rule apply_thresholds:
    input:
        library("apply_thresholds"),
        settings=labels_settings,
        metrics="results/{session}/metrics.tsv",
        found=found_in_session,
    output:
        labels="results/{session}/labels.tsv",
    log:
        "logs/apply_thresholds/{session}.log",
    priority: 2
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=light_mem_mb,
        runtime=light_runtime,
    params:
        folder=session_folder,
        look_again="yes" if RUN.settings.wait_for else "no",
        command=command_of("apply_thresholds"),
    message:
        "Labelling the units of session {wildcards.session}"
    shell:
        "{params.command} --session {wildcards.session} --log {log:q}"
        " --mem-mb {resources.mem_mb} --runtime {resources.runtime}"
        " --folder {params.folder:q} --settings {input.settings:q}"
        " --metrics {input.metrics:q} --found {input.found:q}"
        " --labels {output.labels:q} --look-again {params.look_again}"


rule write_phy:
    input:
        library("write_phy"),
        found_in_session,
        "results/{session}/backup.json",
        settings=phy_settings,
        labels="results/{session}/labels.tsv",
        metrics="results/{session}/metrics.tsv",
        measured="results/{session}/measured.json",
    output:
        receipt="results/{session}/written.json",
    log:
        "logs/write_phy/{session}.log",
    priority: 3
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=light_mem_mb,
        runtime=light_runtime,
    params:
        folder=session_folder,
        project=f"{RESULTS}.run/project.json",
        command=command_of("write_phy"),
    message:
        "Writing the labels of session {wildcards.session} for Phy"
    shell:
        "{params.command} --session {wildcards.session} --log {log:q}"
        " --mem-mb {resources.mem_mb} --runtime {resources.runtime}"
        " --folder {params.folder:q} --settings {input.settings:q}"
        " --labels {input.labels:q} --metrics {input.metrics:q} --measured {input.measured:q}"
        " --project {params.project:q} --receipt {output.receipt:q}"
