"""Targets that a user calls by name: preview, restore, settle, history, explain, verify. They have no output, so always run."""


rule preview:
    input:
        library("preview"),
        labels=collect("results/{session}/labels.tsv", session=SESSIONS),
    log:
        "logs/preview.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        sessions=with_label_settings(RUN.sessions),
        table=PREVIEW,
    message:
        "Comparing the labels that would be written with those in the session folders"
    script:
        "../scripts/preview.py"


rule restore:
    input:
        library("restore"),
    log:
        "logs/restore.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        sessions=RUN.places(RUN.sessions),
        table=f"{RESULTS}restore.tsv",
        to="originals",
    message:
        "Putting the original label files back"
    script:
        "../scripts/restore.py"


use rule restore as restore_last with:
    log:
        "logs/restore_last.log",
    params:
        sessions=RUN.places(RUN.sessions),
        table=f"{RESULTS}restore.tsv",
        to="last",
    message:
        "Putting the label files back as they were before the last write"


rule settle:
    input:
        library("settle"),
    log:
        "logs/settle.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        sessions=RUN.places(RUN.sessions),
        labels_are=RUN.settings.labels_are,
    message:
        "Writing down whose the labels in the session folders are"
    script:
        "../scripts/settle.py"


rule history:
    input:
        library("history"),
    log:
        "logs/history.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        sessions=RUN.places(RUN.sessions),
        text=f"{RESULTS}history.txt",
    message:
        "Listing what was done to the labels of each session"
    script:
        "../scripts/history.py"


rule explain:
    input:
        library("explain"),
    log:
        "logs/explain.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        sessions=with_label_settings(RUN.sessions),
        session=RUN.settings.session,
        unit=RUN.settings.unit,
    message:
        "Saying everything that is known of a unit"
    script:
        "../scripts/explain.py"


rule verify:
    input:
        library("verify"),
    log:
        "logs/verify.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        sessions=RUN.places(RUN.sessions),
        table=f"{RESULTS}verify.tsv",
    message:
        "Checking that the session folders carry what was written"
    script:
        "../scripts/verify.py"
