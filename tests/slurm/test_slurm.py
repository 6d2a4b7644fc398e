"""The profiles on a real Slurm of one node: .ci/slurm starts it, runs this and stops it again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goodunits.base import tsv
from goodunits.session_folder import file_names
from goodunits.store import lock

PROJECT = Path(__file__).resolve().parents[2]
MARK = "# written by tests/slurm/up.sh"
SLURM = ["--workflow-profile", "slurm", "--slurm-init-seconds-before-status-checks", "2"]
GENERIC = ["--workflow-profile", "generic", "--seconds-between-status-checks", "2"]
PROFILES = {"slurm": SLURM, "generic": GENERIC}
RUN_TIMEOUT_S = 240

HOLD_LOCK = """\
import sys, time, pathlib
sys.path.insert(0, sys.argv[1])
from goodunits.store import lock
with lock.hold(pathlib.Path(sys.argv[2])):
    pathlib.Path(sys.argv[3]).touch()
    time.sleep(300)
"""


def _no_cluster():
    """Why these tests cannot run; empty if they can. Another cluster than our own is never used."""
    conf = Path("/etc/slurm/slurm.conf")
    if not conf.exists() or conf.read_text().splitlines()[:1] != [MARK]:
        return "no Slurm of these tests here; .ci/slurm (root, Debian) runs them"
    return ""


pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(bool(_no_cluster()), reason=_no_cluster()),
]


@pytest.fixture
def dataset(sort_folder, tmp_path):
    """Function giving a working directory with sorts and a configuration that names them."""

    def make(*names, broken=()):
        rows = ["session\tpath"]
        for name in names:
            folder = sort_folder("dev_c" if name in broken else name, tmp_path / "sorts" / name)
            if name in broken:
                clusters = folder / "spike_clusters.npy"
                clusters.write_bytes(clusters.read_bytes()[:1000])
            rows.append(f"{name}\t{folder}")
        (tmp_path / "sessions.tsv").write_text("\n".join(rows) + "\n")
        (tmp_path / "config.yaml").write_text("dataset: sessions.tsv\n")
        return tmp_path

    return make


def _start(folder, *options):
    """Start a run; its output goes to a file, its Ctrl-C works as in a terminal."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(PROJECT / "Snakefile")]
    command += ["--configfile", "config.yaml", *options]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with open(folder / "output.txt", "w") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": path},
            restore_signals=True,
            preexec_fn=_listen_to_ctrl_c,
        )


def _listen_to_ctrl_c():
    """A process started in the background of a script ignores Ctrl-C; ours must not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _run(folder, *options):
    """Run to the end; give the exit code and the output."""
    code = _start(folder, *options).wait(RUN_TIMEOUT_S)
    return code, (folder / "output.txt").read_text()


def _jobs(folder):
    """All jobs, past ones too, of runs in a folder, by id: state, memory, time limit, place."""
    form = "%i|%T|%m|%l|%P|%Z"
    text = subprocess.check_output(["squeue", "-h", "--states=all", "-o", form], text=True)
    jobs = {}
    for line in text.splitlines():
        number, *values, place = line.split("|")
        if place == str(folder):
            names = ("state", "memory", "time", "partition")
            jobs[int(number)] = dict(zip(names, values, strict=True))
    return dict(sorted(jobs.items()))


def _ended(folder):
    """Whether no job of the runs in a folder waits or runs."""
    states = {job["state"] for job in _jobs(folder).values()}
    return not states & {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING"}


def _sessions(folder):
    """Rows of results/sessions.tsv by session."""
    _, rows = tsv.read_table(folder / "results" / "sessions.tsv")
    return {row["session"]: row for row in rows}


def _wait_until(condition, seconds, *arguments):
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition(*arguments):
        assert time.monotonic() < end, f"{condition.__name__} not true after {seconds} s"
        time.sleep(0.3)


def _job_log(folder, number):
    """Text of the log that a Slurm job has under its number."""
    (log,) = (folder / "logs").glob(f"*/**/{number}.log")
    return log.read_text()


def _log_of_backup(folder, session):
    """Text of the log of backup_labels; empty before it starts."""
    path = folder / "logs" / "backup_labels" / f"{session}.log"
    return path.read_text() if path.exists() else ""


def _wait_until_dev_b_waits_for_its_lock(folder):
    """Wait until a job of a run says that another job holds the lock of session dev_b."""

    def dev_b_waits_for_its_lock():
        log = _log_of_backup(folder, "dev_b")
        return "waiting for" in log and "held by" in log

    _wait_until(dev_b_waits_for_its_lock, 90)


def _hold_lock_in_a_job(session, folder):
    """Start a Slurm job that holds the lock of a session; give its id once it does."""
    program, held = folder / "hold.py", folder / "held"
    program.write_text(HOLD_LOCK)
    file_names.store_folder(session).mkdir()
    target = file_names.store_folder(session) / "lock"
    words = [sys.executable, program, PROJECT / "scripts", target, held]
    command = " ".join(str(word) for word in words)
    options = ["--parsable", "--chdir=/", "--output=/dev/null", "--mem=200", "--wrap", command]
    number = subprocess.check_output(["sbatch", *options], text=True)
    _wait_until(held.exists, 30)
    return int(number)


@pytest.mark.parametrize("profile", PROFILES)
def test_jobs_ask_for_what_the_rules_say_and_one_bad_session_stops_no_other(dataset, profile):
    folder = dataset("dev_a", "dev_b", "torn", broken=["torn"])
    holder = _hold_lock_in_a_job(folder / "sorts" / "dev_b", folder)
    options = ["--slurm-keep-successful-logs"] if profile == "slurm" else []

    process = _start(folder, *PROFILES[profile], *options)
    _wait_until_dev_b_waits_for_its_lock(folder)
    subprocess.check_call(["scancel", str(holder)])
    code = process.wait(RUN_TIMEOUT_S)
    output = (folder / "output.txt").read_text()

    assert code != 0, output
    rows = _sessions(folder)
    assert {name: row["status"] for name, row in rows.items()} == {
        "dev_a": "labelled",
        "dev_b": "labelled",
        "torn": "failed",
    }
    assert "spike_clusters.npy" in rows["torn"]["reason"]
    assert "torn" in output and "spike_clusters.npy" in output

    # dev_a, dev_b, torn, and torn once more: memory of the two steps that run side by side, time
    # of the three that follow each other, twice for the second attempt.
    jobs = list(_jobs(folder).values())
    asked = [(int(job["memory"].rstrip("M")), job["time"], job["state"]) for job in jobs]
    assert len(asked) == 4, output
    assert all(job["partition"] == "test" for job in jobs)
    assert all(1500 <= memory < 1600 for memory, _, _ in asked[:3])
    assert 3000 <= asked[3][0] < 3200
    assert [time_limit for _, time_limit, _ in asked] == ["45:00"] * 3 + ["1:30:00"]
    assert sorted(state for _, _, state in asked) == ["COMPLETED"] * 2 + ["FAILED"] * 2

    # Each job's own log, named by its id, tells of the steps that ran in it.
    for number, job in _jobs(folder).items():
        log = _job_log(folder, number)
        assert ("Writing the labels of session" in log) == (job["state"] == "COMPLETED")
    assert "waiting for" not in _log_of_backup(folder, "dev_a")


def test_a_job_over_its_memory_runs_again_with_more(dataset):
    folder = dataset("dev_b")
    # 60 MB are too little for Snakemake itself, 960 MB enough.
    memory = "compute_metrics:mem_mb=60 * attempt ** 4"

    target = "results/dev_b/metrics.tsv"
    code, output = _run(folder, *SLURM, "--set-resources", memory, "--", target)

    assert code == 0, output
    jobs = _jobs(folder)
    assert [(job["memory"], job["state"]) for job in jobs.values()] == [
        ("60M", "FAILED"),
        ("960M", "COMPLETED"),
    ]
    assert "exceeded memory limit" in _job_log(folder, min(jobs))
    assert (folder / "results" / "dev_b" / "metrics.tsv").exists()


@pytest.mark.parametrize("profile", PROFILES)
def test_ctrl_c_cancels_the_jobs_and_leaves_the_sort_alone(dataset, profile):
    folder = dataset("dev_b")
    session = folder / "sorts" / "dev_b"
    before = {path.name: path.read_bytes() for path in session.glob("*.tsv")}
    holder = _hold_lock_in_a_job(session, folder)
    process = _start(folder, *PROFILES[profile])

    def no_job_is_left():
        return _ended(folder)

    _wait_until_dev_b_waits_for_its_lock(folder)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(60) != 0
    _wait_until(no_job_is_left, 15)
    assert [job["state"] for job in _jobs(folder).values()] == ["CANCELLED"]
    assert {path.name: path.read_bytes() for path in session.glob("*.tsv")} == before

    subprocess.check_call(["scancel", str(holder)])

    def lock_is_free():
        with lock.hold(file_names.store_folder(session) / "lock", timeout_s=10):
            return True

    _wait_until(lock_is_free, 10)


def test_a_whole_run_in_one_allocation(dataset):
    folder = dataset("dev_a", "dev_b")
    job = PROJECT / "profiles" / "slurm-onenode" / "job.sh"
    options = ["--cpus-per-task=2", "--mem=4G", "--time=10", "--output=run.log"]
    workflow = ["--snakefile", PROJECT / "Snakefile", "--configfile", "config.yaml"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}

    subprocess.run(["sbatch", *options, job, *workflow], cwd=folder, env=environment, check=True)

    def job_has_ended():
        return _ended(folder)

    _wait_until(job_has_ended, RUN_TIMEOUT_S)
    jobs = [(job["memory"], job["time"], job["state"]) for job in _jobs(folder).values()]
    assert jobs == [("4G", "10:00", "COMPLETED")], (folder / "run.log").read_text()
    assert {row["status"] for row in _sessions(folder).values()} == {"labelled"}


@pytest.mark.parametrize("profile", PROFILES)
def test_targets_that_speak_to_the_user_run_where_the_user_is(dataset, profile):
    folder = dataset("dev_b")
    code, output = _run(folder, *PROFILES[profile], "restore")
    assert "dev_b: as it was: nothing to restore" in output, output
    assert code == 0
    assert _jobs(folder) == {}


@pytest.mark.hazards  # a minute: at night
@pytest.mark.parametrize("profile", PROFILES)
def test_many_sessions_in_one_job_and_a_bad_one_takes_no_other_with_it(
    dataset, sort_folder, profile
):
    names = [f"day{number}" for number in range(2)]
    folder = dataset("torn", broken=["torn"])
    rows = []
    for name in names:
        sort = sort_folder("dev_b", folder / "sorts" / name)
        rows.append(f"{name}\t{sort}\tyes\n")
    torn = folder / "sorts" / "torn"
    sheet = ["session\tpath\tallow_copy\n", rows[0], f"torn\t{torn}\t\n", rows[1]]
    (folder / "sessions.tsv").write_text("".join(sheet))
    options = ["--group-components", "session=3", "--cores", "2", "--keep-incomplete"]

    code, output = _run(folder, *PROFILES[profile], *options, "--retries", "0")

    assert code != 0, output
    stands = {name: row["status"] for name, row in _sessions(folder).items()}
    assert stands == {**dict.fromkeys(names, "labelled"), "torn": "failed"}
    # 4 steps of 3 sessions; those over the dataset wait for all of them.
    assert len(_jobs(folder)) == 1
