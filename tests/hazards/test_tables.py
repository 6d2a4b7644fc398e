"""Random days of a dataset: after each step the tables agree with the session folders.

The real main functions run in this process. What Snakemake would run is decided by a small stand-in
with its rules: outputs go before a job and after a failure, missing results count only where
something needs them, a changed input is one with another content than at the last success.
"""

import contextlib
import json
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import agreement
import prepared
import restore as restore_script
import steps
import summarize
import tiny
import verify as verify_script
import write_phy
from goodunits.answers import preview_labels
from goodunits.base import files
from goodunits.base.errors import GoodunitsError
from goodunits.result_files import dataset_json
from goodunits.session_folder import file_names
from goodunits.tables import sessions_tsv
from goodunits.workflow import closing, run_script

PROJECT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
SESSIONS = ("a", "b", "c")
SESSION = st.sampled_from(SESSIONS)
ONLY = st.sampled_from([[], [], ["a"], ["b", "c"]])
CRITERIA = {
    "loose": {"good": {"all": ["n_spikes >= 15"]}, "mua": "rest"},
    "strict": {
        "good": {"all": ["n_spikes >= 50"]},
        "noise": {"all": ["n_spikes < 25"]},
        "mua": "rest",
    },
    "odd": {"mua": {"all": ["n_spikes >= 35"]}, "good": "rest"},
}
OUTPUTS = {
    "backup_labels": ["backup.json"],
    "compute_metrics": [
        "metrics.tsv",
        "measured.json",
        "merge_candidates.tsv",
        "unit_pictures.npz",
    ],
    "apply_thresholds": ["labels.tsv"],
    "write_phy": ["written.json"],
}
BEFORE = {
    "backup_labels": [],
    "compute_metrics": [],
    "apply_thresholds": ["compute_metrics"],
    "write_phy": ["backup_labels", "apply_thresholds"],
}
MAINS = steps.MAINS


class Killed(BaseException):
    """The process ends here, without a chance to say or tidy anything."""


class Snakemake:
    """A stand-in that runs the jobs of sessions as Snakemake would."""

    def __init__(self, results):
        self.results, self.seen = results, {}

    def run(self, run, stop=None):
        """Run what is to do; which jobs are left undone, as (rule, session)."""
        undone, count = [], 0
        for session in run.sessions:
            failed = set()
            for rule_name in self.to_do(run, session):
                how = stop[1] if stop and stop[0] <= count else None
                count += 1
                is_blocked = bool(failed & set(BEFORE[rule_name]))
                if is_blocked or how == "not reached" or (stop and stop[0] < count - 1):
                    done = False
                else:
                    done = self.job(run, rule_name, session, how)
                if not done:
                    failed.add(rule_name)
                    undone.append((rule_name, session))
        return undone

    def to_do(self, run, session):
        """Rules to run for a session, in order, for the targets of a run."""
        names = [name for name in MAINS if name in self.wanted]
        due = {name for name in names if self.is_changed(run, name, session)}
        if self.is_missing(names[-1], session):
            due.add(names[-1])
        while True:
            more = {name for name in names if due & set(BEFORE[name])}
            for name in due:
                more |= {early for early in BEFORE[name] if self.is_missing(early, session)}
            if more <= due:
                return [name for name in names if name in due]
            due |= more

    def is_missing(self, rule_name, session):
        """Whether an output is not there."""
        return not all((self.results / session / name).exists() for name in OUTPUTS[rule_name])

    def is_changed(self, run, rule_name, session):
        """Whether an input has another content than at the last success; a missing one has none."""
        if self.is_missing(rule_name, session):
            return False
        before, now = self.seen[rule_name, session], self.inputs(run, rule_name, session)
        return any(before.get(path) != sha for path, sha in now.items() if sha)

    def inputs(self, run, rule_name, session):
        """Hash of each input file."""
        folder, results = run.sessions[session].folder, self.results / session
        spikes = [folder / name for name in ("spike_times.npy", "spike_templates.npy")]
        paths = {
            "backup_labels": [run.session_file(session), *spikes],
            "compute_metrics": [run.session_file(session), run.metrics_file(), *spikes],
            "apply_thresholds": [
                run.labels_file(session),
                run.found_file(session),
                results / "metrics.tsv",
            ],
            "write_phy": [
                run.phy_file(session),
                run.found_file(session),
                results / "backup.json",
                results / "labels.tsv",
                results / "metrics.tsv",
                results / "measured.json",
            ],
        }[rule_name]
        return {str(path): files.sha256_optional(files.read_optional(path)) for path in paths}

    def job(self, run, rule_name, session, how):
        """Run one job; whether it succeeded."""
        self.remove_outputs(rule_name, session)
        main = MAINS[rule_name] if how is None else _struck(MAINS[rule_name], how)
        output = str(self.results / session / OUTPUTS[rule_name][0])
        job = run_script.Job(rule_name, output, log=str(self.results / "log"), session=session)
        try:
            run_script.run(job, main, **steps.keywords(run, rule_name, session))
        except (SystemExit, Killed):
            self.remove_outputs(rule_name, session)
            return False
        self.seen[rule_name, session] = self.inputs(run, rule_name, session)
        return True

    def remove_outputs(self, rule_name, session):
        """As before every job, and after a failure."""
        for name in OUTPUTS[rule_name]:
            (self.results / session / name).unlink(missing_ok=True)


def _struck(ended, how):
    """Main function of a job that is stopped or killed, late: at its last step."""

    def main(**given):
        if ended is write_phy.main:
            keep, write_phy.keep_tables = write_phy.keep_tables, _raiser(how)
            try:
                ended(**given)
            finally:
                write_phy.keep_tables = keep
        _raiser(how)()

    return main


def _raiser(how):
    """Function that raises what ends the job."""

    def end(*arguments):
        raise KeyboardInterrupt if how == "stopped" else Killed

    return end


STOP = (
    st.none()
    | st.none()
    | st.tuples(st.integers(0, 9), st.sampled_from(["not reached", "stopped", "killed"]))
)
TABLES = ("sessions.tsv", "units.tsv")


class Days(RuleBasedStateMachine):
    """A dataset of three sessions in a sheet, and what is done to it."""

    @initialize()
    def begin(self):
        """Kilosort has sorted; a spare folder holds another sort for each session."""
        self.place = Path(tempfile.mkdtemp(dir=MEMORY))
        self.results, self.paths, self.broken = self.place / "results", {}, {}
        for seed, name in enumerate(SESSIONS):
            for path, more in ((name, 0), (f"{name}-moved", 7)):
                sizes = {unit: n + more for unit, n in tiny.SIZES.items()}
                folder = tiny.make_sort(self.place / path, seed + more, sizes)
                (folder / "params.py").write_text("sample_rate = 30000.0\n")
            self.paths[name] = name
        self.snakemake, self.criteria, self.clock = Snakemake(self.results), "loose", 0
        self.time_stamp, files.time_stamp = files.time_stamp, self.tick
        self.summarized = None

    def tick(self):
        """A clock that never stands still, however fast the steps."""
        self.clock += 1
        return f"2026-01-01T{self.clock:08}"

    def teardown(self):
        """Remove the dataset."""
        if hasattr(self, "place"):
            files.time_stamp = self.time_stamp
            shutil.rmtree(self.place)

    # What is done

    @rule(criteria=st.sampled_from(sorted(CRITERIA)), only=ONLY, stop=STOP)
    def label(self, criteria, only, stop):
        """A run, perhaps by other criteria, perhaps stopped."""
        run = self.prepare(criteria, only)
        self.snakemake.wanted = tuple(MAINS)
        undone = self.snakemake.run(run, stop)
        said, is_done = self.close(run, undone)
        statuses = self.agree()
        bad = {name for name in run.sessions if statuses[name] != "labelled"}
        assert not is_done or not bad
        if stop is None:
            assert bad == set(self.broken) & set(run.sessions), said
            assert is_done == (not bad)
        late = {session for _, session in undone}
        assert bad <= late
        for name in late:
            assert f"\n  {name}  " in said, said
        for name in set(run.sessions) - bad - late:
            folder = self.folders()[name]
            assert tiny.groups(folder) == expected(folder, criteria)

    @rule(criteria=st.sampled_from(sorted(CRITERIA)), only=ONLY, stop=STOP)
    def preview(self, criteria, only, stop):
        """A preview, perhaps by other criteria, perhaps stopped."""
        run = self.prepare(criteria, only)
        self.snakemake.wanted = ("compute_metrics", "apply_thresholds")
        late = {session for _, session in self.snakemake.run(run, stop)}
        table = self.results / "preview.tsv"
        said = preview_labels.compare(run.places(run.sessions), table, late)
        for name in run.sessions:
            line = next(line for line in said.splitlines() if line.startswith(f"  {name}: "))
            assert ("not compared" in line) == (name in late | set(self.broken)), said
            if name in late or name in self.broken:
                continue
            folder = self.folders()[name]
            wanted = expected(folder, criteria)
            now = {unit: label for unit, label in preview_labels.shown_now(folder).labels.items()}
            changes = {unit for unit in wanted if now.get(unit, "") != wanted[unit]}
            rows = agreement.read_tsv(table)
            assert {int(r["cluster_id"]) for r in rows if r["session"] == name} == changes
        self.agree()

    @rule(only=ONLY, to=st.sampled_from(["originals", "last"]))
    def restored(self, only, to):
        """The old labels come back."""
        run = self.prepare(self.criteria, only)
        sessions, table = run.places(run.sessions), self.results / "restore.tsv"
        with contextlib.suppress(GoodunitsError):
            restore_script.main(sessions=sessions, table=table, to=to)
        statuses = self.agree()
        rows = {row["session"]: row["result"] for row in agreement.read_tsv(table)}
        for name, result in rows.items():
            if result == "restored" and to == "originals":
                agreement.check_original(self.folders()[name])
            if result == "restored" and statuses.get(name) not in (None, "failed"):
                assert statuses[name] != "changed", name

    @rule(only=ONLY)
    def verified(self, only):
        """Somebody asks whether the folders hold what was written."""
        run = self.prepare(self.criteria, only)
        sessions, table = run.places(run.sessions), self.results / "verify.tsv"
        with contextlib.suppress(GoodunitsError):
            verify_script.main(sessions=sessions, table=table)
        statuses = self.agree()
        for row in agreement.read_tsv(table):
            if statuses.get(row["session"]) == "labelled":
                assert row["verdict"] == "as written"
            if statuses.get(row["session"]) == "restored":
                assert row["verdict"].startswith("as ")

    @rule(name=SESSION, how=st.sampled_from(["spikes", "labels", "folder"]))
    def broke(self, name, how):
        """A copy was cut short, a label file is damaged, or a disk is not there."""
        if name in self.broken:
            return
        folder = self.folders()[name]
        path = folder / {"spikes": "spike_times.npy", "labels": file_names.GROUP_FILE}.get(how, "")
        self.broken[name] = (path, None if how == "folder" else path.read_bytes())
        if how == "folder":
            folder.rename(f"{folder}.away")
        else:
            path.write_bytes(self.broken[name][1][:100] if how == "spikes" else b"unit\n")

    @precondition(lambda self: self.broken)
    @rule(pick=st.integers(0, 2))
    def mended(self, pick):
        """It is as it was, to the byte."""
        name = sorted(self.broken)[pick % len(self.broken)]
        path, data = self.broken.pop(name)
        if data is None:
            Path(f"{path}.away").rename(path)
        else:
            path.write_bytes(data)

    @rule(name=SESSION)
    def moved(self, name):
        """The sheet gives another folder for a session, or the first one again."""
        if name not in self.broken:
            self.paths[name] = name if self.paths[name] != name else f"{name}-moved"

    # What it needs

    def prepare(self, criteria, only):
        """What the Snakefile does before anything else."""
        self.criteria = criteria
        sheet = self.place / "sheet.tsv"
        rows = "".join(f"{name}\t{path}\n" for name, path in self.paths.items())
        sheet.write_text(f"session\tpath\n{rows}")
        config = {"dataset": str(sheet), "only": only, "labels": CRITERIA[criteria]}
        return prepared.prepare(config, self.place, results=self.results)

    def close(self, run, undone):
        """What a run does at its end; what it says, and whether it ends well."""
        everything = run.places(run.dataset)
        if undone:
            rows = sessions_tsv.write_tables(everything, self.results)
            rows = [row for row in rows if row["session"] in run.sessions]
            return closing.with_errors(rows, {session for _, session in undone}), False
        written = [(self.results / name / "written.json").read_text() for name in run.sessions]
        if self.summarized != [everything, written]:
            dataset = dataset_json.path(self.results)
            summarize.main(dataset=dataset, sessions=self.results / "sessions.tsv")
            self.summarized = [everything, written]
        _, rows = sessions_tsv.sessions_table(run.places(run.sessions))
        settings = {name: json.loads(run.phy_text(name)) for name in run.sessions}
        return closing.without_errors(rows, settings)

    def folders(self):
        """Kilosort folder of each session, as the sheet gives it."""
        return {name: self.place / path for name, path in self.paths.items()}

    def agree(self):
        """Check the tables, if there are any yet; status by session."""
        if not (self.results / "sessions.tsv").exists():
            return {}
        folders = self.folders()
        there = {name: path for name, path in folders.items() if path.is_dir()}
        agreement.check_preview(self.results, there)
        return agreement.check(self.results, folders)


def expected(folder, criteria):
    """Labels of a sort by the criteria alone."""
    counts = tiny.spike_counts(folder)
    if criteria == "loose":
        return {i: "good" if n >= 15 else "mua" for i, n in counts.items()}
    if criteria == "odd":
        return {i: "mua" if n >= 35 else "good" for i, n in counts.items()}
    return {i: "good" if n >= 50 else "noise" if n < 25 else "mua" for i, n in counts.items()}


def live(examples, steps):
    """Run many days."""
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[hypothesis.Phase.generate],  # a sequence reads well as it is; shrinking takes long
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.stateful.run_state_machine_as_test(Days, settings=settings)


def test_a_few_days():
    live(25, 10)


@pytest.mark.hazards
def test_many_days():
    live(500, 14)
