"""Say what was done to the labels of every session, and when (rule history)."""

import sys
from pathlib import Path

from goodunits.answers import screen
from goodunits.base import files
from goodunits.base.errors import GoodunitsError, in_words, one_line
from goodunits.phy import history
from goodunits.workflow import run_script


def main(*, sessions, text):
    """Write the events of each session, oldest first, and print what fits the screen."""
    said, failures, path = [], [], Path(text)
    for session, folder, _ in sessions:
        try:
            lines = [history.describe(event) for event in history.read_history(folder)]
        except Exception as error:  # whatever it is, the other sessions go on
            lines = [f"cannot be read: {in_words(error)}"]
            failures.append(session)
        said.append(f"{session}: {folder}")
        said += [f"  {line}" for line in lines or ["nothing was done here"]]
    files.write_if_changed(path, "".join(f"{one_line(line)}\n" for line in said).encode())
    print(screen.fitting(said, path))
    sys.stdout.flush()
    if failures:
        which = ", ".join(failures)
        raise GoodunitsError(f"the history of {which} cannot be read; {path} says why")


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        text=snakemake.params.text,
    )
