"""What is settled before the first job, and which files change with which setting."""

import copy
import json
import os
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

import prepared
import tiny
from goodunits.base.errors import ConfigError

PROJECT = Path(__file__).resolve().parents[3]
METRICS, LABELS, PHY = "metrics.json", "labels-labels-keep.json", "phy-labels-keep.json"


@pytest.fixture
def prepare(tmp_path, monkeypatch, sort_folder):
    """Function preparing a run over two sorts with some settings."""
    monkeypatch.chdir(tmp_path)
    dataset = sort_folder("dev_b").parent
    sort_folder("dev_c")

    def run(write=True, config_files=(), config_words=None, **config):
        return prepared.prepare(
            {"dataset": str(dataset), **config},
            tmp_path,
            config_files=config_files,
            config_words=config_words or {},
            write=write,
        )

    return run


def changed(tmp_path, prepare, **config):
    """Names of the kept files whose bytes change when a setting does."""
    prepare()
    kept = tmp_path / "results" / ".run"
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in kept.iterdir()}
    prepare(**config)
    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in kept.iterdir()}
    return {name for name in after if after[name] != before.get(name)}


def test_same_settings_rewrite_nothing(tmp_path, prepare):
    assert changed(tmp_path, prepare) == set()


def test_labels_change_only_what_depends_on_them(tmp_path, prepare):
    labels = {"good": {"all": ["firing_rate > 3"]}, "mua": "rest"}
    assert changed(tmp_path, prepare, labels=labels) == {LABELS, PHY}


def test_other_spelling_changes_nothing(tmp_path, prepare):
    lines = ["presence_ratio>=0.50", "ks_refractory", "firing_rate >= 1.0", "ks_contamination < .2"]
    labels = {"good": {"all": lines}, "mua": "rest"}
    assert changed(tmp_path, prepare, labels=labels) == set()


def test_metric_parameter_changes_only_metrics(tmp_path, prepare):
    metrics = {"presence_ratio": {"bin_duration_s": 60}}
    assert changed(tmp_path, prepare, metrics=metrics) == {METRICS}


def test_phy_columns_change_only_what_is_written(tmp_path, prepare):
    assert changed(tmp_path, prepare, phy_columns=["presence_ratio"]) == {PHY}


def test_run_begins_with_its_dataset(tmp_path, prepare):
    assert prepare().opening == [f"goodunits: dataset {tmp_path / 'sorts'}: 2 session(s)"]
    assert "1 of 2 session(s), chosen by 'only'" in prepare(only="dev_b").opening[0]


def test_sessions_of_the_tables_that_the_dataset_lacks_are_named(tmp_path, prepare):
    prepare()
    rows = "session\tstatus\treason\twritten\tfolder\ndev_b\t\t\t\t/x\nmore\t\t\t\t/x/more\n"
    (tmp_path / "results" / "sessions.tsv").write_text(rows)
    assert prepare().opening[1:] == ["not in this dataset, but in the tables of the last run: more"]


def test_failed_session_has_news_for_the_jobs_until_it_is_settled(tmp_path, prepare):
    """Also where the failure says nothing new: mended with old dates, it has to be tried again."""
    found = tmp_path / "results" / "dev_b" / "found.json"
    prepare()
    texts = [found.read_text()]
    for time in ("1", "2"):
        note = {"rule": "compute_metrics", "reason": "broken", "time": time}
        found.with_name("failed-compute_metrics.json").write_text(json.dumps(note))
        prepare()
        texts.append(found.read_text())
    assert len(set(texts)) == 3


def test_damaged_sort_is_said_of_the_session(tmp_path, prepare, sort_folder):
    times = sort_folder("dev_c", tmp_path / "sorts" / "cut") / "spike_times.npy"
    tiny.run(times.parent, tmp_path / "elsewhere")
    times.write_bytes(times.read_bytes()[:1000])
    prepare()
    found = json.loads((tmp_path / "results" / "cut" / "found.json").read_text())
    assert found["problem"].startswith(f"{times}: cut short")


def test_other_folder_or_length_of_a_session_is_news_for_its_metrics(tmp_path, prepare):
    run = prepare()
    kept = json.loads(Path(run.session_file("dev_b")).read_text())
    assert kept == {"folder": str(tmp_path / "sorts" / "dev_b"), "duration_s": None}


def test_a_job_writes_nothing(tmp_path, prepare):
    run = prepare(write=False)
    assert not (tmp_path / "results").exists()
    assert run.library_file("rule", [PROJECT / "Snakefile"]).endswith("library-rule.json")
    assert not (tmp_path / "results").exists()


def test_files_of_a_session_exist_and_hold_the_texts(prepare):
    run = prepare()
    assert list(run.sessions) == ["dev_b", "dev_c"]
    for session in run.sessions:
        assert json.loads(run.labels_text(session))["manual_curation"] == "keep"
        with open(run.labels_file(session)) as file:
            assert file.read() == run.labels_text(session)
        with open(run.phy_file(session)) as file:
            assert file.read() == run.phy_text(session)
        assert os.path.exists(run.found_file(session))


def test_library_file_changes_with_content_only(tmp_path, prepare):
    run = prepare()
    module = tmp_path / "library" / "module.py"
    module.parent.mkdir()
    module.write_text("one = 1\n")
    path = run.library_file("rule", [module])
    with open(path) as file:
        before = file.read()
    stamp = os.stat(path).st_mtime_ns
    os.utime(module, ns=(1, 1))
    run.library_file("rule", [module])
    assert os.stat(path).st_mtime_ns == stamp
    module.write_text("one = 2\n")
    run.library_file("rule", [module])
    with open(path) as file:
        assert file.read() != before


def test_problem_of_a_session_is_left_to_its_job(tmp_path, prepare):
    (tmp_path / "sorts" / "dev_b" / "cluster_group.tsv").write_bytes(b"\xff\xff")
    run = prepare()
    with open(run.found_file("dev_b")) as file:
        assert "cluster_group.tsv" in json.load(file)["problem"]
    with open(run.found_file("dev_c")) as file:
        assert "problem" not in json.load(file)


def test_problems_of_all_label_blocks_are_said_together(prepare):
    wrong = {"good": {"all": ["firing_rat > 1"]}, "mua": "rest"}
    with pytest.raises(ConfigError) as raised:
        prepare(labels=wrong, criteria_sets={"other": wrong})
    assert len(raised.value.problems) == 2


def test_key_given_twice_in_a_config_file(tmp_path, prepare):
    path = tmp_path / "mine.yaml"
    path.write_text("only: []\nonly: []\n")
    with pytest.raises(ConfigError, match="'only' appears twice"):
        prepare(config_files=[path])


def test_criteria_that_make_no_sense_are_refused_all_at_once(prepare):
    labels = {
        "Good": {"all": ["presence_ratio >= 80", "snr > 5"]},
        "mua": "rest",
    }
    with pytest.raises(ConfigError) as caught:
        prepare(labels=labels)
    assert len(caught.value.problems) == 2
    labels = {"good": {"all": ["presence_ratio >= 80", "n_spikes < 0"]}, "mua": "rest"}
    sets = {"other": {"good": {"firing_rate": {"greater": 1}}, "mua": "rest"}}
    with pytest.raises(ConfigError) as caught:
        prepare(labels=labels, criteria_sets=sets)
    first, second, third = caught.value.problems
    assert "write 0.8 or 80 %" in first
    assert "n_spikes is 0 or more" in second
    assert third.startswith("criteria_sets.other.good.firing_rate: ")


ONE = """
labels:
  noise: {any: [n_spikes < 50]}
  good: {all: [firing_rate >= 1, ks_refractory]}
  mua: rest
criteria_sets:
  a: {noise: {any: [n_spikes < 50]}, mua: rest}
  b: {sua: {any: [n_spikes > 50]}, mua: rest}
metrics: {presence_ratio: {bin_duration_s: 60}}
"""
TWO = """
labels:
  good: {all: [firing_rate >= 2]}
  mua: rest
criteria_sets:
  a: {good: {any: [n_spikes > 50]}, mua: rest}
metrics: {presence_ratio: {min_n_bins: 5}}
"""


def mixed_by_snakemake(*layers):
    """Layers put over each other as Snakemake does it."""
    config = {}
    for layer in layers:
        update_config(config, copy.deepcopy(layer))
    return config


@pytest.mark.parametrize("write", [True, False])
def test_labels_of_two_config_files_do_not_mix(tmp_path, prepare, write):
    paths = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for path, text in zip(paths, (ONE, TWO), strict=True):
        path.write_text(text)
    one, two = (yaml.safe_load(text) for text in (ONE, TWO))
    found = prepare(write, paths, **mixed_by_snakemake(one, two)).settings
    assert found.labels == two["labels"]
    assert found.criteria_sets == {**one["criteria_sets"], **two["criteria_sets"]}
    presence = found.metrics["presence_ratio"]
    assert (presence["bin_duration_s"], presence["min_n_bins"]) == (60, 5)
    backwards = prepare(write, paths[::-1], **mixed_by_snakemake(two, one)).settings
    assert backwards.labels == one["labels"]


@pytest.mark.parametrize("write", [True, False])
def test_labels_on_the_command_line_replace_those_of_a_file(tmp_path, prepare, write):
    (tmp_path / "one.yaml").write_text(ONE)
    words = {"labels": {"good": {"all": ["n_spikes > 9"]}, "mua": "rest"}, "only": ["dev_b"]}
    config = mixed_by_snakemake(yaml.safe_load(ONE), words)
    found = prepare(write, [tmp_path / "one.yaml"], words, **config)
    assert found.settings.labels == words["labels"]
    assert list(found.sessions) == ["dev_b"]


def test_the_configuration_of_a_module_is_left_alone(tmp_path, prepare):
    for name, text in (("one.yaml", ONE), ("two.yaml", TWO)):
        (tmp_path / name).write_text(text)
    own = {"sua": {"all": ["n_spikes > 9"]}, "mua": "rest"}
    found = prepare(True, [tmp_path / "one.yaml", tmp_path / "two.yaml"], labels=own)
    assert found.settings.labels == own
