"""Label every unit of one session by the criteria, and say why (rule apply_thresholds)."""

import json
from pathlib import Path

from goodunits import curation_file, files, job, labelling, metrics_file


def main(snakemake):
    """Read metrics and what people decided; write labels.tsv.

    A sort that another rule made in this same run was not there, or was another, when the run began
    and looked at the session folders.
    """
    settings = json.loads(snakemake.params.settings)
    if snakemake.params.look_again == "yes":
        from goodunits import found  # costs more than all the rest

        receipt = Path(snakemake.output.labels).with_name("written.json")
        found.refresh(snakemake.params.folder, snakemake.input.found, receipt)
    seen = curation_file.from_json(Path(snakemake.input.found).read_text(encoding="utf-8"))
    rows, undefined = metrics_file.read_metrics(snakemake.input.metrics)
    table = labelling.label_units(
        rows, undefined, settings["labels"], settings["manual_curation"], seen
    )
    files.write_atomically(Path(snakemake.output.labels), table)


if __name__ == "__main__":
    job.start(main)
