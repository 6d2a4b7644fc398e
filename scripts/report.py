"""Make the report over all sessions (rule report)."""

from pathlib import Path

from goodunits.report import report_page
from goodunits.workflow import run_script


def main(snakemake):
    """Write one page that shows what is in the results."""
    folder = Path(snakemake.output.page).parent
    report_page.write(
        folder, snakemake.input.page_files, snakemake.input.presets, snakemake.params.project
    )


if __name__ == "__main__":
    run_script.run(main, snakemake)
