"""Say in words what was done, for a paper (rule methods)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.result_files import dataset_json
from goodunits.workflow import step_words


def main(*, dataset, text):
    """Write the text and its bibliography.

    Parameters
    ----------
    dataset : path
        All sessions and where they lie: results/.run/dataset.json.
    text : path
        Where to write the text: results/methods.md. The bibliography lies beside it.
    """
    documents.write_methods(dataset_json.read(dataset), Path(text).parent)


if __name__ == "__main__":
    step_words.start(main)
