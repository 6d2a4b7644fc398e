"""Record of what Kilosort called the unit. Standard library only."""

from goodunits.catalogue.record import Group, Metric

GROUP = Group("sorter_label", "always", "What Kilosort called the unit.")

RECORDS = (
    Metric(
        name="ks_label",
        kind="label",
        unit="",
        description="Kilosort's original label, for clusters that it made and nobody changed.",
        formula="",
        reference="cluster_KSLabel.tsv as Kilosort wrote it",
        better="none",
        group="sorter_label",
        values=("good", "mua"),
        nan_reasons=("no_label_file", "id_new_since_sorting", "id_not_in_label_file"),
    ),
)
