"""Learning from labels that people gave; called by name. Reads what a run left, changes nothing."""


rule learn:
    input:
        library("learn"),
    log:
        "logs/learn.log",
    localrule: True
    conda:
        "../envs/goodunits.yaml"
    params:
        sessions=with_label_settings(RUN.sessions),
        labels=labels_of_people,
        text=f"{RESULTS}learn.md",
    message:
        "Comparing the criteria with the labels of people"
    script:
        "../scripts/learn.py"
