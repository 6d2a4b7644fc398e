"""Names of the files in a session folder, and which are ours to write. Standard library only."""

import os
import re
from pathlib import Path

STORE = "goodunits_store"
LABEL_FILE_NAME = re.compile(r"cluster_[^/]*\.tsv")
KS_FILE, GROUP_FILE, INFO_FILE = "cluster_KSLabel.tsv", "cluster_group.tsv", "cluster_info.tsv"
WRITTEN = (KS_FILE, GROUP_FILE, INFO_FILE)
OWN_PREFIX = "cluster_gu_"
CLASS_FILE = f"{OWN_PREFIX}label.tsv"  # classes where some have no group in Phy
SORTER_FILES = (KS_FILE, GROUP_FILE)
ANNEX = ".git/annex/objects/"  # in the target of a link that git-annex made


def store_folder(folder):
    """Store of a session; a linked session folder has its store where the data are."""
    return Path(os.path.realpath(folder)) / STORE


def is_written(name):
    """Whether a write may replace a file of this name."""
    return name in WRITTEN or is_label_file(name) and name.startswith(OWN_PREFIX)


def is_label_file(name):
    """Whether a name is one of a label file and nothing more: no path, no control characters."""
    return (
        isinstance(name, str) and name.isprintable() and LABEL_FILE_NAME.fullmatch(name) is not None
    )
