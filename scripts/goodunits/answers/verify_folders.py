"""Check that session folders still carry what was written. Reads only."""

from pathlib import Path
from typing import NamedTuple

from goodunits.answers import preview_labels
from goodunits.base import json_record, tsv
from goodunits.base.errors import in_words
from goodunits.result_files import labels_tsv
from goodunits.session_folder import file_names
from goodunits.standing import session_standing

COLUMNS = ("session", "folder", "verdict", "detail")
AS_WRITTEN, DIFFERS = "as written", "differs"
# No discrepancy: what stands there was written, or put back, by us.
FINE = (AS_WRITTEN, session_standing.ORIGINAL, session_standing.EARLIER)
SHOWN_UNITS = 10


class Verdict(NamedTuple):
    """What holds of a session folder, in a word, and what there is to say of it."""

    word: str
    detail: str = ""

    @property
    def is_fine(self):
        """Whether the folder is as we left it."""
        return self.word in FINE


def check(folder, results):
    """Compare the label files of a session with the receipt of the last write.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.
    results : path-like
        Folder of the session's results.

    Returns
    -------
    verdict : Verdict
        "as written", "as originally found", "as before the last write", "never labelled",
        "not labelled" or "differs".
    """
    stands = session_standing.of_folder(
        folder, json_record.read_record(Path(results, session_standing.RECEIPT))
    )
    if stands.status == session_standing.LABELLED:
        return Verdict(AS_WRITTEN)
    if stands.status == session_standing.RESTORED:
        word, _, detail = stands.reason.partition(session_standing.THEN)
        return Verdict(word, detail)
    if stands.reason == session_standing.NEVER:
        return Verdict(session_standing.NEVER)
    if stands.status == session_standing.CHANGED:
        return Verdict(DIFFERS, f"{stands.reason}; {_units(folder, results, stands.receipt)}")
    return Verdict(session_standing.NOT_LABELLED, stands.reason)


def _units(folder, results, receipt):
    """Name the units whose label differs now, and count those without one."""
    try:
        written, _ = labels_tsv.read_labels(Path(results, session_standing.WRITTEN, "labels.tsv"))
        shown = preview_labels.shown_now(folder, receipt)
    except Exception as error:  # the verdict stands without them
        return f"labels cannot be compared ({in_words(error)})"
    units = [
        f"unit {unit}: {label} written, {shown.labels.get(unit, 'none')} now"
        for unit, label in written.items()
        if shown.labels.get(unit) != label
    ]
    lost = written.keys() - shown.groups
    more = [f"and {len(units) - SHOWN_UNITS} more"] if len(units) > SHOWN_UNITS else []
    # Phy shows Kilosort's label of these, which may be the one that was written.
    more += [f"{len(lost)} unit(s) have no row in {file_names.GROUP_FILE} now"] if lost else []
    return "; ".join(units[:SHOWN_UNITS] + more) or "the labels themselves are as written"


def table(rows):
    """Content of verify.tsv."""
    return tsv.format_results(COLUMNS, rows)
