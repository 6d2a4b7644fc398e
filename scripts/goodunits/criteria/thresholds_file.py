"""Thresholds as SpikeInterface and its bombcell keep them in JSON files, read as label classes."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from goodunits.base import guarded
from goodunits.base.errors import ConfigError, in_words
from goodunits.catalogue import all_metrics, field_names
from goodunits.criteria.criterion_text import number_text

MAX_BYTES = guarded.MB
SECTIONS = ("noise", "mua", "non-somatic")
KEYS = ("greater", "less", "abs")
# What stands here for a name of SpikeInterface; any other name that we have means the same there.
OURS = {"num_spikes": "n_spikes", **field_names.OTHER_IN_SPIKEINTERFACE}
# A metric that could not be computed is no fault of the unit there, but for this one: no amount of
# foreign spikes could be excluded.
UNDEFINED_FAILS = ("sliding_rp_violation",)
WIDTHS = ("peak_before_width", "trough_width")
RATIOS = ("peak_before_to_trough_ratio", "peak_before_to_peak_after_ratio")
MAIN_PEAK = ("main_peak_to_trough_ratio",)
HOW = "write {thresholds: file.json, without: [names to leave out]}"


def expand(config, folders):
    """Put label classes in place of the files of thresholds that a configuration names.

    Parameters
    ----------
    config : dict
        What the user set; not changed.
    folders : list of Path
        Where a relative path is looked up, in order.

    Returns
    -------
    config : dict
        `labels` and each of `criteria_sets` may have been a file (bombcell's, with sections), and
        each class of them (thresholds of metrics).

    Raises
    ------
    ConfigError
        With one line for every problem.
    """
    problems, expanded = [], dict(config)
    if "labels" in config:
        expanded["labels"] = _block(config["labels"], "labels", folders, problems)
    sets = config.get("criteria_sets")
    if isinstance(sets, Mapping):
        expanded["criteria_sets"] = {
            name: _block(block, f"criteria_sets.{name}", folders, problems)
            for name, block in sets.items()
        }
    if problems:
        raise ConfigError(problems)
    return expanded


def _block(block, where, folders, problems):
    """A label block without files in it."""
    if named := _named(block):
        return _classes_of(named, where, folders, problems)
    if isinstance(block, list):
        return [_block(entry, where, folders, problems) for entry in block]
    if not isinstance(block, Mapping):
        return block
    return {
        label: _class_of(named, f"{where}.{label}", folders, problems)
        if (named := _named(spec))
        else spec
        for label, spec in block.items()
    }


def _named(spec):
    """File and names to leave out that stand in place of criteria; None where criteria stand."""
    if isinstance(spec, str) and spec.lower().endswith(".json"):
        return spec, ()
    if isinstance(spec, Mapping) and isinstance(spec.get("thresholds"), str):
        without = spec.get("without") or ()
        return spec["thresholds"], tuple([without] if isinstance(without, str) else without)
    return None


def _class_of(named, where, folders, problems):
    """What a unit of a class must meet, from a file of thresholds."""
    try:
        content = _read(named[0], folders)
        if _has_sections(content):
            raise ValueError(f"has the sections {', '.join(content)}; write 'labels: {named[0]}'")
        return {"all": _met(_used(content, named[1]), undefined="fail")}
    except ValueError as error:
        problems.append(f"{where}: {named[0]}: {error}")
        return {"all": []}


def _classes_of(named, where, folders, problems):
    """Classes of bombcell as SpikeInterface has them: noise, non_soma, good, mua."""
    try:
        content = _read(named[0], folders)
        if not _has_sections(content):
            raise ValueError(f"thresholds of one class; write 'good: {named[0]}' and 'mua: rest'")
        noise, mua, shape = (_used(content.get(name, {}), named[1]) for name in SECTIONS)
    except ValueError as error:
        problems.append(f"{where}: {named[0]}: {error}")
        return {}
    classes = {}
    if noise:
        classes["noise"] = {"any": _missed(noise), "undefined": "pass"}
    if non_soma := _non_somatic(shape):
        classes["non_soma"] = {"any": non_soma}
    if mua:
        return {**classes, "good": {"all": _met(mua, undefined="pass")}, "mua": "rest"}
    return {**classes, "good": "rest"}


def _non_somatic(shape):
    """Alternatives of the class of axons: narrow and of large ratios, a large peak, or others."""
    widths, ratios, main = (
        {name: shape[name] for name in names if name in shape}
        for names in (WIDTHS, RATIOS, MAIN_PEAK)
    )
    others = {name: limits for name, limits in shape.items() if name not in (*WIDTHS, *RATIOS)}
    others = {name: limits for name, limits in others.items() if name not in MAIN_PEAK}
    alternatives = _missed(main)
    if widths and ratios:
        alternatives.append({"all": [*_all_missed(widths), {"any": _missed(ratios)}]})
    if others:
        alternatives.append({"all": _all_missed(others)})
    return alternatives


def _met(thresholds, undefined):
    """Criteria of a class whose units keep to all thresholds."""
    return [
        {name: {**limits, "undefined": "fail" if name in UNDEFINED_FAILS else undefined}}
        for name, limits in thresholds.items()
    ]


def _missed(thresholds):
    """Criteria one of which a unit meets that misses any threshold."""
    lines = []
    for name, limits in thresholds.items():
        quantity = f"abs({name})" if limits.get("abs") else name
        for key, sign in (("greater", "<"), ("less", ">")):
            if key in limits:
                lines.append(f"{quantity} {sign} {number_text(limits[key])}")
    return lines


def _all_missed(thresholds):
    """Criteria that a unit meets that misses the thresholds of every metric, or has no value."""
    return [
        {"any": _missed({name: limits}), "undefined": "pass"} for name, limits in thresholds.items()
    ]


def _used(thresholds, without):
    """Thresholds that are in use, with our names of the metrics.

    Raises
    ------
    ValueError
        If a metric is not known here, or a threshold is none.
    """
    used, unknown = {}, []
    if not isinstance(thresholds, Mapping):
        raise ValueError(f"found {thresholds!r:.60}, expected metrics with greater and less")
    for name, limits in thresholds.items():
        kept = _limits(name, limits)
        if not set(kept) & {"greater", "less"} or name in without:
            continue
        ours = OURS.get(name, name)
        if ours in all_metrics.METRICS:
            used[ours] = kept
        else:
            unknown.append(name)
    if unknown:
        first = f"{unknown[0]}{field_names.hint(unknown[0], all_metrics.METRICS)}"
        left = f"without: [{', '.join(unknown)}]"
        raise ValueError(f"{first}; a file is taken whole, or {HOW}, here {left}")
    return used


def _limits(name, limits):
    """Limits of one metric that are numbers; null and NaN are none."""
    if not isinstance(limits, Mapping) or not set(limits) <= set(KEYS):
        raise ValueError(f"{name}: found {limits!r:.60}, expected greater, less and abs only")
    kept = {}
    for key in ("greater", "less"):
        value = limits.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise ValueError(f"{name}.{key}: found {value!r:.60}, expected a number or null")
        if value is not None and not math.isnan(value):
            kept[key] = float(value)
    return {**kept, "abs": True} if limits.get("abs") else kept


def _has_sections(content):
    """Whether a file is one of bombcell's."""
    return bool(content) and set(content) <= set(SECTIONS)


def _read(name, folders):
    """Content of a file of thresholds."""
    places = [Path(folder, Path(name).expanduser()) for folder in folders]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise ValueError(f"not found; looked in {', '.join(map(str, folders))}")
    try:
        content = json.loads(guarded.read(path, MAX_BYTES).decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    except Exception as error:
        raise ValueError(in_words(error)) from None
    if not isinstance(content, dict):
        raise ValueError("expected metrics with their thresholds")
    return content
