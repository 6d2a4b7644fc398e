"""File systems on which a lock is not seen by other computers. Standard library only."""

import os
import re
from pathlib import Path

# Buckets that are mounted as folders, and sshfs: each mount grants a lock by itself.
LOCAL_LOCKS = (
    "blobfuse", "blobfuse2", "gcsfuse", "geesefs", "goofys", "mountpoint-s3", "ossfs", "rclone",
    "s3backer", "s3fs", "s3ql", "sshfs",
)  # fmt: skip


def read_mounts(path="/proc/mounts"):
    """Text that lists what is mounted; empty where the system has no such file."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def unescaped(place):
    """A mount point as it is called; the list writes spaces as \\040."""
    octal = re.compile(rb"\\([0-7]{3})")
    return os.fsdecode(octal.sub(_character, os.fsencode(place)))


def _character(match):
    """The byte of a number with three digits of eight."""
    return bytes([int(match[1], 8) & 255])


def note(folders, mounts):
    """One line for sessions on file systems whose locks do not reach other computers.

    Parameters
    ----------
    folders : iterable of path-like
        Session folders.
    mounts : str
        Text in the format of /proc/mounts.

    Returns
    -------
    note : str or None
    """
    places = _without_shared_locks(mounts)
    if not places:
        return None
    found, count = {}, 0
    for folder in folders:
        place = _place_of(os.path.realpath(folder), places)
        if place and places[place]:
            count += 1
            found[place] = places[place]
    if not found:
        return None
    where = ", ".join(f"{place} ({kind})" for place, kind in sorted(found.items()))
    return (
        f"{count} session(s) on {where}: locks there are not seen by other computers, "
        "so never run two at once on these sessions"
    )


def _without_shared_locks(mounts):
    """Kind of file system by mount point, None where locks are good; {} if they are good on all."""
    places = {}
    for line in mounts.splitlines():
        source, place, kind = (*line.split(), "", "", "")[:3]
        place = unescaped(place)
        names = {source.split(":")[0], kind.removeprefix("fuse.")} if kind[:4] == "fuse" else set()
        places[place] = next((name for name in LOCAL_LOCKS if name in names), None)
    return places if any(places.values()) else {}


def _place_of(path, places):
    """The mount point that a path lies on."""
    while path not in places and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path if path in places else None
