"""The table merge_candidates.tsv. Standard library only."""

from pathlib import Path
from typing import NamedTuple

from goodunits.base import files, tsv


class Candidate(NamedTuple):
    """A row: two units that may be one neuron, as docs/outputs.md describes it; None is blank."""

    cluster_id: int
    merge_with: int
    kind: str
    merge_score: float
    reasons: str
    template_similarity: float | None
    shared_spikes: float
    close_pairs: int
    close_pairs_expected: float
    joint_refractory_probability: float
    amplitude_ratio: float | None
    presence_overlap: float
    n_spikes: int
    n_spikes_merge_with: int


def write(path, candidates):
    """Write merge_candidates.tsv.

    Parameters
    ----------
    path : path
        File to write; its folder exists.
    candidates : list of Candidate
        The rows.
    """
    rows = [[_text(value) for value in candidate] for candidate in candidates]
    with files.naming(path):
        Path(path).write_bytes(tsv.format_table(Candidate._fields, rows))


def _text(value):
    """One cell: of a number the digits that tell something."""
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
