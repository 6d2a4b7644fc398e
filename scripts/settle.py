"""Write down whose the labels in every session folder are (rule settle)."""

from pathlib import Path

from goodunits import logs, settle
from goodunits.errors import GoodunitsError


def main(snakemake):
    """Settle session by session; one that cannot be settled does not stop the others."""
    settle.demand_owner(snakemake.params.labels_are)
    failures = []
    for session, folder, results in snakemake.params.sessions:
        try:
            done = settle.settle(folder, snakemake.params.labels_are)
            Path(results, "found.json").unlink(missing_ok=True)  # it tells of before
        except (GoodunitsError, OSError) as error:
            done = f"not settled: {error}"
            failures.append(session)
        print(f"{session}: {done}")
    if failures:
        raise GoodunitsError(f"{len(failures)} session(s) not settled: {', '.join(failures)}")


if __name__ == "__main__":
    logs.run(main, snakemake)
