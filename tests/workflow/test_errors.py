"""Every kind of broken session and configuration: one clear line each, and the others finish."""

import shutil

import numpy as np
import pytest
from helpers import (
    Work,
    contents,
    copy_project,
    read_tsv,
    without_root_powers,
    write_config,
    write_session,
)

RATE_HZ = 30000.0


def remove(folder, name):
    """A file is missing."""
    (folder / name).unlink()


def save(folder, name, *values):
    """A file holds another array."""
    np.save(folder / name, np.array(values))


def write(folder, name, data):
    """A file holds other bytes."""
    (folder / name).write_bytes(data)


def truncate(folder, name):
    """A file was copied half."""
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])


def empty(folder):
    """Nothing is in the folder."""
    for path in folder.iterdir():
        path.unlink()


# Session, what is done to it, what the reason must say.
BROKEN = [
    ("missing_folder", [shutil.rmtree], "missing_folder"),
    ("empty_folder", [empty], "empty"),
    ("no_spike_times", [remove, "spike_times.npy"], "spike_times.npy"),
    ("truncated_clusters", [truncate, "spike_clusters.npy"], "spike_clusters.npy: cut short"),
    ("lengths_differ", [save, "spike_clusters.npy", 0, 0, 0], "has 3"),
    ("no_spikes", [save, "spike_times.npy"], "no spikes"),
    ("nan_times", [save, "spike_times.npy", 1.0, np.nan], "NaN"),
    ("negative_times", [save, "spike_times.npy", -5, 7], "-5"),
    ("not_npy", [write, "spike_times.npy", b"something else"], "not a NumPy"),
    ("no_bytes", [write, "spike_times.npy", b""], "0 bytes"),
    ("truncated_times", [truncate, "spike_times.npy"], "cut short"),
    ("objects", [save, "spike_times.npy", {}, {}], "Python objects"),
    ("bad_params", [write, "params.py", b"sample_rate = = 3\n"], "params.py"),
    ("no_sample_rate", [write, "params.py", b"dat_path = 'a.bin'\n"], "no sample rate"),
    ("bad_labels", [write, "cluster_KSLabel.tsv", b"\xff\xfe\x00"], "cluster_KSLabel.tsv"),
    ("no_cluster_id", [write, "cluster_group.tsv", b"unit\tgroup\n1\tgood\n"], "cluster_id"),
]
READ_ONLY = "read_only"


def with_unknown_ids(folder):
    """Label files of a Windows editor, with clusters that are not there."""
    for name in ("cluster_KSLabel.tsv", "cluster_group.tsv"):
        text = (folder / name).read_text() + "777\tgood\n"
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())


def without_label_files(folder):
    """Neither Kilosort's label file nor its copy."""
    for name in ("cluster_KSLabel.tsv", "cluster_group.tsv"):
        (folder / name).unlink()


SOUND = [
    ("sound", [contents]),
    ("windows_labels", [with_unknown_ids]),
    ("no_label_files", [without_label_files]),
]


def regular_train(rate_hz, duration_s=1200.0, start_s=0.0):
    """Spike times in samples of a unit that fires regularly."""
    times_s = start_s + np.arange(0, duration_s, 1 / rate_hz)
    return np.round(times_s * RATE_HZ).astype(np.int64)


def later(trains, n_samples):
    """The same trains a little later, so that no two sessions are the same sort."""
    return {unit: times + n_samples for unit, times in trains.items()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One run over all of them; the run as it ended, and the label files as they were before."""
    base = tmp_path_factory.mktemp("errors")
    trains = {0: regular_train(4), 3: regular_train(0.5), 7: np.array([900])}
    faults = [(name, fault) for name, fault, _ in BROKEN] + SOUND
    for place, (name, (fault, *details)) in enumerate(faults, 1):
        fault(write_session(base / "sorts" / name, later(trains, place), RATE_HZ), *details)
    write_session(base / "sorts" / READ_ONLY, trains, RATE_HZ)
    all_at_once = {0: np.full(40, 500), 1: np.full(3, 500)}
    write_session(base / "sorts" / "all_at_one_time", all_at_once, RATE_HZ)
    (base / "sorts" / "with {braces}").mkdir()
    names = [name for name, _ in faults] + ["all_at_one_time", READ_ONLY]
    rows = [f"{name}\t{name}" for name in names] + ["braces\twith {braces}"]
    sheet = write_config(base / "sorts" / "sheet.tsv", "\n".join(["session\tpath", *rows]))
    (base / "work").mkdir()
    work = Work(base / "work", sheet)
    before = contents(base / "sorts")
    (base / "sorts" / READ_ONLY).chmod(0o555)
    done = work.run(preexec_fn=without_root_powers)
    (base / "sorts" / READ_ONLY).chmod(0o755)
    return work, done, before


@pytest.fixture(scope="module")
def reasons(finished):
    """Rows of the table of sessions, by session."""
    return {row["session"]: row for row in finished[0].table("sessions.tsv")}


def test_run_ends_non_zero_without_traceback(finished):
    _, done, _ = finished
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    assert "unexpected" not in done.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [(name, said) for name, _, said in BROKEN] + [(READ_ONLY, "writ"), ("braces", "braces")],
)
def test_broken_session_is_named_with_its_reason(finished, reasons, name, said):
    work, done, before = finished
    row = reasons[name]
    assert row["status"] == "failed"
    assert said in row["reason"]
    assert "\n" not in row["reason"]
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines() if line[:2] == "  "]
    assert [name, row["reason"]] in lines
    assert not (work.folder / "results" / name / "written.json").exists()


def test_label_files_of_broken_sessions_are_as_they_were(finished):
    work, _, before = finished
    after = contents(work.dataset.parent)
    names = [name for name, _, _ in BROKEN] + [READ_ONLY]
    for path, sha in before.items():
        if path.split("/")[0] in names:
            assert after[path] == sha


@pytest.mark.parametrize("name", [name for name, _ in SOUND])
def test_sound_session_is_labelled(finished, reasons, name):
    work, _, _ = finished
    assert reasons[name]["status"] == "labelled"
    labels = work.by_unit(name, "labels.tsv")
    assert {i: row["label"] for i, row in labels.items()} == {0: "good", 3: "mua", 7: "mua"}
    groups = read_tsv(work.dataset.parent / name / "cluster_group.tsv")
    assert {int(row["cluster_id"]): row["group"] for row in groups} == {
        i: row["label"] for i, row in labels.items()
    }


def test_unit_of_one_spike_has_no_rate_and_no_contamination(finished):
    work, _, _ = finished
    metrics = work.by_unit("sound", "metrics.tsv")[7]
    assert (metrics["n_spikes"], metrics["firing_rate"], metrics["ks_contamination"]) == (
        "1",
        "",
        "",
    )
    reason = work.by_unit("sound", "labels.tsv")[7]["reason"]
    assert "firing_rate undefined (too_few_spikes)" in reason


def test_all_spikes_at_one_time(finished, reasons):
    work, _, _ = finished
    assert reasons["all_at_one_time"]["status"] == "labelled"
    rows = work.by_unit("all_at_one_time", "labels.tsv")
    assert {i: row["label"] for i, row in rows.items()} == {0: "mua", 1: "mua"}
    assert "undefined (zero_span)" in rows[0]["reason"]


def test_mended_session_is_labelled_in_the_next_run(finished):
    """Only what failed is done again; what is still broken is said again."""
    work, _, _ = finished
    folder = work.dataset.parent / "no_sample_rate"
    (folder / "params.py").write_text(f"sample_rate = {RATE_HZ}\n")
    group = work.dataset.parent / "no_cluster_id" / "cluster_group.tsv"
    group.write_text("cluster_id\tgroup\n0\tnoise\n")
    mended = {"no_sample_rate", "no_cluster_id"}
    only = ["only=[no_sample_rate, no_cluster_id, sound]"]
    assert {session for _, session in work.plan(config=only)} == {*mended, None}
    work.succeed(config=only)
    rows = {row["session"]: row for row in work.table("sessions.tsv")}
    assert {rows[name]["status"] for name in (*mended, "sound")} == {"labelled"}
    assert work.by_unit("no_cluster_id", "labels.tsv")[0]["label"] == "noise"
    assert rows["no_spike_times"]["status"] == "failed", "sessions left out keep their rows"
    units = {row["session"] for row in work.table("units.tsv")}
    assert units == {name for name, row in rows.items() if row["status"] == "labelled"}


# Configuration: nothing is run

# What is wrong in one place is said together, each with what was probably meant.
CONFIGS = [
    (
        "{lables: {}, manual_curation: kep, metrics: {presence_ratio: {bin_duration_s: long}}}",
        ["3 problems", "did you mean 'labels'?", "did you mean 'keep'?", "bin_duration_s"],
    ),
    (
        "labels: {good: {all: [firing_rat > 1, firing_rate >> 1]}}",
        ["'firing_rat', did you mean 'firing_rate'?", "firing_rate >> 1", "rest"],
    ),
    ("only: [nobody]", ["1 problem", "nobody"]),
]


@pytest.fixture
def sound_work(tmp_path):
    """A sheet with one sound session, nothing run yet."""
    write_session(tmp_path / "sort", {0: regular_train(4, 20)})
    (tmp_path / "work").mkdir()
    sheet = write_config(tmp_path / "sheet.tsv", "session\tpath\none\tsort\n")
    return Work(tmp_path / "work", sheet)


def problem(done):
    """What is said before Snakemake builds anything; never a traceback."""
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    assert "Job stats" not in done.stdout
    return done.stdout


@pytest.mark.parametrize(("text", "said"), CONFIGS)
def test_wrong_configuration(sound_work, text, said):
    config = write_config(sound_work.folder.parent / "config.yaml", text)
    shown = problem(sound_work.run(configfile=config, options=["-n"]))
    assert all(word in shown for word in said)


def test_bad_yaml(sound_work):
    """Snakemake reads what --configfile names; config.yaml of the project is read by us."""
    bad = "labels:\n  good: [a\nonly: x\n"
    config = write_config(sound_work.folder.parent / "mine.yaml", bad)
    shown = problem(sound_work.run(configfile=config, options=["-n"]))
    assert "Config file is not valid JSON or YAML" in shown
    project = copy_project(sound_work.folder.parent / "project")
    write_config(project / "config.yaml", bad)
    empty_config = write_config(sound_work.folder.parent / "mine.yaml", "{}")
    work = Work(sound_work.folder, sound_work.dataset, project, empty_config)
    assert f"{project / 'config.yaml'}, line 3" in problem(work.run(options=["-n"]))


def test_key_given_twice(sound_work):
    """YAML itself would take the last one without a word."""
    text = "manual_curation: keep\nonly: []\nmanual_curation: fill\n"
    config = write_config(sound_work.folder.parent / "mine.yaml", text)
    shown = problem(sound_work.run(configfile=config, options=["-n"]))
    assert f"{config}, line 3: 'manual_curation' appears twice" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("session\tpath\none\tsort\nOne\tsort/.\n", ["One", "line 3"]),
        ("", ["empty"]),
        ("session\tfolder\none\tsort\n", ["folder", "path"]),
    ],
)
def test_wrong_sheet(sound_work, text, said):
    write_config(sound_work.dataset, text)
    shown = problem(sound_work.run(options=["-n"]))
    assert all(word in shown for word in said)


def test_missing_dataset(sound_work):
    sound_work.dataset.unlink()
    assert str(sound_work.dataset) in problem(sound_work.run(options=["-n"]))
