"""Errors whose text is meant for the user: one clear line each, never a traceback."""

LINE_LENGTH = 2000
# Control characters, marks that turn the direction of a text, and bytes that are no text.
HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def one_line(text):
    """A text as one line that does nothing to a terminal, cut where it is very long.

    Parameters
    ----------
    text : str
        Any text; parts of it may come from files of strangers.

    Returns
    -------
    line : str
        Control characters, escape sequences and bytes that are no text are shown by their code.
    """
    if len(text) > LINE_LENGTH:
        text = f"{text[:LINE_LENGTH]}..."
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(character) for character in text)


def _harmless(character):
    import unicodedata  # not in every job

    if unicodedata.category(character) not in HARMFUL:
        return character
    return " " if character == "\n" else ascii(character)[1:-1]


def in_words(error):
    """What went wrong, whatever it was, as one line.

    Parameters
    ----------
    error : Exception
        The error.

    Returns
    -------
    line : str
    """
    if isinstance(error, GoodunitsError):
        return str(error)
    if isinstance(error, OSError):
        return one_line(f"{error.filename or 'file system'}: {error.strerror or error}")
    return one_line(f"unexpected {type(error).__name__}: {error}")


class GoodunitsError(Exception):
    """Something the user can mend; the text says what was found, expected, and what to do."""


# What kind of fault stops a session, for programs; people have the text.
LOCKED = "locked"  # another run holds the session
DAMAGED = "damaged"  # a file is not as its writer left it
CHANGED = "changed_meanwhile"  # somebody wrote while we worked, or since it was measured
NOT_OURS = "not_ours"  # something stands in our store or receipts that we did not put there
IN_DOUBT = "in_doubt"  # it cannot be known whose the labels are; `settle` says it
NEWER = "newer_format"  # written by a newer version
OTHER = "other"
CODES = (LOCKED, DAMAGED, CHANGED, NOT_OURS, IN_DOUBT, NEWER, OTHER)


class SessionError(GoodunitsError):
    """One session cannot be treated; the others go on.

    Parameters
    ----------
    text : str
        What is wrong, shown as one line.
    code : str
        One of CODES.
    """

    def __init__(self, text="", code=OTHER):
        super().__init__(one_line(text))
        self.code = code


def code_of(error):
    """What kind of fault an error is, one of CODES."""
    return getattr(error, "code", OTHER) if isinstance(error, SessionError) else OTHER


class ConfigError(GoodunitsError):
    """The configuration or the session sheet is wrong; nothing is run.

    Parameters
    ----------
    problems : list of str
        One line per problem, each with its file or key.
    """

    def __init__(self, problems):
        self.problems = [one_line(problem) for problem in problems]
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} with the configuration:"
        super().__init__("\n".join([head, *(f"  - {problem}" for problem in self.problems)]))


def nearest(name, known):
    """Say which known name is nearest to a wrong one, or list them all."""
    import difflib  # not in every job

    known = [str(item) for item in known]
    close = difflib.get_close_matches(str(name), known, 1)
    return f", did you mean '{close[0]}'?" if close else f", known: {', '.join(known)}"
