"""Check that session folders still carry what was written. Reads only."""

from pathlib import Path
from typing import NamedTuple

from goodunits import preview, standing, store, tsv
from goodunits.errors import in_words

COLUMNS = ("session", "folder", "verdict", "detail")
AS_WRITTEN, DIFFERS = "as written", "differs"
# No discrepancy: what stands there was written, or put back, by us.
FINE = (AS_WRITTEN, standing.ORIGINAL, standing.EARLIER)
SHOWN_UNITS = 10


class Verdict(NamedTuple):
    """What holds of a session folder, in a word, and what there is to say of it."""

    word: str
    detail: str = ""

    @property
    def is_fine(self):
        """Whether the folder is as we left it."""
        return self.word in FINE


def check(session, results):
    """Compare the label files of a session with the receipt of the last write.

    Parameters
    ----------
    session : path-like
        Kilosort folder.
    results : path-like
        Folder of the session's results.

    Returns
    -------
    verdict : Verdict
        "as written", "as originally found", "as before the last write", "never labelled",
        "not labelled" or "differs".
    """
    stands = standing.of_folder(session, store.read_receipt(Path(results, standing.RECEIPT)))
    if stands.status == standing.LABELLED:
        return Verdict(AS_WRITTEN)
    if stands.status == standing.RESTORED:
        word, _, detail = stands.reason.partition(standing.THEN)
        return Verdict(word, detail)
    if stands.reason == standing.NEVER:
        return Verdict(standing.NEVER)
    if stands.status == standing.CHANGED:
        return Verdict(DIFFERS, f"{stands.reason}; {_units(session, results)}")
    return Verdict(standing.NOT_LABELLED, stands.reason)


def _units(session, results):
    """Name the units whose label differs now."""
    try:
        rows = preview.changes("", session, Path(results, standing.WRITTEN, "labels.tsv"))
    except Exception as error:  # the verdict stands without them
        return f"labels cannot be compared ({in_words(error)})"
    units = [f"unit {row[1]}: {row[3]} written, {row[2] or 'none'} now" for row in rows]
    more = [f"and {len(units) - SHOWN_UNITS} more"] if len(units) > SHOWN_UNITS else []
    return "; ".join(units[:SHOWN_UNITS] + more) or "the labels themselves are as written"


def table(rows):
    """Content of verify.tsv."""
    return tsv.format_results(COLUMNS, rows)
