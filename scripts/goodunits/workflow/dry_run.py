"""What a dry run would do, and why, in words. Standard library only."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from goodunits.base import json_record
from goodunits.result_files import failed_json

STEPS = {
    "backup_labels": "backup",
    "compute_metrics": "metrics",
    "apply_thresholds": "labels",
    "write_phy": "write",
}
MAX_LINES, MAX_NAMES = 9, 3
# Why a file of a rule makes it run again; the first that fits.
FILES = (
    (r"library-\w+\.json", "the code of goodunits changed"),
    (r"found\.json", "labels or clusters in the session folder changed, as Phy does when it saves"),
    (r"spike_clusters\.npy", "clusters changed, as by a merge or split in Phy"),
    (r"spike_(times|templates)\.npy", "sorted again, or its path changed"),
    (r"[\w.]+\.(npy|py|log)", "other files of the sort changed"),
)
CRITERION = re.compile(r"(?P<metric>.+?) (?P<sign><=|>=|==|!=|<|>) (?P<value>.+)")


def text(jobs, run):
    """Summary of a dry run for the terminal.

    Parameters
    ----------
    jobs : list of tuple
        Rule, session (None for a rule over the dataset) and Snakemake's reason.
    run : setup.Run
        Sessions and settings of now.

    Returns
    -------
    text : str
        Under 15 lines for any number of sessions.
    """
    steps, reasons = Counter(), defaultdict(list)
    for rule, session, reason in dict.fromkeys(jobs):
        if rule in STEPS and session in run.sessions:
            steps[rule] += 1
            reasons[session].append((rule, reason))
    others = sorted({rule for rule, *_ in jobs} - set(STEPS) - {"all"})
    counted = [f"{word} of {steps[rule]}" for rule, word in STEPS.items() if steps[rule]]
    head = f"{len(reasons)} of {len(run.sessions)} session(s) would run"
    head += f" ({', '.join(counted)})" if counted else ""
    head += f", then {', '.join(others)}" if others else ""
    causes = defaultdict(list)
    for session, why in reasons.items():
        for cause in _causes(why, run, session):
            causes[cause].append(session)
    lines = [f"goodunits: {head}"]
    ordered = sorted(causes.items(), key=_most_sessions_first)
    lines += [f"  {cause}: {_named(sessions)}" for cause, sessions in ordered[:MAX_LINES]]
    if len(ordered) > MAX_LINES:
        lines.append(f"  and {len(ordered) - MAX_LINES} more")
    return "\n".join([*lines, "This was a dry run: nothing was done. -p lists every step."])


def settings_changes(old, new):
    """Say how the settings of labels differ.

    Parameters
    ----------
    old, new : dict
        `criteria`, `labels` in canonical form, `manual_curation`, `phy_columns`, `scorecards`.

    Returns
    -------
    changes : list of str
    """
    changes = [
        f"{key}: {_short(old.get(key))} -> {_short(new.get(key))}"
        for key in ("criteria", "manual_curation", "phy_columns")
        if old.get(key) != new.get(key)
    ]
    changes += _card_changes(*(_by_name(settings.get("scorecards", ())) for settings in (old, new)))
    before, after = (_criteria(settings.get("labels", [])) for settings in (old, new))
    for label in dict.fromkeys([*before, *after]):
        if label not in before or label not in after:
            changes.append(f"class {label} {'added' if label in after else 'removed'}")
        else:
            changes += _line_changes(before[label], after[label], label)
    if not changes and old.get("labels") != new.get("labels"):
        changes.append("the order or the nesting of the label classes changed")
    return changes


def _by_name(scorecards):
    """What a receipt says of scorecards, by name."""
    return {said["name"]: said for said in scorecards}


def _card_changes(old, new):
    """How the scorecards differ."""
    changes = []
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new:
            changes.append(f"scorecard {name} {'added' if name in new else 'removed'}")
        elif old[name] != new[name]:
            versions = f"version {old[name]['version']} -> {new[name]['version']}"
            same = old[name]["version"] == new[name]["version"]
            changes.append(f"scorecard {name}: {'its points changed' if same else versions}")
    return changes if changes or list(old) == list(new) else ["the order of the scorecards changed"]


def metrics_changes(old_names, old_parameters, new):
    """Say how the settings of metrics differ.

    Parameters
    ----------
    old_names : iterable of str
        Metrics that were computed.
    old_parameters : dict
        Their parameters by block.
    new : dict
        `names` and `parameters` of now.

    Returns
    -------
    changes : list of str
    """
    changes = []
    for block, values in new["parameters"].items():
        known = old_parameters.get(block, {})
        changes += [
            f"parameter {block}.{name}: {_short(known[name])} -> {_short(value)}"
            for name, value in values.items()
            if name in known and known[name] != value
        ]
    for word, names in (
        ("added", set(new["names"]) - set(old_names)),
        ("left out", set(old_names) - set(new["names"])),
    ):
        if names:
            shown = ", ".join(sorted(names)[:MAX_NAMES])
            rest = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
            changes.append(f"metrics {word}: {shown}{rest}")
    return changes


def _causes(why, run, session_id):
    """Why a session runs, in words."""
    results = Path(run.results, session_id)
    receipt = json_record.read_record(results / "written.json")
    measured = json_record.read_record(results / "measured.json")
    if failed_json.read_failure(results):
        return ["failed before"]
    if receipt is None and measured is None:
        return ["new"]
    said = []
    if measured:
        names, parameters = measured.get("metric_versions", {}), measured.get("parameters", {})
        said += metrics_changes(names, parameters, json.loads(run.metrics_text()))
    if receipt:
        said += settings_changes(receipt.get("settings", {}), json.loads(run.phy_text(session_id)))
    changed = "; ".join(reason for _, reason in why)
    for names in re.findall(r"Updated input files: ([^;]*)", changed):
        said += [_file_cause(Path(name.strip()).name) for name in names.split(",")]
    if "Forced execution" in changed:
        said.append("forced")
    if "Set of input files has changed" in changed:
        said.append("files were added to the sort or removed, or the session moved")
    said = [cause for cause in dict.fromkeys(said) if cause]
    if not said and receipt is None:
        return ["labels not written yet"]
    return said or ["other settings, or another folder, than at the last run"]


def _file_cause(name):
    """Why a changed file makes a step run; None if the settings say it."""
    return next((cause for form, cause in FILES if re.fullmatch(form, name)), None)


def _criteria(labels):
    """Lines of criteria by label class."""
    blocks = labels if isinstance(labels, list) else [labels]
    return {name: _lines(block) for entry in blocks for name, block in entry.items()}


def _lines(block):
    """All texts in a block of criteria, at any depth."""
    if isinstance(block, dict):
        said = [f"phy: {block['phy']}"] if "phy" in block else []
        rest = (value for key, value in block.items() if key != "phy")
        return said + [line for value in rest for line in _lines(value)]
    if isinstance(block, list):
        return [line for value in block for line in _lines(value)]
    return [str(block)]


def _line_changes(before, after, label):
    """How the criteria of one class differ; a new number for the same metric is one change."""
    gone = [line for line in before if line not in after]
    come = [line for line in after if line not in before]
    changes = []
    for line in list(come):
        new = CRITERION.fullmatch(line)
        for other in gone if new else ():
            old = CRITERION.fullmatch(other)
            if old and (old["metric"], old["sign"]) == (new["metric"], new["sign"]):
                changes.append(f"threshold {old['metric']}: {old['value']} -> {new['value']}")
                gone.remove(other)
                come.remove(line)
                break
    changes += [f"criterion of {label} added: {line}" for line in come]
    return changes + [f"criterion of {label} removed: {line}" for line in gone]


def _short(value):
    """A value as a user writes it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list) and value:
        return ", ".join(map(str, value))
    return "none" if value in (None, []) else str(value)


def _most_sessions_first(item):
    """Sort key of causes."""
    return -len(item[1]), item[0]


def _named(sessions):
    """Count sessions, and name them if they are few."""
    names = sorted(sessions)
    if len(names) > MAX_NAMES:
        return f"{len(names)} sessions"
    return f"{len(names)} session{'s' if len(names) != 1 else ''} ({', '.join(names)})"
