"""Label every unit of one session by the criteria, and say why (rule apply_thresholds)."""

import json
from pathlib import Path

from goodunits.base import files
from goodunits.curation import curation_record, label_units
from goodunits.result_files import metrics_tsv
from goodunits.workflow import light_step


def main(snakemake):
    """Read metrics and what people decided; write labels.tsv.

    A sort that another rule made in this same run was not there, or was another, when the run began
    and looked at the session folders.
    """
    settings = json.loads(snakemake.params.settings)
    if snakemake.params.look_again == "yes":
        from goodunits.standing import found_json  # costs more than all the rest

        receipt = Path(snakemake.output.labels).with_name("written.json")
        found_json.refresh(snakemake.params.folder, snakemake.input.found, receipt)
    seen = curation_record.from_json(Path(snakemake.input.found).read_text(encoding="utf-8"))
    rows, undefined = metrics_tsv.read_metrics(snakemake.input.metrics)
    cards = read_cards(snakemake.input.settings) if "scorecards" in settings else None
    table = label_units.label_units(
        rows, undefined, settings["labels"], settings["manual_curation"], seen, cards
    )
    files.write_atomically(Path(snakemake.output.labels), table)


def read_cards(path):
    """Scorecards that a run has put beside the settings."""
    from goodunits.scorecards import card  # most runs have none

    return card.of_settings(json.loads(Path(path).read_text(encoding="utf-8")))


if __name__ == "__main__":
    light_step.start(main)
