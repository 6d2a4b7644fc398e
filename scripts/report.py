"""Make the report over all sessions (rule report)."""

from pathlib import Path

from goodunits.report import report_files, report_page
from goodunits.workflow import step_words


def main(*, page_folder, presets_folder, project, page):
    """Write one page that shows what is in the results.

    Parameters
    ----------
    page_folder : path
        Where template, styles and scripts of the page lie.
    presets_folder : path
        Where the criteria lie that the page offers to start from.
    project : path
        Which version of goodunits this is: results/.run/project.json.
    page : path
        Where to write the page: results/report.html. What it shows lies beside it.
    """
    parts = [Path(page_folder, name) for name in report_files.PAGE]
    presets = [Path(presets_folder, name) for name in report_files.PRESETS]
    report_page.write(Path(page).parent, parts, presets, project)


if __name__ == "__main__":
    step_words.start(main)
