"""One session of a dataset as it is found or listed, and what a path has to be like."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# A session's outputs lie in results/<id>/, so an id must be a short and safe folder name.
SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAX_ID_LENGTH = 150
# Names that the workflow itself uses in results/ (compared ignoring case).
RESERVED = frozenset({
    "benchmarks", "config", "figures", "history.txt", "logs", "methods.bib", "methods.md", "plots",
    "preview.tsv", "preview_sessions.tsv", "provenance.json", "report.html", "restore.tsv",
    "sessions.tsv", "status.tsv", "summary.tsv", "units.tsv", "verify.tsv",
})  # fmt: skip


@dataclass(frozen=True)
class SessionEntry:
    """One session of the dataset, before any of its files is read.

    Attributes
    ----------
    id : str
        Name of the session in tables and of its folder in results/.
    folder : Path
        Results folder of Kilosort; absolute, links are kept.
    criteria : str or None
        Name of a criteria set; None means the `labels` of the configuration.
    recording_duration_s : float or None
        Length of the recording in s as given by the user; None means read it from the sort.
    manual_curation : str or None
        "keep", "fill" or "overwrite" for this session; None means as configured.
    problem : str or None
        One line saying why this session cannot be treated; None if nothing is known against it.
    refused : str or None
        One line saying of which session this is the same sort; nothing is done to its folder then.
    allow_copy : bool
        Whether the sheet says that this may be the sort of an earlier session.
    columns : mapping of str to str
        Columns of the user's own in the sheet, carried into the tables.
    """

    id: str
    folder: Path
    criteria: str | None = None
    recording_duration_s: float | None = None
    manual_curation: str | None = None
    problem: str | None = None
    refused: str | None = None
    allow_copy: bool = False
    columns: Mapping = field(default_factory=dict)


def path_problem(folder):
    """Why this path cannot be used, or None."""
    text = str(folder)
    # Control characters, marks that turn the direction of a text, and bytes that are not UTF-8
    # (Python shows them as surrogates).
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", text):
        return f"{ascii(text)}: path holds characters that are not text; rename the folder"
    if "{" in text or "}" in text:
        return f"{folder}: path holds braces, which are Snakemake's wildcards; rename the folder"
    if "<" in text or ">" in text:
        return f"{folder}: path holds < or >, which are Snakemake's too; rename the folder"
    if not os.path.exists(folder) and "\\" in text:
        return f"{folder}: folder not found; write / for \\, and on WSL /mnt/c/ for C:\\"
    if not os.path.exists(folder):
        return f"{folder}: folder not found; is the path right and the disk mounted?"
    if not os.path.isdir(folder):
        return f"{folder}: is not a folder; expected the results folder of Kilosort"
    return None
