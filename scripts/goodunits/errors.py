"""Errors whose text is meant for the user: one clear line each, never a traceback."""

import difflib


class GoodunitsError(Exception):
    """Something the user can mend; the text says what was found, expected, and what to do."""


class SessionError(GoodunitsError):
    """One session cannot be treated; the others go on."""


class ConfigError(GoodunitsError):
    """The configuration or the session sheet is wrong; nothing is run.

    Parameters
    ----------
    problems : list of str
        One line per problem, each with its file or key.
    """

    def __init__(self, problems):
        self.problems = list(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} with the configuration:"
        super().__init__("\n".join([head, *(f"  - {problem}" for problem in self.problems)]))


def nearest(name, known):
    """Say which known name is nearest to a wrong one, or list them all."""
    known = [str(item) for item in known]
    close = difflib.get_close_matches(str(name), known, 1)
    return f", did you mean '{close[0]}'?" if close else f", known: {', '.join(known)}"
