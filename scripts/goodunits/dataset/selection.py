"""Ids of sessions that YAML or the command line took for numbers."""

import yaml

from goodunits.base.errors import ConfigError


def as_text(only, ids):
    """Give the texts back that a person typed for ids such as 20240101 or 010.

    Parameters
    ----------
    only : sequence
        Ids and patterns; those that look like a number have become one on the way.
    ids : iterable of str
        All session ids.

    Returns
    -------
    list of str
        Ids and patterns.

    Raises
    ------
    ConfigError
        If a value stands for no session, or for several.
    """
    texts, problems = [], []
    for value in only:
        if isinstance(value, str):
            texts.append(value)
            continue
        meant = [name for name in ids if value in readings(name)]
        if len(meant) == 1:
            texts += meant
        elif meant:
            quoted = f"write it in a list and in quotes, such as only=\"['{meant[0]}']\""
            problems.append(f"only: {value} is {' or '.join(sorted(meant))}; {quoted}")
        else:
            problems.append(f"only: no session matches {value}; {len(ids)} sessions")
    if problems:
        raise ConfigError(problems)
    return texts


def readings(name):
    """What Snakemake's command line and YAML make of an id that is not kept as text."""
    values = []
    for read in (int, float, yaml.safe_load):
        try:
            value = read(name)
        except (ValueError, yaml.YAMLError):
            continue
        if type(value) in (int, float):
            values.append(value)
    return values
