"""Join the results of all sessions into tables (rule summarize)."""

from pathlib import Path

from goodunits.result_files import dataset_json
from goodunits.tables import sessions_tsv
from goodunits.workflow import step_words


def main(*, dataset, sessions):
    """Write a row per session, a row per unit, and a row per criterion.

    Parameters
    ----------
    dataset : path
        All sessions and where they lie: results/.run/dataset.json.
    sessions : path
        Where to write the rows of sessions: results/sessions.tsv. The other tables lie beside it.
    """
    sessions_tsv.write_tables(dataset_json.read(dataset), Path(sessions).parent)


if __name__ == "__main__":
    step_words.start(main)
