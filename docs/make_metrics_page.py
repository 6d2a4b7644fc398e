"""Write docs/metrics.md from the catalogue of metrics: `python docs/make_metrics_page.py`."""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "scripts"))

from goodunits.catalogue import all_metrics, field_names  # noqa: E402
from goodunits.criteria import sense  # noqa: E402

PAGE = DOCS / "metrics.md"
HEAD = """\
# Metrics

<!-- Made from scripts/goodunits/catalogue/ by docs/make_metrics_page.py; do not edit by hand. -->

Every column of `metrics.tsv`. A value that cannot be computed is blank, and the column `undefined`
of that file says why. A criterion on such a value fails unless its class says `undefined: pass`.
Names are SpikeInterface's where the definition is the same.

Metrics that cost little are always computed. The others are computed when a criterion or
`phy_columns` names one of them, or when `metric_groups` in `config.yaml` names their group.
"""
OTHERS = """\
## Names in other programs

What a name of another program is here; a criterion on such a name stops the run with these words.
SpikeInterface's threshold dictionaries `{greater, less}` on `firing_rate` and `presence_ratio` are
refused: SpikeInterface defines these two as `firing_rate_recording` and `presence_ratio_si`.

| there | in | here | note |
| --- | --- | --- | --- |
"""
BETTER = {"higher": "high in a good unit", "lower": "low in a good unit", "none": ""}


def page():
    """Text of the whole page."""
    parts = [HEAD]
    for group in all_metrics.GROUPS.values():
        metrics = [item for item in all_metrics.METRICS.values() if item.group == group.name]
        when = "always computed" if group.cost == "always" else "computed on request"
        parts.append(f"## {group.name}\n\n{group.description} ({when})\n")
        parts += [section(metric) for metric in metrics]
    rows = [other_name(entry) for entry in field_names.NAMES]
    return "\n".join([*parts, OTHERS + "\n".join(rows), ""])


def other_name(entry):
    """Row about a name of other programs."""
    names, here = (", ".join(f"`{name}`" for name in each) for each in (entry.names, entry.here))
    return f"| {names} | {entry.programs} | {here or 'nothing'} | {entry.note} |"


def values(metric):
    """Unit and range of a metric."""
    if metric.kind in ("float", "int"):
        return sense.range_words(metric)
    return " or ".join(metric.values)


def section(metric):
    """Text about one metric."""
    kind = ", ".join(word for word in (metric.kind, values(metric), BETTER[metric.better]) if word)
    lines = [f"### {metric.name}\n", f"{metric.description} ({kind})\n"]
    if metric.formula:
        lines.append(f"- Definition: {metric.formula}")
    for item in metric.parameters:
        unit = f", in {item.unit}" if item.unit else ""
        lines.append(f"- Parameter `metrics.{metric.name}.{item.name}`{unit}: {item.description}")
    if metric.nan_reasons:
        lines.append(f"- Undefined: {', '.join(f'`{reason}`' for reason in metric.nan_reasons)}")
    if metric.reference:
        lines.append(f"- Source: {metric.reference}")
    lines.append(f"- Version of the definition: {metric.version}\n")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
