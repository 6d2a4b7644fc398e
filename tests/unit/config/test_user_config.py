"""Which data and settings are meant, by where Snakemake runs."""

import pytest

from goodunits.base.errors import ConfigError
from goodunits.config.user_config import complete


@pytest.fixture
def project(tmp_path):
    """Folder of the project, with the demo as the dataset of its config.yaml."""
    folder = tmp_path / "goodunits"
    folder.mkdir()
    (folder / "config.yaml").write_text("dataset: demo/sessions.tsv\n")
    return folder


@pytest.fixture
def here(tmp_path):
    """A folder of the user, elsewhere."""
    folder = tmp_path / "my"
    folder.mkdir()
    return folder


def test_in_the_project_the_demo_is_the_default(project):
    assert complete({}, [], project, project, False) == ({}, [], [])


@pytest.mark.parametrize("is_module", [False, True])
def test_elsewhere_the_demo_is_nobodys_data(project, here, is_module):
    for config in ({}, {"only": ["m1"]}, {"dataset": None}):
        with pytest.raises(ConfigError, match="dataset: none is set"):
            complete(config, [], project, here, is_module)


def test_a_dataset_in_the_projects_own_config_is_the_users(project, here):
    (project / "config.yaml").write_text("dataset: /data/mouse7\n")
    assert complete({}, [], project, here, False) == ({}, [], [])


def test_config_of_the_working_folder_is_taken_under_the_command_line(project, here):
    mine = here / "config.yaml"
    mine.write_text("dataset: sorts\nonly: [m1]\n")
    config, files, notes = complete({"only": "m2"}, [], project, here, False)
    assert config == {"dataset": "sorts", "only": "m2"}
    assert files == [mine]
    assert notes == [f"settings: {mine}"]


def test_config_of_the_working_folder_that_is_not_taken_is_named(project, here):
    (here / "config.yaml").write_text("dataset: sorts\n")
    other = here / "other.yaml"
    config, _, notes = complete({"dataset": "x"}, [other], project, here, False)
    assert config == {"dataset": "x"}
    assert "config.yaml is not taken" in notes[0]
    _, _, notes = complete({"dataset": "x"}, [here / "config.yaml"], project, here, False)
    assert notes == []


def test_config_beside_a_larger_pipeline_is_that_pipelines(project, here):
    (here / "config.yaml").write_text("dataset: sorts\n")
    assert complete({"dataset": "x"}, [], project, here, True) == ({"dataset": "x"}, [], [])
