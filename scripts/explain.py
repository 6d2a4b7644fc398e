"""Say everything that is known of some units of a session (rule explain)."""

import sys

from goodunits.answers import explain_units
from goodunits.base.errors import GoodunitsError
from goodunits.workflow import run_script


def main(*, sessions, session, unit):
    """Print each unit asked for; end with an error that names what could not be answered."""
    texts, problems = explain_units.answers(sessions, session, unit)
    if texts:
        print("\n\n".join(texts))
    sys.stdout.flush()
    if problems:
        raise GoodunitsError("; ".join(problems))


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        session=snakemake.params.session,
        unit=snakemake.params.unit,
    )
