"""Set dates straight where they would mislead Snakemake. Standard library only.

Snakemake does a job again if an input is younger than its output. A copy that keeps its dates
(`cp -a`, `rsync -a`) puts an older file in place of another, and a wrong clock leaves results dated
ahead. What counts is content: a result that is not of the files in the folder gets the oldest date
there is, and one dated ahead is dated now.
"""

import contextlib
import json
import os
from pathlib import Path

from goodunits.base import files, json_record
from goodunits.session_folder import sort_id

LONG_AGO_S = 86400  # not 0, which Snakemake takes for no date


class Seen:
    """Files of sorts as last compared with what was measured: a file kept for the next run.

    Parameters
    ----------
    path : path-like
        A JSON file: by session, the date of its `measured.json`, and of each file that was read
        its hash, and its size and date when it was found to have that content.
    """

    def __init__(self, path):
        self._path = Path(path)
        self._sessions = json_record.read_record(self._path) or {}

    def changed_since_measured(self, session_id, folder, results):
        """Names of the files in a folder whose content is not what was measured.

        Parameters
        ----------
        session_id : str
            Session id.
        folder, results : path-like
            Kilosort folder, and folder of the session's results.

        Returns
        -------
        names : set of str
            Empty where nothing was measured yet; a missing file is said elsewhere.
        """
        changed = set()
        for name, known in self._files(session_id, results).items():
            path = os.path.join(folder, name)
            try:
                status = os.stat(path)
                now = [status.st_size, status.st_mtime_ns]
                if now == known["size_and_date"]:
                    continue
                is_other_size = now[0] != known["size_and_date"][0]
                if is_other_size or files.sha256_file(path) != known["sha256"]:
                    changed.add(name)
                    continue
            except OSError:
                continue
            known["size_and_date"] = now
        return changed

    def _files(self, session_id, results):
        """What is known of the files of a session, read anew where it was measured again."""
        try:
            made = os.stat(Path(results, "measured.json")).st_mtime_ns
        except OSError:
            return {}
        known = self._sessions.get(session_id)
        if not isinstance(known, dict) or known.get("made") != made:
            measured = json_record.read_record(Path(results, "measured.json")) or {}
            read = measured.get("files", {})
            known = {
                "made": made,
                "files": {
                    name: {"sha256": file["sha256"], "size_and_date": file["signature"][:2]}
                    for name, file in read.items()
                },
            }
            self._sessions[session_id] = known
        return known["files"]

    def keep(self):
        """Write down what was seen."""
        files.write_if_changed(self._path, json.dumps(self._sessions, sort_keys=True).encode())


def set_straight(session_id, folder, results, seen):
    """Date back the results of a session that are not of the files in its folder.

    Parameters
    ----------
    session_id : str
        Session id.
    folder, results : path-like
        Kilosort folder, and folder of the session's results.
    seen : Seen
        What is known of the files of all sessions.
    """
    changed = seen.changed_since_measured(session_id, folder, results)
    stale = ["metrics.tsv", "measured.json"] if changed else []
    if not changed.isdisjoint(sort_id.SORT_FILES):
        stale.append("backup.json")
    if not changed.isdisjoint((*sort_id.SORT_FILES, "spike_clusters.npy")):
        # Whose the labels are is looked up again: an id may belong to other spikes by now.
        Path(results, "found.json").unlink(missing_ok=True)
    for name in stale:
        with contextlib.suppress(FileNotFoundError):
            os.utime(Path(results, name), (LONG_AGO_S, LONG_AGO_S))


def date_now(folder, now_s):
    """Date files that lie in the future back to now, in the order that they have.

    Parameters
    ----------
    folder : path-like
        A folder of results, which need not exist.
    now_s : float
        The present time, in s since 1970.
    """
    try:
        with os.scandir(folder) as entries:
            made = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.is_file()]
    except FileNotFoundError:
        return
    ahead = sorted(item for item in made if item[0] > now_s * 1e9)
    for place, (_, path) in enumerate(ahead):
        then_ns = int(now_s * 1e9) - (len(ahead) - place) * 1000
        os.utime(path, ns=(then_ns, then_ns))


def dated_ahead(folder, now_s):
    """Say that files of a sort lie in the future: Snakemake takes no results that are older.

    Parameters
    ----------
    folder : path-like
        Kilosort folder, which need not exist.
    now_s : float
        The present time, in s since 1970.

    Returns
    -------
    said : str
        In words, with the way on; empty where there are none.
    """
    try:
        with os.scandir(folder) as entries:
            ahead = [e.name for e in entries if e.is_file() and e.stat().st_mtime > now_s]
    except OSError:
        return ""
    if not ahead:
        return ""
    return (
        f"{len(ahead)} file(s) dated in the future, such as {min(ahead)}, so Snakemake takes no "
        "result for done; set the clock right, then 'touch' the files"
    )
