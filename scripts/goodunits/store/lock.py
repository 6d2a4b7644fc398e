"""One lock per session: runs in other working directories or on other hosts take turns."""

import contextlib
import errno
import fcntl
import json
import logging
import os
import time
from pathlib import Path

from goodunits.base import errors, files, said
from goodunits.base.errors import SessionError
from goodunits.store import store_files

TIMEOUT_S = 600
POLL_S = 0.2
# Runs that meet by chance take turns without a word; a longer wait must not look like a standstill.
SAID_AFTER_S = 5

log = logging.getLogger(__name__)


@contextlib.contextmanager
def hold(path, timeout_s=None):
    """Hold the lock file of a session while the block runs.

    Parameters
    ----------
    path : Path
        Lock file, made where it is missing. The kernel frees the lock when its holder dies.
    timeout_s : float, optional
        How long to wait for another holder; TIMEOUT_S by default.

    Raises
    ------
    SessionError
        Naming the holder, after the time-out; or if there can be no lock.
    """
    fd = _acquire(Path(path), TIMEOUT_S if timeout_s is None else timeout_s)
    try:
        _sign(fd, _ourselves())
        try:
            yield
        finally:
            _sign(fd, "")
    finally:
        os.close(fd)


def _acquire(path, timeout_s):
    """Wait for the lock; give the open file back."""
    since, told = time.monotonic(), False
    end = since + timeout_s
    while True:
        fd = _try_once(path)
        if fd is not None:
            return fd
        if time.monotonic() >= end:
            raise SessionError(
                f"{path}: held by {holder(path)} for more than {timeout_s:g} s; wait for that run "
                "or end it",
                code=errors.LOCKED,
            )
        if not told and time.monotonic() >= since + SAID_AFTER_S:
            waiting = f"waiting for {path}, held by {holder(path)}; for {timeout_s:g} s at most"
            log.info(waiting)
            said.say(waiting)
            told = True
        time.sleep(POLL_S)


def _try_once(path):
    """Open and lock the file; None if it is held. NFS clients map flock to locks of the server."""
    try:
        fd = store_files.open_in_place(path)
    except OSError as error:
        raise _cannot_open(path, error) from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.path.exists(path) and os.path.samestat(os.fstat(fd), os.stat(path))
    except OSError as error:
        os.close(fd)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
            return None
        raise SessionError(
            f"{path}: this file system gives no locks ({error.strerror}), without which two "
            "runs could write at once; mount it with locks or work on a copy"
        ) from None
    if is_ours and os.fstat(fd).st_nlink == 1:
        return fd
    if is_ours:
        _leave_to_others(path)
    os.close(fd)
    return None


def _leave_to_others(path):
    """Give up a lock file with a second name (a copy made of hard links): we get one of our own."""
    try:
        os.unlink(path)
    except OSError as error:
        raise _cannot_open(path, error) from None


def _cannot_open(path, error):
    return SessionError(
        f"{path}: the lock cannot be opened ({error.strerror}); the session folder must be writable"
    )


def _ourselves():
    """Who we are, for others who wait."""
    user = os.environ.get("LOGNAME") or os.environ.get("USER") or f"user {os.getuid()}"
    return json.dumps(
        {
            "host": os.uname().nodename,
            "pid": os.getpid(),
            "user": user,
            "since": files.time_stamp(),
        }
    )


def _sign(fd, text):
    """Write the holder into the lock file; for people only, so never an error."""
    with contextlib.suppress(OSError):
        os.ftruncate(fd, 0)
        os.pwrite(fd, text.encode(), 0)


def holder(path):
    """Say who signed a lock file."""
    try:
        who = json.loads(store_files.read(path) or b"")
        return f"{who['user']} on {who['host']}, process {who['pid']}, since {who['since']}"
    except (SessionError, ValueError, KeyError, TypeError, RecursionError):
        return "another run"
