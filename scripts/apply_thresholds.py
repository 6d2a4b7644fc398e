"""Label every unit of one session by the criteria, and say why (rule apply_thresholds)."""

import json
from pathlib import Path

from goodunits import curation, files, labels_file, logs, metrics_file


def main(snakemake):
    """Read metrics and what people decided; write labels.tsv."""
    settings = json.loads(snakemake.params.settings)
    seen = curation.from_json(Path(snakemake.input.found).read_text(encoding="utf-8"))
    rows, undefined = metrics_file.read_metrics(snakemake.input.metrics)
    table = labels_file.label_units(
        rows, undefined, settings["labels"], settings["manual_curation"], seen
    )
    files.write_atomically(Path(snakemake.output.labels), table)


if __name__ == "__main__":
    logs.run(main, snakemake)
