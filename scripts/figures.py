"""Draw the figures of the dataset (rule figures)."""

from pathlib import Path

from goodunits.base.errors import GoodunitsError
from goodunits.report import report_data
from goodunits.workflow import step_words


def main(*, figures):
    """Draw each figure.

    Parameters
    ----------
    figures : path
        Folder for the figures: results/figures. What is drawn lies beside it.
    """
    try:
        from goodunits.report import report_figures  # needs matplotlib
    except ModuleNotFoundError as error:
        raise GoodunitsError(
            f"{error.name} is not installed; python -m pip install -r requirements.txt"
        ) from None
    results = Path(figures).parent
    report_figures.write(report_data.gather(results, {}, with_pictures=False), figures)


if __name__ == "__main__":
    step_words.start(main)
