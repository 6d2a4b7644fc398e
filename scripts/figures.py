"""Draw the figures of the dataset (rule figures)."""

from pathlib import Path

from goodunits.base.errors import GoodunitsError
from goodunits.report import report_data
from goodunits.workflow import run_script


def main(*, folder):
    """Draw each figure as SVG."""
    try:
        from goodunits.report import report_figures  # needs matplotlib
    except ModuleNotFoundError as error:
        raise GoodunitsError(
            f"{error.name} is not installed; python -m pip install -r requirements.txt"
        ) from None
    report_figures.write(report_data.gather(folder.parent, {}, with_pictures=False), folder)


if __name__ == "__main__":
    run_script.run(run_script.job_of(snakemake), main, folder=Path(snakemake.output[0]).parent)
