"""Words of Snakemake's command line that cannot be meant, said before anything runs."""

import contextlib
import errno
import os
from pathlib import Path

from goodunits.base.errors import GoodunitsError, nearest

SHEETS = (".csv", ".tsv", ".txt", ".xlsx")


def check_words(targets):
    """See that no target is meant as data or as a setting.

    Parameters
    ----------
    targets : iterable of str
        Words that stand for what is to be made.

    Raises
    ------
    GoodunitsError
        With one line for the first word that is.
    """
    for word in sorted(targets):
        key, equals, _ = word.partition("=")
        if equals and key.isidentifier():
            raise GoodunitsError(f"'{word}' is a setting and no target; put --config before it")
        if os.path.isdir(word):
            data = f"your data are given by --config dataset={word}"
            raise GoodunitsError(f"target '{word}' is a folder; {data}")
        if word.endswith((".yaml", ".yml")):
            settings = f"settings are given by --configfile {word}"
            raise GoodunitsError(f"target '{word}' is a file of settings; {settings}")


def check_targets(targets, rules, sessions, results):
    """See that every target is a rule or may be a file.

    Parameters
    ----------
    targets : iterable of str
        Words that stand for what is to be made.
    rules : iterable of str
        Names of all rules.
    sessions : collection of str
        Ids of the sessions to treat.
    results : str
        Folder of all results, with a slash at its end.

    Raises
    ------
    GoodunitsError
        With one line for the first word that is neither.
    """
    for word in sorted(targets):
        if word not in rules and (problem := _problem(word, rules, sessions, results)):
            raise GoodunitsError(problem)


def targets(argv):
    """Targets on a command line of Snakemake, which keeps them to itself until all is read.

    Parameters
    ----------
    argv : list of str
        Words of the command line, the program first.

    Returns
    -------
    targets : list of str
        Empty where the program is another one, or Snakemake's parser has moved.
    """
    if not is_snakemake(argv[0]):
        return []
    with contextlib.suppress(Exception):
        from snakemake.cli import get_argument_parser

        return list(get_argument_parser().parse_args(argv[1:]).targets)
    return []


def is_snakemake(program):
    """Whether a program is Snakemake itself, so that the command line is Snakemake's.

    Parameters
    ----------
    program : str
        First word of the command line.
    """
    return any(part.startswith("snakemake") for part in Path(program).parts[-2:])


def rule_names(workflow):
    """Names of all rules that Snakemake has read."""
    return [rule.name for rule in workflow.rules]


def in_words(error):
    """One line for a file or folder that cannot be read or written while all is settled.

    Parameters
    ----------
    error : OSError
        What the system says.

    Returns
    -------
    text : str
    """
    place = os.path.abspath(error.filename or os.curdir)
    if error.errno == errno.ENOENT:
        return f"{place}: missing, a file of goodunits itself; 'git checkout' it, and change a copy"
    cure = "make room there" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "make it writable"
    return (
        f"{place}: {error.strerror}; results and logs go to the folder where you run: {cure}, "
        "or take another one by --directory"
    )


def check_storage(provider):
    """See that results stay on disks.

    Parameters
    ----------
    provider : str or None
        Snakemake's default storage provider.

    Raises
    ------
    GoodunitsError
        If there is one: labels are written into the session folders, and tables would look for
        receipts that went elsewhere.
    """
    if provider:
        raise GoodunitsError(
            f"--default-storage-provider {provider}: labels are written into session folders on "
            "this computer's disks, and results have to lie on one too; leave the option out"
        )


def _problem(word, rules, sessions, results):
    """What is wrong with a target that is no rule; None where Snakemake shall look for a file."""
    if word.startswith(results) and word.count("/") > results.count("/"):
        session = word.removeprefix(results).split("/")[0]
        if session not in sessions:
            return f"target '{word}': no session '{session}'{nearest(session, list(sessions)[:9])}"
        return None
    if word.endswith(SHEETS) and not word.startswith(results) and os.path.isfile(word):
        return f"target '{word}' is a file; a session sheet is given by --config dataset={word}"
    if "/" in word:
        return None
    return f"unknown target '{word}'{nearest(word, rules)}"
