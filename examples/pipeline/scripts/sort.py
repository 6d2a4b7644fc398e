"""Stand in for a spike sorter: unpack one sort of the demo (rule sort)."""

import tarfile
from pathlib import Path


def main(snakemake):
    """Put the sort of one session into its folder, with the time of now, as a sorter would."""
    session = snakemake.wildcards.session
    with tarfile.open(snakemake.input[0]) as archive:
        files = [item for item in archive if item.name.split("/")[0] == session]
        archive.extractall("sorts", files)
    for path in snakemake.output:
        Path(path).touch()


if __name__ == "__main__":
    main(snakemake)
