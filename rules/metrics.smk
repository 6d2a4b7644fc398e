"""Measure the units of a session; the only costly step.

Inputs: the files of a Kilosort folder, none of which is changed.
Outputs: results/{session}/metrics.tsv; merge_candidates.tsv, of the same numbers; and measured.json,
which says what was read and how.
"""


rule compute_metrics:
    input:
        library("compute_metrics"),
        metrics_settings,
        in_session(*MEASURED_FILES),
        session=session_settings,
    output:
        metrics="results/{session}/metrics.tsv",
        measured="results/{session}/measured.json",
        merge_candidates="results/{session}/merge_candidates.tsv",
    log:
        "logs/compute_metrics/{session}.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=measuring_mem_mb,
        runtime=measuring_runtime,
    params:
        folder=session_folder,
        recording_duration_s=recording_duration,
        settings=RUN.metrics_text(),
    message:
        "Computing the metrics of session {wildcards.session}"
    script:
        "../scripts/compute_metrics.py"
