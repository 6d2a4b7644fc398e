"""Say everything that is known of some units of a session (rule explain)."""

import sys

from goodunits import explain, logs


def main(snakemake):
    """Print each unit asked for; a wrong one stops with the nearest."""
    asked = (snakemake.params.session, snakemake.params.unit)
    print(explain.answer(snakemake.params.sessions, *asked))
    sys.stdout.flush()


if __name__ == "__main__":
    logs.run(main, snakemake)
