"""Start a step from its command line. Standard library only.

Snakemake's `script:` imports itself into every job, which costs three times what a light step does.
All that a run makes therefore starts by `shell:`. Only targets that a user calls by name, which
must treat the very sessions that he named, are handed these by Snakemake. The options of a command
are the keywords of its main function, and what these mean stands in its docstring. For the same
reason there is no argparse here but for `--help`, and what light steps import has NamedTuple and no
dataclasses.
"""

import sys
from pathlib import Path

from goodunits.base import said
from goodunits.base.errors import GoodunitsError
from goodunits.workflow import run_script

# What every step takes beside the keywords of its main function.
OF_THE_JOB = {
    "log": "log file; the terminal without it",
    "session": "id of the session, for messages and for the note of a failure",
    "mem_mb": "memory asked for, to be named if the step is killed",
    "runtime": "minutes asked for, likewise",
}


def start(main, words=None):
    """Run the main function of a script with the options of its command line.

    Parameters
    ----------
    main : callable
        Takes keywords: texts and paths. Those with a default may be left out. The last one without
        a default is the file that it writes.
    words : list of str or None
        The command line without its first word; None takes that of this process.
    """
    words = sys.argv[1:] if words is None else words
    rule = Path(main.__code__.co_filename).stem
    if {"-h", "--help"} & set(words):
        print(help_text(main, rule))
        return
    try:
        given = options(words, main)
    except GoodunitsError as error:
        said.say(f"{rule}: {error}")
        sys.exit(2)
    about = {name: given.pop(name, None) for name in OF_THE_JOB}
    if "session" in keywords(main)[0]:
        given["session"] = about["session"]
    job = run_script.Job(rule, output=given[_written(main)], folder=given.get("folder"), **about)
    run_script.run(job, main, **given)


def keywords(main):
    """Names that a main function takes, and those among them that must be given."""
    names = main.__code__.co_varnames[: main.__code__.co_kwonlyargcount]
    return names, [name for name in names if name not in (main.__kwdefaults__ or {})]


def _written(main):
    """Keyword of the file that a step writes."""
    return keywords(main)[1][-1]


def options(words, main):
    """Read the words of a command line: `--name value` or `--name=value`.

    Parameters
    ----------
    words : list of str
        Without the name of the script.
    main : callable
        Takes keywords.

    Returns
    -------
    dict of str to str

    Raises
    ------
    GoodunitsError
        If an option is unknown, has no value, or is missing.
    """
    names, needed = keywords(main)
    known, given, left = {*names, *OF_THE_JOB}, {}, list(words)
    while left:
        word, has_value, value = left.pop(0).partition("=")
        name = word.removeprefix("--").replace("-", "_")
        if not word.startswith("--") or name not in known:
            raise GoodunitsError(f"{word!r} is no option of it{_nearest(name, known)}; see --help")
        if not has_value:
            if not left:
                raise GoodunitsError(f"{word} needs a value; see --help")
            value = left.pop(0)
        given[name] = value
    if missing := [option(name) for name in needed if name not in given]:
        raise GoodunitsError(f"{', '.join(missing)} missing; see --help")
    return given


def option(name):
    """Option of the command line for a keyword."""
    return "--" + name.replace("_", "-")


def _nearest(name, known):
    """Which option may have been meant, in words."""
    import difflib  # only where something is wrong

    near = difflib.get_close_matches(name, sorted(known), 1)
    return f"; did you mean {option(near[0])}?" if near else ""


def help_text(main, rule):
    """What `--help` shows: what the step does, and its options.

    Parameters
    ----------
    main : callable
        With a numpydoc docstring.
    rule : str
        Name of the script.

    Returns
    -------
    str
    """
    import argparse  # takes as long as a quarter of a light step
    import inspect

    names, needed = keywords(main)
    # Python 3.13 has taken the indent of a docstring away already.
    summary, _, described = inspect.cleandoc(main.__doc__).partition("Parameters\n")
    parser = argparse.ArgumentParser(
        prog=f"{rule}.py",
        description=summary.strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    meanings = _described(described)
    for name in names:
        parser.add_argument(
            option(name), help=meanings[name], required=name in needed, metavar="VALUE"
        )
    for name in (name for name in OF_THE_JOB if name not in names):
        parser.add_argument(option(name), help=OF_THE_JOB[name], metavar="VALUE")
    return parser.format_help()


def _described(text):
    """What a numpydoc block says of each name."""
    meanings, names = {}, []
    for line in text.splitlines():
        if line[:1].isalpha():
            names = line.split(" : ")[0].split(",")
        elif line.strip(" -"):
            for name in names:
                meanings.setdefault(name.strip(), []).append(line.strip().replace("%", "%%"))
    return {name: " ".join(lines) for name, lines in meanings.items()}
