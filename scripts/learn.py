"""Learn from the labels of people (rule learn)."""

import sys

from goodunits.learning import learn
from goodunits.workflow import run_script


def main(snakemake):
    """Write the tables; print what was found out."""
    asked = snakemake.params
    given = asked.labels
    near = learn.places_near(given["dataset"], given["base_folders"])
    lines = learn.learn(asked.sessions, given["columns"], given["options"], near, asked.text)
    print("\n".join(lines))
    sys.stdout.flush()


if __name__ == "__main__":
    run_script.run(main, snakemake)
