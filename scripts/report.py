"""Make the report over all sessions (rule report)."""

from pathlib import Path

from goodunits.report import report_page
from goodunits.workflow import run_script


def main(*, results, page_files, presets, project):
    """Write one page that shows what is in the results."""
    report_page.write(results, page_files, presets, project)


if __name__ == "__main__":
    run_script.run(
        run_script.job_of(snakemake),
        main,
        results=Path(snakemake.output.page).parent,
        page_files=snakemake.input.page_files,
        presets=snakemake.input.presets,
        project=snakemake.params.project,
    )
