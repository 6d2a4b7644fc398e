"""What the Snakefile does before anything else, for tests that run no Snakemake."""

from pathlib import Path

from goodunits.workflow import preparation

PROJECT = Path(__file__).resolve().parents[1]


def prepare(config, folder, **given):
    """Prepare a run that starts in some folder.

    Parameters
    ----------
    config : dict
        What the user gave.
    folder : Path
        Where the run starts.
    **given
        Anything of `preparation.prepare` that is to be another than in a plain run.

    Returns
    -------
    run : Run
    """
    plain = {
        "config_files": (),
        "config_words": {},
        "defaults_file": PROJECT / "config.yaml",
        "schema_file": PROJECT / "schemas" / "config.schema.yaml",
        "base_folders": [folder],
        "project": PROJECT,
        "results": "results",
        "write": True,
    }
    return preparation.prepare(config, **plain | given)
