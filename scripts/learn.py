"""Learn from the labels of people (rule learn)."""

import sys

from goodunits.learning import learn
from goodunits.workflow import run_script


def main(*, sessions, labels, text):
    """Write the tables; print what was found out."""
    near = learn.places_near(labels["dataset"], labels["base_folders"])
    lines = learn.learn(sessions, labels["columns"], labels["options"], near, text)
    print("\n".join(lines))
    sys.stdout.flush()


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        labels=snakemake.params.labels,
        text=snakemake.params.text,
    )
