"""Write files so that readers see the old or the new one, never half of one. Standard library only."""

import contextlib
import hashlib
import os
from pathlib import Path

TEMPORARY = ".{name}.goodunits-new"
KEPT = ".{name}.goodunits-old"


def sha256_bytes(data):
    """Hash of bytes, as hex text."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path):
    """Hash of a file's content, as hex text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signature(path):
    """Size, times and inode of a file: equal signatures mean that nobody wrote to it since."""
    stat = os.stat(path)
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def read_optional(path):
    """Bytes of a file, None where there is none."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None


def sync_folder(folder):
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def stage(path, data, mode=None):
    """Write the future content of a file beside it, durably; give the temporary path back."""
    path = Path(path)
    temporary = path.with_name(TEMPORARY.format(name=path.name))
    temporary.unlink(missing_ok=True)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(fd, "wb") as file:
            file.write(data)
            file.flush()
            keep_mode_and_owner(file.fileno(), path, mode)
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def keep_mode_and_owner(fd, path, mode=None):
    """Give a new file the mode and owner of the one it replaces, as far as we may."""
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        stat = None
    if stat is not None:
        with contextlib.suppress(PermissionError):
            os.fchown(fd, stat.st_uid, stat.st_gid)
        os.fchmod(fd, stat.st_mode & 0o7777)
    if mode is not None:
        os.fchmod(fd, mode)


def write_atomically(path, data, mode=None):
    """Replace a file by new content in one step, durably."""
    path = Path(path)
    temporary = stage(path, data, mode)
    try:
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_if_changed(path, data):
    """Write a file only where its content differs; true if it was written."""
    if read_optional(path) == data:
        return False
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
    return True


def replace_together(contents):
    """Replace several files so that any error leaves all of them old or all of them new.

    Parameters
    ----------
    contents : dict of Path to bytes or None
        Real paths (links resolved) and what they shall hold; None removes the file.

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
        for path, data in contents.items():
            done.append(path)
            if data is not None:
                os.replace(staged[path], path)
            else:
                path.unlink(missing_ok=True)
    except BaseException:
        for path in reversed(done):
            put_back(path, kept[path])
        raise
    finally:
        for temporary in [*staged.values(), *(old for old in kept.values() if old)]:
            temporary.unlink(missing_ok=True)
    for folder in {path.parent for path in contents}:
        sync_folder(folder)


def keep_old(path):
    """Keep the present content of a file under a second name, for the way back; None if absent."""
    old = path.with_name(KEPT.format(name=path.name))
    old.unlink(missing_ok=True)
    try:
        os.link(path, old)
    except FileNotFoundError:
        return None
    except OSError:  # a file system without hard links
        temporary = stage(path, path.read_bytes())
        os.replace(temporary, old)
    return old


def put_back(path, old):
    """Undo one replacement."""
    if old is None:
        path.unlink(missing_ok=True)
    else:
        os.replace(old, path)


def remove_leftovers(folder, names):
    """Remove temporary files that a killed write of these names left behind."""
    for name in names:
        for pattern in (TEMPORARY, KEPT):
            Path(folder, pattern.format(name=name)).unlink(missing_ok=True)
