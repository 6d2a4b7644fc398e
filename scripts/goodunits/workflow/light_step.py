"""Start a step from a command line. Standard library only.

Snakemake's `script:` imports itself into every job, which costs three times what a light step does.
The light steps therefore run by `shell:` and get here, as words, what `script:` would hand them.
For the same reason, what they import has NamedTuple and no dataclasses.
"""

import sys
from types import SimpleNamespace

from goodunits.workflow import run_script


class Named(list):
    """Values by place and by name, as Snakemake's own lists of inputs and outputs."""

    def add(self, name, value):
        """Add a value under a name."""
        self.append(value)
        setattr(self, name, value)


def start(main):
    """Run the main function of a script on the words of its command line.

    Parameters
    ----------
    main : callable
        Takes the object that Snakemake would call `snakemake`.
    """
    run_script.run(main, from_words(sys.argv[1:]))


def from_words(words):
    """Read the words of a command line.

    Parameters
    ----------
    words : list of str
        `rule=`, `log=` and `session=`, then `input.<name>=`, `output.<name>=`, `params.<name>=` and
        `resources.<name>=`.

    Returns
    -------
    job : SimpleNamespace
        With `rule`, `log`, `wildcards`, `input`, `output`, `params` and `resources`.
    """
    named = ("input", "output", "params", "resources", "wildcards")
    job = SimpleNamespace(**{name: Named() for name in named})
    for word in words:
        key, value = word.split("=", 1)
        kind, _, name = key.partition(".")
        if name:
            getattr(job, kind).add(name, value)
        elif kind == "session":
            job.wildcards.add(kind, value)
        else:
            setattr(job, kind, [value] if kind == "log" else value)
    return job
