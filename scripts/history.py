"""Say what was done to the labels of every session, and when (rule history)."""

import sys

from goodunits import logs, restore
from goodunits.errors import GoodunitsError, in_words, one_line


def main(snakemake):
    """Print the events of each session, oldest first."""
    failures = []
    for session, folder, _ in snakemake.params.sessions:
        try:
            lines = [restore.describe(event) for event in restore.history(folder)]
        except Exception as error:  # whatever it is, the other sessions go on
            lines = [f"cannot be read: {in_words(error)}"]
            failures.append(session)
        said = [f"{session}: {folder}", *(lines or ["nothing was done here"])]
        print("\n  ".join(one_line(line) for line in said))
    sys.stdout.flush()
    if failures:
        raise GoodunitsError(f"the history of {', '.join(failures)} cannot be read")


if __name__ == "__main__":
    logs.run(main, snakemake)
