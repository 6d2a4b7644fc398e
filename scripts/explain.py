"""Say everything that is known of some units of a session (rule explain)."""

import sys

from goodunits.answers import explain_units
from goodunits.base.errors import GoodunitsError
from goodunits.workflow import run_script


def main(snakemake):
    """Print each unit asked for; end with an error that names what could not be answered."""
    asked = (snakemake.params.session, snakemake.params.unit)
    texts, problems = explain_units.answers(snakemake.params.sessions, *asked)
    if texts:
        print("\n\n".join(texts))
    sys.stdout.flush()
    if problems:
        raise GoodunitsError("; ".join(problems))


if __name__ == "__main__":
    run_script.run(main, snakemake)
