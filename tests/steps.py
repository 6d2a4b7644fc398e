"""What the rules of a session hand to their scripts, for tests that run them in one process."""

from pathlib import Path

import apply_thresholds
import backup_labels
import compute_metrics
import write_phy
from goodunits.workflow import preparation

MAINS = {
    "backup_labels": backup_labels.main,
    "compute_metrics": compute_metrics.main,
    "apply_thresholds": apply_thresholds.main,
    "write_phy": write_phy.main,
}


def keywords(run, rule_name, session):
    """Keywords of the main function of a rule of a session, of a prepared run."""
    results = Path(run.results, session)
    tables = {name: str(results / f"{name}.tsv") for name in ("metrics", "labels")}
    measured, session_settings = str(results / "measured.json"), run.session_file(session)
    given = {
        "backup_labels": {
            "session_settings": session_settings,
            "receipt": str(results / "backup.json"),
        },
        "compute_metrics": {
            "settings": run.metrics_file(),
            "session_settings": session_settings,
            "merge_candidates": str(results / "merge_candidates.tsv"),
            "pictures": str(results / "unit_pictures.npz"),
            "measured": measured,
            "metrics": tables["metrics"],
        },
        "apply_thresholds": {
            "settings": run.labels_file(session),
            "found": run.found_file(session),
            **tables,
        },
        "write_phy": {
            "session": session,
            "settings": run.phy_file(session),
            "measured": measured,
            "project": str(Path(run.results, preparation.KEPT, "project.json")),
            "receipt": str(results / "written.json"),
            **tables,
        },
    }[rule_name]
    return {"folder": str(run.sessions[session].folder), **given}
