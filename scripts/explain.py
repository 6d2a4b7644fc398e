"""Say everything that is known of some units of a session (rule explain)."""

import sys

from goodunits import explain, logs
from goodunits.errors import GoodunitsError


def main(snakemake):
    """Print each unit asked for; end with an error that names what could not be answered."""
    asked = (snakemake.params.session, snakemake.params.unit)
    texts, problems = explain.answers(snakemake.params.sessions, *asked)
    if texts:
        print("\n\n".join(texts))
    sys.stdout.flush()
    if problems:
        raise GoodunitsError("; ".join(problems))


if __name__ == "__main__":
    logs.run(main, snakemake)
