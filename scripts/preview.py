"""Show which labels a run would change; no session folder is touched (rule preview)."""

from goodunits.answers import preview_labels
from goodunits.workflow import run_script


def main(*, sessions, table):
    """Compare the labels of every session with its folder; print a summary, write the table."""
    print(preview_labels.compare(sessions, table))


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        sessions=snakemake.params.sessions,
        table=snakemake.params.table,
    )
