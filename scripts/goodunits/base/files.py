"""Write files so that readers see the old or the new one, never half of one.

Standard library only.
"""

import contextlib
import errno
import glob
import hashlib
import math
import os
import time
from pathlib import Path

from goodunits.base import guarded
from goodunits.base.errors import SessionError

# Of a table or record that is read whole.
MAX_BYTES = 200 * guarded.MB
# Hidden names that neither Phy nor SpikeInterface reads; the process id keeps two runs apart.
TEMPORARY = ".{name}.{pid}.goodunits-new"
KEPT = ".{name}.{pid}.goodunits-old"
# What file systems say that know no modes, owners, or flushing of folders.
NOT_SUPPORTED = {errno.EPERM, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


class ChangedMeanwhileError(OSError):
    """Somebody else wrote to a file while it was being replaced."""


class PartlyReplacedError(OSError):
    """Files could not be replaced and not be put back either.

    Attributes
    ----------
    new, old, unknown : list of Path
        The files by what they hold now; `unknown` could not be read.
    """

    new, old, unknown = (), (), ()


def sha256_bytes(data):
    """Hash of bytes, as hex text."""
    return hashlib.sha256(data).hexdigest()


def sha256_optional(data):
    """Hash of the bytes that `read_optional` gave, None for None."""
    return None if data is None else sha256_bytes(data)


def sha256_file(path):
    """Hash of a file's content, as hex text."""
    with guarded.open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signature(path):
    """Size, times and inode of a file: equal signatures mean that nobody wrote to it since."""
    stat = os.stat(path)
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def read_optional(path):
    """Bytes of a file that is small for what it is, None where there is none."""
    return guarded.read_optional(path, MAX_BYTES)


def time_stamp():
    """Now, as text for the records that are written, with the offset from UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def moment(stamp):
    """When a time stamp was made, in s since 1970: as text, those of two time zones have no order.

    What is no time stamp was made at the very beginning.
    """
    from datetime import datetime  # slow to load, and few steps compare

    try:
        return datetime.fromisoformat(stamp).timestamp()
    except (ValueError, OverflowError, OSError):
        return -math.inf


@contextlib.contextmanager
def where_supported():
    """Pass over what the file system does not know; every other error stands."""
    try:
        yield
    except OSError as error:
        if error.errno not in NOT_SUPPORTED:
            raise


@contextlib.contextmanager
def naming(path):
    """Name the file in an error that does not: a write to an open file knows no path."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def sync_folder(folder):
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        with where_supported():
            os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(path):
    """Make a folder durably; whoever may write its parent may write it."""
    path = Path(path)
    try:
        path.mkdir()
    except FileExistsError:
        return
    status = os.stat(path.parent)
    with where_supported():
        os.chown(path, -1, status.st_gid)
    with where_supported():
        os.chmod(path, status.st_mode & 0o7777)
    sync_folder(path.parent)


def open_shared(path, flags):
    """Open a file; a new one may be written by whoever may write its folder."""
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        fd = os.open(path, flags | os.O_CREAT, 0o664)
    folder = Path(path).parent
    with where_supported():
        os.fchown(fd, -1, os.stat(folder).st_gid)
    with where_supported():
        os.fchmod(fd, mode_within(folder, 0o666))
    return fd


def mode_within(folder, mode):
    """Mode of a new file: as much of it as the mode of its folder grants, whatever the umask."""
    return mode & (0o700 | os.stat(folder).st_mode)


def stage(path, data, mode=None, like_folder=False):
    """Write the future content of a file beside it, durably; give the temporary path back."""
    path = Path(path)
    temporary = path.with_name(TEMPORARY.format(name=path.name, pid=os.getpid()))
    temporary.unlink(missing_ok=True)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with naming(path), open(fd, "wb") as file:
            file.write(data)
            file.flush()
            keep_mode_and_owner(file.fileno(), path, mode, like_folder)
            os.fsync(file.fileno())
    except BaseException:
        discard(temporary)
        raise
    return temporary


def discard(*temporaries):
    """Remove temporary files; one that cannot go is left for the next run to remove."""
    for temporary in temporaries:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def keep_mode_and_owner(fd, path, mode=None, like_folder=False):
    """Give a new file the mode and owner of the one it replaces, as far as we may.

    With `like_folder` one that replaces none gets the group of its folder.
    """
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        stat = None
    if stat is not None:
        with where_supported():  # only root may give files away; the group can still be kept
            os.fchown(fd, -1, stat.st_gid)
            os.fchown(fd, stat.st_uid, -1)
    elif like_folder:
        with where_supported():
            os.fchown(fd, -1, os.stat(Path(path).parent).st_gid)
    if stat is not None:
        mode = stat.st_mode & 0o7777 if mode is None else mode
    if mode is not None:
        with where_supported():
            os.fchmod(fd, mode)


def write_atomically(path, data, mode=None, like_folder=False):
    """Replace a file by new content in one step, durably."""
    path = Path(path)
    temporary = stage(path, data, mode, like_folder)
    try:
        os.replace(temporary, path)
    except BaseException:
        discard(temporary)
        raise
    sync_folder(path.parent)


def write_if_changed(path, data):
    """Write a file only where its content differs; true if it was written.

    Tables of many sessions are of any size, so what is there is read only where it can be the same.
    """
    path = Path(path)
    with contextlib.suppress(FileNotFoundError), guarded.open_file(path) as file:
        if os.fstat(file.fileno()).st_size == len(data) and file.read() == data:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
    return True


def replace_together(contents, expected):
    """Replace several files so that any error leaves all of them old or all of them new.

    Parameters
    ----------
    contents : dict of Path to bytes or None
        What the files shall hold; None removes the file.
    expected : dict of Path to bytes or None
        What they hold now, as far as the caller knows.

    Raises
    ------
    ChangedMeanwhileError
        If a file holds something else; nothing is replaced then.
    PartlyReplacedError
        If the old files could not all be put back, as on a disk that broke meanwhile.
    OSError
        Any other failure, with the old files in place.

    Notes
    -----
    Everything that can fail for want of space is done before the first rename. A kill between two
    renames leaves each file whole, some of them old: the next write completes it.
    """
    staged, kept, done = {}, {}, []
    try:
        for path, data in contents.items():
            kept[path] = keep_old(path)
            if data is not None:
                staged[path] = stage(path, data)
        _demand(expected, "somebody else wrote to it at the same time", ChangedMeanwhileError)
        for path, data in contents.items():
            done.append(path)
            if data is not None:
                os.replace(staged[path], path)
            else:
                path.unlink(missing_ok=True)
        for folder in {path.parent for path in contents}:
            sync_folder(folder)
        _demand(contents, "does not read back as written", OSError)
    except BaseException as error:
        _put_back(done, kept)
        if isinstance(error, OSError):
            _demand_old(contents, expected, error)
        raise
    finally:
        discard(*staged.values(), *(old for old in kept.values() if old))


def _demand(contents, complaint, error):
    """Raise unless files hold what they should."""
    for path, data in contents.items():
        if read_optional(path) != data:
            raise error(errno.EIO, complaint, str(path))


def _demand_old(contents, expected, error):
    """Say what each file holds unless all are the old ones."""
    held = {path: _held(path, data, expected.get(path)) for path, data in contents.items()}
    if {"new", "unknown"} & set(held.values()):
        partly = PartlyReplacedError(error.errno, error.strerror or str(error))
        for what in ("new", "old", "unknown"):
            setattr(partly, what, [path for path, now in held.items() if now == what])
        raise partly from error


def _held(path, new, old):
    """Whether a file holds its new or its old content; what others wrote meanwhile is not new."""
    try:
        now = read_optional(path)
    except (OSError, SessionError):  # a folder or a device in its place by now
        return "unknown"
    return "new" if now == new != old else "old"


def keep_old(path):
    """Keep the present content of a file under a second name, for the way back; None if absent."""
    old = path.with_name(KEPT.format(name=path.name, pid=os.getpid()))
    old.unlink(missing_ok=True)
    try:
        os.link(path, old, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError:  # a file system without hard links, or a file that only its owner may link
        os.replace(stage(path, path.read_bytes()), old)
    return old


def _put_back(paths, kept):
    """Undo replacements, the last one first; one that fails does not stop the others."""
    for path in reversed(paths):
        with contextlib.suppress(OSError):
            if kept[path] is None:
                path.unlink(missing_ok=True)
            else:
                os.replace(kept[path], path)


def leftovers(folder, name="*"):
    """Temporary files that a killed run left in a folder, for one file name or all."""
    name = name if name == "*" else glob.escape(name)
    patterns = [form.format(name=name, pid="*") for form in (TEMPORARY, KEPT)]
    return [path for pattern in patterns for path in Path(folder).glob(pattern)]
