"""Scorecards in files: finding, reading and checking them, and writing one."""

from pathlib import Path

import yaml

from goodunits.base.errors import ConfigError, nearest
from goodunits.catalogue import all_metrics
from goodunits.config import yaml_file
from goodunits.scorecards import card, card_checks

SHIPPED = "presets/scorecards"  # in the project


def read(path, where="", kinds=None):
    """Read and check a scorecard.

    Parameters
    ----------
    path : path-like
        YAML.
    where : str
        Key of the configuration that names it, put in front of each problem.
    kinds : mapping of str to str, optional
        Kind of each known metric; those of the catalogue if not given.

    Returns
    -------
    scorecard : card.Scorecard

    Raises
    ------
    ConfigError
        With one line for every problem.
    """
    return card.from_plain(read_plain(path, where, kinds))


def read_plain(path, where="", kinds=None):
    """Read and check a scorecard with all that it says of itself.

    Parameters
    ----------
    path, where, kinds
        As for `read`.

    Returns
    -------
    data : dict
        The content of the file.

    Raises
    ------
    ConfigError
        With one line for every problem.
    """
    head = f"{where}: " if where else ""
    try:
        data = yaml_file.load_yaml(path)
    except ConfigError as error:
        raise ConfigError([f"{head}{line}" for line in error.problems]) from None
    lines = card_checks.problems(data, all_metrics.kinds() if kinds is None else kinds)
    if lines:
        raise ConfigError([f"{head}{path}, {line}" for line in lines])
    return data


def read_configured(configured, folders, project_file):
    """Read all scorecards of a configuration.

    Parameters
    ----------
    configured : dict of str to str
        Path, or name of a shipped card, by the name that criteria use.
    folders : list of Path
        Where a relative path is looked up, the first first.
    project_file : callable
        Gives the path of a file of this project.

    Returns
    -------
    cards : dict of str to card.Scorecard

    Raises
    ------
    ConfigError
        With all problems of all cards.
    """
    cards, lines = {}, []
    for name, said in configured.items():
        where = f"scorecards.{name}"
        try:
            cards[name] = read(locate(said, folders, project_file, where), where)
        except ConfigError as error:
            lines += error.problems
    if lines:
        raise ConfigError(lines)
    return cards


def locate(said, folders, project_file, where="scorecards"):
    """Find the file of a scorecard.

    Parameters
    ----------
    said : str
        Path, relative to one of the folders or the project, or name of a shipped card.
    folders : list of Path
        Where a relative path is looked up, the first first.
    project_file : callable
        Gives the path of a file of this project.
    where : str
        Key of the configuration.

    Returns
    -------
    path : Path

    Raises
    ------
    ConfigError
        If there is none.
    """
    path = Path(said).expanduser()
    for folder in folders:
        if (folder / path).is_file():
            return folder / path
    is_name = "/" not in said and path.suffix not in (".yaml", ".yml")
    inside = f"{SHIPPED}/{said}.yaml" if is_name else said
    found = None if path.is_absolute() else _of_project(inside, project_file)
    if found:
        return found
    looked = "" if path.is_absolute() else f"; looked in {', '.join(map(str, folders))}"
    hint = _shipped_words(said, project_file) if is_name else ""
    raise ConfigError(
        [f"{where}: no scorecard '{said}'{looked}{hint}; expected a YAML file or a shipped name"]
    )


def _of_project(name, project_file):
    """Path of a file of this project, which may be remote; None if it has none of this name."""
    try:
        path = Path(project_file(name))
    except Exception:  # a remote project says so in ways of its own
        return None
    return path if path.is_file() else None


def _shipped_words(said, project_file):
    """Names of the shipped cards, the nearest first of all."""
    try:
        folder = Path(project_file(SHIPPED))
    except Exception:  # a remote project cannot be looked through
        return ""
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    return nearest(said, known) if known else ""


class _Dumper(yaml.SafeDumper):
    """YAML with numbers in rows and no aliases."""

    def ignore_aliases(self, data):
        return True


def as_yaml(data):
    """Write a scorecard as text.

    Parameters
    ----------
    data : dict
        As `read_plain` gives it.

    Returns
    -------
    text : str
        YAML in the order of the keys; `read_plain` reads the same back, to the last digit.
    """
    return yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=None,
        width=110,
        allow_unicode=True,
    )
