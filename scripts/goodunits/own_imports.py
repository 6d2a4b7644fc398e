"""Which library files a script runs, read from its import lines. Standard library only."""

import re
from pathlib import Path

# `from goodunits import a, b`, over several lines in brackets too; `from goodunits.a import x`.
_NAMES = re.compile(r"^[ \t]*from goodunits import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_MODULE = re.compile(r"^[ \t]*from goodunits\.(\w+) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_IN_ROOM = re.compile(r"^[ \t]*from goodunits\.(\w+)\.(\w+) import ", re.MULTILINE)
ROOMS = ("exchange",)
_COMMENT = re.compile(r"#[^\n]*")


def imported(text):
    """Names of the library modules that a source text imports itself."""
    lists = " ".join(_COMMENT.sub("", names) for names in _NAMES.findall(text))
    found = {
        *re.findall(r"\w+", lists),
        *(f"{room}/{name}" for room, name in _IN_ROOM.findall(text)),
    }
    for module, names in _MODULE.findall(text):
        inside = re.findall(r"\w+", _COMMENT.sub("", names))
        found |= {f"{module}/{name}" for name in inside} if module in ROOMS else {module}
    return found


class Library:
    """The library's files, each read once.

    Parameters
    ----------
    locate : callable
        Gives the path of a library file by its name, such as "errors.py".
    """

    def __init__(self, locate):
        self._locate = locate
        self._imports = {}

    def files_behind(self, text):
        """Paths of all library files that a source text runs, directly or not, sorted by name."""
        found, waiting = {"__init__"}, imported(text)
        while waiting:
            name = waiting.pop()
            found.add(name)
            found |= {f"{room}/__init__" for room in ROOMS if name.startswith(f"{room}/")}
            waiting |= self._imports_of(name) - found
        return [self._locate(f"{name}.py") for name in sorted(found)]

    def _imports_of(self, name):
        """Names that one module imports."""
        if name not in self._imports:
            text = Path(self._locate(f"{name}.py")).read_text(encoding="utf-8")
            self._imports[name] = imported(text)
        return self._imports[name]
