"""Read, merge and check the configuration; every problem becomes one line."""

import copy
import json
from dataclasses import dataclass

from goodunits.base.errors import ConfigError, nearest
from goodunits.config import yaml_file
from goodunits.config.schema_messages import config_problems
from goodunits.criteria import label_rules


@dataclass(frozen=True)
class Settings:
    """A checked configuration.

    Attributes
    ----------
    dataset : str
        Folder or sheet, as given.
    only : tuple of str, int or float
        Ids or shell patterns; empty means every session. See `selection.as_text` for the numbers.
    metric_groups : tuple of str
        Groups of metrics that are wanted beside the cheap ones.
    metrics : dict
        Parameters, by metric and then by name.
    labels : dict or list
        Label classes in order, as `criteria.parse_labels` reads them.
    criteria_sets : dict
        Further label blocks by name.
    wait_for : tuple of str
        Files that other rules make for each session, with "{session}" for its id.
    scorecards : dict
        Path or shipped name of scorecards by name; `score` is that of the first.
    manual_curation : str
        "keep", "fill" or "overwrite".
    labels_are : str or None
        For the target settle: "ours" or "theirs".
    phy_columns : tuple of str
        Names of metrics.
    figure_formats : tuple of str
        Formats of the figures beside SVG.
    archive : dict
        What the owner says for archives: `name`, `license`, `creators`, `folders`.
    session, unit : str, int, list or None
        What the target `explain` is asked for.
    learn : dict
        What the target `learn` takes: whose labels, which metrics.
    """

    dataset: str
    only: tuple
    metric_groups: tuple
    metrics: dict
    labels: dict | list
    criteria_sets: dict
    wait_for: tuple
    scorecards: dict
    manual_curation: str
    labels_are: str | None
    phy_columns: tuple
    figure_formats: tuple
    archive: dict
    session: str | int | list | None
    unit: str | int | list | None
    learn: dict


def load_settings(user_config, defaults_file, schema_file, kinds, groups, metrics_schema):
    """Put the user's configuration over the project's and check the whole.

    Parameters
    ----------
    user_config : dict
        What the user gave; may be empty or partial.
    defaults_file, schema_file : path
        The project's config.yaml and its schema.
    kinds : mapping
        Kind of every metric by name, as `catalogue.kinds` gives it.
    groups : iterable of str
        Names of the groups of metrics.
    metrics_schema : dict
        JSON schema of the block `metrics`, as `catalogue.json_schema` gives it. Every key is
        required here: no default value hides in the code.

    Returns
    -------
    Settings
        The criteria texts inside `labels` and `criteria_sets` are not read yet.

    Raises
    ------
    ConfigError
        With one line for every problem.
    """
    merged = merge_config(yaml_file.load_yaml(defaults_file), user_config)
    merged["only"] = only = yaml_file._dates_as_text(merged.get("only"))
    schema = yaml_file.load_yaml(schema_file)
    schema["properties"]["metrics"] |= yaml_file._every_key_required(metrics_schema)
    schema["properties"]["phy_columns"]["items"]["enum"] = list(kinds)
    schema["properties"]["metric_groups"]["items"]["enum"] = list(groups)
    schema["properties"]["learn"]["properties"]["metrics"]["items"]["enum"] = list(kinds)
    problems = config_problems(merged, schema, kinds) or _names_alike(merged["criteria_sets"])
    if problems:
        raise ConfigError(problems)
    return Settings(
        **{
            **merged,
            "only": tuple(only) if isinstance(only, list) else (only,),
            "metric_groups": tuple(merged["metric_groups"]),
            "wait_for": tuple(merged["wait_for"]),
            "phy_columns": tuple(merged["phy_columns"]),
            "figure_formats": tuple(merged["figure_formats"]),
        }
    )


def merge_config(base, over):
    """Put one configuration over another one.

    Parameters
    ----------
    base, over : dict
        Neither is changed.

    Returns
    -------
    dict
        Keys of `over` win. `metrics` is merged per metric and parameter, `criteria_sets` per name,
        `learn` per key; a label block is always replaced whole, as half of one has no meaning.
    """
    merged = copy.deepcopy({**base, **over})
    for key in ("metrics", "criteria_sets", "learn"):
        if isinstance(base.get(key), dict) and isinstance(over.get(key), dict):
            merged[key] = copy.deepcopy({**base[key], **over[key]})
    old, new = base.get("metrics"), merged.get("metrics")
    if isinstance(old, dict) and isinstance(new, dict):
        for name, values in new.items():
            if isinstance(old.get(name), dict) and isinstance(values, dict):
                new[name] = {**copy.deepcopy(old[name]), **values}
    return merged


def whole_blocks(config, layers):
    """Take each label block from the last of several config files that has it, whole; cards too.

    Snakemake puts config files over each other key by key, which would leave classes of an earlier
    file between those of a later one.

    Parameters
    ----------
    config : dict
        What Snakemake made of the layers; not changed.
    layers : list of dict
        The config files in order, then the values of `--config`.

    Returns
    -------
    dict
    """
    whole = {**config, **_last_blocks(config, layers, ("labels", "scorecards"))}
    sets = [layer["criteria_sets"] for layer in layers if "criteria_sets" in layer]
    if isinstance(config.get("criteria_sets"), dict) and all(isinstance(s, dict) for s in sets):
        mixed = config["criteria_sets"]
        whole["criteria_sets"] = {**mixed, **_last_blocks(mixed, sets, tuple(mixed))}
    return whole


def _last_blocks(config, layers, keys):
    """Blocks that were mixed from several layers, as the last layer has them."""
    last = {}
    for key in keys:
        blocks = [layer[key] for layer in layers if key in layer]
        if len(blocks) < 2 or not all(isinstance(each, dict) for each in (config[key], *blocks)):
            continue
        # As a module, this workflow may have another configuration than that of the files.
        if set(config[key]) == set().union(*blocks):
            last[key] = copy.deepcopy(blocks[-1])
    return last


def label_blocks(settings):
    """All label blocks by their key, for `criteria.parse_labels`.

    Returns
    -------
    dict
        ``{"labels": block, "criteria_sets.<name>": block, ...}``
    """
    sets = {f"criteria_sets.{name}": block for name, block in settings.criteria_sets.items()}
    return {"labels": settings.labels, **sets}


def labels_block(settings, criteria_name=None):
    """Label block of a criteria set, or the `labels` of the configuration for None.

    Raises
    ------
    ConfigError
        If there is no such set.
    """
    if criteria_name is None:
        return settings.labels
    if criteria_name not in settings.criteria_sets:
        raise ConfigError([_unknown_set(settings, criteria_name)])
    return settings.criteria_sets[criteria_name]


def _names_alike(criteria_sets):
    """Problems of names that are files of one name on the disks of macOS and Windows."""
    first = {}
    for name in criteria_sets:
        first.setdefault(name.lower(), []).append(name)
    return [
        f"criteria_sets: {' and '.join(map(repr, names))} differ in upper and lower case only; "
        "rename all but one"
        for names in first.values()
        if len(names) > 1
    ]


def check_criteria_names(settings, entries):
    """Check that every criteria set named in the session sheet is configured.

    Parameters
    ----------
    settings : Settings
        The configuration.
    entries : list of dataset.SessionEntry
        The sessions.

    Raises
    ------
    ConfigError
        With one line per session that names an unknown set.
    """
    problems = [
        f"session '{entry.id}': {_unknown_set(settings, entry.criteria)}"
        for entry in entries
        if entry.criteria is not None and entry.criteria not in settings.criteria_sets
    ]
    if problems:
        raise ConfigError(problems)


def canonical_text(value):
    """One text per meaning: the order of keys and 1 versus 1.0 make no difference.

    Parameters
    ----------
    value : dict, list, tuple, str, number, bool or None
        Plain data.

    Returns
    -------
    str
        JSON with sorted keys, whole numbers as floats.
    """
    return json.dumps(_plain(value), sort_keys=True)


def metrics_text(settings, names, used):
    """Canonical text of all that the metrics depend on.

    Parameters
    ----------
    settings : Settings
        The configuration.
    names : iterable of str
        Metrics to compute.
    used : iterable of str
        Keys of the block `metrics` that these metrics use.

    Returns
    -------
    str
        JSON of `names` and of `parameters`, the block `metrics` as far as it is used.
    """
    parameters = {key: settings.metrics[key] for key in used}
    return canonical_text({"names": list(names), "parameters": parameters})


def labels_text(settings, criteria_name=None):
    """Canonical text of a label block; the order of the label classes counts.

    Raises
    ------
    ConfigError
        If there is no such criteria set, or a criterion cannot be read.
    """
    return label_rules.canonical(labels_block(settings, criteria_name))


def _plain(value):
    """Plain data with text keys, lists and floats only."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _unknown_set(settings, name):
    """Say that a criteria set is not configured."""
    known = list(settings.criteria_sets)
    hint = nearest(name, known) if known else "; criteria_sets is empty"
    return f"criteria '{name}' is not one of criteria_sets{hint}"
