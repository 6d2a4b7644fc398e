"""Random lives of a session, compared with a simple model of what must never be lost."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import faults
import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from session_model import Model

import tiny
from goodunits.base import tsv
from goodunits.curation.decisions import UNDECIDED
from goodunits.phy import restore_labels
from goodunits.session_folder import file_names, sort_id

MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
LEAST = st.sampled_from([15, 35, 60])
HAND = st.sampled_from(["good", "mua", "noise", "unsorted", "non-soma"])
PICK = st.integers(0, 1000)
POLICY = st.sampled_from(["keep", "fill", "overwrite"])


class Life(Model, RuleBasedStateMachine):
    """One session folder, and what is done to it."""

    @initialize(keeps_log=st.booleans())
    def sort(self, keeps_log):
        """Kilosort has sorted; Phy's log stays in the folder, or is always removed."""
        self.place = Path(tempfile.mkdtemp(dir=MEMORY))
        self.results, self.seed, self.good = self.place / "results", 0, "good"
        self.begin(tiny.make_sort(self.place / "sort"), keeps_log)

    def teardown(self):
        """Remove the folder."""
        if hasattr(self, "place"):
            shutil.rmtree(self.place)

    # What people and programs do

    @rule(least=LEAST)
    def run(self, least):
        """A run of the workflow."""
        self.first_visit()
        found = self.look()
        tiny.run(self.folder, self.results, least, self.policy, self.good)
        self.after(found)
        now, criteria = tiny.groups(self.folder), tiny.by_criteria(self.folder, least, self.good)
        assert now.keys() == criteria.keys()
        # Of clusters younger than the labels that a restore put back, Phy may have copied some.
        younger = set(self.units or ()) - set(self.base or ()) if self.policy == "fill" else set()
        for unit, label in criteria.items():
            assert now[unit] == self.expected(unit, label) or unit in younger, unit
        self.ours |= {data for data in tiny.read(self.folder).values() if data}
        if self.crashed:  # the write cut short counts as the last one, if it came that far
            self.before.append(found)
        elif found != tiny.read(self.folder):
            self.before = [found]
        self.settle()
        self.base = now

    @rule(least=LEAST, step=st.integers(0, 120))
    def killed(self, least, step):
        """A run that is killed at some call that changes the disk."""
        self.first_visit()
        found, folder, results = tiny.read(self.folder), self.folder, self.results
        outcome = faults.in_child(
            lambda: tiny.run(folder, results, least, self.policy, self.good),
            faults.Faults(at=step, kill=True),
        )
        assert not outcome["error"], outcome
        self.crashed = True
        if b"\tgroup" in tiny.read(folder)[file_names.GROUP_FILE]:
            self.left = tiny.groups(folder)
        for path in self.folder.glob("cluster_*.tsv"):
            if path.read_bytes() != found.get(path.name):
                self.ours.add(path.read_bytes())
        everything = set(tiny.tree(self.place).values())
        assert {data for data in found.values() if data} - self.ours <= everything
        self.before = [*self.before, found, tiny.read(self.folder)]

    @precondition(lambda self: self.pinned.get(self.sort_id()))
    @rule(to=st.sampled_from(["originals", "last"]))
    def restored(self, to):
        """Someone wants the old labels back."""
        if to == "last" and not self.before:
            return
        found = self.look()
        try:
            restore_labels.restore(self.folder, to)
        except restore_labels.NothingToRestoreError:  # killed before it wrote anything
            assert found == tiny.read(self.folder)
            return
        except restore_labels.SessionError as error:
            assert "nothing was written yet" in str(error)
            return
        self.after(found)
        now = tiny.read(self.folder)
        if to == "originals":
            assert {name: data for name, data in now.items() if data} == self.labels_of_sort()
        else:
            assert any(now == state for state in self.before)
        has_groups = (now[file_names.GROUP_FILE] or b"").startswith(b"cluster_id\tgroup")
        self.settle()
        self.base = tiny.groups(self.folder) if has_groups else {}

    @rule(units=st.lists(st.tuples(PICK, HAND), min_size=1, max_size=3))
    def labelled(self, units):
        """Someone gives groups in Phy and saves."""
        phy = tiny.Phy(self.folder, self.keeps_log)
        present = sorted(set(phy.clusters.tolist()))
        for pick, group in units:
            self.by_hand(phy, present[pick % len(present)], group)
        self.save(phy)

    def is_fresh(self):
        """Whether Kilosort has sorted and nobody has opened or labelled this sort since."""
        group = tiny.read(self.folder)[file_names.GROUP_FILE] or b""
        return self.sort_id() not in self.pinned and group.startswith(b"cluster_id\tKSLabel")

    @precondition(is_fresh)
    @rule(pick=PICK, group=HAND, least=LEAST)
    def changed_by_a_script(self, pick, group, least):
        """Somebody changes a label in Kilosort's own file, and runs the workflow."""
        path = self.folder / file_names.GROUP_FILE
        labels = {int(i): label for i, label in tiny.rows_of(path.read_bytes())[1:]}
        unit = sorted(labels)[pick % len(labels)]
        if group not in (labels[unit], *UNDECIDED):
            self.decisions[unit] = group
        tiny.replace(path, tsv.format_labels("KSLabel", {**labels, unit: group}))
        self.run(least)

    @precondition(lambda self: not self.crashed)
    @rule(first=PICK, second=PICK, then=st.none() | HAND)
    def merged(self, first, second, then):
        """Someone merges two units in Phy, perhaps labels the new one, and saves."""
        phy = tiny.Phy(self.folder, self.keeps_log)
        if not (pair := self.pair_of(phy, first, second)):
            return
        parent = self.copied_from(phy, pair)
        new = phy.merge(*pair)
        self.inherit(phy, parent, new)
        self.gone(*pair)
        if then:
            self.by_hand(phy, new, then)
        self.save(phy)

    @precondition(lambda self: not self.crashed)
    @rule(first=PICK, second=PICK)
    def lassoed(self, first, second):
        """Someone splits some spikes off two units at once in Phy, and saves."""
        phy = tiny.Phy(self.folder, self.keeps_log)
        if not (pair := self.pair_of(phy, first, second)):
            return
        spikes = np.flatnonzero(np.isin(phy.clusters, pair))[::3]
        if set(phy.clusters[spikes].tolist()) != set(pair):
            return
        parent = self.copied_from(phy, pair)
        for new in phy.lasso(spikes):
            self.inherit(phy, parent, new)
        self.gone(*pair)
        self.save(phy)

    @precondition(lambda self: not self.crashed)
    @rule(pick=PICK)
    def split(self, pick):
        """Someone splits a unit in Phy and saves."""
        phy = tiny.Phy(self.folder, self.keeps_log)
        known = self.settled_units(phy)
        if not known:
            return
        unit = known[pick % len(known)]
        if int((phy.clusters == unit).sum()) < 8:
            return
        for new in phy.split(unit):
            self.inherit(phy, unit, new)
        self.gone(unit)
        self.save(phy)

    @precondition(lambda self: not self.crashed and self.units)
    @rule()
    def started_over(self):
        """Someone puts the clusters back as Kilosort left them, and saves in Phy."""
        phy = tiny.Phy(self.folder, self.keeps_log)
        before = set(phy.clusters.tolist())
        templates = np.load(self.folder / "spike_templates.npy")
        phy.clusters = templates.ravel().astype(np.int32)
        present = set(phy.clusters.tolist())
        self.gone(*before - present)
        self.units &= present
        self.save(phy)

    @rule()
    def sorted_again(self):
        """Kilosort sorts again; tables of Phy stay."""
        self.seed += 1
        sizes = {unit: n + self.seed for unit, n in tiny.SIZES.items()}
        tiny.make_sort(self.folder, self.seed, sizes)
        self.new_sort()

    # What happens to files, though nobody means anything by it

    def is_labelled(self):
        """Whether a whole run has written here and Phy would see its groups."""
        group = tiny.read(self.folder)[file_names.GROUP_FILE] or b""
        return bool(self.base) and not self.crashed and b"group" in group.split(b"\n")[0]

    @rule(commas=st.booleans())
    def rewritten(self, commas):
        """A spreadsheet or a copy program writes the label files anew, with the same content."""
        for name in file_names.SORTER_FILES:
            header, *rows = tiny.rows_of(tiny.read(self.folder)[name])
            text = tiny.table(header, rows)
            tiny.replace(self.folder / name, text.replace(b"\t", b",") if commas else text)

    @rule(dtype=st.sampled_from(["u8", ">i8", "i4", "f8"]))
    def arrays_saved_again(self, dtype):
        """A script loads and saves the arrays of the sort, in another type and shape."""
        for name in sort_id.SORT_FILES:
            np.save(self.folder / name, np.load(self.folder / name).reshape(-1, 1).astype(dtype))

    @precondition(is_labelled)
    @rule(pick=PICK, rest=st.booleans())
    def rows_lost(self, pick, rest):
        """A row of the group file is lost, or all behind it; `cluster_info.tsv` stays."""
        lines = tiny.read(self.folder)[file_names.GROUP_FILE].splitlines(keepends=True)
        if len(lines) < 2:
            return
        at = 1 + pick % (len(lines) - 1)
        lost = lines[at:] if rest else lines[at : at + 1]
        groups = tiny.groups(self.folder)
        for unit in [int(re.split(rb"[\t,]", line)[0]) for line in lost]:
            self.dropped.add(unit)
            if groups[unit] == "unsorted":  # that a decision was taken back is lost with the row
                self.gone(unit)
        kept = [line for line in lines if line not in lost]
        tiny.replace(self.folder / file_names.GROUP_FILE, b"".join(kept))

    @rule(days=st.sampled_from([-400, 400]))
    def dates_changed(self, days):
        """A copy or a clock gives all files other dates."""
        for path in self.folder.rglob("*"):
            then = path.stat().st_mtime + days * 86400
            os.utime(path, (then, then))

    @rule()
    def copied(self):
        """The folder goes to another disk, with its store; life goes on there."""
        place = Path(tempfile.mkdtemp(dir=self.place))
        shutil.copytree(self.folder, place / "sort", symlinks=True)
        self.folder = place / "sort"

    @rule()
    def linked(self):
        """The folder is reached by a link from now on."""
        place = Path(tempfile.mkdtemp(dir=self.place))
        (place / "link").symlink_to(self.folder)
        self.folder = place / "link"

    @precondition(is_labelled)
    @rule()
    def copied_without_store(self):
        """Of a copy of only the files, as a run left them, what people decided is still known."""
        if not set(tiny.read(self.folder).values()) <= {*self.ours, None}:
            return
        copy = Path(tempfile.mkdtemp(dir=self.place))
        for path in self.folder.glob("*.*"):
            shutil.copy(path, copy / path.name)
        groups, ks_labels = tiny.groups(copy), tiny.Phy(copy).fields["KSLabel"]
        differing = {u for u, label in groups.items() if ks_labels[u] != label}
        visible = {u: label for u, label in self.decisions.items() if u in differing}
        actual = tiny.decided(copy)
        assert visible.items() <= actual.items() or self.policy == "overwrite"
        assert actual.keys() <= self.decisions.keys() | self.inherited.keys() | self.said.keys()
        shutil.rmtree(copy)

    @rule()
    def results_deleted(self):
        """Someone removes the results."""
        shutil.rmtree(self.results, ignore_errors=True)

    @rule(
        policy=st.sampled_from(["keep", "fill", "overwrite"]),
        good=st.sampled_from(["good", "axon"]),
    )
    def settings_changed(self, policy, good):
        """Someone edits the settings."""
        self.policy, self.good = policy, good

    @invariant()
    def nothing_lost(self):
        """Originals of every sort, and every content that we replaced, are somewhere."""
        if not self.pinned and not self.kept:
            return
        everything = set(tiny.tree(self.folder).values())
        assert self.kept <= everything
        for identity, originals in self.pinned.items():
            generation = file_names.store_folder(self.folder) / identity
            for name, data in originals.items():
                assert (generation / "original" / name).read_bytes() == data


def live(examples, steps):
    """Run many lives."""
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[hypothesis.Phase.generate],  # a life reads well as it is; shrinking takes long
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.stateful.run_state_machine_as_test(Life, settings=settings)


def test_a_few_lives():
    live(40, 10)


@pytest.mark.hazards
def test_many_lives():
    live(600, 14)
