"""Simple model of what must never be lost in the life of a session."""

import numpy as np

import tiny
from goodunits.curation.decisions import UNDECIDED
from goodunits.session_folder import file_names, sort_id
from goodunits.store import generations, original_files


class Model:
    """What has to hold of one session folder, whatever is done to it.

    It knows the labels as a run or a restore last left them (`base`), what people did by hand since
    then, and which contents of label files nobody but us wrote.
    """

    def begin(self, folder, keeps_log):
        """Nothing has been seen yet of this folder."""
        self.folder, self.keeps_log = folder, keeps_log
        self.policy = "keep"
        self.ours, self.kept, self.pinned, self.said = set(), set(), {}, {}
        self.new_sort()

    def new_sort(self):
        """Nothing is known of a new sort."""
        self.base, self.decisions, self.inherited = None, {}, {}
        self.candidates, self.before = [], []
        self.crashed, self.uncertain, self.dropped = False, {}, set()
        self.settled, self.units, self.left = {}, None, {}

    def expected(self, unit, label):
        """Label that a unit must carry after a run."""
        if self.policy != "overwrite" and unit in self.decisions:
            return self.decisions[unit]
        if self.policy == "fill" and unit in self.inherited:
            return self.inherited[unit]
        return label if label in ("good", "mua", "noise") else "unsorted"

    def looks_untouched(self, unit, group):
        """Whether a label is as we left it before its row was lost, or as Phy copied it.

        That a person gave it, only Phy's log can tell.
        """
        was = self.base if unit in self.dropped else {}
        if self.base and unit not in (self.units or ()):  # made since a run left its labels
            was = self.inherited
        return bool(was) and was.get(unit) == group

    def save(self, phy):
        """Phy saves what it has read: rows lost before are lost in `cluster_info.tsv` too."""
        phy.save()
        self.gone(*self.dropped - phy.fields["group"].keys())

    def by_hand(self, phy, unit, group):
        """Change the group of one unit; the same group again is no change."""
        if phy.fields["group"].get(unit) == group:
            return
        phy.label(unit, group)
        if not self.keeps_log and self.looks_untouched(unit, group):
            self.gone(unit)
            return
        if self.keeps_log:
            self.said[unit] = group
        if self.crashed and unit in {*self.decisions, *self.uncertain}:
            before = {self.decisions[unit]} if unit in self.decisions else set()
            self.uncertain.setdefault(unit, before).add(group)
        self.decide(unit, group)

    def decide(self, unit, group):
        """A decision; one that brings back an undecided label as it was is none.

        After a write cut short it may have been as it is in the folder, or as a run left it before.
        """
        befores = [self.base, self.left] if self.crashed else [self.base]
        same = {before.get(unit) == group for before in befores if before}
        if len(same) == 2:
            self.uncertain.setdefault(unit, set()).update((group, "unsorted"))
        if group in UNDECIDED:
            self.decisions.pop(unit, None)
            self.inherited.pop(unit, None)
        elif same == {True}:  # as it was left, perhaps by a restore: the decision of before stands
            self.gone(unit)
            if unit in self.uncertain:
                self.uncertain[unit].add("unsorted")
        else:
            self.decisions[unit] = group

    def gone(self, *units):
        """Of units that are no more, the store knows what it knew at the last run or restore."""
        for unit in units:
            self.decisions.pop(unit, None)
            if unit in self.settled:
                self.decisions[unit] = self.settled[unit]

    def settled_units(self, phy):
        """Units that the last run or restore knew, if there was one; only these can be traced."""
        present = sorted(set(phy.clusters.tolist()))
        return [u for u in present if self.units is None or u in self.units]

    def pair_of(self, phy, first, second):
        """Two units that may be merged, or none: of a row that was lost Phy copies nothing."""
        known = self.settled_units(phy)
        pair = [known[pick % len(known)] for pick in (first, second)] if known else []
        lost = {u for u in pair if phy.fields["group"].get(u) is None and u in (self.base or ())}
        return pair if len(set(pair)) == 2 and len(lost) != 1 else []

    def copied_from(self, phy, pair):
        """Unit whose label Phy copies: of the only label that there is, else the largest."""
        groups = {unit: phy.fields["group"].get(unit) for unit in pair}
        labelled = [unit for unit in pair if groups[unit] is not None]
        is_common = len({groups[unit] for unit in labelled}) == 1
        counts = np.bincount(phy.clusters)
        return max(sorted(labelled if is_common else pair), key=counts.__getitem__)

    def inherit(self, phy, parent, new):
        """What a new unit copies is a decision only where the parent's label was one."""
        for known in (self.decisions, self.inherited):
            known.pop(new, None)  # of an earlier cluster of this id
        group = phy.fields["group"].get(new)
        if self.said.pop(new, None) == group is not None:  # Phy's log may speak of that one
            self.uncertain[new] = {group, "unsorted"}
        if group is None:
            if parent in (self.base or ()) and parent not in self.decisions:
                self.inherited[new] = self.base[parent]  # it looks as if Phy had copied it
            return
        if not self.base or parent in self.decisions and self.decisions[parent] == group:
            self.decide(new, group)
        else:
            self.inherited[new] = group

    def sort_id(self):
        """Identity of the present sort."""
        return sort_id.sort_id(self.folder)

    def first_visit(self):
        """Label files that a backup may take for the originals."""
        if self.sort_id() not in self.pinned:
            now = {name: data for name, data in tiny.read(self.folder).items() if data}
            info = now.pop(file_names.INFO_FILE, None)
            self.candidates.append(dict(now))  # of ours, as we or Phy wrote it
            if info and info not in self.ours:
                self.candidates.append({**now, file_names.INFO_FILE: info})

    def labels_of_sort(self):
        """Originals of the present sort as first seen."""
        return self.pinned[self.sort_id()]

    def look(self):
        """Label files before a run or restore; what is not ours must outlive it."""
        found = tiny.read(self.folder)
        self.kept |= {data for data in found.values() if data and data not in self.ours}
        return found

    def after(self, found):
        """Check decisions once they were looked for."""
        actual = tiny.decided(self.folder)
        if self.dropped:  # Phy's log, also of an earlier sort, may then speak for a label of ours
            for unit in (u for u, label in self.said.items() if (self.base or {}).get(u) == label):
                self.uncertain.setdefault(unit, set()).add("unsorted")
        for unit, choices in self.uncertain.items():
            assert actual.get(unit) in choices or "unsorted" in choices, unit
        certain = {u: label for u, label in self.decisions.items() if u not in self.uncertain}
        if self.crashed:
            assert certain.items() <= actual.items()
        else:
            assert {u: label for u, label in actual.items() if u not in self.uncertain} == certain
        self.decisions = actual
        if self.sort_id() not in self.pinned:
            generation = generations.current_generation(self.folder)
            names = original_files.read_manifest(generation)["files"]
            originals = {n: (generation / "original" / n).read_bytes() for n in names}
            assert not set(originals) - set(tiny.LABEL_FILES) - {"cluster_gu_label.tsv"}
            originals.pop("cluster_gu_label.tsv", None)  # ours, as Phy saved it
            assert originals in self.candidates, (originals, self.candidates)
            self.pinned[self.sort_id()] = originals

    def settle(self):
        """The folder is now as we left it."""
        assert not tiny.temporary_files(self.folder)
        self.crashed, self.uncertain, self.dropped = False, {}, set()
        self.settled = dict(self.decisions)
        self.units = set(tiny.by_criteria(self.folder, 0))
