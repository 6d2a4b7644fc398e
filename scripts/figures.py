"""Draw the figures of the dataset (rule figures)."""

from goodunits.base.errors import GoodunitsError
from goodunits.workflow import step_words


def main(*, figures, more_formats=""):
    """Draw each figure as SVG.

    Parameters
    ----------
    more_formats : words
        Other formats, parted by commas: png, pdf.
    figures : path
        Folder for the figures: results/figures. What is drawn lies beside it.
    """
    try:
        from goodunits.report import report_figures  # needs matplotlib
    except ModuleNotFoundError as error:
        raise GoodunitsError(
            f"{error.name} is not installed; python -m pip install -r requirements.txt"
        ) from None
    report_figures.draw_results(figures, filter(None, more_formats.split(",")))


if __name__ == "__main__":
    step_words.start(main)
