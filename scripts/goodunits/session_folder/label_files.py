"""The label files of a session folder: their bytes, and what cannot be replaced.

Standard library only.
"""

import os
from pathlib import Path

from goodunits.base import errors, guarded
from goodunits.base.errors import SessionError
from goodunits.session_folder import file_names


def label_file_names(folder):
    """Names of the label files that exist: Phy's `cluster_*.tsv`, if the name is plain text."""
    names = [entry.name for entry in os.scandir(folder)]
    return sorted(name for name in names if file_names.is_label_file(name))


def written_names(folder):
    """Names of the files that a write may replace, existing or not."""
    own = [name for name in label_file_names(folder) if name.startswith(file_names.OWN_PREFIX)]
    return [*file_names.WRITTEN, *own]


def read_label_file(folder, name):
    """Bytes of a label file, None where there is none; a broken link is an error."""
    if not file_names.is_label_file(name):
        raise SessionError(
            f"{folder}: found {name!r:.80} where a receipt or the store should name a label file "
            "(cluster_*.tsv); put the file that names it back from a backup of your data",
            code=errors.NOT_OURS,
        )
    path = Path(folder, name)
    if path.is_symlink() and not path.exists():
        target = os.readlink(path)
        what = (
            "fetch it (git annex get)" if file_names.ANNEX in target else "mend or remove the link"
        )
        raise SessionError(f"{path}: link to a missing file {target}; {what}")
    return guarded.read_optional(path, guarded.LABEL_FILE_BYTES)


def check_label_files(folder):
    """Refuse label files that cannot be replaced in place without harm elsewhere.

    Raises
    ------
    SessionError
        If one is kept by git-annex, leads into a store or to a file that is no table, or if two are
        links to the same file.
    """
    targets = {}
    for name in written_names(folder):
        path = Path(folder, name)
        if not path.is_symlink():
            continue
        target = os.path.realpath(path)
        if file_names.ANNEX in target:
            raise SessionError(
                f"{path}: kept by git-annex, whose files must not be changed in place; unlock it "
                f"(git annex unlock {name}, or datalad unlock) and run again"
            )
        if file_names.STORE in Path(target).parts or not target.endswith(".tsv"):
            raise SessionError(
                f"{path}: link to {target}, which goodunits would replace; put a copy of that file "
                "in place of the link"
            )
        if target in targets:
            raise SessionError(
                f"{path}: link to the same file as {targets[target]} ({target}); give each a file "
                "of its own"
            )
        targets[target] = name
