"""Unpack the three real sorts of the demo beside their sheet, in a folder that git ignores."""

import os
import shutil
from pathlib import Path

from goodunits.base.errors import ConfigError

SHEET, PACK, FOLDER = "demo/sessions.tsv", "demo/sorts.tar.xz", "demo/sorts"


def unpack(dataset, project, write=True):
    """Unpack the demo where the dataset is its sheet and it is not unpacked yet.

    Parameters
    ----------
    dataset : str or None
        The `dataset` of the user; None means the project's own config.yaml, so the demo.
    project : path-like
        Folder of the Snakefile.
    write : bool
        False in a job of a running workflow, which finds it unpacked.

    Raises
    ------
    ConfigError
        If the project folder cannot be written.
    """
    sheet, target = Path(project, SHEET), Path(project, FOLDER)
    if not write or target.exists() or not sheet.exists():
        return
    if dataset not in (None, SHEET) and Path(str(dataset)).resolve() != sheet.resolve():
        return
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        shutil.unpack_archive(Path(project, PACK), unfinished)
        os.rename(unfinished, target)
    except OSError as error:
        if not target.exists():
            problem = f"{target}: the demo cannot be unpacked ({error.strerror})"
            raise ConfigError([f"{problem}; set dataset to your data"]) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
