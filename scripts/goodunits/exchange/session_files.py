"""Write what SpikeInterface and neuroconv read, for every session. Standard library only."""

import csv
import json
import logging
from pathlib import Path

from goodunits.base import files, json_record, tsv
from goodunits.base.errors import in_words
from goodunits.exchange import per_session
from goodunits.standing import session_standing
from goodunits.tables import sessions_tsv

log = logging.getLogger(__name__)

TABLE = "exchange.tsv"
# Raised when the same labels give other files.
FORM = 1
KEPT = ".run/exchange.json"  # in results/: which labels the files were made of


def write(sessions, results):
    """Bring the files of all sessions up to date; those of sessions that have no labels go.

    Parameters
    ----------
    sessions : list of tuple
        Session id, Kilosort folder, results folder.
    results : path-like
        Folder of all results.

    Returns
    -------
    data : bytes
        Content of exchange.tsv: a row per labelled session.
    """
    known, made, rows = json_record.read_record(Path(results, KEPT)) or {}, {}, []
    for session, folder, place in sorted(sessions):
        stands = session_standing.of_session(folder, place)
        problem = stands.receipt and sessions_tsv.damaged_tables(place, stands.receipt)
        if stands.status != session_standing.LABELLED or problem:
            _remove(place)
            continue
        made_of = [FORM, stands.receipt["made_from"]]
        try:
            if known.get(session) != made_of or not _are_there(place):
                _write_one(place)
        except Exception as error:  # whatever it is, the other sessions have their files
            log.warning("session %s: %s", session, in_words(error))
            continue
        made[session] = made_of
        rows.append([session, *(f"{session}/{name}" for name in per_session.NAMES)])
    files.write_if_changed(Path(results, KEPT), json.dumps(made, sort_keys=True).encode())
    header = ["session", "spikeinterface_curation", "nwb_units", "nwb_metadata"]
    return tsv.format_results(header, rows)


def _write_one(place):
    """Write the files of one session from the tables that its labels were written from."""
    written = Path(place, session_standing.WRITTEN)
    _, units = tsv.read_table(written / "labels.tsv")
    with open(written / "metrics.tsv", newline="", encoding="utf-8") as file:
        # Rows of numbers as they are: hundreds of rows of dicts would cost more than all the rest.
        header, *metrics = csv.reader(file, delimiter="\t")
    labels = {int(unit["cluster_id"]): unit["label"] for unit in units}
    table, metadata = per_session.nwb(units, header, metrics)
    contents = (per_session.curation(labels), table, metadata)
    for name, data in zip(per_session.NAMES, contents, strict=True):
        # Not flushed: where a run is killed, the record of what is made stays as it was.
        Path(place, name).write_bytes(data)


def _are_there(place):
    """Whether a session has all its files."""
    return all(Path(place, name).exists() for name in per_session.NAMES)


def _remove(place):
    """Remove files about labels that the session folder does not hold any more."""
    for name in per_session.NAMES:
        Path(place, name).unlink(missing_ok=True)
