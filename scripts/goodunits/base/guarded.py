"""Open the files of a session folder, which may come from a stranger. Standard library only.

Only regular files are opened (links to one are followed: people link their raw data), never waited
for, and nothing is read beyond a size that the caller finds plausible.
"""

import os
import stat

from goodunits.base.errors import SessionError

MB = 10**6
LABEL_FILE_BYTES = 10 * MB  # 400,000 clusters; larger ones take long to parse
LOG_BYTES = 100 * MB
LINE_BYTES = 10_000
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_file(path, max_bytes=None):
    """Open a regular file to read its bytes.

    Parameters
    ----------
    path : path-like
        The file, or a link to one.
    max_bytes : int, optional
        The largest size that is plausible.

    Returns
    -------
    file : binary file

    Raises
    ------
    SessionError
        If it is a named pipe, a device or anything else that is no regular file, or too large.
    OSError
        If it is missing or may not be read.
    """
    _check(path, os.stat(path), max_bytes)
    fd = _descriptor(path)
    try:
        _check(path, os.fstat(fd), max_bytes)
        return open(fd, "rb")
    except BaseException:
        os.close(fd)
        raise


def _descriptor(path):
    """File descriptor to read from, without waiting for a pipe put there meanwhile."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY
    try:
        return os.open(path, flags | os.O_NONBLOCK)
    except BlockingIOError:  # a file server holds a lease on this regular file and gives it up
        return os.open(path, flags)


def _check(path, status, max_bytes):
    """Raise unless this is a regular file of a plausible size."""
    mode = status.st_mode
    if not stat.S_ISREG(mode):
        kind = next((words for is_kind, words in KINDS if is_kind(mode)), "no regular file")
        raise SessionError(f"{path}: {kind}, expected a file; remove it or put the file back")
    if max_bytes is not None and status.st_size > max_bytes:
        raise SessionError(_too_large(path, max_bytes))


def _too_large(path, max_bytes):
    return (
        f"{path}: larger than {max_bytes / MB:g} MB, so it is not what its name says; move it away"
    )


def read(path, max_bytes):
    """Bytes of a regular file, at most `max_bytes`; raises as `open_file`."""
    with open_file(path, max_bytes) as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:  # it grew, or its size is not told
        raise SessionError(_too_large(path, max_bytes))
    return data


def read_optional(path, max_bytes):
    """Bytes of a regular file, None where there is none; raises as `open_file`."""
    try:
        return read(path, max_bytes)
    except FileNotFoundError:
        return None


def head(path):
    """First line of a table of any size, as far as it is of a plausible length."""
    with open_file(path) as file:
        return file.readline(LINE_BYTES)


def lines(path, max_bytes):
    """Lines of a log as text, without their ends; of a very long line only the start.

    Parameters
    ----------
    path : path-like
        The log; bytes that are not UTF-8 do not matter.
    max_bytes : int
        The largest size that is plausible.

    Yields
    ------
    line : str
    """
    with open_file(path, max_bytes) as file:
        is_rest = False
        while line := file.readline(LINE_BYTES):
            if not is_rest:
                yield line.decode("utf-8", errors="replace").rstrip("\r\n")
            is_rest = not line.endswith(b"\n")
