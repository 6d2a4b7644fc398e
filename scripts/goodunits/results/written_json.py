"""Say what explains the labels of a session, in one record. Standard library only."""

import json
from pathlib import Path




def receipt(session_id, folder, written, measurement, settings, project_file):
    """Everything that explains the labels of one session, in one record.

    Parameters
    ----------
    session_id : str
        Session id.
    folder : str
        Session folder.
    written : dict
        What the write gave back.
    measurement : dict
        Record of the measurement.
    settings : dict
        `labels`, `criteria`, `manual_curation`, `phy_columns` that were in force.
    project_file : path-like
        File that says which version of the project runs.

    Returns
    -------
    record : dict
    """
    measurement = {key: value for key, value in measurement.items() if key != "units"}
    project = json.loads(Path(project_file).read_text(encoding="utf-8"))
    return {
        "session": session_id,
        "folder": folder,
        **written,
        "settings": settings,
        "measured": measurement,
        "project": project,
    }
