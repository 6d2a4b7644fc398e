# goodunits: good/mua labels for Kilosort4 sorts, by criteria that their owner defines.
# Settings: config.yaml (or your own, by --configfile). Targets: all, preview, restore, settle, history,
# explain, verify.

from snakemake.utils import min_version

min_version("9.14.3")


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/metrics.smk"
include: "rules/labels.smk"
include: "rules/dataset.smk"
include: "rules/targets.smk"


rule all:
    default_target: True
    input:
        collect("results/{session}/written.json", session=SESSIONS),
        "results/sessions.tsv",
        "results/units.tsv",
    localrule: True
    message:
        "All sessions are labelled"


check_targets()


onsuccess:
    report_success()


onerror:
    report_failure()
