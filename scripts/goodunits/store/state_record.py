"""What the store knows of the labels of one sort, in memory. Standard library only."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from goodunits.base import json_record

# Labels in doubt, and what they replaced.
IN_DOUBT = ("doubted", "replaced")
# Left out where there is nothing to say, as in most stores.
SPARE = (*IN_DOUBT, "gone")


class Left(NamedTuple):
    """What stood in a session folder after a write, or before it.

    Attributes
    ----------
    group : dict of int to str
        Labels of `cluster_group.tsv` by cluster id; empty where the file was Kilosort's or absent.
    hashes : dict of str to str
        Hash of each label file that was there.
    units : dict of int to dict
        Of each cluster `n_spikes` and some of its `spikes`, by which it is known again.
    """

    group: dict
    hashes: dict
    units: dict

    @classmethod
    def from_json(cls, data):
        """Take it from its JSON; what is none raises what Python does (see `state.read_state`)."""
        return cls(labels(data["group"]), texts(data["hashes"]), clusters(data["units"]))

    def as_json(self):
        """JSON of it."""
        by_text = json_record.by_text
        return {
            "group": by_text(self.group),
            "hashes": self.hashes,
            "units": by_text(self.units),
        }


class State(NamedTuple):
    """What the store knows of one sort once something was written.

    Attributes
    ----------
    last : Left or None
        As the last whole write left the folder; where one was cut short, as it was before that.
    pending : Left or None
        As a write that was cut short was about to leave it.
    decisions, inherited : dict of int to str
        Labels that people gave, and that clusters new since copied from a parent.
    first_decisions : dict of int to str
        Labels that people had given before the first write.
    before : dict of str to (str or None)
        Label files as they were before the last write, byte for byte as latin-1.
    sort_signature : object
        By which the sort is known without reading it; None where it is not.
    doubted : dict of int to str
        Labels of which it could not be known whether a person gave them, until that is settled or
        a person labels the cluster again.
    replaced : dict of int to str
        Decisions that stood before a label in doubt took their place.
    gone : dict of int to dict
        As `Left.units`, of clusters with a decision or in doubt that are no more: Phy can give an
        id again.
    is_rebuilt : bool
        Whether the file was lost, so that this is what the history tells.
    """

    last: Left | None
    pending: Left | None
    decisions: dict
    inherited: dict
    first_decisions: dict
    before: dict
    sort_signature: object = None
    doubted: Mapping = MappingProxyType({})
    replaced: Mapping = MappingProxyType({})
    gone: Mapping = MappingProxyType({})
    is_rebuilt: bool = False

    @classmethod
    def from_json(cls, data):
        """Take it from its JSON; what is none raises what Python does (see `state.read_state`)."""
        last, pending = data["last"], data["pending"]
        return cls(
            last=None if last is None else Left.from_json(last),
            pending=None if pending is None else Left.from_json(pending),
            decisions=labels(data["decisions"]),
            inherited=labels(data.get("inherited", {})),
            first_decisions=labels(data["first_decisions"]),
            before=texts(data["before"]),
            sort_signature=data.get("sort_signature"),
            doubted=labels(data.get("doubted", {})),
            replaced=labels(data.get("replaced", {})),
            gone=clusters(data.get("gone", {})),
        )

    def as_json(self):
        """JSON of it; that it was rebuilt is no part of it."""
        by_text = json_record.by_text
        return {
            "last": self.last and self.last.as_json(),
            "pending": self.pending and self.pending.as_json(),
            "decisions": by_text(self.decisions),
            "inherited": by_text(self.inherited),
            "first_decisions": by_text(self.first_decisions),
            "before": self.before,
            "sort_signature": self.sort_signature,
            **{name: by_text(getattr(self, name)) for name in SPARE if getattr(self, name)},
        }

    @property
    def is_unwritten(self):
        """Whether only decisions were noted: the first write was cut short before any file."""
        return self.is_rebuilt and not self.last.hashes

    @property
    def units(self):
        """Clusters as they were when the folder was left last."""
        return self.last.units if self.last else {}


def labels(data):
    """Labels by cluster id from their JSON; an error if they are none."""
    found = json_record.by_id(data)
    if any(i < 0 or not isinstance(label, str) for i, label in found.items()):
        raise ValueError
    return found


def clusters(data):
    """Records of clusters by id from their JSON; an error if they are none."""
    units = json_record.by_id(data)
    for unit in units.values():
        spikes = unit["spikes"]
        if not isinstance(spikes, list) or not all(
            type(number) is int for number in (unit["n_spikes"], *spikes)
        ):
            raise ValueError
    return units


def texts(data):
    """Texts, or None, by file name from their JSON; an error if they are none."""
    if not all(text is None or isinstance(text, str) for text in data.values()):
        raise ValueError
    return data
