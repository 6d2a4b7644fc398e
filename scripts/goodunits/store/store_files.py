"""Open and write the files of a store, which may come from a stranger. Standard library only.

Below the session folder no link is followed and only regular files are opened; names that a file of
the store gives are checked before they become paths. A file with a second name (`cp -al`, a program
that joins equal files) is read as it is, and gets a copy of its own before anything is added to it.
New files may be read and written by whoever may do so with their folder, whatever the umask.
"""

import os
import re
import stat
from pathlib import Path

from goodunits.base import errors, files, guarded
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names

SORT_ID = re.compile(r"[0-9a-f]{16}")
SHA256 = re.compile(r"[0-9a-f]{64}")
# JSON of so many bytes can take twenty times as much memory.
MAX_BYTES, MAX_JSON_BYTES = 60 * guarded.MB, 40 * guarded.MB
READ_ONLY = 0o444


def append(path, text):
    """Add lines to a file durably; a last line cut short by a crash is closed first.

    Parameters
    ----------
    path : Path
        File of a store, made where it is missing; raises as `is_there`.
    text : str
        Whole lines, each with its end.
    """
    with files.naming(path), open(open_to_change(path), "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                text = "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    files.sync_folder(path.parent)


def demand_folder(folder):
    """Refuse a folder of a store that is a link or no folder, or lies in one; missing is fine.

    Parameters
    ----------
    folder : Path
        The store, or a folder in it.
    """
    parts = folder.parts
    first = max(
        (n for n, part in enumerate(parts) if part == file_names.STORE), default=len(parts) - 1
    )
    for end in range(first + 1, len(parts) + 1):
        path = Path(*parts[:end])
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return
        _demand(path, status, stat.S_ISDIR, "a folder")


def _demand(path, status, is_kind, expected):
    """Refuse anything but the expected kind."""
    if is_kind(status.st_mode):
        return
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(path)
        cure = f"replace it by {expected} of its own (cp -L, or rsync -L)"
        if file_names.ANNEX in target:
            cure = f"unlock the store (git annex unlock {file_names.STORE}, or datalad unlock)"
        raise SessionError(
            f"{path}: a link to {target!r}, and goodunits follows no links in its store; {cure}",
            code=errors.NOT_OURS,
        )
    kinds = ((stat.S_ISREG, "a file"), *guarded.KINDS)
    kind = next((words for test, words in kinds if test(status.st_mode)), "something else")
    raise SessionError(
        f"{path}: {kind}, expected {expected}; remove it, or put the store back from a backup of "
        "your data",
        code=errors.NOT_OURS,
    )


def is_there(path):
    """Whether a file of a store exists.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    SessionError
        If it is no regular file, or a folder of the store that it lies in is a link.
    """
    demand_folder(path.parent)
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unreadable(path, error) from None
    _demand(path, status, stat.S_ISREG, "a file")
    return True


def read(path):
    """Bytes of a file of a store, None where there is none; raises as `is_there`."""
    if not is_there(path):
        return None
    try:
        return guarded.read_optional(path, _most_bytes(path))
    except OSError as error:
        raise _unreadable(path, error) from None


def _most_bytes(path):
    """The largest size that is plausible for a file of a store; the lock is JSON too."""
    return MAX_JSON_BYTES if path.suffix in (".json", "") else MAX_BYTES


def _unreadable(path, error):
    return SessionError(f"{path}: cannot be read ({error.strerror}); see that you may read it")


def write(path, data, mode=0o666):
    """Replace a file of a store in one step, durably; raises as `is_there`.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes
        Its new content.
    mode : int
        Bits that it may have at most, of those that its folder allows.
    """
    is_there(path)
    files.write_atomically(path, data, files.mode_within(path.parent, mode), like_folder=True)


def make_folder(folder):
    """Make a folder of a store where it is missing."""
    demand_folder(folder)
    files.make_folder(folder)


def open_to_change(path):
    """Open a file of a store to read and change it in place, made where it is missing.

    Returns
    -------
    fd : int
        Descriptor of a regular file without a second name.
    """
    if is_there(path) and os.lstat(path).st_nlink > 1:
        files.write_atomically(path, read(path))
    return open_in_place(path)


def open_in_place(path):
    """As `open_to_change`, but of a file that may have a second name."""
    is_there(path)
    fd = files.open_shared(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _demand(path, os.fstat(fd), stat.S_ISREG, "a file")
    except BaseException:
        os.close(fd)
        raise
    return fd


def generations(store):
    """Folders of the generations of a store, complete or not, by name.

    Parameters
    ----------
    store : Path
        The store.

    Returns
    -------
    folders : list of Path
        Those named by a sort id; what else lies in a store is not looked at.
    """
    demand_folder(store)
    try:
        names = sorted(os.listdir(store))
    except FileNotFoundError:
        return []
    folders = [store / name for name in names if SORT_ID.fullmatch(name)]
    for folder in folders:
        demand_folder(folder)
    return folders
