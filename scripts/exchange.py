"""Write what SpikeInterface and neuroconv read (rule exchange)."""

from pathlib import Path

from goodunits.exchange import documents
from goodunits.result_files import dataset_json
from goodunits.workflow import step_words


def main(*, dataset, table):
    """Write the files of every session, and the table that lists them.

    Parameters
    ----------
    dataset : path
        All sessions and where they lie: results/.run/dataset.json.
    table : path
        Where to write the list: results/exchange.tsv. The files lie beside each session's results.
    """
    documents.write_exchange(dataset_json.read(dataset), Path(table).parent)


if __name__ == "__main__":
    step_words.start(main)
