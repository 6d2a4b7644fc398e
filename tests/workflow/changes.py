"""What may change after a run: each function changes one thing in session a or over the dataset."""

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
from helpers import write_session
from small_world import CONFIG, SESSIONS, TRAINS, rows_of_sheet

import tiny

DATE_NS = 1_600_000_000_000_000_000


def in_place(path, change):
    """Change the content of a file of which size, date and inode stay."""
    before, old = os.stat(path), path.read_bytes()
    new = change(old)
    assert len(new) == len(old) and new != old, path
    with open(path, "r+b") as file:
        file.write(new)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(path).st_ino == before.st_ino


def last_byte(data):
    """Another byte near the end."""
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]


def swap_labels(data):
    """The labels of the first two units, exchanged."""
    header, first, second, *rest = data.split(b"\n")
    (i, label), (j, other) = first.split(b"\t"), second.split(b"\t")
    assert label != other
    return b"\n".join([header, i + b"\t" + other, j + b"\t" + label, *rest])


# Changes: each of them in session a, or over the dataset.


def label_in_phy(world):
    phy = tiny.Phy(world.sort("a"))
    phy.label(0, "noise")
    phy.save()


def merge_in_phy(world):
    phy = tiny.Phy(world.sort("a"))
    phy.merge(3, 7)
    phy.save()


def edit_group_in_place(world):
    in_place(world.sort("a") / "cluster_group.tsv", swap_labels)


def edit_ks_label_in_place(world):
    in_place(world.sort("a") / "cluster_KSLabel.tsv", swap_labels)


def remove_group(world):
    (world.sort("a") / "cluster_group.tsv").unlink()


def remove_ks_label(world):
    (world.sort("a") / "cluster_KSLabel.tsv").unlink()


def date_label_back(world):
    path = world.sort("a") / "cluster_group.tsv"
    path.write_bytes(swap_labels(path.read_bytes()))
    os.utime(path, ns=(DATE_NS, DATE_NS))


def save_spikes_again(world):
    for name in ("spike_times.npy", "spike_clusters.npy"):
        np.save(world.sort("a") / name, np.load(world.sort("a") / name))


def other_clusters_in_place(world):
    in_place(world.sort("a") / "spike_clusters.npy", last_cluster_is_another)


def last_cluster_is_another(data):
    """An array of int32 with another last item."""
    last = int.from_bytes(data[-4:], "little")
    return data[:-4] + (3 if last == 7 else 7).to_bytes(4, "little")


def other_spike_times(world):
    path = world.sort("a") / "spike_times.npy"
    times = np.load(path)
    times[-1] += 30
    np.save(path, times)


def add_file_of_the_sort(world):
    n_spikes = len(np.load(world.sort("a") / "spike_times.npy"))
    np.save(world.sort("a") / "amplitudes.npy", np.ones(n_spikes))


def another_sort_of_the_same_sizes(world):
    """As of a disk that is mounted in place of another: all names, sizes and dates are alike."""
    here, there = world.sort("a"), world.sort("a").parent / "other"
    shutil.copytree(here, there)
    in_place(there / "spike_times.npy", last_byte)
    shutil.rmtree(here)
    there.rename(here)


def edit_store(world):
    ledger = world.sort("a") / "goodunits_store" / "ledger.txt"
    in_place(ledger, last_byte)


def edit_original_in_store(world):
    path = next(world.sort("a").glob("goodunits_store/*/original/cluster_group.tsv"))
    path.chmod(0o644)
    in_place(path, last_byte)


def add_to_history(world):
    path = next(world.sort("a").glob("goodunits_store/*/history.jsonl"))
    path.write_text(path.read_text() + path.read_text().splitlines()[-1] + "\n")


def remove_store(world):
    shutil.rmtree(world.sort("a") / "goodunits_store")


def remove_folder(world):
    world.sort("a").rename(world.folder.parent / "away")


def learn(world):
    """What the target learn leaves is a part of the report."""
    world.results("agreement.tsv").write_text("who\tcriteria\n")


def restore(world):
    world.succeed("restore", config=["only=a"])


def settle(world):
    world.succeed("settle", config=["only=a", "labels_are=theirs"])


def edit_labels_in_place(world):
    in_place(world.results("a", "labels.tsv"), last_byte)


def truncate_labels(world):
    world.results("a", "labels.tsv").write_bytes(b"")


def touch_metrics(world):
    os.utime(world.results("a", "metrics.tsv"))


def damage_receipt(world):
    world.results("a", "written.json").write_text("{}")


def edit_table(world):
    path = world.results("sessions.tsv")
    path.write_text(path.read_text().replace("labelled", "restored", 1))


def remove_copy_of_written(world):
    shutil.rmtree(world.results("a", "written"))


def date_results_ahead(world):
    ahead = time.time_ns() + DATE_NS
    for path in world.results().rglob("*"):
        os.utime(path, ns=(ahead, ahead))
    label_in_phy(world)


def date_sort_ahead(world):
    ahead = time.time_ns() + 10**13
    os.utime(world.sort("a") / "spike_times.npy", ns=(ahead, ahead))


def move_results(world):
    """Away and back as a copy: every date is kept."""
    away = shutil.copytree(world.results(), world.folder / "away")
    shutil.rmtree(world.results())
    away.rename(world.results())


def remove_results(world):
    shutil.rmtree(world.results())


def remove_what_snakemake_knows(world):
    shutil.rmtree(world.folder / ".snakemake")


def mark_incomplete(world):
    """What Snakemake leaves where it was killed in a job."""
    folder = world.folder / ".snakemake" / "incomplete"
    folder.mkdir(exist_ok=True)
    (folder / base64.b64encode(b"results/a/labels.tsv").decode()).touch()


def kill_a_run(world):
    """The labels of a new threshold are half done; then the old one is asked for."""
    other = world.configfile.with_name("other.yaml")
    other.write_text(CONFIG.replace(">= 5", ">= 2"))
    words = ["--cores", "1", "--snakefile", world.project / "Snakefile", "-d", world.folder]
    words += ["--configfile", other, "--config", f"dataset={world.dataset}"]
    words = [sys.executable, "-m", "snakemake", *map(str, words)]
    run = subprocess.Popen(words, start_new_session=True, stderr=subprocess.DEVNULL)
    before = {name: world.results(name, "written.json").stat().st_mtime_ns for name in SESSIONS}
    while not any(is_younger(world.results(name, "written.json"), before[name]) for name in before):
        assert run.poll() is None
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    world.succeed(options=["--unlock"])


def is_younger(path, than_ns):
    """Whether a file is there and was written anew."""
    return path.exists() and path.stat().st_mtime_ns > than_ns


def fail(world):
    """A run in which one session fails."""
    path = world.sort("a") / "spike_times.npy"
    path.write_bytes(path.read_bytes()[:500])
    assert world.run().returncode != 0


def fail_and_mend(world):
    whole = (world.sort("a") / "spike_times.npy").read_bytes()
    fail(world)
    (world.sort("a") / "spike_times.npy").write_bytes(whole)


def set_config(old, new):
    """A change of the settings."""

    def change(world):
        text = world.configfile.read_text()
        assert text.count(old) == 1
        world.configfile.write_text(text.replace(old, new))

    return change


def edit_scorecard(world):
    path = world.configfile.with_name("card.yaml")
    text, n_changed = re.subn("^intercept: .*", "intercept: 0.125", path.read_text(), flags=re.M)
    assert n_changed == 1
    path.write_text(text)


def add_row(world):
    trains = {i: np.array(train) + 9 for i, train in TRAINS.items()}
    write_session(world.sort("d"), trains)
    world.write_sheet([*rows_of_sheet(), ["d", "sorts/d", "", "m1"]])


def remove_row(world):
    world.write_sheet(rows_of_sheet()[1:])


def exchange_rows(world):
    world.write_sheet(rows_of_sheet()[::-1])


def change_column(world):
    rows = rows_of_sheet()
    rows[0][3] = "m2"
    world.write_sheet(rows)


def exchange_paths(world):
    rows = rows_of_sheet()
    rows[0][1], rows[1][1] = rows[1][1], rows[0][1]
    world.write_sheet(rows)


def add_copy_of_a_sort(world):
    shutil.copytree(world.sort("a"), world.sort("d"))
    world.write_sheet([*rows_of_sheet(), ["d", "sorts/d", "", "m1"]])


def add_line(*names):
    """A comment at the end of a file of the project."""

    def change(world):
        with open(world.project.joinpath(*names), "a", encoding="utf-8") as file:
            file.write("\n# a comment\n")

    return change


def remove_result(*names):
    """A result is gone."""

    def change(world):
        world.results(*names).unlink()

    return change


# A change, and whether it asks for work for certain.
OFTEN = [
    (label_in_phy, True),
    (set_config(">= 5", ">= 2"), True),
    (add_line("scripts", "goodunits", "criteria", "unit_verdict.py"), True),
]
# Too many for every run of the tests.
SELDOM = [
    (truncate_labels, True),
    (edit_group_in_place, True),
    (kill_a_run, True),
    (add_row, True),
    (remove_group, True),
    (another_sort_of_the_same_sizes, False),
    (add_to_history, True),
    (remove_result("units.tsv"), True),
    (merge_in_phy, True),
    (edit_ks_label_in_place, True),
    (remove_ks_label, True),
    (date_label_back, True),
    (save_spikes_again, False),
    (other_clusters_in_place, False),  # Snakemake goes by dates, as long as they are what they were
    (other_spike_times, True),
    (add_file_of_the_sort, True),
    (edit_store, False),
    (edit_original_in_store, False),
    (remove_store, True),
    (remove_folder, True),
    (learn, True),
    (restore, True),
    (settle, True),
    (edit_labels_in_place, False),
    (touch_metrics, False),
    (damage_receipt, True),
    (edit_table, False),  # it is mended before anything is planned
    (remove_copy_of_written, True),
    (date_results_ahead, True),
    (date_sort_ahead, False),
    (move_results, False),
    (remove_results, True),
    (remove_what_snakemake_knows, False),
    (mark_incomplete, True),
    (fail, True),
    (fail_and_mend, True),
    (set_config("labels:", "metrics: {presence_ratio: {bin_duration_s: 100}}\nlabels:"), True),
    (set_config("labels:", "manual_curation: overwrite\nlabels:"), True),
    (set_config("labels:", "phy_columns: [firing_rate]\nlabels:"), True),
    (set_config(">= 5", ">= 5.0"), False),
    (set_config("labels:", "only: [b]\nlabels:"), False),
    (edit_scorecard, True),
    (remove_row, True),
    (exchange_rows, False),
    (change_column, True),
    (exchange_paths, True),
    (add_copy_of_a_sort, True),
    (add_line("presets", "tutorial.yaml"), True),
    (add_line("scripts", "compute_metrics.py"), True),
    (add_line("rules", "labels.smk"), False),
    (add_line("report", "page", "style.css"), True),
    (add_line("config.yaml"), False),
    (remove_result("a", "written.json"), True),
    (remove_result("b", "labels.tsv"), True),
    (remove_result("c", "measured.json"), True),
    (remove_result("a", "backup.json"), True),
    (remove_result("a", "unit_pictures.npz"), False),  # the report that was made of it is there
    (remove_result("a", "found.json"), True),
    (remove_result("a", "session.json"), False),  # it is written again with the same content
    (remove_result("report.html"), True),
    (remove_result("figures", "yield.svg"), True),
    (remove_result(".run", "metrics.json"), False),
    (remove_result(".run", "seen.json"), False),
]
