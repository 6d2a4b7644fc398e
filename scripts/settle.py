"""Write down whose the labels in every session folder are (rule settle)."""

import logging
from pathlib import Path

from goodunits.answers import screen
from goodunits.base.errors import GoodunitsError, in_words
from goodunits.phy import settle_labels
from goodunits.workflow import run_script


def main(*, sessions, labels_are):
    """Settle session by session; one that cannot be settled does not stop the others."""
    settle_labels.demand_owner(labels_are)
    said, failures = [], []
    for session, folder, results in sessions:
        try:
            done = settle_labels.settle(folder, labels_are)
            Path(results, "found.json").unlink(missing_ok=True)  # it tells of before
        except Exception as error:  # whatever it is, the other sessions go on
            done = f"not settled: {in_words(error)}"
            failures.append(session)
        said.append((session not in failures, f"{session}: {done}"))
    for _, line in said:
        logging.getLogger("settle").info("%s", line)
    print(screen.fitting([line for _, line in sorted(said)], "logs/settle.log"))
    if failures:
        raise GoodunitsError(f"{len(failures)} session(s) not settled: {', '.join(failures[:10])}")


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        labels_are=snakemake.params.labels_are,
    )
