"""One lock per session: runs in other working directories or on other hosts take turns."""

import contextlib
import errno
import fcntl
import getpass
import json
import logging
import os
import socket
import time

from goodunits.errors import SessionError

TIMEOUT_S = 600
POLL_S = 0.2

log = logging.getLogger(__name__)


@contextlib.contextmanager
def hold(path, timeout_s=TIMEOUT_S):
    """Hold the lock file of a session while the block runs.

    Parameters
    ----------
    path : Path
        Lock file, made where it is missing. The kernel frees the lock when its holder dies.
    timeout_s : float
        How long to wait for another holder.

    Raises
    ------
    SessionError
        Naming the holder, after the time-out; or if the file system has no locks.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o664)
    try:
        _acquire(fd, path, timeout_s)
        _sign(fd, _ourselves())
        try:
            yield
        finally:
            _sign(fd, "")
    finally:
        os.close(fd)


def _acquire(fd, path, timeout_s):
    """Wait for the lock; flock is mapped to record locks by NFS clients."""
    end, told = time.monotonic() + timeout_s, False
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
                raise SessionError(
                    f"{path}: this file system gives no locks ({error.strerror}), without which two "
                    "runs could write at once; mount it with locks or work on a copy"
                ) from None
        if time.monotonic() >= end:
            raise SessionError(
                f"{path}: held by {holder(path)} for more than {timeout_s:g} s; wait for that run or end it"
            )
        if not told:
            log.info("waiting for %s, held by %s", path, holder(path))
            told = True
        time.sleep(POLL_S)


def _ourselves():
    """Who we are, for others who wait."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return json.dumps(
        {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "user": user,
            "since": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
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
        who = json.loads(path.read_text())
        return f"{who['user']} on {who['host']}, process {who['pid']}, since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"
