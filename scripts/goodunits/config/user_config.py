"""What the user set: on the command line, in files that it names, or in the working folder."""

from pathlib import Path

from goodunits.base.errors import ConfigError
from goodunits.config import settings, yaml_file
from goodunits.dataset import demo

NAME = "config.yaml"


def complete(config, config_files, project, working_folder, is_module):
    """Add the config.yaml of the working folder, and see that the data are the user's choice.

    Parameters
    ----------
    config : dict
        What Snakemake has read, from --configfile and --config or from the outer workflow.
    config_files : list of path-like
        Files that it was read from.
    project : path-like
        Folder of the Snakefile.
    working_folder : Path
        Where Snakemake runs.
    is_module : bool
        In a larger pipeline: its author says what the configuration is.

    Returns
    -------
    config : dict
    config_files : list of path-like
    notes : list of str
        What is to be said of it on the terminal.

    Raises
    ------
    ConfigError
        If no dataset is set outside the project, where the demo is nobody's data.
    """
    project, files, notes = Path(project), list(config_files), []
    inside = working_folder.resolve() == project.resolve()
    here = working_folder / NAME
    if not inside and not is_module and here.exists():
        if not files:
            config, files = settings.merge_config(yaml_file.load_yaml(here), config), [here]
            notes.append(f"settings: {here}")
        elif here.resolve() not in [Path(path).resolve() for path in files]:
            notes.append(f"{here} is not taken, as --configfile names another one")
    if not inside and config.get("dataset") is None and _default_is_the_demo(project):
        expected = "a folder of sorts or a sheet"
        given = (
            "set it in the config of the module"
            if is_module
            else f"give it by --config dataset=..., or in {here}"
        )
        raise ConfigError([f"dataset: none is set; expected {expected}; {given}"])
    return config, files, notes


def _default_is_the_demo(project):
    """Whether nobody edited the dataset in the project's own config.yaml."""
    own = project / NAME
    return not own.exists() or yaml_file.load_yaml(own).get("dataset") in (None, demo.SHEET)
