"""Measure the units of a session; the only costly step.

Inputs: the files of a Kilosort folder, none of which is changed.
Outputs: results/{session}/metrics.tsv; merge_candidates.tsv, of the same numbers; measured.json, which
says what was read and how; and unit_pictures.npz, what the report draws of each unit.
"""


rule compute_metrics:
    input:
        library("compute_metrics"),
        in_session(*MEASURED_FILES),
        settings=metrics_settings,
        session=session_settings,
    output:
        metrics="results/{session}/metrics.tsv",
        measured="results/{session}/measured.json",
        merge_candidates="results/{session}/merge_candidates.tsv",
        pictures="results/{session}/unit_pictures.npz",
    log:
        "logs/compute_metrics/{session}.log",
    conda:
        "../envs/goodunits.yaml"
    resources:
        mem_mb=measuring_mem_mb,
        runtime=measuring_runtime,
    params:
        folder=session_folder,
        command=command_of("compute_metrics"),
    message:
        "Computing the metrics of session {wildcards.session}"
    shell:
        "{params.command} --session {wildcards.session} --log {log:q}"
        " --mem-mb {resources.mem_mb} --runtime {resources.runtime}"
        " --folder {params.folder:q} --settings {input.settings:q}"
        " --session-settings {input.session:q} --merge-candidates {output.merge_candidates:q}"
        " --pictures {output.pictures:q} --measured {output.measured:q} --metrics {output.metrics:q}"
