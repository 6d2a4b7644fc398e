# goodunits: good/mua labels for Kilosort4 sorts, by criteria that their owner defines.
# Settings: config.yaml (or your own, by --configfile). Targets: all, preview, restore, settle, history,
# explain, verify, learn.

from snakemake.utils import min_version

min_version("9.14.3")


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/inputs.smk"
include: "rules/resources.smk"
include: "rules/ending.smk"
include: "rules/metrics.smk"
include: "rules/labels.smk"
include: "rules/dataset.smk"
include: "rules/exchange.smk"
include: "rules/report.smk"
include: "rules/targets.smk"
include: "rules/learn.smk"


rule all:
    default_target: True
    input:
        kept_if_all_is_as_left if RUN.left.is_all else EVERYTHING,
    localrule: True
    message:
        "All sessions are labelled"


check_targets()


onstart:
    scheduling.one_wake_up_at_a_time(workflow.scheduler)


onsuccess:
    report_success()


onerror:
    report_failure()
