"""One line on the terminal, the traceback in the log, a note beside the results."""

import errno
import json
import os
import signal

import pytest

from goodunits.base.errors import SessionError
from goodunits.result_files import failed_json
from goodunits.workflow import run_script


@pytest.fixture
def job(tmp_path):
    """Function making a job of session s1."""

    def make(rule="compute_metrics", session="s1"):
        return run_script.Job(
            rule,
            output=str(tmp_path / "results" / "s1" / "out.tsv") if session else None,
            folder="/data/s1",
            log=str(tmp_path / "logs" / f"{rule}.log"),
            session=session,
            mem_mb=750,
            runtime=15,
        )

    return make


def fail_with(error):
    """Main function of a script that raises an error."""

    def main():
        raise error

    return main


def succeed():
    """Main function of a script that does nothing."""


def run_failing(job, error):
    """Run a job that has to end with an error."""
    with pytest.raises(SystemExit) as raised:
        run_script.run(job, fail_with(error))
    assert raised.value.code == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SessionError("/data/x: no such folder"), "/data/x: no such folder"),
        (PermissionError(13, "Permission denied", "/data/y"), "/data/y: Permission denied"),
        (KeyError("cluster"), "unexpected KeyError: 'cluster'"),
    ],
)
def test_error_is_one_line_and_a_note(job, tmp_path, capfd, error, said):
    run_failing(job(), error)
    shown = capfd.readouterr().err
    assert shown.startswith(f"goodunits: compute_metrics, session s1: {said}")
    assert len(shown.splitlines()) == 1
    note = failed_json.read_failure(tmp_path / "results" / "s1")
    assert note["rule"] == "compute_metrics"
    assert note["reason"].startswith(said)


def test_unexpected_error_has_its_traceback_in_the_log(job, tmp_path):
    run_failing(job(), ZeroDivisionError("x"))
    assert "Traceback" in (tmp_path / "logs" / "compute_metrics.log").read_text()
    run_failing(job("write_phy"), SessionError("x"))
    assert "Traceback" not in (tmp_path / "logs" / "write_phy.log").read_text()


def test_note_is_forgotten_when_the_same_rule_succeeds(job, tmp_path):
    run_failing(job(), SessionError("x"))
    run_script.run(job("backup_labels"), succeed)
    assert failed_json.read_failure(tmp_path / "results" / "s1")
    run_script.run(job(), succeed)
    assert failed_json.read_failure(tmp_path / "results" / "s1") is None


def test_rule_over_all_sessions_leaves_no_note(job, tmp_path, capfd):
    run_failing(job("verify", session=None), SessionError("2 differ"))
    assert capfd.readouterr().err == "goodunits: verify: 2 differ\n"
    assert not (tmp_path / "results").exists()


def test_what_keeps_the_spikes_from_being_read_is_said_first(job, tmp_path):
    run_failing(job("backup_labels"), SessionError("consequence"))
    run_failing(job(), SessionError("cause"))
    run_failing(job("backup_labels"), SessionError("consequence"))
    assert failed_json.read_failure(tmp_path / "results" / "s1")["reason"] == "cause"
    run_script.run(job(), succeed)
    assert failed_json.read_failure(tmp_path / "results" / "s1")["reason"] == "consequence"


def test_error_of_a_write_without_a_path_says_what_was_being_written(job, tmp_path, capfd):
    """As the kernel says it of a full disk when a file is open already."""
    run_failing(job(), OSError(errno.ENOSPC, "No space left on device"))
    said = capfd.readouterr().err
    assert f"writing {tmp_path / 'results' / 's1' / 'out.tsv'}: No space left on device" in said


def test_job_that_is_told_to_stop_says_so(job, tmp_path, capfd):
    def stopped():
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit):
        run_script.run(job(), stopped)
    said = capfd.readouterr().err
    assert "stopped before its end" in said
    assert "mem_mb=750, runtime=15" in said
    assert "Traceback" not in said
    assert "stopped" in failed_json.read_failure(tmp_path / "results" / "s1")["reason"]


def test_killed_job_leaves_a_note_with_what_it_had_asked_for(job, tmp_path):
    def killed():
        os.kill(os.getpid(), signal.SIGKILL)

    process = os.fork()
    if process == 0:
        run_script.run(job(), killed)
    assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL
    note = failed_json.read_failure(tmp_path / "results" / "s1")
    assert "did not end: killed" in note["reason"]
    assert "mem_mb=750, runtime=15" in note["reason"]


def test_note_of_another_folder_does_not_count(job, tmp_path):
    """The sheet now gives another path for the session."""
    run_failing(job(), SessionError("x"))
    results = tmp_path / "results" / "s1"
    assert failed_json.read_failure(results, "/data/s1")["reason"] == "x"
    assert failed_json.read_failure(results, "/data/elsewhere") is None


def test_damaged_note_is_no_note(tmp_path):
    (tmp_path / "failed-write_phy.json").write_text("{")
    assert failed_json.read_failure(tmp_path) is None


@pytest.mark.parametrize("rule", ["apply_thresholds", "preview"])
def test_full_disk_is_one_line_where_log_and_note_are_full_too(job, tmp_path, capfd, rule):
    note = tmp_path / "results" / "s1" / failed_json.FAILED.format(rule=rule)
    for path in (note, tmp_path / "logs" / f"{rule}.log"):
        path.parent.mkdir(parents=True)
        path.symlink_to("/dev/full")
    run_failing(job(rule), OSError(errno.ENOSPC, "No space left on device", "/results/x.tsv"))
    (said,) = capfd.readouterr().err.splitlines()
    assert said.startswith(f"goodunits: {rule}, session s1: ")
    assert said.endswith("No space left on device")


def test_an_older_note_of_a_later_stage_hides_nothing(tmp_path):
    for rule, time in (("write_phy", "2026-01-01"), ("apply_thresholds", "2026-02-02")):
        note = {"rule": rule, "reason": rule, "time": time}
        (tmp_path / f"failed-{rule}.json").write_text(json.dumps(note))
    assert failed_json.read_failure(tmp_path)["rule"] == "apply_thresholds"
