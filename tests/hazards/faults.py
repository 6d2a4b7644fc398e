"""Let the k-th call that changes the disk fail, once or from then on, or kill the process there."""

import ast
import builtins
import os
import signal
import sys
import time

FILE_CALLS = ["open", "fsync", "ftruncate", "truncate", "pwrite", "write"]
NAME_CALLS = ["link", "symlink", "mkdir", "rmdir", "remove", "unlink", "rename", "replace"]
MODE_CALLS = ["chmod", "chown", "fchmod", "fchown", "lchown", "utime"]
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events of the interpreter for the same calls, to see that none goes round the wrappers.
AUDITED = {
    "open",
    *(f"os.{name}" for name in ("chmod", "chown", "link", "mkdir", "remove", "rename", "rmdir")),
    *(f"os.{name}" for name in ("symlink", "truncate", "utime")),
    *(f"shutil.{name}" for name in ("copyfile", "move", "rmtree")),
}


class Faults:
    """Count the calls that change the disk, and strike at one of them.

    Parameters
    ----------
    at : int or None
        Number of the call to strike, from 0; None only counts.
    kill : bool
        SIGKILL there instead of an error.
    error : int
        Number of the error to raise.
    lasting : bool
        All calls from that one on fail, as on a disk that breaks or is mounted read-only meanwhile.
    only : sequence of str
        Calls that a lasting error strikes; all by default.
    """

    def __init__(self, at=None, kill=False, error=0, lasting=False, only=()):
        self.at, self.kill, self.error = at, kill, error
        self.lasting, self.only = lasting, only
        self.calls, self.unseen, self.inside = [], [], 0

    def install(self):
        """Wrap the calls of this process for good."""
        for name in [*FILE_CALLS[1:], *NAME_CALLS, *MODE_CALLS]:
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        self._open, os.open = os.open, self._opened(os.open)
        self._builtin_open, builtins.open = builtins.open, self._file_opened(builtins.open)
        sys.addaudithook(self._audit)
        return self

    def strike(self, what):
        """Count one call; raise or die if it is the one."""
        self.calls.append(what)
        k = len(self.calls) - 1
        lasts = self.at is not None and self.lasting and k >= self.at
        if not (k == self.at or lasts) or (self.only and what not in self.only):
            return False
        if self.kill:
            return True
        raise OSError(self.error, os.strerror(self.error), what)

    def die(self):
        """End at once, as a power cut or the out-of-memory killer does."""
        os.kill(os.getpid(), signal.SIGKILL)

    def _wrapped(self, name, call):
        def wrapper(*args, **kwargs):
            if self.strike(f"os.{name}"):
                self.die()
            self.inside += 1
            try:
                return call(*args, **kwargs)
            finally:
                self.inside -= 1

        return wrapper

    def _opened(self, call):
        def wrapper(path, flags, *args, **kwargs):
            if flags & WRITE_FLAGS and self.strike("os.open"):
                self.die()
            self.inside += 1
            try:
                return call(path, flags, *args, **kwargs)
            finally:
                self.inside -= 1

        return wrapper

    def _file_opened(self, call):
        def wrapper(file, mode="r", *args, **kwargs):
            writes = set(mode) & set("wax+")
            if writes and not isinstance(file, int) and self.strike("open"):
                self.die()
            self.inside += 1
            try:
                opened = call(file, mode, *args, **kwargs)
            finally:
                self.inside -= 1
            return TornFile(opened, self) if writes else opened

        return wrapper

    def _audit(self, event, args):
        if event not in AUDITED or self.inside:
            return
        flags = args[2] if event == "open" else WRITE_FLAGS
        if isinstance(flags, int) and flags & WRITE_FLAGS and not isinstance(args[0], int):
            self.unseen.append((event, str(args[0])))


class TornFile:
    """An open file whose write may come out half."""

    def __init__(self, file, faults):
        self.file, self.faults = file, faults

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        """Write all, or the first half and then strike."""
        try:
            dying = self.faults.strike("write")
        except OSError:
            self._half(data)
            raise
        if dying:
            self._half(data)
            self.faults.die()
        return self.file.write(data)

    def _half(self, data):
        self.file.write(data[: len(data) // 2])
        self.file.flush()


def in_child(job, faults):
    """Run a job in a process of its own that meets its fault there.

    Returns
    -------
    outcome : dict
        `killed`, `error` (type and text, None without) and `calls`.
    """
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        outcome = ""
        send = os.write
        os.close(here)
        faults.install()
        try:
            job()
        except BaseException as error:
            outcome = f"{type(error).__name__}: {error}"
        text = "\n".join([repr(outcome), repr(faults.calls), repr(faults.unseen)])
        send(there, text.encode())
        os._exit(0)
    os.close(there)
    with open(here) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"killed": os.WTERMSIG(status), "error": None, "calls": [], "unseen": []}
    error, calls, unseen = (ast.literal_eval(line) for line in text.split("\n"))
    return {"killed": 0, "error": error or None, "calls": calls, "unseen": unseen}


def strike_once(spec):
    """Strike the first process that comes here, inside a real job.

    Parameters
    ----------
    spec : str
        "kill MARK STEP", "raise MARK STEP", or "wait MARK" to hang in the middle of the write. The
        file MARK is made by the one that strikes, so that others go free.
    """
    kind, mark, *step = spec.split()
    faults = Faults()
    faults.at, faults.kill = int(step[0]) if step else None, kind == "kill"
    faults.error = 5
    if kind == "wait":
        _hang(mark)
    else:
        faults.mark = mark
        _strike_and_mark(faults)
        faults.install()


def _strike_and_mark(faults):
    """Let a strike leave its mark first; a second process does not strike."""
    strike, descriptor = faults.strike, os.open

    def marked(what):
        if faults.at == len(faults.calls):
            try:
                os.close(descriptor(faults.mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            except FileExistsError:
                faults.at = None
        return strike(what)

    faults.strike = marked


def _hang(mark):
    """Hang at the second rename of label files in one process."""
    rename, seen = os.replace, []

    def hanging(source, target, **options):
        rename(source, target, **options)
        if os.path.basename(target) == "cluster_KSLabel.tsv":
            seen.append(target)
            with open(mark, "w"):
                pass
            time.sleep(10)

    os.replace = hanging
