"""A fingerprint of files by size, dates, mode and inode. Standard library only."""

import hashlib
import os
import stat

# A change that follows another so closely may get the same date; longer where seconds are whole.
FINE_NS, COARSE_NS, SECOND_NS = 100_000_000, 2_000_000_000, 1_000_000_000


class Seen:
    """Fingerprint of texts and files, and from when on any change of the files is sure to show."""

    def __init__(self, *texts):
        self._hash = hashlib.sha256(repr(texts).encode(errors="surrogateescape"))
        self._settled_ns = 0

    def text(self):
        """The fingerprint."""
        return self._hash.hexdigest()

    def is_settled(self, now_ns):
        """Whether a change from now on is sure to be seen."""
        return self._settled_ns < now_ns

    def add_file(self, path, with_dates=False):
        """Add a file or folder; of a folder no dates unless asked for: locks in it come and go."""
        try:
            status = os.stat(path)
        except OSError as error:
            self._hash.update(os.fsencode(f"{path} {error.errno}\n"))
            return
        said = (status.st_ino, status.st_dev, status.st_mode)
        if with_dates or not stat.S_ISDIR(status.st_mode):
            said += (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            coarse = COARSE_NS if status.st_ctime_ns % SECOND_NS == 0 else FINE_NS
            self._settled_ns = max(self._settled_ns, status.st_ctime_ns + coarse)
        self._hash.update(os.fsencode(f"{path} {said}\n"))

    def add_names(self, folder):
        """Add the names of what stands in a folder; a missing one is like an empty one."""
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        self._hash.update(os.fsencode(f"{folder} {names}\n"))

    def add_folder(self, folder, without=(), deep=False):
        """Add a folder and what stands in it; with `deep` also in its subfolders."""
        self.add_file(folder)
        try:
            with os.scandir(folder) as items:
                found = sorted((item.name, item.path, deep and item.is_dir()) for item in items)
        except OSError as error:
            self._hash.update(os.fsencode(f"{folder} {error.errno}\n"))
            return
        for name, path, is_folder in found:
            if is_folder:
                self.add_folder(path, without, deep)
            elif name not in without:
                self.add_file(path)
