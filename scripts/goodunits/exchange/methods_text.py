"""The methods section of a paper, from the receipts. Standard library only."""

import json
import re
from collections import Counter

from goodunits.base.errors import ConfigError, one_line
from goodunits.catalogue import all_metrics
from goodunits.criteria import label_rules, unit_verdict
from goodunits.curation import decisions
from goodunits.exchange import dataset_record, parameters_used, references
from goodunits.scorecards import quantities

# What Markdown would take for something else than text.
_MARKS = re.compile(
    r"[\\`*\[\]|@$~^]|<(?=[A-Za-z/!?])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)"
)
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
HEAD = """\
# Methods: labels of units

<!-- Made by goodunits from the records of what was written. With pandoc:
     pandoc --citeproc --bibliography references.bib methods.md -o methods.docx -->
"""
LICENCE = """\
This text describes what was done and nothing else. It is dedicated to the public domain
([CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/)): copy it, or change it.
"""
BY_HAND = {
    "keep": "Labels that people had given were kept",
    "fill": "Labels that people had given were kept, and units that were merged or split kept the "
    "label that they inherited",
    "overwrite": "Labels that people had given were replaced by those of the criteria",
}
NOBODY = "No unit had been labelled by hand."


def methods(record):
    """Text and bibliography of a dataset.

    Parameters
    ----------
    record : dataset_record.DatasetRecord
        The dataset.

    Returns
    -------
    text : str
        Markdown with citations as pandoc reads them.
    bibliography : str
        BibTeX of what is cited, nothing else.
    """
    parts = [HEAD]
    if record.labelled:
        parts.append(_common(record.labelled))
    else:
        parts.append("No session is labelled: there is nothing to describe.\n")
    units_of = {item.session: dataset_record.units(item) for item in record.labelled}
    parts += [_of_set(*each, units_of) for each in _sets(record.labelled)]
    if record.others:
        parts.append(_left_out(record.others))
    text = "\n".join([*parts, LICENCE])
    return text, references.bibliography(cited(text))


def cited(text):
    """Keys that a text cites; what is escaped or code cites nothing."""
    prose = _CODE.sub("", re.sub(r"\\.", "", text))
    return [key for key in re.findall(r"@(\w+)", prose) if key in references.ENTRIES]


def plain(text):
    """A text of which Markdown makes nothing but text."""
    return _MARKS.sub(r"\\\g<0>", one_line(text))


def code(text):
    """A name as code of Markdown, whatever signs it has."""
    text = one_line(str(text))
    # The fence has to be longer than any row of backticks inside.
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def counted(number, word):
    """A number with its word: 1 session, 2 sessions."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def mixed(values):
    """Values over sessions in words; where they differ, with the number of sessions of each."""
    counts = Counter(values).most_common()
    if len(counts) == 1:
        return str(counts[0][0])
    return listed([f"{value} ({counted(number, 'session')})" for value, number in counts])


def listed(words):
    """Words in a row: a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def cite(keys):
    """Citation of some references; nothing for none."""
    return f" [{'; '.join(f'@{key}' for key in keys)}]" if keys else ""


def _common(labelled):
    """What holds for all sessions: the sorts, the software, the numbers."""
    receipts = [item.receipt for item in labelled]
    measured = [receipt["measured"] for receipt in receipts]
    n_units = sum(item.get("n_units", 0) for item in measured)
    versions = [item.get("kilosort_version", "unknown") for item in measured]
    sorter = f"Kilosort {plain(mixed(map(_version_words, versions)))}"
    kilosort4 = ["pachitariu2024"] if any(v.startswith("4") for v in versions) else []
    project = mixed(_commit(receipt.get("project", {})) for receipt in receipts)
    lines = [
        f"{counted(len(labelled), 'session')} with {counted(n_units, 'unit')} had been sorted by "
        f"{sorter}{cite(kilosort4)}{_durations(measured)}.",
        "Quality metrics were computed from the sorter's files, for the clusters as they were, "
        f"and units were labelled by the criteria below, with goodunits ({project}) under "
        f"{_software(measured)}{cite(['molder2021'])}.",
    ]
    return "\n".join(lines) + "\n"


def _version_words(version):
    return "of a version that was not recorded" if version == "unknown" else version


def _commit(project):
    """Version of goodunits in words."""
    commit = project.get("commit", "unknown")
    words = "commit unknown" if commit == "unknown" else f"commit {plain(commit[:12])}"
    return f"{words} with local changes" if project.get("dirty") else words


def _durations(measured):
    """How long the recordings were, in words."""
    minutes = [
        item["recording_duration_s"] / 60 for item in measured if item.get("recording_duration_s")
    ]
    if not minutes:
        return ""
    shortest, longest = (f"{value:.3g}" for value in (min(minutes), max(minutes)))
    span = f"{shortest} min" if shortest == longest else f"{shortest} to {longest} min"
    return f"; the recordings were {span} long"


def _software(measured):
    """Versions of what computed the metrics, each mixed one in one place."""
    names = {"python": "Python", "numpy": "NumPy", "numba": "Numba", "snakemake": "Snakemake"}
    software = [item.get("software", {}) for item in measured]
    words = [
        f"{shown} {plain(mixed(each[name] for each in software if name in each))}"
        for name, shown in names.items()
        if any(name in each for each in software)
    ]
    return listed(words) or "unrecorded versions of Python and Snakemake"


def _sets(labelled):
    """Names of the criteria set and sessions, for each way to make labels; most sessions first."""
    groups = {}
    for item in labelled:
        groups.setdefault(_made_with(item.receipt), []).append(item)
    ordered = sorted(groups.values(), key=len, reverse=True)
    return [(sorted({_name(item) for item in group}), group) for group in ordered]


def _name(item):
    return item.receipt["settings"].get("criteria", "labels")


def _made_with(receipt):
    """One text for all that decides labels: criteria, definitions, parameters, curation."""
    settings, measured = receipt["settings"], receipt["measured"]
    rules = _rules(settings)
    used = rules.metrics if rules else ()
    cards = _cards(settings)
    versions = measured.get("metric_versions", {})
    return json.dumps(
        [
            dataset_record.canonical_labels(settings["labels"]),
            settings.get("manual_curation"),
            {name: parameters_used.used(name, measured) for name in used},
            {name: versions.get(name) for name in used},
            {name: cards[name]["sha256"] for name in used if name in cards},
        ],
        sort_keys=True,
    )


def _cards(settings):
    """What a receipt tells of the scorecard behind each score, by what criteria call it."""
    told = {item["name"]: item for item in settings.get("scorecards", ())}
    return {quantity: told[name] for quantity, name in quantities.by_quantity(told).items()}


def _rules(settings):
    """Label rules of a receipt; None where this version of goodunits cannot read them."""
    cards = [item["name"] for item in settings.get("scorecards", ())]
    kinds = all_metrics.kinds() | quantities.kinds(cards)
    try:
        return label_rules.parse_labels(settings["labels"], kinds, all_metrics.units())
    except ConfigError:
        return None


def _of_set(names, sessions, units_of):
    """Section about the sessions that one set of criteria labelled; `units_of` each session."""
    units = [unit for item in sessions for unit in units_of[item.session]]
    settings, measured = sessions[0].receipt["settings"], sessions[0].receipt["measured"]
    rules, cards = _rules(settings), _cards(settings)
    title = f"## Criteria {listed([code(name) for name in names])}"
    parts = [f"{title} ({counted(len(sessions), 'session')})\n"]
    if rules is None:
        block = code(json.dumps(settings["labels"]))
        parts.append(f"The criteria, as they were written for another version: {block}.\n")
    else:
        parts.append(plain_rules(rules) + "\n")
        definitions = [
            _score(name, cards[name]) if name in cards else _definition(name, measured)
            for name in rules.metrics
        ]
        definitions += _of_the_sorts(rules.metrics, [item.receipt["measured"] for item in sessions])
        parts.append("\n".join(definitions) + "\n" if definitions else "")
    parts.append(f"{_numbers(units, rules)} {_by_hand(sessions, units_of)}\n")
    return "\n".join(filter(None, parts))


def _of_the_sorts(names, measured):
    """Lines about what metrics took from the sorts, for the configuration had no value for it."""
    lines = []
    for parameter, setting in parameters_used.FROM_SORT.items():
        given = [
            item.get("sort_settings", {}).get(setting)
            for item in measured
            if any(parameters_used.is_open(parameter, name, item) for name in names)
        ]
        if given and any(value is not None for value in given):
            said = ["unknown" if value is None else value for value in given]
            lines.append(f"- The sorts had {setting} {plain(mixed(said))}.")
    return lines


def plain_rules(rules):
    """The criteria in sentences, as text of Markdown."""
    return " ".join(plain(line) for line in re.split(r"(?<=\.) ", unit_verdict.describe(rules)))


def _score(name, told):
    """One line about a score: which scorecard gave it."""
    return (
        f"- {code(name)}: Probability that the points of {told['n_metrics']} metrics add up to, by "
        f"the scorecard {code(told['scorecard'])}, version {plain(str(told['version']))} (sha256 "
        f"{plain(told['sha256'])})."
    )


def _definition(name, measured):
    """One line about a metric: what it is, how it was computed, and where it comes from."""
    metric = all_metrics.METRICS[name]
    words = f"- {code(name)}: {plain(metric.description)}"
    details = []
    if metric.formula:
        details.append(f"Computed as {code(metric.formula)}.")
    given = parameters_used.used(name, measured)
    if given:
        values = [parameters_used.in_words(name, *item) for item in sorted(given.items())]
        details.append(f"Parameters: {plain(', '.join(values))}.")
    keys = references.keys_of(metric.reference)
    if metric.reference and not keys:
        details.append(f"Source: {plain(metric.reference)}.")
    version = measured.get("metric_versions", {}).get(name)
    if version not in (None, 1):
        details.append(f"Version {version} of the definition.")
    text = " ".join([words, *details])
    return f"{text.rstrip('.')}{cite(keys)}."


def _numbers(units, rules):
    """How many units have which label, before and after."""
    labels = Counter(unit["label"] for unit in units)
    order = [label for label in (rules.labels if rules else ()) if label in labels]
    order += sorted(set(labels) - set(order))
    counts = [
        f"{labels[label]:,} {'was' if labels[label] == 1 else 'were'} labelled {plain(label)}"
        for label in order
    ]
    before = sum(unit["label_before"] == "good" for unit in units)
    changed = sum(unit["label"] != unit["label_before"] for unit in units)
    said = f"Of {counted(len(units), 'unit')}, {listed(counts) or 'none was labelled'}; "
    said += f"{before:,} had been good before the first run; {changed:,} have another label now."
    columns = [item.text for item in rules.criteria] if rules else []
    undefined = {text: sum(unit.get(text) == "undefined" for unit in units) for text in columns}
    missing = [f"{code(text)} in {number:,}" for text, number in undefined.items() if number]
    return f"{said} Undefined: {listed(missing)}." if missing else said


def _by_hand(sessions, units_of):
    """What people decided of the units that are there, and what became of it."""
    policy = sessions[0].receipt["settings"].get("manual_curation", "keep")
    n_decided = n_inherited = 0
    for item in sessions:
        units, decided = units_of[item.session], item.receipt.get("decisions", {})
        n_decided += sum(unit["cluster_id"] in decided for unit in units)
        n_inherited += sum(unit["source"] == decisions.INHERITED for unit in units)
    if not n_decided and not n_inherited:
        return NOBODY
    said = f"{BY_HAND.get(policy, plain(policy))} ({counted(n_decided, 'unit')}"
    inherited = f", {n_inherited:,} inherited" if n_inherited else ""
    return f"{said}{inherited})."


def _left_out(others):
    """Sessions that are not described above, by name."""
    words = [
        f"{code(session)} ({plain(status)}{f' in {plain(rule)}' if rule else ''})"
        for session, status, rule in others
    ]
    return f"## Not labelled\n\n{counted(len(others), 'session')}: {listed(words)}.\n"
