"""What is known of one unit, in words: labels, reason, criteria, people, history."""

from goodunits.catalogue import all_metrics
from goodunits.criteria import criterion_text, unit_verdict
from goodunits.curation import decisions
from goodunits.phy import history

SOURCES = {
    decisions.CRITERIA: "the criteria",
    decisions.MANUAL: "a person",
    decisions.INHERITED: "inherited in Phy from a merged or split cluster",
}
ABOVE = {">": 1, ">=": 1, "<": -1, "<=": -1}


def text(session, unit):
    """Everything about one unit, for the terminal.

    Parameters
    ----------
    session : explain_units.Session
        From `explain_units.load`.
    unit : int
        Cluster id.

    Returns
    -------
    text : str
    """
    row = session.labels[unit]
    parts = [
        ("label", [f"{row['label']}, by {SOURCES.get(row['source'], row['source'])}"]),
        ("reason", [row["reason"]]),
        ("labels", _labels(session, unit, row)),
        ("criteria", [_criteria_set(session), *_criteria(session, unit, row)]),
        ("score", session.scores[unit].lines if unit in session.scores else []),
        ("classes", _classes(session, unit)),
        ("people", _people(session, unit)),
        ("history", _history(session, unit)),
        ("notes", session.notes),
    ]
    parts = [(name, said) for name, said in parts if said or name != "score"]
    lines = [f"{session.id} unit {unit}: {session.folder}"]
    for name, said in parts:
        lines += [
            f"  {name if place == 0 else '':<9} {line}" for place, line in enumerate(said or ["-"])
        ]
    return "\n".join(history.printable(line) for line in lines)


def _labels(session, unit, row):
    """The unit's labels: before, by the criteria, final, and in the folder now."""
    ks_label = session.found.get("ks_labels", {}).get(str(unit), "")
    shown = session.shown.groups.get(unit, "none, a white row in Phy")
    now = f"in the folder now: {session.shown.labels.get(unit, 'none')} (group: {shown})"
    if session.shown.labels.get(unit) != row["label"]:
        now += "; a run would change it"
    before = f"before: {row['label_before'] or 'none'}"
    return [f"{before}; Kilosort: {ks_label or 'none'}; criteria: {row['label_criteria']}", now]


def _criteria_set(session):
    """Which criteria were in force, and when the labels were written."""
    settings = session.receipt.get("settings", {})
    if not settings:
        return "not written yet"
    return (
        f"set '{settings.get('criteria')}', manual_curation {settings.get('manual_curation')}, "
        f"written {session.receipt.get('time')}{session.preview}"
    )


def _criteria(session, unit, row):
    """One line per criterion: what was found, the margin, and the verdict."""
    width = max(map(len, session.criteria), default=0)
    lines = []
    for name in session.criteria:
        criterion = criterion_text.read_criterion(name)
        value = session.metrics.get(unit, {}).get(criterion.metric)
        why = session.undefined.get(unit, {}).get(criterion.metric)
        lines.append(f"{row[name]:<9} {name:<{width}}  {_measured(criterion, value, why)}")
    return lines


def _measured(criterion, value, why):
    """Value of the metric, and how far it is on the good side (+) or the other (-)."""
    if value is None:
        return criterion_text.undefined_words(criterion, why)
    unit = all_metrics.units().get(criterion.metric, "")
    words = criterion_text.value_words(criterion, value, unit)
    if criterion.operator not in ABOVE:
        return words
    measured = abs(value) if criterion.absolute else value
    margin = ABOVE[criterion.operator] * (measured - criterion.target)
    share = f", {margin / abs(criterion.target):+.0%}" if criterion.target else ""
    return f"{words} (margin {margin:+.3g}{unit and ' ' + unit}{share})"


def _classes(session, unit):
    """For each class in order: what the unit meets or lacks."""
    if session.rules is None or unit not in session.metrics:
        return ["the rules that made these labels are not known any more"]
    lines = []
    for label, node in session.rules.classes:
        alone = session.rules._replace(classes=((label, node),), rest="")
        values = session.metrics[unit], session.undefined.get(unit, {}), session.scores[unit].costs
        met = unit_verdict.label_unit(alone, *values).label == label
        words = unit_verdict.full_reason(alone, *values)
        lines.append(f"{label}: {words}" if met else words)
        if met:
            return lines
    return [*lines, f"{session.rules.rest}: all others"]


def _people(session, unit):
    """What people said of the unit."""
    decided = session.found.get("decisions", {}).get(str(unit))
    inherited = session.found.get("inherited", {}).get(str(unit))
    said = [f"{decided}, by hand"] if decided else []
    said += [f"{inherited}, inherited from the cluster that Phy merged or split"] * bool(inherited)
    return said or ["no label by hand"]


def _history(session, unit):
    """Events that changed something for this unit."""
    lines, decided, group = [], None, None
    for event in session.events:
        said = []
        now = _of_unit(event.get("decisions"), unit)
        if now != decided and "decisions" in event:
            said.append(f"decided by hand: {now}" if now else "decision by hand taken back")
            decided = now
        left = event.get("left")
        if isinstance(left, dict) and (now := _of_unit(left.get("group"), unit)) != group:
            said.append(f"group {group or 'none'} -> {now or 'none'}")
            group = now
        if event["event"] == "backup":
            said.append("the files found were kept")
        if said:
            words = [event["time"], event["event"], "; ".join(said), history.origin_words(event)]
            lines.append("  ".join(word for word in words if word))
    return lines


def _of_unit(labels, unit):
    """Label of a unit in a record of the store."""
    return labels.get(str(unit)) if isinstance(labels, dict) else None
