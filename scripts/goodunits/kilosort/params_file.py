"""Reading of params.py, the settings file of Phy. It is parsed, never executed."""

import ast
import warnings

from goodunits.base import guarded
from goodunits.base.errors import SessionError

MAX_BYTES = 1_000_000


def read_params(path):
    """Read the plain settings of a ``params.py``.

    Only assignments of literals count (numbers, text, lists, tuples, dicts, True, False, None). Phy
    would execute the file; here anything else in it is skipped and reported.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    values : dict of str to object
        The settings; a name assigned twice keeps its last value, as in Python.
    notes : tuple of str
        One line for each statement that was skipped.

    Raises
    ------
    SessionError
        If the file cannot be read or is not valid Python.
    """
    text, notes = _read_text(path)
    values = {}
    for statement in _parse(path, text).body:
        names, value = _names_and_value(statement)
        try:
            settings = dict.fromkeys(names, ast.literal_eval(value))
        except (ValueError, TypeError, RecursionError, MemoryError):
            notes.append(_skipped(path, statement, names))
            for name in names:
                values.pop(name, None)
        else:
            values.update(settings)
    return values, tuple(notes)


def _read_text(path):
    """Text of the file and notes; Windows code pages are tolerated."""
    try:
        raw = guarded.read(path, MAX_BYTES)
    except OSError as error:
        raise SessionError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        # Python on Windows writes text in the local code page, so a path may hold such letters.
        return raw.decode("latin-1"), [f"{path.name}: not UTF-8, read as Latin-1"]


def _parse(path, text):
    """Syntax tree of the file; nothing is compiled or run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # paths with single backslashes
            return ast.parse(text)
    except SyntaxError as error:
        place = f", line {error.lineno}" if error.lineno else ""
        advice = "write paths with / or doubled backslashes"
        raise SessionError(
            f"{path}{place}: not valid Python ({error.msg}), expected lines such as "
            f"'sample_rate = 30000.0'; mend the line ({advice} if it is a path)"
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SessionError(
            f"{path}: not valid Python ({error or 'nested too deeply'}), expected lines such as "
            "'sample_rate = 30000.0'; put back the params.py that Kilosort wrote"
        ) from error


def _names_and_value(statement):
    """Names that a statement assigns, and the syntax node of its value."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return [], statement.value  # a docstring
    else:
        return [], statement
    if not all(isinstance(target, ast.Name) for target in targets):
        return [], statement
    return [target.id for target in targets], statement.value


def _skipped(path, statement, names):
    """Say which statement was not read."""
    what = f"the value of {', '.join(names)} is" if names else "a statement is"
    return f"{path.name}, line {statement.lineno}: {what} not a plain value; skipped, not run"
