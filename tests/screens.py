"""What a terminal shows of a text that was written to it."""


def screen(written):
    """Lines of a screen: a carriage return goes back to the start of the line."""
    shown = []
    for line in written.replace("\r\n", "\n").split("\n"):
        cells = []
        for part in line.split("\r"):
            part = part.removeprefix("\x1b[K")
            cells[: len(part)] = part
        shown.append("".join(cells).rstrip())
    return shown
