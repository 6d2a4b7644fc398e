"""Which library files a script runs, read from its import lines. Standard library only."""

import functools
import re
from pathlib import Path

# `from goodunits.room import a, b`, over several lines in brackets too, and
# `from goodunits.room.a import x`.
_MODULES = re.compile(r"^[ \t]*from goodunits\.(\w+) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_MODULE = re.compile(r"^[ \t]*from goodunits\.(\w+)\.(\w+) import ", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")


def imported(text):
    """Library modules that a source text imports itself, such as "store/lock"."""
    found = {f"{room}/{name}" for room, name in _MODULE.findall(text)}
    for room, names in _MODULES.findall(text):
        found |= {f"{room}/{name}" for name in re.findall(r"\w+", _COMMENT.sub("", names))}
    return found


class Library:
    """The library's files, each read once.

    Parameters
    ----------
    locate : callable
        Gives the path of a library file by its name, such as "base/errors.py".
    """

    def __init__(self, locate):
        self._locate = functools.cache(locate)
        self._imports = {}

    def files_behind(self, text):
        """Paths of all library files that a source text runs, directly or not, sorted by name."""
        found, waiting = {"__init__"}, imported(text)
        while waiting:
            name = waiting.pop()
            found.add(name)
            found.add(f"{name.partition('/')[0]}/__init__")
            waiting |= self._imports_of(name) - found
        return [self._locate(f"{name}.py") for name in sorted(found)]

    def _imports_of(self, name):
        """Names that one module imports."""
        if name not in self._imports:
            text = Path(self._locate(f"{name}.py")).read_text(encoding="utf-8")
            self._imports[name] = imported(text)
        return self._imports[name]
