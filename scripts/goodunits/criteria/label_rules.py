"""Label rules: reading the ordered classes of criteria from the configuration."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from goodunits.base.errors import ConfigError, nearest
from goodunits.criteria.criterion_text import (
    Criterion,
    check_kind,
    check_unit,
    read_criterion,
    read_thresholds,
)

REST = "rest"
MODES = ("all", "any")
PHY_LABELS = ("good", "mua", "noise")
MAX_NESTING = 10  # a YAML anchor may hold itself
_LABEL = re.compile(r"[A-Za-z0-9_-]+")
_CLASS_FORMS = "expected 'all:' or 'any:' with a list of criteria, or 'rest'"
_THRESHOLD_FORM = "{greater: number, less: number}"


class Check(NamedTuple):
    """A criterion at its place in the rules, with what an undefined value counts as there."""

    criterion: Criterion
    undefined_passes: bool


class Group(NamedTuple):
    """Checks and groups of which all or any must hold; it always has at least two parts."""

    mode: str
    parts: tuple


class LabelRules(NamedTuple):
    """Checked label rules.

    Parameters
    ----------
    classes : tuple of (str, Check or Group)
        Label and what a unit must meet, first match wins.
    rest : str
        Label of the units that match no class.
    units : mapping of str to str
        Unit of each metric, for the words only.
    criteria : tuple of Criterion
        Every criterion once, in order of appearance.
    metrics : tuple of str
        Every metric in use once, in order of appearance.
    """

    classes: tuple
    rest: str
    units: Mapping[str, str]
    criteria: tuple
    metrics: tuple

    @property
    def labels(self):
        """All labels in order, that of the rest last."""
        return (*(label for label, _ in self.classes), self.rest)


class _Reading(NamedTuple):
    """State while a block is read: kinds and units of metrics (None = don't check), problems."""

    kinds: Mapping[str, str] | None
    units: Mapping[str, str] | None
    problems: list[str]

    def problem(self, path, text):
        """Note one problem."""
        self.problems.append(f"{path}: {text}")


def parse_labels(block, kinds, units=None, where="labels"):
    """Read and check a labels block of the configuration.

    Parameters
    ----------
    block : mapping, or list of mappings with one key
        Label -> ``all``/``any`` with criteria, or SpikeInterface thresholds; the last is ``rest``.
    kinds : mapping of str to str
        Kind of each known metric: ``float``, ``int``, ``bool`` or ``label``.
    units : mapping of str to str, optional
        Unit of each metric, such as ``Hz``, for reasons and descriptions, and to check the units
        in criteria.
    where : str
        Key of the block, put in front of each problem.

    Returns
    -------
    LabelRules

    Raises
    ------
    ConfigError
        With all problems, one line each.
    """
    reading = _Reading(kinds, units, [])
    classes, rest = _read_classes(block, where, reading)
    if reading.problems:
        raise ConfigError(reading.problems)
    checks = [check for _, node in classes for check in checks_of(node)]
    found = tuple(dict.fromkeys(check.criterion for check in checks))
    metrics = tuple(dict.fromkeys(criterion.metric for criterion in found))
    return LabelRules(tuple(classes), rest, dict(units or {}), found, metrics)


def _read_classes(block, where, reading):
    """Read the ordered classes; give [(label, node)] and the label of the rest."""
    entries = _class_entries(block, where, reading)
    labels = [label for label, _ in entries]
    for position, label in enumerate(labels):
        _check_label(label, labels[:position], where, reading)
    classes = []
    for label, spec in entries[:-1]:
        if spec == REST:
            reading.problem(f"{where}.{label}", "'rest' takes all units, it must be the last class")
        else:
            classes.append((label, _read_class(spec, f"{where}.{label}", reading)))
    if not entries:
        return [], None
    rest, spec = entries[-1]
    if spec != REST:
        text = "the last class must be 'rest', such as 'mua: rest'"
        reading.problem(f"{where}.{rest}", f"{text}, found {_shown(spec)}")
        if isinstance(spec, Mapping):
            _read_class(spec, f"{where}.{rest}", reading)
    elif len(entries) == 1:
        reading.problem(where, f"only '{rest}: rest', expected a class with criteria before it")
    return classes, rest


def _class_entries(block, where, reading):
    """List of (label, spec) from a mapping or a list of mappings with one key."""
    if isinstance(block, Mapping) and block:
        return list(block.items())
    if isinstance(block, list | tuple) and block:
        wrong = [item for item in block if not isinstance(item, Mapping) or len(item) != 1]
        if not wrong:
            return [pair for item in block for pair in item.items()]
        reading.problem(where, f"each item must be one 'label: ...', found {_shown(wrong[0])}")
        return []
    reading.problem(where, f"expected classes, the last e.g. 'mua: rest', found {_shown(block)}")
    return []


def _check_label(label, earlier, where, reading):
    """Note what is wrong with the name of a class."""
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        reading.problem(where, f"label {label!r} must be letters, digits, '_' and '-', as text")
        return
    if label.lower() == "unsorted":
        reading.problem(f"{where}.{label}", "'unsorted' is Phy's word for no label, use another")
    if label != label.lower() and label.lower() in PHY_LABELS:
        text = f"Phy knows '{label.lower()}' only in this spelling, did you mean '{label.lower()}'?"
        reading.problem(f"{where}.{label}", text)
    twins = [other for other in earlier if str(other).lower() == label.lower()]
    if twins:
        reading.problem(f"{where}.{label}", f"there is a class '{twins[0]}' before it, join them")


def _read_class(spec, path, reading):
    """Read what a unit of one class must meet; None where something is wrong."""
    if not isinstance(spec, Mapping):
        reading.problem(path, f"{_CLASS_FORMS}, found {_shown(spec)}")
        return None
    problems_before = len(reading.problems)
    node = _read_node(spec, path, False, reading, 0)
    if node is None and len(reading.problems) == problems_before:
        reading.problem(path, "no criterion is in use, every unit would match; remove the class")
    return node


def _read_node(spec, path, undefined_passes, reading, nesting):
    """Read a criterion, a group or SpikeInterface thresholds; None = not in use or a problem."""
    if nesting > MAX_NESTING:
        reading.problem(path, f"nested deeper than {MAX_NESTING} levels")
    elif isinstance(spec, str):
        return _read_check(spec, path, undefined_passes, reading)
    elif not isinstance(spec, Mapping) or not spec:
        reading.problem(
            path, f"expected a criterion as text, 'all:' or 'any:', found {_shown(spec)}"
        )
    else:
        undefined_passes = _read_undefined(spec, path, undefined_passes, reading)
        if any(mode in spec for mode in MODES):
            return _read_group(spec, path, undefined_passes, reading, nesting)
        return _read_threshold_items(spec, path, undefined_passes, reading)
    return None


def _read_check(text, path, undefined_passes, reading):
    """Read one criterion from text."""
    criterion = _noting(reading, path, read_criterion, text)
    if criterion is None:
        return None
    if reading.kinds is not None:
        _noting(reading, path, check_kind, criterion, reading.kinds)
        if reading.units is not None:
            _noting(reading, path, check_unit, text, criterion, reading.kinds, reading.units)
    return Check(criterion, undefined_passes)


def _noting(reading, path, function, *arguments):
    """Result of a function; None and a problem noted where it raises ValueError."""
    try:
        return function(*arguments)
    except ValueError as error:
        reading.problem(path, str(error))
        return None


def _read_undefined(spec, path, inherited, reading):
    """Whether undefined values pass, from the optional key 'undefined'."""
    if "undefined" not in spec:
        return inherited
    if spec["undefined"] not in ("fail", "pass"):
        reading.problem(
            f"{path}.undefined", f"expected 'fail' or 'pass', found {spec['undefined']!r}"
        )
    return spec["undefined"] == "pass"


def _read_group(spec, path, undefined_passes, reading, nesting):
    """Read 'all: [...]' or 'any: [...]'."""
    mode = "all" if "all" in spec else "any"
    for key in spec:
        if key in MODES and key != mode:
            reading.problem(path, "both 'all' and 'any', put one inside the other")
        elif key not in (mode, "undefined"):
            known = (*MODES, "undefined")
            reading.problem(path, f"unknown key {key!r} beside '{mode}'{nearest(key, known)}")
    items = spec[mode]
    path = f"{path}.{mode}"
    if isinstance(items, Mapping) and items:
        pairs = [(path, {key: value}) for key, value in items.items() if key != "undefined"]
        undefined_passes = _read_undefined(items, path, undefined_passes, reading)
    elif isinstance(items, list | tuple) and items:
        pairs = [(f"{path}[{index}]", item) for index, item in enumerate(items)]
    else:
        reading.problem(path, f"expected a list of criteria, found {_shown(items)}")
        return None
    parts = [_read_node(item, at, undefined_passes, reading, nesting + 1) for at, item in pairs]
    return _make_group(mode, parts)


def _read_threshold_items(spec, path, undefined_passes, reading):
    """Read SpikeInterface thresholds {metric: {greater, less, abs}}: all of them."""
    parts = []
    for metric, thresholds in spec.items():
        if metric == "undefined":
            continue
        parts.append(_read_thresholds(metric, thresholds, path, undefined_passes, reading))
    if not parts:
        reading.problem(path, f"{_CLASS_FORMS}, found {_shown(spec)}")
    return _make_group("all", parts)


def _read_thresholds(metric, thresholds, path, undefined_passes, reading):
    """Read the thresholds of one metric; None where none is in use or something is wrong."""
    path_here = f"{path}.{metric}"
    if not isinstance(thresholds, Mapping):
        known = {} if reading.kinds is None else reading.kinds
        if metric not in known:
            reading.problem(path, f"unknown key {metric!r}, {_CLASS_FORMS}")
        else:
            reading.problem(
                path_here,
                f"expected a criterion as text or {_THRESHOLD_FORM}, found {_shown(thresholds)}",
            )
        return None
    undefined_passes = _read_undefined(thresholds, path_here, undefined_passes, reading)
    criteria = _noting(reading, path_here, read_thresholds, metric, thresholds) or []
    if reading.kinds is not None:
        # also where no threshold is in use, the metric must be a known number
        example = criteria[0] if criteria else Criterion(str(metric), ">=", 0.0)
        _noting(reading, path_here, check_kind, example, reading.kinds)
    return _make_group("all", [Check(criterion, undefined_passes) for criterion in criteria])


def _make_group(mode, parts):
    """Group without parts that are not in use, doubled or needlessly nested."""
    flat = []
    for part in parts:
        same_mode = isinstance(part, Group) and part.mode == mode
        flat.extend(part.parts if same_mode else [part])
    # Groups with the same parts in another order mean the same.
    by_meaning = {}
    for part in flat:
        if part is not None:
            by_meaning.setdefault(json.dumps(_plain(part)), part)
    unique = tuple(by_meaning.values())
    if len(unique) > 1:
        return Group(mode, unique)
    return unique[0] if unique else None


def checks_of(node):
    """Every check below a node, in order."""
    if isinstance(node, Check):
        return [node]
    return [check for part in node.parts for check in checks_of(part)]


def canonical(block):
    """Give one JSON text per meaning of a labels block.

    The text does not change with the order of criteria in a class, the way a criterion is spelled,
    or whether a class is a list of criteria or SpikeInterface thresholds. The order of the
    classes is kept. Reading the text back gives a block with the same meaning.

    Parameters
    ----------
    block : mapping or list
        As for `parse_labels`; the metrics' names and kinds are not checked.

    Returns
    -------
    str

    Raises
    ------
    ConfigError
        If the block cannot be read.
    """
    reading = _Reading(None, None, [])
    classes, rest = _read_classes(block, "labels", reading)
    if reading.problems:
        raise ConfigError(reading.problems)
    plain = [{label: _plain_class(node)} for label, node in classes]
    return json.dumps([*plain, {rest: REST}], sort_keys=True)


def _plain_class(node):
    """One class as plain data, always with 'all' or 'any'."""
    plain = _plain(node)
    return plain if isinstance(plain, dict) else {"all": [plain]}


def _plain(node):
    """A check or group as plain data, parts sorted."""
    if isinstance(node, Check):
        text = node.criterion.text
        return {"all": [text], "undefined": "pass"} if node.undefined_passes else text
    return {node.mode: sorted((_plain(part) for part in node.parts), key=json.dumps)}


def _shown(value):
    """What was found, cut to a length that fits one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
