"""A dataset of two sessions, and the workflow run over it in this process, rule by rule."""

from pathlib import Path, PurePosixPath

import numpy as np

import prepared
import steps
import tiny
from goodunits.answers import preview_labels, verify_folders
from goodunits.base import tsv
from goodunits.base.errors import GoodunitsError, in_words, one_line
from goodunits.config import yaml_file
from goodunits.phy import history
from goodunits.tables import sessions_tsv

PROJECT = Path(__file__).parents[2]
CONFIG = """\
dataset: sheet.tsv
metric_groups: [isolation]
labels:
  good:
    all: [n_spikes >= 35, ks_contamination < 100]
  mua: rest
"""
SHEET = "session\tpath\trecording_duration_s\na\tdata/a\t\nb\tdata/b\t\n"
N_CHANNELS, N_TIMES, N_COLUMNS = 8, 61, 4
RATE_HZ = 30000.0
DECIDED = {1: "noise", 3: "mua"}


def make_dataset(folder):
    """Two sessions with every file that is read, run once, decided on in Phy, and run again."""
    for name, seed in (("a", 1), ("b", 2)):
        make_session(folder / "data" / name, seed)
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "sheet.tsv").write_text(SHEET)
    for is_first in (True, False):
        run(folder)
        if is_first:
            for name in ("a", "b"):
                phy = tiny.Phy(folder / "data" / name)
                for cluster_id, label in DECIDED.items():
                    phy.label(cluster_id, label)
                phy.save()
    return folder


def make_session(folder, seed):
    """A small sort with every file that is read."""
    tiny.make_sort(folder, seed)
    rng = np.random.default_rng(seed)
    n_spikes, n_templates = len(np.load(folder / "spike_times.npy")), 1 + max(tiny.SIZES)
    clusters = np.load(folder / "spike_clusters.npy")
    templates = rng.normal(size=(n_templates, N_TIMES, N_CHANNELS)).astype(np.float32)
    arrays = {
        "amplitudes": rng.gamma(9, size=n_spikes),
        "spike_positions": rng.normal(50, 9, size=(n_spikes, 2)),
        "templates": templates,
        "whitening_mat_inv": np.eye(N_CHANNELS) + rng.normal(0, 0.1, (N_CHANNELS, N_CHANNELS)),
        "channel_positions": np.stack([np.zeros(N_CHANNELS), 20.0 * np.arange(N_CHANNELS)], 1),
        "channel_shanks": np.zeros(N_CHANNELS),
        "channel_map": np.arange(N_CHANNELS),
        "similar_templates": rng.random((n_templates, n_templates)).astype(np.float32),
        "pc_features": rng.normal(5, 1, size=(n_spikes, 6, N_COLUMNS)).astype(np.float32),
        "pc_feature_ind": np.tile(np.arange(N_COLUMNS), (n_templates, 1)),
        "spike_detection_templates": clusters % 3,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    ops = {
        "fs": RATE_HZ,
        "Nbatches": 6,
        "batch_size": 60000,
        "acg_threshold": 0.2,
        "duplicate_spike_bins": 7,
        "filename": PurePosixPath("/data/rec.bin"),
        "iCC": np.arange(N_COLUMNS * N_CHANNELS).reshape(N_COLUMNS, N_CHANNELS) % N_CHANNELS,
        "iU": np.arange(3),
        "settings": {"tmin": 0.0, "nested": [(1, 2), {"x": np.float32(3)}]},
    }
    np.save(folder / "ops.npy", ops)
    times = np.load(folder / "spike_times.npy")
    np.save(folder / "spike_times.npy", np.sort(times % 330_000))
    (folder / "params.py").write_text(
        f"dat_path = ['/data/rec.bin']\nn_channels_dat = 8\ndtype = 'int16'\noffset = 0\n"
        f"sample_rate = {RATE_HZ}\nhp_filtered = False\n"
    )
    (folder / "kilosort4.log").write_text(
        "10:00 INFO Kilosort version 4.1.7\n10:00 INFO N samples: 360000\n10:01 INFO done\n"
    )
    (folder / "phy.log").write_text(
        "10:02 supervisor Change metadata_group for cluster 1 to noise.\n"
        "10:03 supervisor Change metadata_group for cluster 3 to mua.\n"
        "10:03 supervisor Merge clusters 2, 6 to 7.\n"
    )


def prepare(folder):
    """What parsing does; raises ConfigError."""
    user = yaml_file.load_yaml(folder / "config.yaml")
    given = {"config_files": [folder / "config.yaml"], "results": folder / "results"}
    return prepared.prepare(user, folder, **given)


def run(folder, sessions=("a", "b")):
    """Parsing and all rules for some sessions.

    Returns
    -------
    problems : dict of str to str
        What was said of a session that was not labelled; "" is the whole run.
    """
    try:
        prepared = prepare(folder)
    except GoodunitsError as error:
        return {"": str(error)}
    problems = {}
    for session in sessions:
        if session in prepared.sessions:
            try:
                run_session(prepared, session)
            except GoodunitsError as error:
                problems[session] = str(error)
            except OSError as error:  # said in one line too
                problems[session] = in_words(error)
    return problems


def run_session(prepared, session):
    """The four rules of a session, stopped by the first that fails."""
    Path(prepared.results, session).mkdir(parents=True, exist_ok=True)
    for rule, main in steps.MAINS.items():
        main(**steps.keywords(prepared, rule, session))


def targets(folder):
    """What the targets that only look say; raises nothing for what is wrong with a session."""
    sessions = [(name, folder / "data" / name, folder / "results" / name) for name in ("a", "b")]
    said = [preview_labels.compare(sessions, folder / "preview.tsv")]
    for _, session, results in sessions:
        for look in (verify_all, history_all):
            try:
                said += look(session, results)
            except (GoodunitsError, OSError) as error:
                said.append(str(error))
    _, rows = sessions_tsv.sessions_table(sessions)
    return [*said, sessions_tsv.failures_text(rows)]


def verify_all(session, results):
    return [one_line(verify_folders.check(session, results).detail)]


def history_all(session, results):
    return [one_line(history.describe(event)) for event in history.read_history(session)]


def manual(folder, session):
    """Labels that count as given by a person, as labels.tsv has them."""
    _, rows = tsv.read_table(folder / "results" / session / "labels.tsv")
    return {int(row["cluster_id"]): row["label"] for row in rows if row["source"] == "manual"}
