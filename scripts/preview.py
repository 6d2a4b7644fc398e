"""Show which labels a run would change; no session folder is touched (rule preview)."""

from goodunits import logs, preview


def main(snakemake):
    """Compare the labels of every session with its folder; print a summary, write the table."""
    print(preview.compare(snakemake.params.sessions, snakemake.params.table))


if __name__ == "__main__":
    logs.run(main, snakemake)
