"""What a target shows of many sessions: as much as fits a screen, the rest in a file."""

from goodunits.base.errors import one_line

MAX_LINES = 20


def fitting(lines, where):
    """Lines to print, harmless for a terminal, and where the others are.

    Parameters
    ----------
    lines : list of str
        Those that matter most first.
    where : path-like
        File that has all of it.

    Returns
    -------
    text : str
        At most MAX_LINES + 1 lines.
    """
    shown = [one_line(line) for line in lines[:MAX_LINES]]
    if len(lines) > MAX_LINES:
        shown.append(f"... and {len(lines) - MAX_LINES} more line(s): {where}")
    return "\n".join(shown)
