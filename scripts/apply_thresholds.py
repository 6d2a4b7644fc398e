"""Label every unit of one session by the criteria, and say why (rule apply_thresholds)."""

import json
from pathlib import Path

from goodunits.base import files
from goodunits.curation import curation_record, label_units
from goodunits.result_files import metrics_tsv
from goodunits.workflow import step_words


def main(*, folder, settings, metrics, found, labels, look_again="no"):
    """Read metrics and what people decided; write the label of each unit.

    Parameters
    ----------
    folder : path
        Kilosort folder of the session.
    settings : path
        All that labels depend on: results/.run/labels-SET.json.
    metrics : path
        results/SESSION/metrics.tsv.
    found : path
        What the folder holds of people and of Kilosort: results/SESSION/found.json.
    labels : path
        Where to write the labels: results/SESSION/labels.tsv.
    look_again : yes or no
        Look at the folder once more: a sort that another rule made in this same run was not there,
        or was another, when the run began and looked.
    """
    rules = json.loads(Path(settings).read_text(encoding="utf-8"))
    if look_again == "yes":
        from goodunits.standing import found_json  # costs more than all the rest

        found_json.refresh(folder, found, Path(labels).with_name("written.json"))
    seen = curation_record.from_json(Path(found).read_text(encoding="utf-8"))
    rows, undefined = metrics_tsv.read_metrics(metrics)
    table = label_units.label_units(
        rows, undefined, rules["labels"], rules["manual_curation"], seen, scorecards(rules)
    )
    files.write_atomically(Path(labels), table)


def scorecards(rules):
    """Scorecards that a run has put beside the rules; None without any."""
    if "scorecards" not in rules:
        return None
    from goodunits.scorecards import card  # most runs have none

    return card.of_settings(rules)


if __name__ == "__main__":
    step_words.start(main)
