"""Paths as people give them: in Windows' words inside WSL, or with accents written otherwise.

Standard library only.
"""

import os
import re
import unicodedata

from goodunits.dataset import mounts

_DRIVE = re.compile(r"([A-Za-z]):[\\/]")
_OF_WSL = re.compile(r"[\\/]{2}wsl(?:\.localhost|\$)[\\/][^\\/]+", re.IGNORECASE)


def as_here(text, mounted=None):
    r"""A path as this system has it.

    Parameters
    ----------
    text : str
        A path as somebody gave it, such as ``D:\data\mouse7``.
    mounted : str, optional
        Text in the format of /proc/mounts; that of this system by default.

    Returns
    -------
    text : str
        In WSL the place of a path of Windows (/mnt/d/data/mouse7). Where nothing has this name, the
        same name with its accents as one sign or as two (macOS writes two). Else as it was given.
    """
    text = os.path.expanduser(text)
    if os.path.exists(text):
        return text
    if "\\" in text or _DRIVE.match(text):
        return _in_wsl(text, mounts.read_mounts() if mounted is None else mounted)
    return _with_other_accents(text)


def _in_wsl(text, mounted):
    """Place of a path of Windows; outside WSL the path itself."""
    drives = _drives(mounted)
    if not drives:
        return text
    if drive := _DRIVE.match(text):
        place = drives.get(drive[1].upper())
        rest = text[drive.end() :]
        return os.path.join(place, rest.replace("\\", "/")) if place else text
    return _OF_WSL.sub("", text).replace("\\", "/")


def _drives(mounted):
    r"""Where the drives of Windows are mounted, by letter; WSL calls them C: or C:\ there."""
    drives = {}
    for line in mounted.splitlines():
        source, place, kind = (*line.split(), "", "", "")[:3]
        if kind in ("9p", "drvfs", "virtiofs") and re.fullmatch(r"[A-Za-z]:(\\134)?", source):
            drives[source[0].upper()] = mounts.unescaped(place)
    return drives


def _with_other_accents(text):
    """The path in the spelling that exists, or as it was."""
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        if other != text and os.path.exists(other):
            return other
    return text
